//! What holds for every block of every page, whether a test plays it or not.

use crate::guides::page;
use crate::support::{Terraform, serve};

#[test]
fn every_page_says_what_the_registries_want_to_know() {
    for name in page::names() {
        let text = page::read(&name);
        let front = text.split("---\n").nth(1).unwrap_or_default();

        for key in ["page_title: \"", "subcategory: \"", "description: |-\n  "] {
            assert!(front.contains(key), "{name}.md has no {key}");
        }
        let title = front
            .lines()
            .find_map(|line| line.strip_prefix("page_title: \""));
        let heading = format!("\n# {}\n", title.unwrap_or_default().trim_end_matches('"'));
        assert!(text.contains(&heading), "{name}.md has no heading{heading}");
    }
}

#[test]
fn every_configuration_is_formatted_and_valid() {
    let provider = serve(&[]);
    let terraform = Terraform::reattached(&provider.reattach());
    let all = terraform.folder().join("all");
    std::fs::create_dir(&all).expect("a folder");
    let mut blocks = page::all_blocks();
    // Several steps of a page begin with the same one.
    blocks.sort_by(|one, other| one.text.cmp(&other.text));
    blocks.dedup_by(|one, other| one.text == other.text);
    for (number, block) in blocks.into_iter().enumerate() {
        let place = format!("{}.md, {:?}", block.page, block.heading);
        // Also an `hcl` block is formatted: a test file, or what needs another provider too.
        let ending = match block.language.as_str() {
            "terraform" => "tf",
            "hcl" => "tftest.hcl",
            _ => continue,
        };
        let file = all.join(format!("{}-{number}.{ending}", block.page));
        std::fs::write(file, &block.text).expect("a file");
        // What is not valid is a situation too.
        if block.language == "hcl" || block.page == page::SITUATIONS {
            continue;
        }
        terraform.write(&block.text);

        let valid = terraform.run(&["validate", "-no-color"]);
        valid.unwrap_or_else(|failure| panic!("{place}: {failure}"));
    }
    let formatted = terraform.run(&["fmt", "-diff", "-check", "all"]);
    formatted.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn every_block_is_of_a_language_that_some_test_reads() {
    for block in page::all_blocks() {
        assert!(
            [
                "terraform",
                "hcl",
                "text",
                "conf",
                "json",
                "shell",
                "sh",
                "python"
            ]
            .contains(&block.language.as_str()),
            "{}.md, {:?}: {:?}",
            block.page,
            block.heading,
            block.language
        );
    }
}

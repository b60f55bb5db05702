//! `examples/README.md` lists every example, and every example is one that a test runs.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::examples::{examples, read};

/// The folders with a configuration, those within another example not counted.
fn folders(folder: &Path, found: &mut BTreeSet<String>) {
    let entries: Vec<_> = fs::read_dir(folder).unwrap().flatten().collect();
    let is_configuration =
        |name: &str| name.ends_with(".tf") || name.ends_with(".tofu") || name == "root.hcl";
    let mut names = entries.iter().map(|entry| entry.file_name());
    if names.any(|name| is_configuration(name.to_str().unwrap())) {
        let relative = folder.strip_prefix(examples()).unwrap();
        let relative = relative.to_str().unwrap().to_owned();
        // tests/it/functions/examples.rs and tests/it/data_sources/examples.rs have lists of these.
        if !["functions/", "data-sources/"]
            .iter()
            .any(|one| relative.starts_with(one))
        {
            found.insert(relative);
        }
        return;
    }
    for entry in entries.iter().filter(|entry| entry.path().is_dir()) {
        folders(&entry.path(), found);
    }
}

fn all() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    folders(&examples(), &mut found);
    found
}

#[test]
fn every_example_has_one_line_in_the_list_and_its_file_exists() {
    let text = read("README.md");
    let lines = text.lines().filter_map(|line| line.strip_prefix("* ["));

    let mut listed = Vec::new();
    for line in lines {
        let (name, rest) = line.split_once("](").unwrap();
        let file = rest.split(')').next().unwrap();
        assert!(file.starts_with(&format!("{name}/")), "{line}");
        assert!(examples().join(file).is_file(), "{line}");
        listed.push(name.to_owned());
    }

    assert_eq!(listed.len(), all().len(), "{listed:?}");
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), all());
}

#[test]
fn every_example_is_run_by_a_test() {
    let tests = concat!(
        include_str!("mod.rs"),
        include_str!("use_cases.rs"),
        include_str!("authentication.rs"),
        include_str!("opentofu.rs"),
        include_str!("pipelines.rs"),
        include_str!("terragrunt.rs"),
        include_str!("../data_sources/examples.rs")
    );

    for folder in all() {
        let file = format!("\"{folder}/");
        let name = format!("\"{folder}\"");
        let is_run = tests.contains(&file) || tests.contains(&name);
        assert!(is_run, "{folder}");
    }
}

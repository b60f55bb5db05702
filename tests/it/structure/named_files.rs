//! Every file that CONTRIBUTING.md, `src/lib.rs` or a comment names exists.

use std::collections::BTreeSet;
use std::fs;

use super::source::{package, rust_files};

/// Paths of other projects that comments name as the source of a fact, each with its project.
const OF_OTHERS: [(&str, &str); 2] = [
    ("crates/wadm/src/nats.rs", "wadm"),
    ("src/nats.rs", "wadm before 0.20"),
];

#[test]
fn every_file_that_is_named_exists() {
    let mut missing = BTreeSet::new();
    for (file, text) in texts() {
        for name in names(&text) {
            if !exists(&name, &file) && !OF_OTHERS.iter().any(|(other, _)| *other == name) {
                missing.insert(format!("{file} names {name}"));
            }
        }
    }

    let missing: Vec<_> = missing.into_iter().collect();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn what_is_no_file_of_ours_is_not_taken_for_one() {
    let text = "see `src/lib.rs`, tests/it/main.rs and `docs/`; nats-server `server/stream.go`, https://docs.rs/x";

    let names = names(text);

    assert_eq!(
        names.into_iter().collect::<Vec<_>>(),
        ["docs/", "src/lib.rs", "tests/it/main.rs"]
    );
}

/// Every page and every comment, with the file that it stands in.
fn texts() -> Vec<(String, String)> {
    let mut texts = Vec::new();
    for page in ["CONTRIBUTING.md", "README.md"] {
        texts.push((
            page.to_owned(),
            fs::read_to_string(package().join(page)).unwrap(),
        ));
    }
    for folder in ["src", "tests", "benches"] {
        for path in rust_files(&package().join(folder)) {
            let text = fs::read_to_string(&path).unwrap();
            let comments = text
                .lines()
                .filter(|line| line.trim_start().starts_with("//"));
            let comments = comments.collect::<Vec<_>>().join("\n");
            let name = path.strip_prefix(package()).unwrap().display().to_string();
            texts.push((name, comments));
        }
    }
    texts
}

/// What a text names that looks like a file or a folder of this repository.
fn names(text: &str) -> BTreeSet<String> {
    let words = text.split(|one: char| one.is_whitespace() || "`()[]{},;\"'|".contains(one));
    let words = words.map(|word| word.trim_end_matches(['.', ':']));
    let ours = |word: &&str| {
        [
            "src/",
            "tests/",
            "benches/",
            "docs/",
            "examples/",
            "proto/",
            "tools/",
        ]
        .iter()
        .any(|folder| word.starts_with(folder))
            || word.ends_with(".rs") && !word.contains("::")
    };
    words
        .filter(ours)
        .filter(|word| !word.contains('*') && !word.contains('<') && !word.contains("..."))
        .map(str::to_owned)
        .collect()
}

/// Whether it exists: from the root, or for a bare name anywhere beside or below the file that names it.
fn exists(name: &str, file: &str) -> bool {
    let root = package();
    let from_root = root.join(name).exists();
    let beside = root
        .join(file)
        .parent()
        .is_some_and(|folder| folder.join(name).exists());
    let anywhere = || {
        ["src", "tests", "benches"].iter().any(|folder| {
            rust_files(&root.join(folder))
                .iter()
                .any(|path| path.ends_with(name))
        })
    };
    from_root || beside || anywhere()
}

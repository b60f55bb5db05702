//! Imports point down only. DESIGN.md, section 2, holds the same table for readers.

#![allow(clippy::unwrap_used, reason = "a test may fail anywhere, and says so")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each layer, and the layers it may name besides itself.
const LAYERS: [(&str, &[&str]); 11] = [
    ("main", &["plugin", "provider"]),
    ("lib", &[]),
    (
        "provider",
        &[
            "resources",
            "data_sources",
            "framework",
            "terraform",
            "jetstream",
        ],
    ),
    (
        "resources",
        &["framework", "terraform", "catalogue", "jetstream"],
    ),
    (
        "data_sources",
        &["framework", "terraform", "catalogue", "jetstream"],
    ),
    ("catalogue", &["jetstream"]),
    ("framework", &["terraform", "proto"]),
    ("terraform", &["proto"]),
    ("plugin", &["proto"]),
    ("jetstream", &[]),
    ("proto", &[]),
];

/// Crates that only some layers may name: NATS is known to one, gRPC to those who speak it.
const CRATES: [(&str, &[&str]); 3] = [
    ("async_nats", &["jetstream"]),
    ("tonic", &["plugin", "framework", "proto"]),
    ("hyper", &["plugin"]),
];

#[test]
fn imports_point_down_only() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut faults = Vec::new();
    for file in rust_files(&src) {
        let path = file.strip_prefix(&src).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        faults.extend(
            faults_of(&layer_of(path), &text)
                .map(|fault| format!("src/{}: {fault}", path.display())),
        );
    }

    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_layer_is_in_the_table_once() {
    let names: BTreeSet<_> = LAYERS.iter().map(|(layer, _)| layer).collect();

    assert_eq!(names.len(), LAYERS.len());
    for (layer, below) in LAYERS {
        assert!(
            below.iter().all(|name| names.contains(name)),
            "{layer} may name what is no layer"
        );
    }
}

#[test]
fn every_way_to_name_a_higher_layer_is_found() {
    for text in [
        "use crate::resources::Walk;",
        "use crate::{catalogue, resources::{self, Walk}};",
        "use crate::{\n    catalogue::{A, B},\n    resources,\n};",
        "fn f() { crate::resources::walk(); }",
        "use terraform_provider_wasmcloud::resources;",
        "use ::terraform_provider_wasmcloud::resources;",
        "pub(in crate::resources) fn f() {}",
        "use crate ::resources;",
    ] {
        let faults: Vec<_> = faults_of("jetstream", text).collect();

        assert!(
            faults.iter().any(|fault| fault.contains("`resources`")),
            "{text}: {faults:?}"
        );
    }
}

#[test]
fn what_the_table_allows_is_no_fault() {
    for (layer, text) in [
        (
            "resources",
            "use crate::{catalogue::{A, B}, jetstream::diff};\nuse crate::resources::Walk;",
        ),
        (
            "jetstream",
            "use async_nats::Client;\n// crate::resources is higher\nuse super::error;",
        ),
        (
            "plugin",
            "pub(crate) fn f() { super::tonic_free() }\nuse crate::terraform::proto::plugin;",
        ),
        ("jetstream", "use other_crate::resources; use my_tonic::x;"),
    ] {
        let faults: Vec<_> = faults_of(layer, text).collect();

        assert_eq!(faults, Vec::<String>::new(), "{text}");
    }
}

#[test]
fn crates_that_a_layer_must_not_know_are_found() {
    let nats: Vec<_> = faults_of("framework", "use async_nats::jetstream;").collect();
    let grpc: Vec<_> = faults_of("jetstream", "fn f() -> tonic::Status {}").collect();
    let ladder: Vec<_> = faults_of("jetstream", "use super::super::resources;").collect();
    let unknown: Vec<_> = faults_of("cellar", "").collect();

    assert_eq!(
        [nats.len(), grpc.len(), ladder.len(), unknown.len()],
        [1, 1, 1, 1]
    );
}

/// What a file of this layer names and must not.
fn faults_of(layer: &str, text: &str) -> impl Iterator<Item = String> {
    let text = without_comments(text);
    let mut faults = Vec::new();
    let Some((_, below)) = LAYERS.iter().find(|(name, _)| *name == layer) else {
        return vec![format!(
            "`{layer}` is no layer: add it to the table, here and in DESIGN.md"
        )]
        .into_iter();
    };
    for named in layers_named(&text) {
        if named != layer
            && !below.contains(&named.as_str())
            && LAYERS.iter().any(|(name, _)| *name == named)
        {
            faults.push(format!("`{layer}` must not name `{named}`"));
        }
    }
    for (name, layers) in CRATES {
        if !layers.contains(&layer) && after_each(&text, name).next().is_some() {
            faults.push(format!("`{layer}` must not know the crate `{name}`"));
        }
    }
    if layer != "proto" && text.contains("super::super::") {
        faults.push("`super::super::` hides which layer it names: write `crate::`".to_owned());
    }
    faults.into_iter()
}

/// The first names after each `crate::`, braces included.
fn layers_named(text: &str) -> Vec<String> {
    ["crate", "terraform_provider_wasmcloud"]
        .into_iter()
        .flat_map(|root| after_each(text, root))
        .flat_map(|rest| match rest.trim_start().strip_prefix('{') {
            Some(group) => first_names(group),
            None => vec![first_name(rest)],
        })
        .collect()
}

/// The first name of each path in a group, up to the brace that closes it.
fn first_names(group: &str) -> Vec<String> {
    let mut names = vec![first_name(group)];
    let mut depth = 0;
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(first_name(&group[at + 1..])),
            _ => {}
        }
    }
    names
}

fn first_name(path: &str) -> String {
    path.trim_start()
        .chars()
        .take_while(|character| is_of_a_name(*character))
        .collect()
}

/// What follows `root::` wherever `root` is a whole name.
fn after_each<'a>(text: &'a str, root: &'a str) -> impl Iterator<Item = &'a str> {
    text.match_indices(root).filter_map(move |(at, _)| {
        let whole = !text[..at].chars().next_back().is_some_and(is_of_a_name);
        let rest = text[at + root.len()..].trim_start().strip_prefix("::");
        rest.filter(|_| whole)
    })
}

fn is_of_a_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn without_comments(text: &str) -> String {
    text.lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

/// The folder under `src/`, or the file right in it.
fn layer_of(path: &Path) -> String {
    let first = Path::new(path.iter().next().unwrap());
    first.file_stem().unwrap().to_string_lossy().into_owned()
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                rust_files(&path)
            } else {
                vec![path]
            }
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

//! What is generated and committed is what the generators make now.
//!
//! `GENERATE=1 cargo test --test it generated::` (that is `make generate`) writes the files instead.

pub mod committed;
mod data_sources;
mod docs;
mod functions;
mod registry;

use std::fs;

use crate::generated::committed::{is_or_becomes, root};
pub use crate::generated::docs::with_part;

/// The generated modules: the `.proto` and protobuf package each comes from, and its file.
const MODULES: [(&str, &str, &str); 3] = [
    (
        "tfplugin6.proto",
        "tfplugin6",
        "src/terraform/proto/tfplugin6.rs",
    ),
    ("plugin.proto", "plugin", "src/terraform/proto/plugin.rs"),
    (
        "health.proto",
        "grpc.health.v1",
        "src/terraform/proto/health.rs",
    ),
];

#[test]
fn the_wire_modules_are_what_the_proto_files_say() {
    for (proto, package, file) in MODULES {
        let generated = rust_of(proto, package);

        is_or_becomes(file, &generated);
    }
}

#[test]
fn the_docs_are_what_the_schema_and_the_examples_say() {
    let pages = docs::pages(root());

    for (file, text) in &pages {
        is_or_becomes(file, text);
    }
    let mut stray = pages_on_disk();
    stray.retain(|file| !pages.iter().any(|(page, _)| page == file));
    assert!(stray.is_empty(), "pages that nothing generates: {stray:?}");
}

fn pages_on_disk() -> Vec<String> {
    let folders = [
        "docs",
        "docs/resources",
        "docs/data-sources",
        "docs/functions",
        "docs/list-resources",
    ];
    let files = folders.iter().flat_map(|folder| {
        fs::read_dir(root().join(folder))
            .into_iter()
            .flatten()
            .flatten()
    });
    let files = files.filter(|file| file.path().is_file());
    files
        .filter_map(|file| Some(file.path().strip_prefix(root()).ok()?.to_str()?.to_owned()))
        .collect()
}

/// The Rust that `proto/<proto>` compiles to.
fn rust_of(proto: &str, package: &str) -> String {
    let descriptors =
        protox::compile([proto], [root().join("proto")]).expect("the .proto compiles");
    let out = tempfile::tempdir().expect("a temporary directory");
    tonic_prost_build::configure()
        .out_dir(out.path())
        .build_transport(false)
        .generate_default_stubs(true)
        .compile_fds(descriptors)
        .expect("the descriptors turn into Rust");
    fs::read_to_string(out.path().join(format!("{package}.rs"))).expect("one file per package")
}

//! Imports point down only. `src/lib.rs` has the same table for readers.

use super::source::{SourceFile, after_each, named, source};

/// Each layer, and the layers that it may name besides itself.
const LAYERS: [(&str, &[&str]); 16] = [
    ("main", &["plugin", "provider"]),
    ("lib", &[]),
    (
        "testing",
        &[
            "catalogue",
            "jetstream",
            "resources",
            "terraform::framework",
            "terraform::language",
            "terraform::proto",
        ],
    ),
    (
        "provider",
        &[
            "data_sources",
            "functions",
            "resources",
            "terraform::framework",
            "terraform::language",
            "jetstream",
            "ecdsa_p521",
            "text",
            "os",
        ],
    ),
    (
        "data_sources",
        &[
            "resources",
            "terraform::framework",
            "terraform::language",
            "catalogue",
            "jetstream",
            "text",
        ],
    ),
    (
        "functions",
        &[
            "resources",
            "terraform::framework",
            "terraform::language",
            "catalogue",
            "text",
        ],
    ),
    (
        "resources",
        &[
            "terraform::framework",
            "terraform::language",
            "catalogue",
            "jetstream",
            "text",
            "os",
        ],
    ),
    ("catalogue", &["jetstream"]),
    ("plugin", &["terraform::proto", "ecdsa_p521", "text", "os"]),
    (
        "terraform::framework",
        &["terraform::language", "terraform::proto", "text"],
    ),
    ("terraform::language", &["text"]),
    ("terraform::proto", &[]),
    ("jetstream", &["ecdsa_p521", "text"]),
    ("ecdsa_p521", &[]),
    ("text", &[]),
    ("os", &[]),
];

/// Crates that only some layers may name: NATS is known to one, gRPC to those who speak it.
const CRATES: [(&str, &[&str]); 3] = [
    ("async_nats", &["jetstream"]),
    (
        "tonic",
        &["plugin", "terraform::framework", "terraform::proto"],
    ),
    ("hyper", &["plugin"]),
];

#[test]
fn imports_point_down_only() {
    let faults: Vec<_> = source()
        .iter()
        .flat_map(|file| {
            faults(file)
                .into_iter()
                .map(|fault| format!("src/{}: {fault}", file.path.display()))
        })
        .collect();

    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What names an operating system.
const OF_A_SYSTEM: [&str; 9] = [
    "cfg(unix)",
    "cfg(not(unix",
    "cfg(windows)",
    "cfg!(unix",
    "cfg!(windows",
    "target_os",
    "os::unix::",
    "signal::unix",
    "/proc",
];

#[test]
fn what_differs_between_systems_is_in_one_module() {
    let named: Vec<_> = source()
        .iter()
        .filter(|file| !file.module.starts_with(&["os".to_owned()]))
        .flat_map(|file| {
            let found = OF_A_SYSTEM.into_iter();
            let found = found.filter(|name| file.code.contains(name));
            found.map(|name| format!("src/{} names {name}", file.path.display()))
        })
        .collect();

    assert!(named.is_empty(), "{}", named.join("\n"));
}

#[test]
fn every_layer_of_the_table_exists_and_names_layers() {
    for (layer, below) in LAYERS {
        let path: Vec<_> = layer.split("::").map(str::to_owned).collect();
        let exists = layer == "lib"
            || layer == "terraform::proto"
            || source().iter().any(|file| file.module.starts_with(&path));

        assert!(exists, "{layer} does not exist");
        for name in below {
            assert!(
                LAYERS.iter().any(|(other, _)| other == name),
                "{name} is no layer"
            );
        }
    }
}

#[test]
fn every_way_to_name_a_higher_layer_is_found() {
    for code in [
        "use crate::resources::object::Object;",
        "use crate::{catalogue, resources::{self, object}};",
        "use crate::{\n    catalogue::{A, B},\n    resources,\n};",
        "fn f() { crate::resources::all(); }",
        "use terraform_provider_wasmcloud::resources;",
        "use ::terraform_provider_wasmcloud::resources;",
        "pub(in crate::resources) fn f() {}",
        "use crate ::resources;",
    ] {
        let faults = faults(&file("jetstream", code));

        assert!(
            faults.iter().any(|fault| fault.contains("`resources`")),
            "{code}: {faults:?}"
        );
    }
}

#[test]
fn what_the_table_allows_is_no_fault() {
    for (layer, code) in [
        (
            "resources",
            "use crate::{catalogue::{A, B}, jetstream::diff};\nuse crate::resources::object;",
        ),
        (
            "jetstream",
            "use async_nats::Client;\nuse crate::jetstream::error;",
        ),
        (
            "plugin",
            "pub(crate) fn f() { tonic_free() }\nuse crate::terraform::proto::plugin;",
        ),
        ("jetstream", "use other_crate::resources; use my_tonic::x;"),
    ] {
        assert_eq!(faults(&file(layer, code)), Vec::<String>::new(), "{code}");
    }
}

#[test]
fn crates_that_a_layer_must_not_know_are_found() {
    let nats = faults(&file("provider", "use async_nats::jetstream;"));
    let grpc = faults(&file("jetstream", "fn f() -> tonic::Status {}"));
    let unknown = faults(&file("cellar", ""));

    assert_eq!([nats.len(), grpc.len(), unknown.len()], [1, 1, 1]);
}

fn file(layer: &str, code: &str) -> SourceFile {
    SourceFile {
        path: layer.into(),
        module: vec![layer.to_owned()],
        code: code.to_owned(),
    }
}

/// What a file names and must not.
fn faults(file: &SourceFile) -> Vec<String> {
    let Some((layer, below)) = layer_of(&file.module) else {
        return match file.module.is_empty() || file.module == ["terraform"] {
            true => Vec::new(),
            false => vec![format!(
                "{:?} is in no layer: add it to the table",
                file.module
            )],
        };
    };
    let mut faults = Vec::new();
    for path in named(file) {
        if let Some((other, _)) = layer_of(&path)
            && other != layer
            && !below.contains(&other)
        {
            faults.push(format!("`{layer}` must not name `{other}`"));
        }
    }
    for (name, layers) in CRATES {
        if !layers.contains(&layer) && after_each(&file.code, name).next().is_some() {
            faults.push(format!("`{layer}` must not know the crate `{name}`"));
        }
    }
    faults
}

fn layer_of(path: &[String]) -> Option<(&'static str, &'static [&'static str])> {
    let found = LAYERS.iter().find(|(layer, _)| {
        let layer: Vec<_> = layer.split("::").map(str::to_owned).collect();
        path.starts_with(&layer)
    });
    found.copied()
}

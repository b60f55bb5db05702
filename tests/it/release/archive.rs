//! The files themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Cursor, Read};
use std::process::Command;

use serde_json::Value;
use zip::ZipArchive;

use crate::release::registry::checksum;
use crate::release::setup::{
    Release, VERSION, archive, file, pack, packed, platform, read_all, succeeded, tool,
};

#[test]
fn an_archive_has_what_registries_want_and_the_same_bytes_each_time() {
    let again = tempfile::tempdir().unwrap();
    pack(again.path());

    let mut zip = ZipArchive::new(Cursor::new(&packed()[&archive()])).unwrap();

    let binary = format!("terraform-provider-wasmcloud_v{VERSION}");
    let names: Vec<_> = zip
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect();
    let texts = [
        "CHANGELOG.md",
        "LICENSE",
        "README.md",
        "THIRD-PARTY-LICENSES.txt",
    ];
    assert_eq!(names, [&texts[..], &[&binary]].concat());
    assert_eq!(zip.by_name(&binary).unwrap().unix_mode(), Some(0o100_755));
    assert!(*packed() == read_all(again.path()));
}

#[test]
fn checksums_are_of_every_file_and_signed() {
    let release = Release::signed();

    let sums = file("SHA256SUMS");
    let listed: BTreeSet<_> = release
        .text(&sums)
        .lines()
        .map(|line| &line[66..])
        .collect();
    let signature = format!("{sums}.sig");
    let others = release
        .files
        .keys()
        .filter(|name| **name != sums && **name != signature);
    assert_eq!(listed, others.map(String::as_str).collect());
    assert_eq!(listed.len(), 3);
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in &release.files {
        fs::write(folder.path().join(name), content).unwrap();
    }
    succeeded({
        let mut check = Command::new("sha256sum");
        check.current_dir(folder.path()).args(["--check", &sums]);
        check
    });
    // Binary, as the registries want it, not armored.
    assert!(!release.files[&signature].starts_with(b"-----"));
    assert_eq!(
        release.files[&file("manifest.json")],
        fs::read("terraform-registry-manifest.json").unwrap()
    );
    assert_eq!(checksum(&release, &archive()).len(), 64);
}

#[test]
fn the_sbom_fits_its_schema_and_tells_what_is_linked_from_what_only_builds() {
    let name = file(&format!("{}.cdx.json", platform()));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(&name);
    fs::write(&path, &packed()[&name]).unwrap();

    succeeded({
        let mut check = tool("check-sbom");
        check.arg(&path);
        check
    });

    let sbom: Value = serde_json::from_slice(&packed()[&name]).unwrap();
    let components = sbom["components"].as_array().unwrap();
    let scopes: BTreeMap<_, _> = components
        .iter()
        .map(|one| {
            (
                one["name"].as_str().unwrap(),
                one["scope"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(scopes["async-nats"], "required");
    assert_eq!(scopes["rust-std"], "required");
    // Expands while the provider is compiled.
    assert_eq!(scopes["async-trait"], "excluded");
    // Only tests need it.
    assert!(!scopes.contains_key("proptest"));

    let lock = fs::read_to_string("Cargo.lock").unwrap();
    let tokio = components
        .iter()
        .find(|one| one["name"] == "tokio")
        .unwrap();
    assert!(lock.contains(tokio["hashes"][0]["content"].as_str().unwrap()));

    let licences = licences();
    for component in components {
        let (name, version) = (&component["name"], &component["version"]);
        let row = format!(
            "\n{} {}: ",
            name.as_str().unwrap(),
            version.as_str().unwrap()
        );
        let is_linked = component["scope"] == "required" && name != "rust-std";
        assert_eq!(licences.contains(&row), is_linked, "{row}");
    }
}

#[test]
fn a_file_that_is_no_sbom_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sbom.cdx.json");
    let name = file(&format!("{}.cdx.json", platform()));
    let text = String::from_utf8(packed()[&name].clone()).unwrap();
    fs::write(&path, text.replace("\"required\"", "\"needed\"")).unwrap();

    let output = tool("check-sbom").arg(&path).output().unwrap();

    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && said.contains("\"needed\" is not one of"),
        "{said}"
    );
}

fn licences() -> String {
    let mut zip = ZipArchive::new(Cursor::new(&packed()[&archive()])).unwrap();
    let mut text = String::new();
    let mut file = zip.by_name("THIRD-PARTY-LICENSES.txt").unwrap();
    file.read_to_string(&mut text).unwrap();
    text
}

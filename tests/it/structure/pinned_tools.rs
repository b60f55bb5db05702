//! Every program that is fetched has hashes, and nothing is fetched without.

use std::fs;
use std::process::Command;

use super::source::package;

/// The lines of a file of `tools` that are no comments.
fn lines(name: &str) -> Vec<String> {
    let text = fs::read_to_string(package().join("tools").join(name)).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(str::to_owned).collect()
}

#[test]
fn every_package_has_hashes_and_no_hash_is_of_another() {
    let rows = lines("versions");
    let packages: Vec<_> = rows
        .iter()
        .filter_map(|row| row.split_whitespace().nth(2))
        .collect();

    let hashes = lines("hashes");

    let named: Vec<_> = hashes
        .iter()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(named, packages);
    for line in &hashes {
        let mut given = line.split_whitespace().skip(1).peekable();
        assert!(given.peek().is_some(), "{line}");
        for hash in given {
            let hex = hash.strip_prefix("--hash=sha256:").unwrap_or_default();
            let is_sha256 = hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(is_sha256, "{hash}");
        }
    }
}

#[test]
fn a_package_without_a_hash_is_not_installed() {
    let folder = tempfile::tempdir().unwrap();
    let tools = folder.path().join("tools");
    fs::create_dir(&tools).unwrap();
    for name in ["install", "versions"] {
        fs::copy(package().join("tools").join(name), tools.join(name)).unwrap();
    }
    fs::write(tools.join("hashes"), "").unwrap();

    let output = Command::new(tools.join("install"))
        .arg("cargo-deny")
        .output()
        .unwrap();

    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(said.contains("has no hash in tools/hashes"), "{said}");
    assert_eq!(
        fs::read_dir(folder.path().join(".tools/cargo-deny"))
            .unwrap()
            .count(),
        0
    );
}

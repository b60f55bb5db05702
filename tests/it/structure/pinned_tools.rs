//! Every program that is fetched has hashes, and nothing is fetched without; what is built needs Go.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

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
    let origins = rows.iter().filter_map(|row| row.split_whitespace().nth(2));
    let packages: Vec<_> = origins.filter(|one| !one.starts_with("go:")).collect();

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
fn every_go_program_has_the_version_that_its_module_requires_and_a_hash() {
    let mut modules = BTreeSet::new();
    for row in lines("versions") {
        let [program, version, origin] = row.split_whitespace().collect::<Vec<_>>()[..] else {
            panic!("{row}");
        };
        let Some(module) = origin.strip_prefix("go:") else {
            continue;
        };
        let folder = package().join("tools/go").join(module);
        let [required, sums] =
            ["go.mod", "go.sum"].map(|name| fs::read_to_string(folder.join(name)).unwrap());

        let tool = required.lines().find_map(|line| line.strip_prefix("tool "));
        let tool = tool.unwrap_or_else(|| panic!("{module} has no tool"));
        let has_version = |line: &&str| {
            let mut words = line.trim().trim_start_matches("require ").split(' ');
            let path = words.next().unwrap_or_default();
            tool.starts_with(path) && words.next() == Some(&format!("v{version}"))
        };
        let line = required
            .lines()
            .filter(|line| line.contains(" v"))
            .find(has_version);
        let line = line.unwrap_or_else(|| panic!("{program} {version}: {module}/go.mod"));
        let line = line.trim().trim_start_matches("require ");
        let line = line.trim_end_matches(" // indirect");
        assert!(sums.contains(&format!("{line} h1:")), "{line}");
        modules.insert(module.to_owned());
    }

    let folders = fs::read_dir(package().join("tools/go")).unwrap().flatten();
    let folders: BTreeSet<_> = folders
        .map(|folder| folder.file_name().into_string().unwrap())
        .collect();
    assert_eq!(modules, folders);
}

#[test]
fn a_package_without_a_hash_is_not_installed() {
    let folder = tempfile::tempdir().unwrap();
    let tools = tools_without_hashes(folder.path());

    let output = Command::new(tools.join("install"))
        .arg("cargo-deny")
        .output()
        .unwrap();

    assert_nothing_installed(&output, folder.path(), "has no hash in tools/hashes");
}

#[test]
fn without_go_what_is_built_with_it_is_not_installed() {
    let folder = tempfile::tempdir().unwrap();
    let tools = tools_without_hashes(folder.path());
    let module = tools.join("go/conftest");
    fs::create_dir_all(&module).unwrap();
    for name in ["go.mod", "go.sum"] {
        fs::write(module.join(name), "").unwrap();
    }
    // The commands of the script, and no other.
    let commands = folder.path().join("bin");
    fs::create_dir(&commands).unwrap();
    let path = std::env::var_os("PATH").unwrap();
    for name in [
        "sh", "dirname", "awk", "cat", "cksum", "mkdir", "mktemp", "rm", "env",
    ] {
        let mut found = std::env::split_paths(&path).map(|folder| folder.join(name));
        let found = found.find(|file| file.is_file()).expect(name);
        std::os::unix::fs::symlink(found, commands.join(name)).unwrap();
    }

    let output = Command::new(tools.join("install"))
        .arg("conftest")
        .env("PATH", &commands)
        .output()
        .unwrap();

    assert_nothing_installed(
        &output,
        folder.path(),
        "is built with Go, which is not on PATH",
    );
}

/// A folder of tools that knows every program and no hash.
fn tools_without_hashes(folder: &Path) -> PathBuf {
    let tools = folder.join("tools");
    fs::create_dir(&tools).unwrap();
    for name in ["install", "versions"] {
        fs::copy(package().join("tools").join(name), tools.join(name)).unwrap();
    }
    fs::write(tools.join("hashes"), "").unwrap();
    tools
}

fn assert_nothing_installed(output: &Output, folder: &Path, reason: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(said.contains(reason), "{said}");
    for program in fs::read_dir(folder.join(".tools")).unwrap().flatten() {
        assert_eq!(
            fs::read_dir(program.path()).unwrap().count(),
            0,
            "{program:?}"
        );
    }
}

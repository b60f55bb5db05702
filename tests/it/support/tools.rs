//! Where the programs are that `make tools` installed. The pinned versions stand in `tools/versions`, nowhere else.
//!
//! A missing program is a failed test, never a skipped one.

use std::path::{Path, PathBuf};
use std::process::Command;

const VERSIONS: &str = include_str!("../../../tools/versions");

/// A Terraform that can be run.
#[derive(Clone, Debug)]
pub struct Cli {
    /// Such as "1.15.5".
    pub version: String,
    pub path: PathBuf,
}

/// The nats-server versions in `tools/versions`, the default first.
pub fn nats_server_versions() -> Vec<&'static str> {
    pinned("nats-server")
}

/// The version of a line, such as "2.10", in `tools/versions`.
pub fn nats_server_of_line(line: &str) -> &'static str {
    let mut versions = nats_server_versions().into_iter();
    let version = versions.find(|version| version.starts_with(line));
    version.unwrap_or_else(|| panic!("tools/versions has no nats-server {line}"))
}

/// The executable of a nats-server version in `tools/versions`.
pub fn nats_server(version: &str) -> PathBuf {
    installed("nats-server", version)
}

/// The Terraform on PATH, and without one the default of `tools/versions`.
pub fn terraform_default() -> Cli {
    terraform_on_path().unwrap_or_else(|| pinned_terraform(pinned("terraform")[0]))
}

/// Every Terraform there is: the one on PATH, then those of `tools/versions`.
pub fn terraform_versions() -> Vec<Cli> {
    let mut all: Vec<Cli> = terraform_on_path().into_iter().collect();
    for version in pinned("terraform") {
        if all.iter().all(|cli| cli.version != version) {
            all.push(pinned_terraform(version));
        }
    }
    all
}

fn pinned_terraform(version: &str) -> Cli {
    Cli {
        version: version.to_owned(),
        path: installed("terraform", version),
    }
}

fn terraform_on_path() -> Option<Cli> {
    let path = std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join("terraform"))
        .find(|candidate| candidate.is_file())?;
    let output = Command::new(&path)
        .args(["version", "-json"])
        .env("CHECKPOINT_DISABLE", "1")
        .env_remove("TF_CLI_CONFIG_FILE")
        .output()
        .unwrap_or_else(|error| panic!("{} cannot be run: {error}", path.display()));
    let answer: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("`terraform version -json` answers JSON");
    let version = answer["terraform_version"]
        .as_str()
        .expect("a version")
        .to_owned();
    Some(Cli { version, path })
}

fn pinned(program: &str) -> Vec<&'static str> {
    let rows = VERSIONS
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>());
    rows.filter(|row| row.first() == Some(&program))
        .map(|row| row[1])
        .collect()
}

fn installed(program: &str, version: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(".tools");
    let path = root.join(program).join(version).join(program);
    assert!(
        path.is_file(),
        "{program} {version} is not installed: run make tools"
    );
    path
}

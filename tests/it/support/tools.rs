//! Where the programs are that `tools/install` installed. The pinned versions stand in `tools/versions`, nowhere else.
//!
//! Tests use the Terraform on PATH or the default of `tools/versions`. `TEST_CLI=tofu` has all of them use the newest OpenTofu
//! instead, `TEST_CLI=tofu@1.11.6` or `TEST_CLI=terraform@1.9.8` another version. A missing program is a failed test, never a
//! skipped one.

use std::path::{Path, PathBuf};
use std::process::Command;

const VERSIONS: &str = include_str!("../../../tools/versions");

/// What runs a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    Terraform,
    OpenTofu,
}

impl Program {
    pub const ALL: [Self; 2] = [Self::Terraform, Self::OpenTofu];

    /// What it calls itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::Terraform => "Terraform",
            Self::OpenTofu => "OpenTofu",
        }
    }

    /// Its command, and its name in `tools/versions`.
    pub fn command(self) -> &'static str {
        match self {
            Self::Terraform => "terraform",
            Self::OpenTofu => "tofu",
        }
    }

    /// Where it looks for a provider whose source names no host.
    pub fn registry(self) -> &'static str {
        match self {
            Self::Terraform => "registry.terraform.io",
            Self::OpenTofu => "registry.opentofu.org",
        }
    }
}

/// A Terraform or an OpenTofu that can be run.
#[derive(Clone, Debug)]
pub struct Cli {
    pub program: Program,
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

/// The default version of any program in `tools/versions`.
pub fn program(name: &str) -> PathBuf {
    installed(name, pinned(name)[0])
}

/// The one that `TEST_CLI` names; without it the Terraform on PATH, and without one the default of `tools/versions`.
pub fn terraform_default() -> Cli {
    chosen()
        .or_else(terraform_on_path)
        .unwrap_or_else(|| cli(Program::Terraform, pinned("terraform")[0]))
}

/// The one that `TEST_CLI` names; without it the Terraform on PATH and the default of `tools/versions`.
pub fn terraform_versions() -> Vec<Cli> {
    if let Some(cli) = chosen() {
        return vec![cli];
    }
    let mut all: Vec<Cli> = terraform_on_path().into_iter().collect();
    let version = pinned("terraform")[0];
    if all.iter().all(|cli| cli.version != version) {
        all.push(cli(Program::Terraform, version));
    }
    all
}

/// The default version of a program in `tools/versions`, which is the newest.
pub fn newest_of(program: Program) -> Cli {
    cli(program, pinned(program.command())[0])
}

/// Every Terraform and every OpenTofu of `tools/versions`.
pub fn every_cli() -> Vec<Cli> {
    let programs = Program::ALL.into_iter();
    let all = programs.flat_map(|program| {
        let versions = pinned(program.command()).into_iter();
        versions.map(move |version| cli(program, version))
    });
    all.collect()
}

fn chosen() -> Option<Cli> {
    let wanted = std::env::var("TEST_CLI").ok()?;
    let (command, version) = wanted
        .split_once('@')
        .map_or((&*wanted, None), |(command, version)| {
            (command, Some(version))
        });
    let program = Program::ALL
        .into_iter()
        .find(|one| one.command() == command);
    let program = program.unwrap_or_else(|| panic!("TEST_CLI={wanted} names no program"));
    Some(cli(program, version.unwrap_or_else(|| pinned(command)[0])))
}

fn cli(program: Program, version: &str) -> Cli {
    Cli {
        program,
        version: version.to_owned(),
        path: installed(program.command(), version),
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
    Some(Cli {
        program: Program::Terraform,
        version,
        path,
    })
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
        "{program} {version} is not installed: run tools/install {program}@{version}"
    );
    path
}

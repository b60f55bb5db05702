//! A Terraform that starts the real binary, and what is left of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Cli, Running, Terraform, terraform_default, wait_for};

pub const BINARY: &str = env!("CARGO_BIN_EXE_terraform-provider-wasmcloud");

/// The object that everything here is about.
pub const MAIN: &str = "wasmcloud_lattice_buckets.main";
pub const CONFIG: &str = "resource \"wasmcloud_lattice_buckets\" \"main\" {}\n";
/// Its streams.
pub const STREAMS: [&str; 2] = ["KV_CONFIGDATA_default", "KV_LATTICEDATA_default"];

/// The command that makes what is written.
pub const APPLY: &[&str] = &["apply", "-input=false", "-no-color", "-auto-approve"];

/// A Terraform, and a temporary folder of its providers' own.
pub struct Setup {
    pub terraform: Terraform,
    temporary: TempDir,
}

impl Setup {
    /// The default Terraform with the real binary, whose server is at this address.
    pub fn server(url: &str) -> Self {
        Self::with(terraform_default(), BINARY, url)
    }

    pub fn with(cli: Cli, binary: impl AsRef<Path>, url: &str) -> Self {
        Self::of(Terraform::with_binary_and(cli, binary), url)
    }

    pub fn of(mut terraform: Terraform, url: &str) -> Self {
        let temporary = tempfile::Builder::new().prefix("tf-").tempdir().unwrap();
        terraform.set_env("TMPDIR", temporary.path().to_str().unwrap());
        terraform.set_env("NATS_URL", url);
        terraform.write(CONFIG);
        Self {
            terraform,
            temporary,
        }
    }

    /// The streams that the state has, sorted.
    pub fn streams_in_state(&self) -> Vec<String> {
        if !self.terraform.folder().join("terraform.tfstate").exists() {
            return Vec::new();
        }
        let state = self.terraform.state();
        if !state.addresses().contains(&MAIN) {
            return Vec::new();
        }
        let object = state.values(MAIN);
        ["config_data", "lattice_data"]
            .into_iter()
            .filter_map(|key| object[key]["stream"].as_str())
            .map(str::to_owned)
            .collect()
    }

    /// Whether the state has marked the object for replacement.
    pub fn is_tainted(&self) -> bool {
        self.terraform.state().is_tainted(MAIN)
    }

    /// What a state or a plan never has: when the server made the streams.
    pub fn created_in_state(&self) -> [Value; 2] {
        let state = self.terraform.state();
        ["config_data", "lattice_data"].map(|key| state.values(MAIN)[key]["created"].clone())
    }

    /// No socket is left, nor its folder.
    pub fn expect_nothing_left(&self) {
        let left: Vec<PathBuf> = fs::read_dir(self.temporary.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.to_string_lossy().contains("terraform-provider"))
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

/// The provider that a Terraform has started and that runs now.
pub fn provider_of(running: &Running) -> u32 {
    // The kernel's list of children is incomplete while a thread of the parent ends, and has those of a previous phase
    // until they are collected.
    wait_for("one provider", Duration::from_secs(60), || {
        let children = running.children();
        <[u32; 1]>::try_from(children)
            .ok()
            .map(|[provider]| provider)
    })
}

/// Waits until a process that is not our child is gone, or is left for its parent to collect.
pub fn wait_until_gone(pid: u32) {
    wait_for("the provider's end", Duration::from_secs(20), || {
        let status = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let letter = status
            .rsplit(") ")
            .next()
            .and_then(|rest| rest.chars().next());
        matches!(letter, None | Some('Z' | 'X')).then_some(())
    });
}

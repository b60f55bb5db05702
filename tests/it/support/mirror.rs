//! Folders from which `init` installs the provider, as users lay them out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const BINARY: &str = env!("CARGO_BIN_EXE_terraform-provider-wasmcloud");
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Puts the binary where a mirror has it for a program that looks at this registry, and gives the line for `.terraformrc`.
pub fn unpacked(mirror: &Path, registry: &str) -> String {
    let folder = folder(mirror, registry).join(format!("{VERSION}/{}", platform()));
    fs::create_dir_all(&folder).expect("a folder");
    fs::copy(BINARY, folder.join(executable())).expect("a copy");
    installation(mirror)
}

/// The same with an archive. What is installed from an archive goes through the cache of providers, if there is one.
pub fn packed(mirror: &Path, registry: &str) -> String {
    let folder = folder(mirror, registry);
    fs::create_dir_all(&folder).expect("a folder");
    let binary = folder.join(executable());
    fs::copy(BINARY, &binary).expect("a copy");
    let archive = format!("terraform-provider-wasmcloud_{VERSION}_{}.zip", platform());
    let status = Command::new("python3")
        .args(["-m", "zipfile", "-c", &archive, &executable()])
        .current_dir(&folder)
        .status()
        .expect("python3 runs");
    assert!(status.success(), "{status}");
    fs::remove_file(binary).expect("the binary is only in the archive");
    installation(mirror)
}

fn installation(mirror: &Path) -> String {
    format!(
        "provider_installation {{\n  filesystem_mirror {{ path = \"{}\" }}\n}}\n",
        mirror.display()
    )
}

fn folder(mirror: &Path, registry: &str) -> PathBuf {
    mirror.join(format!("{registry}/wasmcloud/wasmcloud"))
}

fn executable() -> String {
    format!("terraform-provider-wasmcloud_v{VERSION}")
}

/// Such as `linux_amd64`.
fn platform() -> String {
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let machine = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{system}_{machine}")
}

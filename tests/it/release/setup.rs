//! The files of a release, signed by a key of a test's own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use tempfile::TempDir;

pub const VERSION: &str = env!("CARGO_PKG_VERSION");
const BINARY: &str = env!("CARGO_BIN_EXE_terraform-provider-wasmcloud");

/// Files by name.
pub type Files = BTreeMap<String, Vec<u8>>;

/// A program of `tools/`.
pub fn tool(name: &str) -> Command {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(root.join("tools").join(name));
    for name in ["GPG_FINGERPRINT", "GPG_PASSPHRASE", "SOURCE_DATE_EPOCH"] {
        command.env_remove(name);
    }
    command
}

/// What a command printed, which must not fail.
pub fn succeeded(mut command: Command) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let text = String::from_utf8_lossy(&stdout).into_owned();
    let errors = String::from_utf8_lossy(&stderr);
    assert!(status.success(), "{command:?}: {status}\n{text}{errors}");
    text
}

/// This machine as Rust and as Terraform call it.
pub fn target() -> String {
    let line = succeeded({
        let mut rustc = Command::new("rustc");
        rustc.arg("-vV");
        rustc
    });
    let host = line.lines().find_map(|line| line.strip_prefix("host: "));
    host.unwrap().to_owned()
}

pub fn platform() -> String {
    let machine = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    format!("{system}_{machine}")
}

/// The name of a file of the release: `file("SHA256SUMS")`.
pub fn file(end: &str) -> String {
    format!("terraform-provider-wasmcloud_{VERSION}_{end}")
}

pub fn archive() -> String {
    file(&format!("{}.zip", platform()))
}

/// Packs the binary into this folder. Without what only a debugger reads, which is most of it.
pub fn pack(folder: &Path) {
    let stripped = tempfile::tempdir().unwrap();
    let binary = stripped.path().join("binary");
    succeeded({
        let mut strip = Command::new("strip");
        strip.arg("-o").args([&binary, &PathBuf::from(BINARY)]);
        strip
    });
    succeeded({
        let mut dist = tool("dist");
        dist.arg("--folder").arg(folder);
        dist.arg("archive").arg(target()).arg(&binary);
        dist
    });
}

/// The archive and its SBOM, packed once for all tests.
pub fn packed() -> &'static Files {
    static PACKED: OnceLock<Files> = OnceLock::new();
    PACKED.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        pack(folder.path());
        read_all(folder.path())
    })
}

pub fn read_all(folder: &Path) -> Files {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// A whole release.
#[derive(Clone)]
pub struct Release {
    pub files: Files,
    pub key: PublicKey,
}

/// What a registry tells of the key that a release is signed with.
#[derive(Clone)]
pub struct PublicKey {
    pub id: String,
    pub armored: String,
}

impl Release {
    /// The packed files with checksums, signed by a new key.
    pub fn signed() -> Self {
        Self::of(packed())
    }

    /// These files with checksums, signed by a new key.
    pub fn of(files: &Files) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            fs::write(folder.path().join(name), content).unwrap();
        }
        let keys = SecretKey::new();
        let said = succeeded({
            let mut dist = tool("dist");
            dist.arg("--folder").arg(folder.path()).arg("sums");
            dist.env("GNUPGHOME", keys.home.path());
            dist.env("GPG_FINGERPRINT", &keys.fingerprint);
            dist
        });
        assert!(said.contains("signed by"), "{said}");
        Self {
            files: read_all(folder.path()),
            key: keys.public(),
        }
    }

    pub fn text(&self, name: &str) -> &str {
        std::str::from_utf8(&self.files[name]).unwrap()
    }
}

/// A key of gpg in a folder of its own, with the agent that gpg starts for it.
struct SecretKey {
    home: TempDir,
    fingerprint: String,
}

impl SecretKey {
    /// RSA, which is what the registry of Terraform takes.
    fn new() -> Self {
        let home = tempfile::Builder::new().prefix("gpg-").tempdir().unwrap();
        let mut key = Self {
            home,
            fingerprint: String::new(),
        };
        let name = "Release <release@example.com>";
        let protection = ["--pinentry-mode", "loopback", "--passphrase", ""];
        key.gpg(
            &[
                &protection[..],
                &["--quick-generate-key", name, "rsa3072", "sign", "never"],
            ]
            .concat(),
        );
        let list = key.gpg(&["--list-secret-keys", "--with-colons"]);
        let line = list.lines().find(|line| line.starts_with("fpr:")).unwrap();
        key.fingerprint = line.split(':').nth(9).unwrap().to_owned();
        key
    }

    fn public(&self) -> PublicKey {
        PublicKey {
            id: self.fingerprint[24..].to_owned(),
            armored: self.gpg(&["--armor", "--export", &self.fingerprint]),
        }
    }

    fn gpg(&self, arguments: &[&str]) -> String {
        let mut gpg = Command::new("gpg");
        gpg.env("GNUPGHOME", self.home.path());
        gpg.args(["--batch", "--quiet"]).args(arguments);
        succeeded(gpg)
    }
}

impl Drop for SecretKey {
    fn drop(&mut self) {
        let mut end = Command::new("gpgconf");
        end.env("GNUPGHOME", self.home.path());
        let _ = end.args(["--kill", "gpg-agent"]).status();
    }
}

//! The real wasmCloud host as a process of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use nkeys::KeyPair;
use tempfile::NamedTempFile;

use crate::support::wait_for;

/// A host that finds its buckets takes a second; one that does not waits for three answers, ten seconds each.
const LIMIT: Duration = Duration::from_secs(120);

/// A host under way. Killed when dropped.
pub struct Host {
    /// Its public key, by which the control interface knows it.
    pub id: String,
    child: Child,
    log: NamedTempFile,
}

impl Host {
    /// Starts a host with these variables besides those that say how a test runs it.
    pub fn start(variables: &[(&str, &str)]) -> Self {
        let key = KeyPair::new_server();
        let log = NamedTempFile::new().expect("a file");
        let child = Command::new(program())
            .env_clear()
            .env("WASMCLOUD_HOST_SEED", key.seed().expect("a seed"))
            .env("WASMCLOUD_ALLOW_FILE_LOAD", "true")
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log.reopen().expect("the same file"))
            .spawn()
            .expect("the host starts");
        Self {
            id: key.public_key(),
            child,
            log,
        }
    }

    /// Waits until it says that it has started.
    pub fn wait_for_start(&mut self) {
        wait_for("the host's start", LIMIT, || {
            if let Some(status) = self.child.try_wait().expect("the state of our own child") {
                panic!("the host ended with {status}");
            }
            self.log().contains("wasmCloud host started").then_some(())
        });
    }

    /// Waits for its end.
    pub fn wait_for_end(&mut self) -> ExitStatus {
        wait_for("the host's end", LIMIT, || {
            self.child.try_wait().expect("the state of our own child")
        })
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // Fails for one that has ended, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- log of the host ---\n{}", self.log());
        }
    }
}

/// What `make host` has built. A missing program is a failed test, never a skipped one.
fn program() -> PathBuf {
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = tmp.with_file_name("host/debug/wasmcloud-host-process");
    assert!(
        path.is_file(),
        "{} is not built: run make host",
        path.display()
    );
    path
}

//! The real wadm as a process of its own, and its API.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::NamedTempFile;

use crate::real_wadm::lattice::Lattice;
use crate::support::wait_for;

/// Its first answer; it dials, looks at ten streams, and then listens.
const START_LIMIT: Duration = Duration::from_secs(60);

/// A wadm under way. Killed when dropped.
pub struct Wadm {
    child: Child,
    log: NamedTempFile,
}

impl Wadm {
    /// Starts it with these options (`--multitenant`) on a server, as one of the users of `fixtures/permissions.conf`.
    pub fn start(server: &str, user: &str, options: &[&str]) -> Self {
        let log = NamedTempFile::new().expect("a file");
        let url = server.replacen("://", &format!("://{user}:secret@"), 1);
        let child = Command::new(program())
            .args(["--nats-server", &url])
            .args(options)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log.reopen().expect("the same file"))
            .spawn()
            .expect("wadm starts");
        Self { child, log }
    }

    /// Waits until it answers `model.list`, and gives the answer.
    pub fn wait_for_answer(&mut self, lattice: &Lattice) -> Value {
        wait_for("wadm's answer to model.list", START_LIMIT, || {
            if let Some(status) = self.child.try_wait().expect("the state of our own child") {
                panic!("wadm ended with {status}:\n{}", self.log());
            }
            lattice.try_ask("model.list", "")
        })
    }

    /// Waits for its end.
    pub fn wait_for_end(&mut self) -> ExitStatus {
        wait_for("wadm's end", Duration::from_secs(60), || {
            self.child.try_wait().expect("the state of our own child")
        })
    }

    pub fn is_running(&mut self) -> bool {
        let status = self.child.try_wait();
        status.expect("the state of our own child").is_none()
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Wadm {
    fn drop(&mut self) {
        // Fails for one that has ended, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- log of wadm ---\n{}", self.log());
        }
    }
}

/// What `make wadm` has built. A missing program is a failed test, never a skipped one.
fn program() -> PathBuf {
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = tmp.with_file_name("wadm/debug/wadm-process");
    assert!(
        path.is_file(),
        "{} is not built: run make wadm",
        path.display()
    );
    path
}

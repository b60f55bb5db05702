//! A plugin as a process of its own, with its own temporary directory, ended when dropped.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// What Terraform puts into a plugin's environment, all but the certificate.
const ENVIRONMENT: [(&str, &str); 4] = [
    (
        "TF_PLUGIN_MAGIC_COOKIE",
        "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
    ),
    ("PLUGIN_PROTOCOL_VERSIONS", "5,6"),
    ("PLUGIN_MIN_PORT", "10000"),
    ("PLUGIN_MAX_PORT", "25000"),
];

/// Longer than anything here takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// The binary under test.
pub fn binary() -> Command {
    Command::new(env!("CARGO_BIN_EXE_terraform-provider-wasmcloud"))
}

/// A command with Terraform's environment, without a client certificate.
pub fn as_terraform(mut command: Command) -> Command {
    command.envs(ENVIRONMENT);
    command
}

/// A running process.
pub struct Process {
    pub child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
    temporary: TempDir,
}

impl Process {
    /// Starts it, without what the tests' own environment says about logs.
    pub fn start(mut command: Command) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        for variable in ["TF_LOG", "TF_LOG_PROVIDER", "TF_LOG_PROVIDER_WASMCLOUD"] {
            if !command.get_envs().any(|(name, _)| name == variable) {
                command.env_remove(variable);
            }
        }
        let mut child = command
            .env("TMPDIR", temporary.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the process starts");
        let stdout = lines(child.stdout.take().unwrap());
        let stderr = lines(child.stderr.take().unwrap());
        Self {
            child,
            stdout,
            stderr,
            temporary,
        }
    }

    /// The next line on stdout; nothing at its end.
    pub fn line(&self) -> Option<String> {
        next(&self.stdout)
    }

    /// The next line on stderr; nothing at its end.
    pub fn error_line(&self) -> Option<String> {
        next(&self.stderr)
    }

    /// All that is left on stdout and stderr, until both end.
    pub fn rest(&self) -> (String, String) {
        let all = |lines| std::iter::from_fn(|| next(lines)).collect();
        (all(&self.stdout), all(&self.stderr))
    }

    /// Waits until the process has ended by itself.
    pub fn ended(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "the process does not end");
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Sends a signal, by its name.
    pub fn signal(&self, name: &str) {
        signal(self.child.id(), name);
    }

    /// What the process has in its temporary directory.
    pub fn leftovers(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.temporary.path()).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    /// Its temporary directory.
    pub fn temporary(&self) -> &Path {
        self.temporary.path()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal to a process that a test started.
pub fn signal(pid: u32, name: &str) {
    let sent = Command::new("kill")
        .args(["-s", name, &pid.to_string()])
        .status()
        .unwrap();
    assert!(sent.success(), "{name} could not be sent");
}

/// The lines of a pipe, newlines included, as they come.
fn lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut pipe = BufReader::new(pipe);
        let mut line = String::new();
        while pipe.read_line(&mut line).is_ok_and(|read| read > 0) {
            let _ = sender.send(std::mem::take(&mut line));
        }
    });
    receiver
}

fn next(lines: &Receiver<String>) -> Option<String> {
    match lines.recv_timeout(PATIENCE) {
        Ok(line) => Some(line),
        Err(mpsc::RecvTimeoutError::Disconnected) => None,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("neither a line nor an end in {PATIENCE:?}"),
    }
}

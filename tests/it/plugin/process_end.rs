//! What ends the process, and what does not.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use terraform_provider_wasmcloud::testing::terraform::proto::plugin::Empty;

use crate::plugin::client::{Handshake, started};
use crate::plugin::process::{PATIENCE, Process, as_terraform, binary, signal};

/// What the issue asks for. Terraform itself waits two seconds, then kills.
const SHUTDOWN: Duration = Duration::from_millis(100);

/// The time from Shutdown to the end of the process and of its output.
async fn shutdown_time() -> Duration {
    let (mut process, connection) = started().await;
    let stdio = connection
        .stdio()
        .stream_stdio(())
        .await
        .expect("a stream, which stays open")
        .into_inner();

    let start = Instant::now();
    let _ = connection.controller().shutdown(Empty {}).await;
    let (stdout, stderr) = process.rest();
    let status = process.ended();
    let time = start.elapsed();

    assert!(status.success(), "{status}");
    assert_eq!((stdout.as_str(), stderr.as_str()), ("", ""));
    assert!(process.leftovers().is_empty());
    drop(stdio);
    time
}

/// The best of many, for a machine that is busy with other tests.
#[tokio::test]
async fn shutdown_ends_the_process_at_once_and_leaves_nothing() {
    let mut best = Duration::MAX;
    for _ in 0..50 {
        best = best.min(shutdown_time().await);
        if best < SHUTDOWN {
            break;
        }
    }

    assert!(best < SHUTDOWN, "{best:?}");
}

#[tokio::test]
async fn shutdown_is_answered() {
    let (_process, connection) = started().await;

    let answer = connection.controller().shutdown(Empty {}).await;

    assert!(answer.is_ok(), "{answer:?}");
}

#[tokio::test]
async fn ctrl_c_is_ignored() {
    let (mut process, connection) = started().await;

    for _ in 0..3 {
        process.signal("INT");
        connection.health("plugin").await.expect("an answer");
    }
    std::thread::sleep(Duration::from_millis(300));

    connection.health("plugin").await.expect("an answer");
    assert!(
        process.child.try_wait().unwrap().is_none(),
        "the process has ended"
    );
}

#[tokio::test]
async fn a_client_that_leaves_does_not_end_the_process() {
    let mut process = Process::start(as_terraform(binary()));
    let handshake = Handshake::read(&process);

    drop(handshake.connect_plain().await.expect("a connection"));
    std::thread::sleep(Duration::from_millis(300));

    let again = handshake.connect_plain().await.expect("a connection");
    again.health("plugin").await.expect("an answer");
    assert!(
        process.child.try_wait().unwrap().is_none(),
        "the process has ended"
    );
}

#[test]
fn when_the_parent_is_killed_the_process_leaves_and_removes_its_socket() {
    let orphan = Orphan::of(&binary());
    let socket = orphan.handshake.socket().to_owned();
    assert!(Path::new(&socket).exists());

    orphan.kill_parent();

    // The shell's pipes are the plugin's too: they end when the last of the two has ended.
    let (stdout, _) = orphan.parent.rest();
    assert_eq!(stdout, "");
    assert!(orphan.parent.leftovers().is_empty());
}

/// A plugin whose parent is a shell that can be killed.
pub struct Orphan {
    pub parent: Process,
    pub handshake: Handshake,
    pid: u32,
}

impl Orphan {
    pub fn of(command: &Command) -> Self {
        let mut shell = as_terraform(Command::new("sh"));
        shell
            .args(["-c", "\"$@\" & echo $! >&2; wait", "sh"])
            .arg(command.get_program())
            .args(command.get_args());
        shell.envs(
            command
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        let parent = Process::start(shell);
        let pid = parent
            .error_line()
            .expect("the plugin's process number")
            .trim()
            .parse()
            .expect("a number");
        let handshake = Handshake::read(&parent);
        Self {
            parent,
            handshake,
            pid,
        }
    }

    /// Kills the parent as the kernel does when memory is short: without a word to its children.
    pub fn kill_parent(&self) {
        signal(self.parent.child.id(), "KILL");
    }

    fn runs(&self) -> bool {
        Command::new("kill")
            .args(["-0", &self.pid.to_string()])
            .output()
            .unwrap()
            .status
            .success()
    }
}

impl Drop for Orphan {
    fn drop(&mut self) {
        if std::thread::panicking() && self.runs() {
            signal(self.pid, "KILL");
        }
    }
}

/// Waits until something is so.
pub fn eventually(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

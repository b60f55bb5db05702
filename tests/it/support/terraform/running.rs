//! A Terraform command under way, for tests that interrupt it or look at the provider it has started.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Output};

use rustix::process::{Pid, Signal};
use tempfile::NamedTempFile;

use super::failure::Failure;

/// A Terraform command under way. Killed when dropped.
///
/// It prints into files, so that it never waits for a reader.
pub struct Running {
    child: Child,
    arguments: Vec<String>,
    stdout: NamedTempFile,
    stderr: NamedTempFile,
}

impl Running {
    pub fn start(mut command: Command, arguments: &[&str]) -> Self {
        let [stdout, stderr] = [(); 2].map(|()| NamedTempFile::new().expect("a file"));
        let child = command
            .stdout(stdout.reopen().expect("the same file"))
            .stderr(stderr.reopen().expect("the same file"))
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let arguments = arguments
            .iter()
            .map(|&argument| argument.to_owned())
            .collect();
        Self {
            child,
            arguments,
            stdout,
            stderr,
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// As Ctrl-C does, but to Terraform alone.
    pub fn interrupt(&self) {
        self.signal(Signal::INT);
    }

    /// As Ctrl-C does at a terminal: to Terraform and to every provider that it has started. Only after
    /// [`crate::support::Terraform::start_group`].
    pub fn interrupt_group(&self) {
        rustix::process::kill_process_group(Pid::from_child(&self.child), Signal::INT)
            .expect("a signal to our own child's group");
    }

    /// Gives it no chance to tidy up.
    pub fn kill(&self) {
        self.signal(Signal::KILL);
    }

    pub fn signal(&self, signal: Signal) {
        rustix::process::kill_process(Pid::from_child(&self.child), signal)
            .expect("a signal to our own child");
    }

    /// The process ids of its children: the providers it has started.
    pub fn children(&self) -> Vec<u32> {
        let path = PathBuf::from(format!("/proc/{0}/task", self.pid()));
        let tasks = fs::read_dir(path).into_iter().flatten().flatten();
        let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
        lists
            .flat_map(|list| {
                list.split_whitespace()
                    .filter_map(|pid| pid.parse().ok())
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    pub fn is_running(&mut self) -> bool {
        self.child
            .try_wait()
            .expect("the state of our own child")
            .is_none()
    }

    /// What it has printed on stdout so far.
    pub fn text(&self) -> String {
        fs::read_to_string(&self.stdout).expect("what it printed")
    }

    /// Waits for its end.
    ///
    /// # Errors
    ///
    /// What it said, when its exit code is not 0.
    pub fn wait(mut self) -> Result<String, Failure> {
        let status = self.child.wait().expect("its end");
        let [stdout, stderr] =
            [&self.stdout, &self.stderr].map(|file| fs::read(file).expect("what it printed"));
        if status.success() {
            return Ok(self.text());
        }
        let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        Err(Failure::new(
            &arguments,
            &Output {
                status,
                stdout,
                stderr,
            },
        ))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Fails for one that has ended, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! A Terraform command under way, for tests that interrupt it or look at the provider it has started.

use std::fs;
use std::path::PathBuf;
use std::process::Child;

use rustix::process::{Pid, Signal};

use super::failure::Failure;

/// A Terraform command under way. Killed when dropped.
pub struct Running {
    child: Option<Child>,
    arguments: Vec<String>,
}

impl Running {
    pub(super) fn new(child: Child, arguments: &[&str]) -> Self {
        let arguments = arguments
            .iter()
            .map(|&argument| argument.to_owned())
            .collect();
        Self {
            child: Some(child),
            arguments,
        }
    }

    pub fn pid(&self) -> u32 {
        self.child().id()
    }

    /// As Ctrl-C does, but to Terraform alone.
    pub fn interrupt(&self) {
        self.signal(Signal::INT);
    }

    /// Gives it no chance to tidy up.
    pub fn kill(&self) {
        self.signal(Signal::KILL);
    }

    pub fn signal(&self, signal: Signal) {
        rustix::process::kill_process(Pid::from_child(self.child()), signal)
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

    /// Waits for its end.
    ///
    /// # Errors
    ///
    /// What it said, when its exit code is not 0.
    pub fn wait(mut self) -> Result<String, Failure> {
        let output = self
            .child
            .take()
            .expect("not yet waited for")
            .wait_with_output()
            .expect("its output");
        let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            Ok(text)
        } else {
            Err(Failure::new(&arguments, &output))
        }
    }

    fn child(&self) -> &Child {
        self.child.as_ref().expect("not yet waited for")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

//! Programs that `make` builds for the tests: the real wadm, and the real wasmCloud host.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use tempfile::NamedTempFile;

use crate::support::wait_for;

/// A program under way. Killed when dropped.
pub struct BuiltProgram {
    name: &'static str,
    child: Child,
    log: NamedTempFile,
}

impl BuiltProgram {
    /// Starts what `make <name>` has built, without the variables of this process. A missing program is a failed test,
    /// never a skipped one.
    pub fn start(
        name: &'static str,
        binary: &str,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Self {
        let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let program = tmp.with_file_name(format!("{name}/debug/{binary}"));
        assert!(
            program.is_file(),
            "{} is not built: run make {name}",
            program.display()
        );
        let log = NamedTempFile::new().expect("a file");
        let child = Command::new(program)
            .args(arguments)
            .env_clear()
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log.reopen().expect("the same file"))
            .spawn()
            .expect("it starts");
        Self { name, child, log }
    }

    /// Waits for something that it does; fails as soon as it has ended.
    pub fn wait_for<T>(
        &mut self,
        what: &str,
        limit: Duration,
        mut look: impl FnMut(&Self) -> Option<T>,
    ) -> T {
        wait_for(what, limit, || {
            if let Some(status) = self.status() {
                panic!("{} ended with {status}:\n{}", self.name, self.log());
            }
            look(self)
        })
    }

    /// Waits for its end.
    pub fn wait_for_end(&mut self, limit: Duration) -> ExitStatus {
        let what = format!("the end of {}", self.name);
        wait_for(&what, limit, || self.status())
    }

    /// What it ended with, if it has.
    pub fn status(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("the state of our own child")
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for BuiltProgram {
    fn drop(&mut self) {
        // Fails for one that has ended, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- log of {} ---\n{}", self.name, self.log());
        }
    }
}

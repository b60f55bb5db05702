//! The real wadm as a process of its own, and its API.

use std::process::ExitStatus;
use std::time::Duration;

use serde_json::Value;

use crate::real_wadm::lattice::Lattice;
use crate::support::BuiltProgram;

/// Its first answer; it dials, looks at ten streams, and then listens. Also its end.
const LIMIT: Duration = Duration::from_secs(60);

/// A wadm under way. Killed when dropped.
pub struct Wadm(BuiltProgram);

impl Wadm {
    /// Starts it with these options (`--multitenant`) on a server, as one of the users of `fixtures/permissions.conf`.
    pub fn start(server: &str, user: &str, options: &[&str]) -> Self {
        let url = server.replacen("://", &format!("://{user}:secret@"), 1);
        let arguments = [&["--nats-server", &*url], options].concat();
        Self(BuiltProgram::start("wadm", "wadm-process", &arguments, &[]))
    }

    /// Waits until it answers `model.list`, and gives the answer.
    pub fn wait_for_answer(&mut self, lattice: &Lattice) -> Value {
        self.0.wait_for("wadm's answer to model.list", LIMIT, |_| {
            lattice.try_ask("model.list", "")
        })
    }

    /// Waits for its end.
    pub fn wait_for_end(&mut self) -> ExitStatus {
        self.0.wait_for_end(LIMIT)
    }

    pub fn is_running(&mut self) -> bool {
        self.0.status().is_none()
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        self.0.log()
    }
}

//! The real wasmCloud host as a process of its own.

use std::process::ExitStatus;
use std::time::Duration;

use nkeys::KeyPair;

use crate::support::BuiltProgram;

/// A host that finds its buckets takes a second; one that does not waits for three answers, ten seconds each.
const LIMIT: Duration = Duration::from_secs(120);

/// A host under way. Killed when dropped.
pub struct Host {
    /// Its public key, by which the control interface knows it.
    pub id: String,
    program: BuiltProgram,
}

impl Host {
    /// Starts a host with these variables besides those that say how a test runs it.
    pub fn start(variables: &[(&str, &str)]) -> Self {
        let key = KeyPair::new_server();
        let seed = key.seed().expect("a seed");
        let own = [
            ("WASMCLOUD_HOST_SEED", &*seed),
            ("WASMCLOUD_ALLOW_FILE_LOAD", "true"),
        ];
        let variables = [&own, variables].concat();
        Self {
            id: key.public_key(),
            program: BuiltProgram::start("host", "wasmcloud-host-process", &[], &variables),
        }
    }

    /// Waits until it says that it has started.
    pub fn wait_for_start(&mut self) {
        self.program.wait_for("the host's start", LIMIT, |host| {
            host.log().contains("wasmCloud host started").then_some(())
        });
    }

    /// Waits for its end.
    pub fn wait_for_end(&mut self) -> ExitStatus {
        self.program.wait_for_end(LIMIT)
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        self.program.log()
    }
}

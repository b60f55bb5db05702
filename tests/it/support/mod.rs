//! What every scenario needs: real nats-servers, a connection to them beside Terraform's, and a real Terraform.
//!
//! All of it blocks, so that a test reads from top to bottom and runs under `#[test]` as well as `#[tokio::test]`.
//! A provider served in the test process must therefore not live on a `#[tokio::test]`'s own single thread, which these
//! calls occupy: spawn it on [`runtime`].
//!
//! Servers and commands belong to the value that started them and end
//! with it, by process id.

/// nats-servers, clusters, and what happens on them.
mod nats;
/// What is between a client and its server: relays, a proxy, certificates.
mod network;
/// Terraform, what it prints, and plugins that it starts.
mod terraform;
mod built;
/// Folders from which `init` installs the provider.
pub mod mirror;
mod served;
mod workspace;
mod yaml;
#[cfg(test)]
mod self_test;
mod tools;

use std::sync::OnceLock;
use std::time::{Duration, Instant};

pub use built::BuiltProgram;
pub use nats::admin::Admin;
pub use nats::cluster::{Cluster, Leaf, wait_for_domain};
pub use nats::credentials::{Operator, User};
pub use nats::server::{NatsServer, free_port};
pub use nats::setup::{
    WADM_STREAMS, account_without_jetstream, denied_publish, domain, password, system_account,
    token,
};
pub use network::gate::{CREATES, Gate, Side};
pub use network::link::Link;
pub use network::pki::{Authority, Issued};
pub use network::relay::Relay;
pub use network::socks::SocksProxy;
pub use network::tap::Tap;
pub use served::serve;
pub use terraform::command::Terraform;
pub use terraform::failure::{Diagnostic, Failure, warning};
pub use terraform::plan::Plan;
pub use terraform::running::Running;
pub use terraform::trapped::{act, trapped};
pub use tools::{
    Cli, Program, conftest, every_cli, nats_server, nats_server_of_line, nats_server_versions,
    newest_of, program, terraform_default, terraform_versions,
};
pub use workspace::{Provided, Workspace, login};
pub use yaml::yaml;

/// The threads on which everything asynchronous of the tests runs, for the whole test process.
pub fn runtime() -> &'static tokio::runtime::Runtime {
    static RUNTIME: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a tokio runtime")
    })
}

/// Runs a future on [`runtime`] and waits for it, also from inside another runtime.
pub fn block_on<F>(future: F) -> F::Output
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    let (sender, receiver) = std::sync::mpsc::channel();
    runtime().spawn(async move {
        // Nobody listens any more only if the waiting test is itself ending.
        let _ = sender.send(future.await);
    });
    receiver
        .recv()
        .expect("the future ended without an answer: it panicked, see above")
}

/// Asks again and again until `probe` answers, and panics with `what` when the time is over.
pub fn wait_for<T>(what: &str, limit: Duration, mut probe: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = probe() {
            return found;
        }
        assert!(
            start.elapsed() < limit,
            "waited {limit:?} in vain for {what}"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

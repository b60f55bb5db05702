//! What every scenario needs: real nats-servers, a look behind Terraform's back, and a real Terraform.
//!
//! All of it blocks, so that a test reads from top to bottom and runs under `#[test]` as well as `#[tokio::test]`.
//! A provider served in the test process must therefore not live on a `#[tokio::test]`'s own single thread, which these
//! calls occupy: spawn it on [`runtime`].
//!
//! Servers and commands belong to the value that started them and end
//! with it, by process id.

mod server;
mod served;
mod workspace;
mod trapped;
#[cfg(test)]
mod works;
mod setup;
mod credentials;
mod pki;
mod socks;
mod cluster;
mod relay;
mod link;
mod gate;
mod admin;
mod journal;
mod terraform;
mod running;
mod plan;
mod failure;
mod tools;

use std::sync::OnceLock;
use std::time::{Duration, Instant};

pub use admin::Admin;
pub use cluster::{Cluster, Leaf, wait_for_domain};
pub use credentials::{Operator, User};
pub use failure::{Diagnostic, Failure, warning};
pub use gate::{CREATES, Gate, Side};
pub use link::Link;
pub use pki::{Authority, Issued};
pub use plan::Plan;
pub use relay::Relay;
pub use running::Running;
pub use served::serve;
pub use server::{NatsServer, free_port};
pub use setup::{
    account_without_jetstream, denied_publish, domain, password, system_account, token,
};
pub use socks::SocksProxy;
pub use terraform::Terraform;
pub use tools::{Cli, nats_server_versions, terraform_default, terraform_versions};
pub use trapped::{act, trapped};
pub use workspace::{Provided, Workspace, login};

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

//! The process: its threads, and what ends it besides Shutdown.
//!
//! A terminal sends Ctrl-C to Terraform and to this process alike. Terraform answers it with
//! StopProvider and waits for running calls, so here it must do nothing. A Terraform that was
//! killed answers nothing: its plugins would stay for ever, so the parent is watched.

use std::io;
use std::time::Duration;

use tokio::runtime::Runtime;

use crate::os;

/// How often to look whether the parent is still there.
const POLL_INTERVAL: Duration = Duration::from_millis(250);

/// Few threads: the provider waits for the network, a start is paid at every plan, and each thread allocates memory of its
/// own.
pub(super) fn runtime() -> io::Result<Runtime> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores.min(2))
        .enable_all()
        .build()
}

/// The process that started this one.
pub(super) struct Parent {
    id: Option<u32>,
}

impl Parent {
    /// The parent now. In a container it may be process 1, which is no sign of its end.
    pub(super) fn now() -> Self {
        Self {
            id: os::parent_id(),
        }
    }

    /// Done when this process has another parent than before. Never, where a system does not
    /// hand orphans over.
    pub(super) async fn gone(&self) {
        while os::parent_id() == self.id {
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }
}

//! Every call is a task of its own.
//!
//! tonic drops a call's future when its connection goes, because Terraform was killed. A task is not dropped between two
//! requests: it hears that its caller is gone, begins nothing more, and ends. And a panic that reaches tonic loses the
//! state that the answer would have had; caught here, it is a diagnostic beside the best known state.
//!
//! Terraform sends as many calls at once as `-parallelism` says. Only some of them run at once, so that the memory of the
//! process has a bound: a call that waits for its turn is the bytes of its request, a call that runs is many times that.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use futures::future::BoxFuture;
use futures::{FutureExt, Stream, stream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use tonic::{Response, Status};

use crate::terraform::framework::Call;
use crate::terraform::language::{Diagnostic, Diagnostics};
use crate::text;

/// Wraps every call, so that the process can tell panics that are caught from those that are not.
pub type Guard = fn(BoxFuture<'static, ()>) -> BoxFuture<'static, ()>;

/// Calls on objects that run at once: three times as many as Terraform sends by itself.
pub(super) const AT_ONCE: usize = 32;
/// What a call that answers with a stream has ready before Terraform takes it.
const AHEAD: usize = 8;

/// The calls of one connection to Terraform.
pub(super) struct Calls {
    tasks: TaskTracker,
    guard: Guard,
    stop: Mutex<CancellationToken>,
    turns: Arc<Semaphore>,
}

/// What the caller of a call holds while it waits for the answer. Dropped, it tells the call that the caller is gone, and
/// lets another call begin.
pub(super) struct Caller {
    _gone: DropGuard,
    _turn: Option<OwnedSemaphorePermit>,
}

impl Calls {
    /// Calls that run in `tasks`, each wrapped by `guard`.
    pub(super) fn new(tasks: TaskTracker, guard: Guard) -> Self {
        Self {
            tasks,
            guard,
            stop: Mutex::default(),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// What a call on an object carries with it, once it is its turn, and what its caller holds while it waits.
    pub(super) async fn begin(&self) -> (Call, Caller) {
        // Before the wait: a stop is for the calls that wait for their turn too, which then begin nothing.
        let stop = self.token().child_token();
        let abandoned = CancellationToken::new();
        let arrived = Instant::now();
        let caller = Caller {
            _gone: abandoned.clone().drop_guard(),
            _turn: self.turns.clone().acquire_owned().await.ok(),
        };
        let call = Call {
            stop,
            abandoned,
            waited: arrived.elapsed(),
        };
        (call, caller)
    }

    /// Asks the running calls to end. Those that begin later run as ever.
    pub(super) fn stop(&self) {
        std::mem::take(&mut *self.token()).cancel();
    }

    /// Runs a call to its end, whether or not its caller still waits; `failed` makes the answer when it has none.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        failed: impl FnOnce(Diagnostics) -> T,
        work: impl Future<Output = Result<T, Diagnostics>> + Send + 'static,
    ) -> Result<Response<T>, Status> {
        let (answer, answered) = tokio::sync::oneshot::channel();
        let work = async move {
            let outcome = AssertUnwindSafe(work).catch_unwind().await;
            // Nobody waits any more when Terraform is gone; what was made stays made.
            let _ =
                answer.send(outcome.unwrap_or_else(|panic| Err(panicked(panic.as_ref()).into())));
        };
        self.tasks.spawn((self.guard)(work.boxed()));
        let outcome = answered.await.unwrap_or_else(|_| Err(ended().into()));
        Ok(Response::new(outcome.unwrap_or_else(failed)))
    }

    /// Runs a call that answers with one message after the other; `failed` makes the last one when it fails. It runs while
    /// its caller takes them, and no further ahead than some.
    pub(super) async fn stream<T, F>(
        &self,
        failed: impl FnOnce(Diagnostics) -> T + Send + 'static,
        work: impl FnOnce(Call, mpsc::Sender<T>) -> F + Send + 'static,
    ) -> impl Stream<Item = T> + Send + 'static
    where
        T: Send + 'static,
        F: Future<Output = Result<(), Diagnostics>> + Send + 'static,
    {
        let (call, caller) = self.begin().await;
        let (sender, receiver) = mpsc::channel(AHEAD);
        let work = async move {
            let work = async { work(call, sender.clone()).await };
            let outcome = AssertUnwindSafe(work).catch_unwind().await;
            let outcome = outcome.unwrap_or_else(|panic| Err(panicked(panic.as_ref()).into()));
            if let Err(diagnostics) = outcome {
                // Nobody takes it any more when Terraform has what it wants.
                let _ = sender.send(failed(diagnostics)).await;
            }
        };
        self.tasks.spawn((self.guard)(work.boxed()));
        stream::unfold((receiver, caller), |(mut receiver, caller)| async {
            let next = receiver.recv().await?;
            Some((next, (receiver, caller)))
        })
    }

    fn token(&self) -> MutexGuard<'_, CancellationToken> {
        self.stop.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The call has panicked.
pub(crate) fn panicked(panic: &(dyn Any + Send)) -> Diagnostic {
    let text = text::of_panic(panic).unwrap_or("no message");
    Diagnostic::error(
        "Provider bug: the call panicked",
        format!(
            "The call panicked: {text}. What was done on the server stays; the next refresh shows it. Please report this with the configuration and the provider's version."
        ),
    )
}

/// The process ends before the call has.
pub(crate) fn ended() -> Diagnostic {
    Diagnostic::error(
        "The provider stopped the operation",
        "The provider process is shutting down. Plan again: the next refresh shows what exists.",
    )
}

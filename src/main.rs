//! The provider as a process.

use std::process::ExitCode;

use futures::FutureExt;
use futures::future::BoxFuture;
use terraform_provider_wasmcloud::plugin::{self, About, Plugin};
use terraform_provider_wasmcloud::provider;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

fn main() -> ExitCode {
    plugin::log::init();
    let tasks = TaskTracker::new();
    let about = About {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        address: provider::ADDRESS,
        help: provider::help(),
    };
    let ended = plugin::serve(Plugin {
        about,
        provider: provider::service(tasks.clone(), guard),
        tasks,
        stop: CancellationToken::new(),
    });
    provider::leave();
    ended
}

/// Marks a call's panics as caught, so that Terraform does not report a crash beside the diagnostic.
fn guard(call: BoxFuture<'static, ()>) -> BoxFuture<'static, ()> {
    plugin::log::caught(call).boxed()
}

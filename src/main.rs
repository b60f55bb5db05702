//! The provider as a process.

use std::process::ExitCode;

use terraform_provider_wasmcloud::plugin::{self, About, Plugin};
use terraform_provider_wasmcloud::proto::tfplugin6::provider_server::Provider;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

const ABOUT: About = About {
    name: env!("CARGO_PKG_NAME"),
    version: env!("CARGO_PKG_VERSION"),
    address: "wasmcloud/wasmcloud",
    help: "",
};

fn main() -> ExitCode {
    plugin::log::init();
    plugin::serve(Plugin {
        about: ABOUT,
        provider: Placeholder,
        tasks: TaskTracker::new(),
        stop: CancellationToken::new(),
    })
}

/// Answers every call with UNIMPLEMENTED.
struct Placeholder;

impl Provider for Placeholder {}

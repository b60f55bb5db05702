//! The provider as a process.

use std::process::ExitCode;

use terraform_provider_wasmcloud::plugin::{self, About, Placeholder, Plugin};
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

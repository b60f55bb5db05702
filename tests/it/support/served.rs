//! The provider in the test process.

use terraform_provider_wasmcloud::plugin::{About, InProcess, Plugin, serve_in_process};
use terraform_provider_wasmcloud::provider::{self, WasmCloud};
use terraform_provider_wasmcloud::testing::terraform::framework::rpc::Service;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Serves the provider with an environment of its own, until the value goes away.
pub fn serve(environment: &[(&str, &str)]) -> InProcess {
    let environment = environment
        .iter()
        .map(|(name, value)| (name.into(), value.into()));
    let tasks = TaskTracker::new();
    let about = About {
        name: "terraform-provider-wasmcloud",
        version: "0.0.0",
        address: provider::ADDRESS,
        help: String::new(),
    };
    let service = Service::new(
        WasmCloud::with_environment(environment.collect()),
        tasks.clone(),
        |call| call,
    );
    serve_in_process(Plugin {
        about,
        provider: service,
        tasks,
        stop: CancellationToken::new(),
    })
    .expect("the provider is served")
}

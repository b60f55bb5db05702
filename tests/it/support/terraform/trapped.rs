//! A test binary in the place of the provider: Terraform starts it, and one of its tests acts as a plugin, with what the
//! real provider never does.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, exit};

use futures::FutureExt;
use terraform_provider_wasmcloud::plugin::{self, About, Plugin, log};
use terraform_provider_wasmcloud::testing::terraform::framework::Provider;
use terraform_provider_wasmcloud::testing::terraform::framework::rpc::Service;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Is the plugin, until Terraform has no more use for it. For a test that is ignored but where [`trapped`] runs it.
pub fn act(provider: impl Provider + 'static) -> ! {
    log::init();
    let tasks = TaskTracker::new();
    let provider = Service::new(provider, tasks.clone(), |call| log::caught(call).boxed());
    let about = About {
        name: "trapped",
        version: "0",
        address: "wasmcloud/wasmcloud",
        help: String::new(),
    };
    let code = plugin::serve(Plugin {
        about,
        provider,
        tasks,
        stop: CancellationToken::new(),
    });
    exit(i32::from(code != ExitCode::SUCCESS))
}

/// A script that runs a test of this binary as a plugin. The harness prints lines of its own, which Terraform must not
/// see; with one thread it would begin the line that the handshake is to be on.
pub fn trapped(folder: &Path, test: &str) -> PathBuf {
    let script = folder.join("trapped");
    let text = format!(
        "#!/bin/sh\n\"{}\" --exact {test} --ignored --nocapture --test-threads=2 | grep --line-buffered '^1|'\n",
        env::current_exe().unwrap().display()
    );
    fs::write(&script, text).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    script
}

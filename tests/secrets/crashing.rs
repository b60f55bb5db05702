//! A provider that panics with all secrets in hand: this test binary itself, started by Terraform, with the real provider
//! behind a trap.

use std::collections::HashMap;
use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, abort, exit};
use std::sync::Arc;

use async_trait::async_trait;
use futures::FutureExt;
use terraform_provider_wasmcloud::framework::rpc::Service;
use terraform_provider_wasmcloud::framework::{Provider, Resource};
use terraform_provider_wasmcloud::plugin::{self, About, Plugin, log};
use terraform_provider_wasmcloud::provider::WasmCloud;
use terraform_provider_wasmcloud::terraform::{Diagnostics, Schema, Value};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::given::{Log, Run, Way};
use crate::support::Terraform;
use crate::world::{Kind, World};

/// The variable that says how to panic: in the call, or beside it, which ends the process.
const TRAP: &str = "TRAP";
const CRY: &str = "the milk is sour";

struct Trapped(WasmCloud);

#[async_trait]
impl Provider for Trapped {
    fn schema(&self) -> &Schema {
        self.0.schema()
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        self.0.validate(config)
    }

    async fn configure(&self, config: &Value, terraform_version: &str) -> Diagnostics {
        let configured = self.0.configure(config, terraform_version).await;
        match env::var(TRAP).as_deref() {
            Ok("call") => panic!("{CRY}"),
            Ok("process") => {
                let _ = std::thread::spawn(|| panic!("{CRY}")).join();
                abort();
            }
            _ => configured,
        }
    }

    fn resources(&self) -> &[Arc<dyn Resource>] {
        self.0.resources()
    }
}

#[test]
#[ignore = "run by Terraform as a plugin"]
fn acts() {
    log::init();
    let environment: HashMap<String, String> = env::vars().collect();
    let tasks = TaskTracker::new();
    let trapped = Trapped(WasmCloud::with_environment(environment));
    let provider = Service::new(trapped, tasks.clone(), |call| log::caught(call).boxed());
    let about = About {
        name: "trapped",
        version: "0",
        address: "wasmcloud/wasmcloud",
        help: "",
    };
    let code = plugin::serve(Plugin {
        about,
        provider,
        tasks,
        stop: CancellationToken::new(),
    });
    exit(i32::from(code != ExitCode::SUCCESS));
}

/// What Terraform starts in place of the provider. The harness prints lines of its own, which Terraform must not see.
fn trapped(folder: &Path) -> PathBuf {
    let script = folder.join("trapped");
    let text = format!(
        "#!/bin/sh\n\"{}\" --exact crashing::acts --ignored --nocapture --test-threads=2 | grep --line-buffered '^1|'\n",
        env::current_exe().unwrap().display()
    );
    fs::write(&script, text).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    script
}

#[test]
fn a_panic_tells_no_secret_whether_it_is_caught_or_ends_the_process() {
    let world = World::start();
    let script = trapped(world.files.path());
    let kinds: Vec<&Kind> = world.kinds.iter().collect();

    for (trap, said) in [
        ("call", "Provider bug"),
        ("process", "panic: the milk is sour"),
    ] {
        let mut run = Run::with(Terraform::with_binary(&script), &world, &kinds);
        run.write(&kinds, Way::Sensitive);
        run.terraform.set_env(TRAP, trap);
        for log in [Log::File, Log::Stderr] {
            let output = run.command(
                log,
                &["apply", "-input=false", "-no-color", "-auto-approve"],
            );
            assert!(!output.status.success());
        }
        run.keep_files("after the panic");

        let everything = run.text_of("");
        assert!(
            everything.contains(said) && everything.contains(CRY),
            "{trap}: {}",
            run.text_of("stderr")
        );
        run.leaks_nothing();
    }
}

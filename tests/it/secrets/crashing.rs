//! A provider that panics with all secrets in hand: this test binary itself, started by Terraform, with the real provider
//! behind a trap.

use std::env;
use std::process::abort;
use std::sync::Arc;

use async_trait::async_trait;
use terraform_provider_wasmcloud::provider::WasmCloud;
use terraform_provider_wasmcloud::testing::terraform::framework::{Provider, Resource};
use terraform_provider_wasmcloud::testing::terraform::language::{Diagnostics, Schema, Value};

use crate::secrets::run::{Log, Run, Way};
use crate::secrets::servers::{Kind, Servers};
use crate::support::{Terraform, act, trapped};

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
    act(Trapped(WasmCloud::with_environment(
        env::vars_os().collect(),
    )));
}

#[test]
fn a_panic_tells_no_secret_whether_it_is_caught_or_ends_the_process() {
    let servers = Servers::start();
    let script = trapped(servers.files.path(), "secrets::crashing::acts");
    let kinds: Vec<&Kind> = servers.kinds.iter().collect();

    for (trap, said) in [
        ("call", "Provider bug"),
        ("process", "panic: the milk is sour"),
    ] {
        let mut run = Run::with(Terraform::with_binary(&script), &servers, &kinds);
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

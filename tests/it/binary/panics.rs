//! A provider that panics in the middle of a call: this test binary itself, started by Terraform, with the real
//! resources behind a trap.

use std::env;
use std::fs;
use std::sync::Arc;

use async_trait::async_trait;
use terraform_provider_wasmcloud::provider::WasmCloud;
use terraform_provider_wasmcloud::testing::terraform::framework::private::Private;
use terraform_provider_wasmcloud::testing::terraform::framework::{
    Applied, Call, ImportTarget, Plan, Provider, Resource,
};
use terraform_provider_wasmcloud::testing::terraform::language::{Diagnostics, Schema, Value};

use crate::binary::setup::{APPLY, BINARY, CONFIG, STREAMS, Setup};
use crate::support::{Admin, NatsServer, act, terraform_default, trapped};

/// The call that panics, after it has done its work.
const TRAP: &str = "TRAP";
const CRY: &str = "the milk is sour";

struct Trapped {
    inner: WasmCloud,
    resources: Vec<Arc<dyn Resource>>,
}

#[async_trait]
impl Provider for Trapped {
    fn schema(&self) -> &Schema {
        self.inner.schema()
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        self.inner.validate(config)
    }

    async fn configure(&self, config: &Value, terraform_version: &str) -> Diagnostics {
        self.inner.configure(config, terraform_version).await
    }

    fn resources(&self) -> &[Arc<dyn Resource>] {
        &self.resources
    }
}

struct Trap(Arc<dyn Resource>);

fn spring(call: &str) {
    assert!(env::var(TRAP).as_deref() != Ok(call), "{CRY}");
}

#[async_trait]
impl Resource for Trap {
    fn type_name(&self) -> &'static str {
        self.0.type_name()
    }

    fn schema(&self) -> &Schema {
        self.0.schema()
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        self.0.validate(config)
    }

    fn configuration(&self, state: &Value) -> Value {
        state.clone()
    }

    async fn plan(&self, plan: &mut Plan, call: &Call) {
        self.0.plan(plan, call).await;
        spring("plan");
    }

    async fn create(&self, planned: &Value, private: Private, call: &Call) -> Applied {
        let created = self.0.create(planned, private, call).await;
        spring("create");
        created
    }

    async fn read(&self, state: &Value, private: Private, call: &Call) -> Applied {
        let read = self.0.read(state, private, call).await;
        spring("read");
        read
    }

    async fn update(
        &self,
        prior: &Value,
        planned: &Value,
        private: Private,
        call: &Call,
    ) -> Applied {
        let updated = self.0.update(prior, planned, private, call).await;
        spring("update");
        updated
    }

    async fn delete(&self, prior: &Value, private: Private, call: &Call) -> Applied {
        spring("delete");
        self.0.delete(prior, private, call).await
    }

    fn identity_schema(&self) -> &Schema {
        self.0.identity_schema()
    }

    fn identity(&self, object: &Value, private: &Private) -> Value {
        self.0.identity(object, private)
    }

    async fn import(&self, target: ImportTarget<'_>, call: &Call) -> Result<Value, Diagnostics> {
        self.0.import(target, call).await
    }

    fn remember(&self, state: &Value) {
        self.0.remember(state);
    }
}

#[test]
#[ignore = "run by Terraform as a plugin"]
fn acts() {
    let inner = WasmCloud::with_environment(env::vars_os().collect());
    let resources = inner.resources().iter();
    let resources = resources
        .map(|resource| Arc::new(Trap(resource.clone())) as Arc<dyn Resource>)
        .collect();
    act(Trapped { inner, resources });
}

struct Case {
    server: NatsServer,
    setup: Setup,
    sound: Setup,
    _scripts: tempfile::TempDir,
}

/// One folder's Terraform with the trapped provider, and the same with the real one, sharing the state.
fn case() -> Case {
    let server = NatsServer::start();
    let scripts = tempfile::tempdir().unwrap();
    let setup = Setup::with(
        terraform_default(),
        trapped(scripts.path(), "binary::panics::acts"),
        &server.url(),
    );
    let sound = Setup::with(terraform_default(), BINARY, &server.url());
    Case {
        server,
        setup,
        sound,
        _scripts: scripts,
    }
}

impl Case {
    /// Hands the state from one Terraform to the other.
    fn hand_over(from: &Setup, to: &Setup) {
        let [from, to] = [from, to].map(|setup| setup.terraform.folder().join("terraform.tfstate"));
        fs::copy(from, to).unwrap();
    }

    fn admin(&self) -> Admin {
        Admin::connect(&self.server.url())
    }
}

/// Applies with the trap set, and demands a diagnostic with the panic's own words.
fn cries(setup: &mut Setup, call: &str, options: &[&str]) {
    setup.terraform.set_env(TRAP, call);
    let failure = setup.terraform.try_apply(options).unwrap_err();
    let error = failure.error();
    assert!(error.says("Provider bug") && error.says(CRY), "{error}");
    assert!(error.says("Please report"), "{error}");
    for crash in [
        "rpc error",
        "crashed",
        "Stack trace",
        "did not respond",
        "Request cancelled",
    ] {
        assert!(!failure.text.contains(crash), "{}", failure.text);
    }
}

#[test]
fn a_panic_in_a_create_keeps_what_was_made_in_the_state() {
    let mut case = case();

    cries(&mut case.setup, "create", &[]);

    assert_eq!(case.admin().stream_names(), STREAMS);
    assert_eq!(case.setup.streams_in_state(), STREAMS);
    assert!(case.setup.is_tainted());
    let made = STREAMS.map(|stream| case.admin().stream(stream).unwrap()["created"].clone());
    Case::hand_over(&case.setup, &case.sound);
    case.sound
        .terraform
        .run(&["untaint", crate::binary::setup::MAIN])
        .unwrap();
    case.sound.terraform.run(APPLY).unwrap();
    case.sound.terraform.expect_empty();
    assert_eq!(case.sound.created_in_state(), made);
}

#[test]
fn a_panic_in_an_update_a_read_a_plan_or_a_delete_loses_nothing() {
    let mut case = case();
    case.setup.terraform.run(APPLY).unwrap();
    let before = case.setup.terraform.state_file()["resources"].clone();
    case.setup
        .terraform
        .write(&CONFIG.replace("{}", "{\n  history = 5\n}"));

    cries(&mut case.setup, "plan", &[]);
    cries(&mut case.setup, "read", &[]);
    cries(&mut case.setup, "update", &[]);
    cries(&mut case.setup, "delete", &["-destroy"]);

    assert_eq!(case.admin().stream_names(), STREAMS);
    assert_eq!(case.setup.streams_in_state(), STREAMS);
    let after = case.setup.terraform.state_file()["resources"].clone();
    assert_eq!(
        after[0]["instances"][0]["private"],
        before[0]["instances"][0]["private"]
    );
    case.setup.terraform.set_env(TRAP, "");
    case.setup.terraform.run(APPLY).unwrap();
    case.setup.terraform.expect_empty();
}

//! The service driven as tonic drives it, with a provider whose one resource does what the test wants.

mod test_provider;
mod identity;
mod lists;
mod panics;
mod running;
mod unreadable;
mod functions;
mod data_sources;

use std::sync::{Arc, Mutex};

use tokio_util::task::TaskTracker;
use tonic::Request;

use crate::terraform::framework::rpc::tests::test_provider::{
    Behaviour, TYPE, TestProvider, TestResource, VERSION, identity_schema, object, schema,
};
use crate::terraform::framework::rpc::{Service, decode, encode};
use crate::terraform::language::Value;
use crate::terraform::proto::tfplugin6 as proto;
use crate::terraform::proto::tfplugin6::provider_server::Provider as _;

/// The service, its tasks, and what the resource was asked.
struct Served {
    service: Arc<Service<TestProvider>>,
    tasks: TaskTracker,
    log: Arc<Mutex<Vec<String>>>,
}

fn served(behaviour: Behaviour) -> Served {
    let log = Arc::default();
    let resource = TestResource {
        schema: schema(),
        identity: identity_schema(),
        behaviour: behaviour.clone(),
        log: Arc::clone(&log),
    };
    let provider = TestProvider {
        schema: schema(),
        behaviour,
        resources: vec![Arc::new(resource)],
        functions: functions::all(),
        data_sources: data_sources::all(),
    };
    let tasks = TaskTracker::new();
    Served {
        service: Arc::new(Service::new(provider, tasks.clone(), |work| work)),
        tasks,
        log,
    }
}

impl Served {
    fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// Waits until the resource was asked something.
    async fn asked(&self, what: &str) {
        while !self.log().iter().any(|asked| asked == what) {
            tokio::task::yield_now().await;
        }
    }

    async fn plan(&self, request: proto::plan_resource_change::Request) -> Planned {
        let answer = self
            .service
            .plan_resource_change(Request::new(request))
            .await;
        answer.unwrap().into_inner()
    }

    async fn apply(&self, request: proto::apply_resource_change::Request) -> Changed {
        let answer = self
            .service
            .apply_resource_change(Request::new(request))
            .await;
        answer.unwrap().into_inner()
    }

    async fn read(&self, request: proto::read_resource::Request) -> Refreshed {
        let answer = self.service.read_resource(Request::new(request)).await;
        answer.unwrap().into_inner()
    }

    async fn upgrade(&self, version: i64, json: &str) -> Upgraded {
        let request = proto::upgrade_resource_state::Request {
            type_name: TYPE.to_owned(),
            version,
            raw_state: Some(proto::RawState {
                json: json.as_bytes().to_vec(),
                ..Default::default()
            }),
        };
        let answer = self
            .service
            .upgrade_resource_state(Request::new(request))
            .await;
        answer.unwrap().into_inner()
    }

    async fn validate(&self, type_name: &str, config: Bytes) -> Vec<proto::Diagnostic> {
        let request = proto::validate_resource_config::Request {
            type_name: type_name.to_owned(),
            config,
            ..Default::default()
        };
        let answer = self
            .service
            .validate_resource_config(Request::new(request))
            .await;
        answer.unwrap().into_inner().diagnostics
    }

    async fn import(&self, type_name: &str, id: &str) -> proto::import_resource_state::Response {
        let request = proto::import_resource_state::Request {
            type_name: type_name.to_owned(),
            id: id.to_owned(),
            ..Default::default()
        };
        let answer = self
            .service
            .import_resource_state(Request::new(request))
            .await;
        answer.unwrap().into_inner()
    }
}

type Planned = proto::plan_resource_change::Response;
type Changed = proto::apply_resource_change::Response;
type Refreshed = proto::read_resource::Response;
type Upgraded = proto::upgrade_resource_state::Response;
type Bytes = Option<proto::DynamicValue>;

fn bytes(value: &Value) -> Bytes {
    encode(value, &schema())
}

fn value(bytes: Bytes) -> Value {
    decode(bytes, &schema()).unwrap()
}

fn garbage() -> Bytes {
    Some(proto::DynamicValue {
        msgpack: vec![0xc1, 0xff],
        ..Default::default()
    })
}

const PRIVATE: &[u8] = br#"{"fact":"kept"}"#;

fn plan_request(prior: &Value, next: &Value) -> proto::plan_resource_change::Request {
    proto::plan_resource_change::Request {
        type_name: TYPE.to_owned(),
        prior_state: bytes(prior),
        proposed_new_state: bytes(next),
        config: bytes(next),
        prior_private: PRIVATE.to_vec(),
        ..Default::default()
    }
}

fn apply_request(prior: &Value, planned: &Value) -> proto::apply_resource_change::Request {
    proto::apply_resource_change::Request {
        type_name: TYPE.to_owned(),
        prior_state: bytes(prior),
        planned_state: bytes(planned),
        config: bytes(planned),
        planned_private: PRIVATE.to_vec(),
        ..Default::default()
    }
}

fn read_request(state: &Value) -> proto::read_resource::Request {
    proto::read_resource::Request {
        type_name: TYPE.to_owned(),
        current_state: bytes(state),
        private: PRIVATE.to_vec(),
        ..Default::default()
    }
}

fn there() -> Value {
    object("a".into(), "made".into())
}

fn wanted() -> Value {
    object("b".into(), Value::Null)
}

fn planned() -> Value {
    object("b".into(), Value::Unknown)
}

/// The summary of the only diagnostic, an error.
fn error(diagnostics: &[proto::Diagnostic]) -> &str {
    let [only] = diagnostics else {
        panic!("one diagnostic, not {diagnostics:?}")
    };
    assert_eq!(only.severity(), proto::diagnostic::Severity::Error);
    &only.summary
}

#[tokio::test]
async fn private_state_goes_through_plan_apply_and_refresh() {
    let served = served(Behaviour::Normal);

    let plan = served.plan(plan_request(&Value::Null, &wanted())).await;
    assert_eq!(value(plan.planned_state), planned());
    assert_eq!(plan.planned_private, PRIVATE);

    let apply = proto::apply_resource_change::Request {
        planned_private: plan.planned_private,
        ..apply_request(&Value::Null, &planned())
    };
    let applied = served.apply(apply).await;
    let made = br#"{"fact":"kept","made":"yes"}"#;
    assert_eq!(value(applied.new_state), object("b".into(), "made".into()));
    assert_eq!(applied.private, made);

    let read = proto::read_resource::Request {
        private: applied.private,
        ..read_request(&there())
    };
    let read = served.read(read).await;
    assert_eq!(value(read.new_state), there());
    assert_eq!(read.private, made);
    let destroyed = served.apply(apply_request(&there(), &Value::Null)).await;
    assert_eq!(value(destroyed.new_state), Value::Null);
}

#[tokio::test]
async fn a_stored_state_is_raised_one_version_at_a_time() {
    let served = served(Behaviour::Normal);

    let old = served
        .upgrade(0, r#"{"name":"a","made":"m","gone":[1]}"#)
        .await;
    let current = served
        .upgrade(VERSION, r#"{"name":"a","surplus":{"x":1}}"#)
        .await;
    let newer = served.upgrade(VERSION + 1, r#"{"name":"a"}"#).await;

    assert!(old.diagnostics.is_empty() && current.diagnostics.is_empty());
    assert_eq!(
        value(old.upgraded_state),
        object("a+0+1+2".into(), "m".into())
    );
    assert_eq!(
        value(current.upgraded_state),
        object("a".into(), Value::Null)
    );
    assert_eq!(
        error(&newer.diagnostics),
        "State of test_resource was written by a newer provider"
    );
    assert_eq!(newer.upgraded_state, None);
    assert_eq!(served.log(), ["upgrade 0", "upgrade 1", "upgrade 2"]);
}

#[tokio::test]
async fn an_imported_object_is_its_id_until_it_is_read() {
    let imported = served(Behaviour::Normal).import(TYPE, "a").await;

    let [only] = imported.imported_resources.as_slice() else {
        panic!("one object, not {imported:?}")
    };
    assert_eq!(only.type_name, TYPE);
    assert_eq!(value(only.state.clone()), object("a".into(), Value::Null));
    assert!(imported.diagnostics.is_empty());
}

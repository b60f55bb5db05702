//! The service driven as tonic drives it, with a provider whose one resource does what the test wants.

mod puppet;

use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use tokio::sync::Notify;

use super::*;
use crate::terraform::framework::rpc::tests::puppet::{
    Act, Puppet, Stage, TYPE, VERSION, object, schema,
};
use crate::terraform::proto::tfplugin6::provider_server::Provider as _;

/// The service, its tasks, and what the resource was asked.
struct Served {
    service: Arc<Service<Stage>>,
    tasks: TaskTracker,
    log: Arc<Mutex<Vec<String>>>,
}

fn served(act: Act) -> Served {
    let log = Arc::default();
    let puppet = Puppet {
        schema: schema(),
        act: act.clone(),
        log: Arc::clone(&log),
    };
    let stage = Stage {
        schema: schema(),
        act,
        resources: vec![Arc::new(puppet)],
    };
    let tasks = TaskTracker::new();
    Served {
        service: Arc::new(Service::new(stage, tasks.clone(), |work| work)),
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
async fn a_panic_is_a_diagnostic_beside_what_is_best_known() {
    let served = served(Act::Panic);
    let summary = "Provider bug: the call panicked";

    for next in [&wanted(), &Value::Null] {
        let plan = served.plan(plan_request(&there(), next)).await;
        assert_eq!(error(&plan.diagnostics), summary);
        assert_eq!(value(plan.planned_state), there());
        assert_eq!(plan.planned_private, PRIVATE);
    }

    // A create may have made what was planned; what an update or a deletion met is still there.
    let unmade = object("b".into(), Value::Null);
    for (prior, planned, left) in [
        (Value::Null, planned(), unmade),
        (there(), planned(), there()),
        (there(), Value::Null, there()),
    ] {
        let applied = served.apply(apply_request(&prior, &planned)).await;
        assert_eq!(error(&applied.diagnostics), summary);
        assert_eq!(value(applied.new_state), left);
        assert_eq!(applied.private, PRIVATE);
    }

    let read = served.read(read_request(&there())).await;
    assert_eq!(error(&read.diagnostics), summary);
    assert_eq!(value(read.new_state), there());
    assert_eq!(read.private, PRIVATE);

    assert_eq!(
        error(&served.validate(TYPE, bytes(&wanted())).await),
        summary
    );
    assert_eq!(error(&served.import(TYPE, "a").await.diagnostics), summary);
    let upgraded = served.upgrade(0, "{}").await;
    assert_eq!(error(&upgraded.diagnostics), summary);

    let asked = served.log();
    let methods = [
        "plan",
        "plan_destroy",
        "create",
        "update",
        "delete",
        "read",
        "validate",
        "import",
        "upgrade 0",
    ];
    assert_eq!(asked, methods);
}

#[tokio::test]
async fn a_panic_of_the_provider_block_is_a_diagnostic() {
    let served = served(Act::Panic);
    let validate = proto::validate_provider_config::Request {
        config: bytes(&wanted()),
    };
    let configure = proto::configure_provider::Request {
        config: bytes(&wanted()),
        ..Default::default()
    };

    let validated = served
        .service
        .validate_provider_config(Request::new(validate))
        .await;
    let configured = served
        .service
        .configure_provider(Request::new(configure))
        .await;

    let summary = "Provider bug: the call panicked";
    assert_eq!(error(&validated.unwrap().into_inner().diagnostics), summary);
    assert_eq!(
        error(&configured.unwrap().into_inner().diagnostics),
        summary
    );
}

#[tokio::test]
async fn a_call_that_nobody_waits_for_any_more_finishes() {
    let go_on = Arc::new(Notify::new());
    let served = served(Act::Wait(go_on.clone()));
    let service = served.service.clone();

    let waiting = tokio::spawn(async move {
        let request = apply_request(&Value::Null, &planned());
        service.apply_resource_change(Request::new(request)).await
    });
    served.asked("create").await;
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    assert_eq!(served.log(), ["create"]);
    go_on.notify_one();
    served.tasks.close();
    served.tasks.wait().await;

    assert_eq!(served.log(), ["create", "create done"]);
}

#[tokio::test]
async fn stopping_reaches_the_calls_that_run_and_not_the_next() {
    let served = served(Act::UntilStopped);
    let stop = || {
        served
            .service
            .stop_provider(Request::new(proto::stop_provider::Request {}))
    };
    let later = served.service.calls.begin();

    let (stopped, _) = tokio::join!(
        served.apply(apply_request(&Value::Null, &planned())),
        async {
            served.asked("create").await;
            stop().await.unwrap();
        }
    );

    assert_eq!(error(&stopped.diagnostics), "Stopped");
    assert_eq!(value(stopped.new_state), object("b".into(), "made".into()));
    assert!(later.stop.is_cancelled());
    assert!(!served.service.calls.begin().stop.is_cancelled());

    let (again, _) = tokio::join!(served.apply(apply_request(&there(), &planned())), async {
        served.asked("update").await;
        stop().await.unwrap();
    });
    assert_eq!(error(&again.diagnostics), "Stopped");
}

#[tokio::test]
async fn a_type_that_we_do_not_have_is_a_diagnostic_and_loses_nothing() {
    let served = served(Act::Well);
    let other = || "test_other".to_owned();
    let summary = "There is no resource type test_other";

    let plan = proto::plan_resource_change::Request {
        type_name: other(),
        ..plan_request(&there(), &wanted())
    };
    let plan = served.plan(plan).await;
    let applied = proto::apply_resource_change::Request {
        type_name: other(),
        ..apply_request(&there(), &planned())
    };
    let applied = served.apply(applied).await;
    let read = proto::read_resource::Request {
        type_name: other(),
        ..read_request(&there())
    };
    let read = served.read(read).await;
    let upgrade = proto::upgrade_resource_state::Request {
        type_name: other(),
        ..Default::default()
    };
    let upgraded = served
        .service
        .upgrade_resource_state(Request::new(upgrade))
        .await;

    assert_eq!(error(&plan.diagnostics), summary);
    assert_eq!(value(plan.planned_state), there());
    assert_eq!(plan.planned_private, PRIVATE);
    assert_eq!(error(&applied.diagnostics), summary);
    assert_eq!(value(applied.new_state), there());
    assert_eq!(applied.private, PRIVATE);
    assert_eq!(error(&read.diagnostics), summary);
    assert_eq!(value(read.new_state), there());
    assert_eq!(read.private, PRIVATE);
    assert_eq!(error(&upgraded.unwrap().into_inner().diagnostics), summary);
    assert_eq!(error(&served.validate(&other(), None).await), summary);
    assert_eq!(
        error(&served.import(&other(), "a").await.diagnostics),
        summary
    );
    assert!(served.log().is_empty());
}

#[tokio::test]
async fn what_cannot_be_read_is_a_diagnostic_and_begins_nothing() {
    let served = served(Act::Well);
    let plan = || plan_request(&there(), &wanted());
    let apply = || apply_request(&there(), &planned());
    let no_private = || b"[1]".to_vec();

    for request in [
        proto::plan_resource_change::Request {
            config: garbage(),
            ..plan()
        },
        proto::plan_resource_change::Request {
            proposed_new_state: garbage(),
            ..plan()
        },
        proto::plan_resource_change::Request {
            prior_state: garbage(),
            ..plan()
        },
        proto::plan_resource_change::Request {
            prior_private: no_private(),
            ..plan()
        },
    ] {
        let (prior, private) = (request.prior_state.clone(), request.prior_private.clone());
        let plan = served.plan(request).await;
        error(&plan.diagnostics);
        assert_eq!((plan.planned_state, plan.planned_private), (prior, private));
    }
    for request in [
        proto::apply_resource_change::Request {
            planned_state: garbage(),
            ..apply()
        },
        proto::apply_resource_change::Request {
            prior_state: garbage(),
            ..apply()
        },
        proto::apply_resource_change::Request {
            planned_private: no_private(),
            ..apply()
        },
        proto::apply_resource_change::Request {
            prior_state: None,
            planned_private: no_private(),
            ..apply()
        },
    ] {
        let (prior, private) = (request.prior_state.clone(), request.planned_private.clone());
        let applied = served.apply(request).await;
        error(&applied.diagnostics);
        assert_eq!((applied.new_state, applied.private), (prior, private));
    }
    let unreadable = proto::read_resource::Request {
        current_state: garbage(),
        ..read_request(&there())
    };
    let read = served.read(unreadable).await;
    error(&read.diagnostics);
    assert_eq!(
        (read.new_state, read.private),
        (garbage(), PRIVATE.to_vec())
    );
    error(&served.validate(TYPE, garbage()).await);
    error(&served.upgrade(VERSION, "{").await.diagnostics);
    error(&served.upgrade(0, "{").await.diagnostics);

    assert!(served.log().is_empty());
}

#[tokio::test]
async fn private_state_goes_through_plan_apply_and_refresh() {
    let served = served(Act::Well);

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
    let served = served(Act::Well);

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
        "State of test_puppet was written by a newer provider"
    );
    assert_eq!(newer.upgraded_state, None);
    assert_eq!(served.log(), ["upgrade 0", "upgrade 1", "upgrade 2"]);
}

#[tokio::test]
async fn an_imported_object_is_its_id_until_it_is_read() {
    let imported = served(Act::Well).import(TYPE, "a").await;

    let [only] = imported.imported_resources.as_slice() else {
        panic!("one object, not {imported:?}")
    };
    assert_eq!(only.type_name, TYPE);
    assert_eq!(value(only.state.clone()), object("a".into(), Value::Null));
    assert!(imported.diagnostics.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_whatsoever_end_in_an_error_of_grpc(
        noise in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..12), 3),
        as_json: bool,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let dynamic = |bytes: &[u8]| Some(proto::DynamicValue {
            msgpack: if as_json { Vec::new() } else { bytes.to_vec() },
            json: if as_json { bytes.to_vec() } else { Vec::new() },
        });
        let [state, next, private] = noise.as_slice() else { panic!("three") };
        let served = served(Act::Well);

        runtime.block_on(async {
            let (prior_state, planned_state) = (dynamic(state), dynamic(next));
            served.plan(proto::plan_resource_change::Request {
                prior_state: prior_state.clone(),
                config: planned_state.clone(),
                proposed_new_state: planned_state.clone(),
                prior_private: private.clone(),
                ..plan_request(&Value::Null, &Value::Null)
            }).await;
            served.apply(proto::apply_resource_change::Request {
                prior_state: prior_state.clone(),
                planned_state: planned_state.clone(),
                planned_private: private.clone(),
                ..apply_request(&Value::Null, &Value::Null)
            }).await;
            served.read(proto::read_resource::Request {
                current_state: prior_state,
                private: private.clone(),
                ..read_request(&Value::Null)
            }).await;
            served.validate(TYPE, planned_state).await;
            served.upgrade(0, &String::from_utf8_lossy(state)).await;
            served.upgrade(VERSION, &String::from_utf8_lossy(next)).await;
        });
    }
}

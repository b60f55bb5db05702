//! Requests that cannot be read.

use proptest::prelude::*;
use tonic::Request;

use crate::terraform::framework::rpc::tests::test_provider::{Behaviour, TYPE, VERSION};
use crate::terraform::framework::rpc::tests::{
    PRIVATE, apply_request, error, garbage, plan_request, planned, read_request, served, there,
    value, wanted,
};
use crate::terraform::language::Value;
use crate::terraform::proto::tfplugin6 as proto;
use crate::terraform::proto::tfplugin6::provider_server::Provider as _;

#[tokio::test]
async fn a_type_that_we_do_not_have_is_a_diagnostic_and_loses_nothing() {
    let served = served(Behaviour::Normal);
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
    let served = served(Behaviour::Normal);
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
        let served = served(Behaviour::Normal);

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

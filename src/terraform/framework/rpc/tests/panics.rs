//! Calls that panic.

use tonic::Request;

use crate::terraform::framework::rpc::tests::test_provider::{Behaviour, TYPE, object};
use crate::terraform::framework::rpc::tests::{
    PRIVATE, apply_request, bytes, error, plan_request, planned, read_request, served, there,
    value, wanted,
};
use crate::terraform::language::Value;
use crate::terraform::proto::tfplugin6 as proto;
use crate::terraform::proto::tfplugin6::provider_server::Provider as _;

#[tokio::test]
async fn a_panic_is_a_diagnostic_beside_what_is_best_known() {
    let served = served(Behaviour::Panic);
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
    let served = served(Behaviour::Panic);
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

//! Calls that outlive their caller, and calls that the user stops.

use std::sync::Arc;

use tokio::sync::Notify;
use tonic::Request;

use crate::terraform::framework::rpc::tests::test_provider::{Behaviour, object};
use crate::terraform::framework::rpc::tests::{
    apply_request, error, planned, served, there, value,
};
use crate::terraform::language::Value;
use crate::terraform::proto::tfplugin6 as proto;
use crate::terraform::proto::tfplugin6::provider_server::Provider as _;

#[tokio::test]
async fn a_call_that_nobody_waits_for_any_more_finishes() {
    let go_on = Arc::new(Notify::new());
    let served = served(Behaviour::Wait(go_on.clone()));
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

#[test]
fn a_call_hears_that_its_caller_is_gone() {
    let served = served(Behaviour::UntilStopped);
    let (call, caller) = served.service.calls.begin();
    let (other, _caller) = served.service.calls.begin();

    drop(caller);

    assert!(call.abandoned.is_cancelled() && !call.stop.is_cancelled());
    assert!(!other.abandoned.is_cancelled());
}

#[tokio::test]
async fn stopping_reaches_the_calls_that_run_and_not_the_next() {
    let served = served(Behaviour::UntilStopped);
    let stop = || {
        served
            .service
            .stop_provider(Request::new(proto::stop_provider::Request {}))
    };
    let (later, _caller) = served.service.calls.begin();

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
    let (next, _caller) = served.service.calls.begin();
    assert!(!next.stop.is_cancelled() && !next.abandoned.is_cancelled());

    let (again, _) = tokio::join!(served.apply(apply_request(&there(), &planned())), async {
        served.asked("update").await;
        stop().await.unwrap();
    });
    assert_eq!(error(&again.diagnostics), "Stopped");
}

//! Calls that outlive their caller, and calls that the user stops.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::join_all;
use tokio::sync::Notify;
use tonic::Request;

use crate::terraform::framework::calls::AT_ONCE;
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

#[tokio::test]
async fn a_call_hears_that_its_caller_is_gone() {
    let served = served(Behaviour::UntilStopped);
    let (call, caller) = served.service.calls.begin().await;
    let (other, _caller) = served.service.calls.begin().await;

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
    let (later, _caller) = served.service.calls.begin().await;

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
    let (next, _caller) = served.service.calls.begin().await;
    assert!(!next.stop.is_cancelled() && !next.abandoned.is_cancelled());

    let (again, _) = tokio::join!(served.apply(apply_request(&there(), &planned())), async {
        served.asked("update").await;
        stop().await.unwrap();
    });
    assert_eq!(error(&again.diagnostics), "Stopped");
}

#[tokio::test]
async fn of_many_calls_only_some_run_at_once() {
    const CALLS: usize = 3 * AT_ONCE;
    let go_on = Arc::new(Notify::new());
    let served = served(Behaviour::Wait(go_on.clone()));
    let apply = || served.apply(apply_request(&Value::Null, &planned()));
    let begun = || {
        let log = served.log();
        log.iter().filter(|entry| *entry == "create").count()
    };

    let one_by_one = async {
        for ended in 0..CALLS {
            while begun() < CALLS.min(AT_ONCE + ended) {
                tokio::task::yield_now().await;
            }
            // What would begin besides has had its chance.
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
            assert_eq!(begun(), CALLS.min(AT_ONCE + ended));
            go_on.notify_one();
        }
    };
    let (answers, ()) = tokio::join!(join_all((0..CALLS).map(|_| apply())), one_by_one);

    for answer in answers {
        assert!(answer.diagnostics.is_empty());
    }
}

#[tokio::test]
async fn a_stop_reaches_the_calls_that_wait_for_their_turn() {
    let served = served(Behaviour::UntilStopped);
    let calls = &served.service.calls;
    let mut running = join_all((0..AT_ONCE).map(|_| calls.begin())).await;
    let mut waiting = std::pin::pin!(calls.begin());
    assert!(waiting.as_mut().now_or_never().is_none());

    calls.stop();
    running.pop();
    let (waited, _caller) = waiting.await;

    assert!(waited.stop.is_cancelled());
}

#[tokio::test]
async fn the_wait_for_a_turn_is_part_of_the_time_of_a_call() {
    const WAIT: Duration = Duration::from_millis(30);
    let served = served(Behaviour::Normal);
    let calls = &served.service.calls;
    let (at_once, _caller) = calls.begin().await;
    let running = join_all((1..AT_ONCE).map(|_| calls.begin())).await;

    let ((later, _caller), ()) = tokio::join!(calls.begin(), async {
        tokio::time::sleep(WAIT).await;
        drop(running);
    });

    assert!(at_once.waited < WAIT && later.waited >= WAIT);
}

#[tokio::test]
async fn a_call_whose_caller_goes_before_its_turn_is_never_begun() {
    let served = served(Behaviour::Normal);
    let calls = &served.service.calls;
    let running = join_all((0..AT_ONCE).map(|_| calls.begin())).await;
    let request = apply_request(&Value::Null, &planned());
    let waiting = served.apply(request.clone()).now_or_never();
    assert!(waiting.is_none());

    drop(running);
    served.apply(request).await;

    assert_eq!(served.log(), ["create", "create done"]);
}

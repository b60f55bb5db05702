//! Lists: a stream of events, which runs no further ahead than its caller takes them.

use futures::StreamExt;
use tonic::Request;
use tonic::codegen::BoxStream;

use crate::terraform::framework::convert;
use crate::terraform::framework::rpc::tests::test_provider::{
    Behaviour, TYPE, identity_schema, object,
};
use crate::terraform::framework::rpc::tests::{Served, error, garbage, served, value};
use crate::terraform::language::Value;
use crate::terraform::proto::tfplugin6 as proto;
use crate::terraform::proto::tfplugin6::provider_server::Provider as _;

fn request(limit: i64) -> proto::list_resource::Request {
    let config = Value::object([("name", "a".into())]);
    proto::list_resource::Request {
        type_name: TYPE.to_owned(),
        config: Some(convert::encode(&config, identity_schema().object_type())),
        include_resource_object: true,
        limit,
    }
}

async fn events(
    served: &Served,
    request: proto::list_resource::Request,
) -> BoxStream<proto::list_resource::Event> {
    let answer = served.service.list_resource(Request::new(request)).await;
    answer.unwrap().into_inner()
}

async fn all(
    served: &Served,
    request: proto::list_resource::Request,
) -> Vec<proto::list_resource::Event> {
    let events = events(served, request).await;
    events.map(Result::unwrap).collect().await
}

#[tokio::test]
async fn each_object_is_an_event_with_its_identity_and_its_state_if_that_is_requested() {
    let served = served(Behaviour::Normal);
    let without = proto::list_resource::Request {
        include_resource_object: false,
        ..request(1)
    };

    let found = all(&served, request(2)).await;
    let bare = all(&served, without).await;

    let [_, second] = found.as_slice() else {
        panic!("two events, not {found:?}")
    };
    let identity = convert::decode_identity(second.identity.clone(), &identity_schema()).unwrap();
    assert_eq!(identity, Value::object([("name", "object 1".into())]));
    assert_eq!(second.display_name, "number 1");
    let state = value(second.resource_object.clone());
    assert_eq!(state, object("object 1".into(), "made".into()));
    assert_eq!((bare.len(), &bare[0].resource_object), (1, &None));
}

#[tokio::test]
async fn what_goes_wrong_is_an_event_with_a_diagnostic() {
    let other = proto::list_resource::Request {
        type_name: "other_resource".to_owned(),
        ..request(1)
    };
    let unreadable = proto::list_resource::Request {
        config: garbage(),
        ..request(1)
    };

    let of_other = all(&served(Behaviour::Normal), other).await;
    let of_unreadable = all(&served(Behaviour::Normal), unreadable).await;
    let panicked = all(&served(Behaviour::Panic), request(1)).await;

    assert_eq!(
        error(&of_other[0].diagnostic),
        "There is no resource type other_resource"
    );
    error(&of_unreadable[0].diagnostic);
    assert_eq!(
        error(&panicked[0].diagnostic),
        "Provider bug: the call panicked"
    );
}

#[tokio::test]
async fn a_list_waits_for_its_caller_and_ends_with_it() {
    let served = served(Behaviour::Normal);
    let mut taken = events(&served, request(i64::MAX)).await;

    for _ in 0..3 {
        taken.next().await.unwrap().unwrap();
    }
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    let ahead = served.log().iter().filter(|one| *one == "found").count();
    drop(taken);
    served.tasks.close();
    served.tasks.wait().await;

    assert!(ahead < 20, "{ahead} objects were made for three");
    assert_eq!(served.log().last().unwrap(), "nobody wants more");
}

#[tokio::test]
async fn the_configuration_of_a_list_is_validated() {
    let served = served(Behaviour::Normal);
    let nameless = Value::object([("name", Value::Null)]);
    let request = proto::validate_list_resource_config::Request {
        type_name: TYPE.to_owned(),
        config: Some(convert::encode(&nameless, identity_schema().object_type())),
        ..Default::default()
    };

    let answer = served
        .service
        .validate_list_resource_config(Request::new(request))
        .await;

    let diagnostics = answer.unwrap().into_inner().diagnostics;
    assert_eq!(error(&diagnostics), "Missing value for name");
}

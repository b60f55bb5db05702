//! Identities: every answer has the one of its object.

use tonic::Request;

use crate::terraform::framework::convert;
use crate::terraform::framework::rpc::tests::test_provider::{
    Behaviour, TYPE, VERSION, identity_schema,
};
use crate::terraform::framework::rpc::tests::{
    PRIVATE, Served, apply_request, error, garbage, plan_request, planned, read_request, served,
    there, value, wanted,
};
use crate::terraform::language::Value;
use crate::terraform::proto::tfplugin6 as proto;
use crate::terraform::proto::tfplugin6::provider_server::Provider as _;

type Data = Option<proto::ResourceIdentityData>;

fn named(name: &str) -> Value {
    Value::object([("name", name.into())])
}

fn data(name: &str) -> Data {
    convert::identity(&named(name), &identity_schema())
}

fn identity(data: Data) -> Value {
    convert::decode_identity(data, &identity_schema()).unwrap()
}

async fn imported(served: &Served, identity: Data) -> proto::import_resource_state::Response {
    let request = proto::import_resource_state::Request {
        type_name: TYPE.to_owned(),
        identity,
        ..Default::default()
    };
    let answer = served.service.import_resource_state(Request::new(request));
    answer.await.unwrap().into_inner()
}

async fn upgraded(
    served: &Served,
    version: i64,
    json: &str,
) -> proto::upgrade_resource_identity::Response {
    let request = proto::upgrade_resource_identity::Request {
        type_name: TYPE.to_owned(),
        version,
        raw_identity: Some(proto::RawState {
            json: json.as_bytes().to_vec(),
            ..Default::default()
        }),
    };
    let answer = served
        .service
        .upgrade_resource_identity(Request::new(request));
    answer.await.unwrap().into_inner()
}

#[tokio::test]
async fn every_answer_has_the_identity_of_its_object_whatever_the_request_had() {
    let served = served(Behaviour::Normal);

    let created = served.plan(plan_request(&Value::Null, &wanted())).await;
    let replaced = served.plan(plan_request(&there(), &wanted())).await;
    let destroyed = served.plan(plan_request(&there(), &Value::Null)).await;
    let applied = served.apply(apply_request(&Value::Null, &planned())).await;
    let deleted = served.apply(apply_request(&there(), &Value::Null)).await;
    let read = served.read(read_request(&there())).await;
    let renamed = proto::read_resource::Request {
        current_identity: data("of another build"),
        ..read_request(&there())
    };
    let repaired = served.read(renamed).await;

    assert_eq!(identity(created.planned_identity), named("b"));
    assert_eq!(identity(replaced.planned_identity), named("b"));
    assert_eq!(identity(destroyed.planned_identity), named("a"));
    assert_eq!(identity(applied.new_identity), named("b"));
    assert_eq!(deleted.new_identity, None);
    assert_eq!(identity(read.new_identity), named("a"));
    assert_eq!(identity(repaired.new_identity), named("a"));
}

#[tokio::test]
async fn an_object_is_imported_by_its_identity() {
    let served = served(Behaviour::Normal);

    let by_identity = imported(&served, data("a")).await;
    let by_id = served.import(TYPE, "a").await;

    for imported in [by_identity, by_id] {
        let [only] = imported.imported_resources.as_slice() else {
            panic!("one object, not {imported:?}")
        };
        assert_eq!(value(only.state.clone()).attribute("name"), &"a".into());
        assert_eq!(identity(only.identity.clone()), named("a"));
    }
}

#[tokio::test]
async fn an_identity_that_lacks_what_is_required_or_cannot_be_read_is_a_diagnostic() {
    let served = served(Behaviour::Normal);
    let nameless = Value::object([("name", Value::Null)]);

    let incomplete = imported(&served, convert::identity(&nameless, &identity_schema())).await;
    let identity_data = garbage();
    let unreadable = imported(&served, Some(proto::ResourceIdentityData { identity_data })).await;

    assert_eq!(error(&incomplete.diagnostics), "Missing value for name");
    error(&unreadable.diagnostics);
    assert!(served.log().is_empty());
}

#[tokio::test]
async fn what_cannot_be_read_keeps_the_identity_that_it_came_with() {
    let served = served(Behaviour::Normal);
    let unreadable = proto::read_resource::Request {
        current_state: garbage(),
        current_identity: data("a"),
        ..read_request(&there())
    };

    let read = served.read(unreadable).await;

    error(&read.diagnostics);
    assert_eq!(identity(read.new_identity), named("a"));
}

async fn moved(served: &Served, from: &str, json: &str) -> proto::move_resource_state::Response {
    let request = proto::move_resource_state::Request {
        source_provider_address: "registry.example.com/test/test".to_owned(),
        source_type_name: from.to_owned(),
        source_schema_version: VERSION,
        source_state: Some(proto::RawState {
            json: json.as_bytes().to_vec(),
            ..Default::default()
        }),
        source_private: PRIVATE.to_vec(),
        target_type_name: TYPE.to_owned(),
        ..Default::default()
    };
    let answer = served.service.move_resource_state(Request::new(request));
    answer.await.unwrap().into_inner()
}

#[tokio::test]
async fn a_state_of_the_same_type_is_moved_from_any_address_of_the_provider_as_it_is() {
    let served = served(Behaviour::Normal);

    let same = moved(&served, TYPE, r#"{"name":"a","made":"made"}"#).await;
    let other = moved(&served, "other_resource", r#"{"name":"a"}"#).await;
    let foreign = moved(&served, TYPE, r#"{"title":"a"}"#).await;
    let broken = moved(&served, TYPE, "{").await;

    assert!(same.diagnostics.is_empty());
    assert_eq!(value(same.target_state), there());
    assert_eq!(same.target_private, PRIVATE);
    assert_eq!(identity(same.target_identity), named("a"));
    let summary = "State of a other_resource cannot be moved to a test_resource";
    assert_eq!(error(&other.diagnostics), summary);
    let summary = "State of a test_resource cannot be read";
    assert_eq!(error(&foreign.diagnostics), summary);
    error(&broken.diagnostics);
    for refused in [other, foreign, broken] {
        assert_eq!(refused.target_state, None);
    }
}

#[tokio::test]
async fn a_stored_identity_is_read_unless_a_newer_provider_wrote_it() {
    let served = served(Behaviour::Normal);

    let current = upgraded(&served, 0, r#"{"name":"a","surplus":1}"#).await;
    let newer = upgraded(&served, 1, r#"{"name":"a"}"#).await;
    let broken = upgraded(&served, 0, "{").await;

    assert_eq!(identity(current.upgraded_identity), named("a"));
    let summary = "Identity of test_resource was written by a newer provider";
    assert_eq!(error(&newer.diagnostics), summary);
    error(&broken.diagnostics);
}

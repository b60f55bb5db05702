//! Functions on the wire: what a tool gets of their declarations, and what it may send as arguments.

use tonic::Request;

use crate::terraform::framework::convert;
use crate::terraform::framework::function::{Function, Parameter};
use crate::terraform::framework::rpc::tests::test_provider::Behaviour;
use crate::terraform::framework::rpc::tests::{Served, garbage, served};
use crate::terraform::language::{Type, Value};
use crate::terraform::proto::tfplugin6 as proto;
use crate::terraform::proto::tfplugin6::provider_server::Provider as _;

/// One that joins its arguments, null left out, and panics for "panic".
pub(super) fn all() -> Vec<Function> {
    let joined = Function {
        name: "joined",
        summary: "Joins texts",
        description: "Joins texts.".to_owned(),
        parameters: vec![Parameter::new("first", Type::String, "First.")],
        variadic: Some(Parameter {
            nullable: true,
            ..Parameter::new("rest", Type::String, "Others.")
        }),
        returns: Type::String,
        body: |arguments| {
            let texts: Vec<_> = arguments.iter().filter_map(Value::as_str).collect();
            assert_ne!(texts, ["panic"]);
            Ok(texts.join("+").into())
        },
    };
    vec![joined]
}

async fn call(
    served: &Served,
    name: &str,
    arguments: Vec<proto::DynamicValue>,
) -> proto::call_function::Response {
    let request = proto::call_function::Request {
        name: name.to_owned(),
        arguments,
    };
    let answer = served.service.call_function(Request::new(request)).await;
    answer.unwrap().into_inner()
}

fn text(text: &str) -> proto::DynamicValue {
    convert::encode(&text.into(), &Type::String)
}

fn result(answer: &proto::call_function::Response) -> Value {
    assert_eq!(answer.error, None);
    convert::decode(answer.result.as_ref(), &Type::String).unwrap()
}

#[tokio::test]
async fn a_tool_gets_the_declarations_with_the_schema_and_on_its_own() {
    let served = served(Behaviour::Normal);
    let request = Request::new(proto::get_provider_schema::Request {});
    let schema = served.service.get_provider_schema(request).await.unwrap();
    let request = Request::new(proto::get_functions::Request {});
    let functions = served.service.get_functions(request).await.unwrap();
    let request = Request::new(proto::get_metadata::Request {});
    let metadata = served.service.get_metadata(request).await.unwrap();

    let functions = functions.into_inner().functions;
    assert_eq!(schema.into_inner().functions, functions);
    assert_eq!(metadata.into_inner().functions[0].name, "joined");
    let joined = &functions["joined"];
    let (first, rest) = (&joined.parameters[0], &joined.variadic_parameter);
    assert_eq!(first.r#type, b"\"string\"");
    assert!(!first.allow_null_value && !first.allow_unknown_values);
    assert!(rest.as_ref().is_some_and(|rest| rest.allow_null_value));
    assert_eq!(joined.r#return.as_ref().unwrap().r#type, b"\"string\"");
}

#[tokio::test]
async fn null_comes_in_either_form_and_unknown_makes_the_result_unknown() {
    let served = served(Behaviour::Normal);
    let null = convert::encode(&Value::Null, &Type::String);
    let unknown = convert::encode(&Value::Unknown, &Type::String);
    // OpenTofu sends an empty message for null.
    let empty = proto::DynamicValue::default();

    let joined = call(
        &served,
        "joined",
        vec![text("a"), empty.clone(), null, text("b")],
    )
    .await;
    let unknown = call(&served, "joined", vec![text("a"), unknown]).await;
    let refused = call(&served, "joined", vec![empty]).await;

    assert_eq!(result(&joined), "a+b".into());
    assert_eq!(result(&unknown), Value::Unknown);
    let error = refused.error.unwrap();
    assert_eq!(error.function_argument, Some(0));
    assert!(error.text.contains("`first` is null"), "{}", error.text);
    assert!(!error.text.ends_with('.'), "{}", error.text);
}

#[tokio::test]
async fn what_goes_wrong_is_an_error_of_the_function_and_never_of_grpc() {
    let served = served(Behaviour::Normal);

    for (name, arguments, position, says) in [
        ("other", vec![], None, "There is no function other"),
        ("joined", vec![], None, "has 1 parameter,"),
        (
            "joined",
            vec![text("a"), garbage().unwrap()],
            Some(1),
            "cannot read",
        ),
        ("joined", vec![text("panic")], None, "panicked"),
    ] {
        let answer = call(&served, name, arguments).await;

        let error = answer.error.unwrap();
        assert_eq!((error.function_argument, answer.result), (position, None));
        assert!(error.text.contains(says), "{}", error.text);
    }
}

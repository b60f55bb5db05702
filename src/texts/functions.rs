//! Samples of what is wrong with calls of functions, in the words that Terraform puts around it.

use tokio_util::task::TaskTracker;
use tonic::Request;

use crate::provider::{self, WasmCloud};
use crate::terraform::framework::{Provider, convert};
use crate::terraform::language::diagnostics::Severity;
use crate::terraform::language::{Diagnostic, Path, Type, Value};
use crate::terraform::proto::tfplugin6 as proto;
use crate::terraform::proto::tfplugin6::provider_server::Provider as _;
use crate::texts::sample::{Samples, Topic};

pub fn add(samples: &mut Samples) {
    let options = |name: &str, value: Value| Value::object([(name, value)]);
    let domain = |value: Value| options("jetstream_domain", value);
    for (name, arguments) in [
        ("lattice_buckets", vec!["my lattice".into()]),
        ("host_permissions", vec!["prod".into(), "hub".into()]),
        (
            "host_permissions",
            vec!["prod".into(), options("domain", "hub".into())],
        ),
        ("host_permissions", vec!["prod".into(), domain(5.into())]),
        (
            "host_permissions",
            vec!["prod".into(), domain("a.b".into())],
        ),
        ("provider_permissions", vec![]),
        ("parse_lattice_import_id", vec![":prod".into()]),
        ("parse_wadm_import_id", vec!["wadm_state".into()]),
    ] {
        samples.add(Topic::Functions, [called(name, &arguments)]);
    }
    let options = Value::object::<&str>([]);
    for (name, arguments) in [
        ("lattice_bukets", vec![]),
        ("lattice_buckets", vec![]),
        ("lattice_buckets", vec![Value::Null]),
        ("lattice_buckets", vec![true.into()]),
        (
            "host_permissions",
            vec!["prod".into(), options.clone(), options],
        ),
    ] {
        samples.more(Topic::Functions, [called(name, &arguments)]);
    }
    samples.more(Topic::Functions, [rule_broken()]);
}

/// The error of a call as a diagnostic.
fn called(name: &str, arguments: &[Value]) -> Diagnostic {
    let service = provider::service(TaskTracker::new(), |work| work);
    let provider = WasmCloud::default();
    let mut functions = provider.functions().iter();
    let function = functions.find(|function| function.name == name);
    let encoded = arguments.iter().enumerate().map(|(position, argument)| {
        let parameter = function.and_then(|function| function.parameter(position));
        match parameter.map(|parameter| &parameter.r#type) {
            Some(Type::Dynamic) => convert::encode(argument, &Type::Dynamic),
            _ => convert::encode(argument, &Type::of(argument)),
        }
    });
    let request = proto::call_function::Request {
        name: name.to_owned(),
        arguments: encoded.collect(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let answer = runtime
        .expect("a runtime")
        .block_on(service.call_function(Request::new(request)));
    let error = answer.expect("an answer").into_inner().error;
    let error = error.expect("an error of the function");
    let position = error
        .function_argument
        .and_then(|position| usize::try_from(position).ok());
    let parameter = position.and_then(|position| function?.parameter(position));
    printed(name, parameter.map(|parameter| parameter.name), &error.text)
}

/// As Terraform prints it: with a full stop of its own.
fn printed(name: &str, parameter: Option<&str>, text: &str) -> Diagnostic {
    let (summary, detail) = match parameter {
        Some(parameter) => (
            "Invalid function argument",
            format!("Invalid value for \"{parameter}\" parameter: {text}."),
        ),
        None => (
            "Error in function call",
            format!("Call to function \"provider::wasmcloud::{name}\" failed: {text}."),
        ),
    };
    Diagnostic {
        severity: Severity::Error,
        summary: summary.to_owned(),
        detail,
        path: Path::root(),
    }
}

/// A rule that is data: no function of this provider has a parameter with one yet.
fn rule_broken() -> Diagnostic {
    use crate::terraform::framework::function::{Function, Parameter};
    use crate::terraform::language::ValueRule;
    let function = Function {
        name: "example",
        summary: "",
        description: String::new(),
        parameters: vec![Parameter::new("name", Type::String, "").rule(ValueRule::NotEmpty)],
        variadic: None,
        returns: Type::String,
        body: |arguments| Ok(arguments[0].clone()),
    };
    let error = function.call(&["".into()]).expect_err("an empty text");
    printed("example", Some("name"), error.text.trim_end_matches('.'))
}

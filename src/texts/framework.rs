//! Samples of what is wrong between Terraform and the provider: stored states, and bugs of either.

use std::any::Any;
use std::future::Future;

use serde_json::json;
use tokio_util::task::TaskTracker;
use tonic::Request;

use crate::provider;
use crate::resources::preflight::fixture::value;
use crate::terraform::framework::private::Private;
use crate::terraform::framework::{calls, check, lifecycle};
use crate::terraform::language::diagnostics::Severity;
use crate::terraform::language::{
    Attribute, AttributeKind, Diagnostic, Mode, Nesting, Schema, Type, Value, wire,
};
use crate::terraform::proto::tfplugin6 as proto;
use crate::terraform::proto::tfplugin6::provider_server::Provider as _;
use crate::texts::configuration::resources;
use crate::texts::sample::{Samples, Topic};

const TYPE: &str = "wasmcloud_lattice_buckets";

pub fn add(samples: &mut Samples) {
    states(samples);
    values(samples);
    calls(samples);
    answers(samples);
}

fn in_runtime<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(work)
}

/// Diagnostics as Terraform gets them.
fn received(diagnostics: Vec<proto::Diagnostic>) -> Vec<Diagnostic> {
    let diagnostics = diagnostics.into_iter();
    let diagnostics = diagnostics.map(|one| {
        let error = proto::diagnostic::Severity::Error as i32;
        Diagnostic {
            severity: match one.severity == error {
                true => Severity::Error,
                false => Severity::Warning,
            },
            summary: one.summary,
            detail: one.detail,
            path: Default::default(),
        }
    });
    diagnostics.collect()
}

/// States that cannot be read.
fn states(samples: &mut Samples) {
    let upgraded = |type_name: &str, version: i64, json: &str, is_old: bool| {
        let service = provider::service(TaskTracker::new(), |work| work);
        let flatmap = is_old.then(|| ("lattice".to_owned(), "default".to_owned()));
        let request = proto::upgrade_resource_state::Request {
            type_name: type_name.to_owned(),
            version,
            raw_state: Some(proto::RawState {
                json: json.as_bytes().to_vec(),
                flatmap: flatmap.into_iter().collect(),
            }),
        };
        let answer = in_runtime(service.upgrade_resource_state(Request::new(request)));
        received(answer.expect("an answer").into_inner().diagnostics)
    };
    samples.add(Topic::Import, upgraded(TYPE, 0, "", true));
    samples.add(Topic::Import, upgraded(TYPE, 1, "{", false));
    samples.add(Topic::Import, upgraded(TYPE, 1, "{}", false));
    samples.add(Topic::Import, upgraded(TYPE, 0, "{\"lattice\": 5", false));
    samples.more(Topic::Import, upgraded(TYPE, 0, "{\"lattice\": []}", false));
    samples.add(Topic::Import, upgraded("wasmcloud_lattice", 0, "{}", false));
    let service = provider::service(TaskTracker::new(), |work| work);
    let request = proto::validate_data_resource_config::Request {
        type_name: "wasmcloud_lattice".to_owned(),
        config: None,
    };
    let answer = in_runtime(service.validate_data_resource_config(Request::new(request)));
    let diagnostics = answer.expect("an answer").into_inner().diagnostics;
    samples.more(Topic::DataSources, received(diagnostics));
    let resource = &resources()[0];
    samples.add(Topic::Import, resource.upgrade(-1, json!({})).err());

    let service = provider::service(TaskTracker::new(), |work| work);
    let request = proto::upgrade_resource_identity::Request {
        type_name: TYPE.to_owned(),
        version: 1,
        raw_identity: None,
    };
    let answer = in_runtime(service.upgrade_resource_identity(Request::new(request)));
    let diagnostics = answer.expect("an answer").into_inner().diagnostics;
    samples.add(Topic::Import, received(diagnostics));

    let service = provider::service(TaskTracker::new(), |work| work);
    let request = proto::move_resource_state::Request {
        source_type_name: "jetstream_kv_bucket".to_owned(),
        source_provider_address: "registry.terraform.io/nats-io/jetstream".to_owned(),
        target_type_name: TYPE.to_owned(),
        ..Default::default()
    };
    let answer = in_runtime(service.move_resource_state(Request::new(request)));
    let diagnostics = answer.expect("an answer").into_inner().diagnostics;
    samples.add(Topic::Import, received(diagnostics));
    let service = provider::service(TaskTracker::new(), |work| work);
    let request = proto::move_resource_state::Request {
        source_type_name: TYPE.to_owned(),
        source_provider_address: "registry.terraform.io/example/wasmcloud".to_owned(),
        source_state: Some(proto::RawState {
            json: b"{}".to_vec(),
            ..Default::default()
        }),
        target_type_name: TYPE.to_owned(),
        ..Default::default()
    };
    let answer = in_runtime(service.move_resource_state(Request::new(request)));
    let diagnostics = answer.expect("an answer").into_inner().diagnostics;
    samples.add(Topic::Import, received(diagnostics));
    samples.add(Topic::Import, Private::decode(b"[]").err());
}

/// Values that do not fit their types.
fn values(samples: &mut Samples) {
    let texts = Type::object([("a", Type::String)]);
    let json = |text: &str, r#type: &Type| wire::decode_json(text.as_bytes(), r#type).err();
    let pair = Type::Tuple(vec![Type::String, Type::String]);
    let deep = format!("{}{}", "[".repeat(102), "]".repeat(102));
    let mut nested = Type::String;
    for _ in 0..102 {
        nested = Type::list(nested);
    }
    let sets = Type::set(Type::list(Type::Bool));
    let found = [
        json("{\"a\": []}", &texts),
        json("[\"a\"]", &pair),
        json("[1]", &Type::set(Type::Bool)),
        json("[[1]]", &sets),
        json(&deep, &nested),
        json("{\"type\": 5, \"value\": 5}", &Type::Dynamic),
        json("{}", &Type::Dynamic),
    ];
    samples.more(Topic::Import, found.into_iter().flatten().flatten());
    let msgpack = |bytes: &[u8], r#type: &Type| wire::decode_msgpack(bytes, r#type).err();
    let mut twice = vec![0x82];
    for _ in 0..2 {
        twice.extend([0xa1, b'a', 0xa1, b'b']);
    }
    let surplus = [0x82, 0xa1, b'a', 0xa1, b'b', 0xa1, b'c', 0xc0];
    let broken = msgpack(&[0xc1, 0xd9], &Type::String);
    samples.add(
        Topic::Bugs,
        msgpack(&[0xd9], &Type::String).expect("broken"),
    );
    let found = [
        broken,
        msgpack(&[0xc0, 0xc0], &Type::String),
        msgpack(&[0xa1, b'x'], &Type::Number),
        msgpack(&[0x92, 0xc3, 0xc0], &Type::Dynamic),
        msgpack(&[0x91, 0xc3], &Type::Dynamic),
        msgpack(&[0xa1, 0xff], &Type::String),
        msgpack(&twice, &texts),
        msgpack(&surplus, &texts),
        msgpack(&[0x80], &texts),
        msgpack(&[0x91, 0xa0], &pair),
        msgpack(&[0xc4, 0x00], &Type::Bool),
        msgpack(&[0x81, 0xd4, 0x00, 0x00, 0xc0], &Type::map(Type::Bool)),
    ];
    samples.more(Topic::Bugs, found.into_iter().flatten().flatten());
}

/// Calls that do not end as they should.
fn calls(samples: &mut Samples) {
    let panic: &(dyn Any + Send) = &"index out of bounds";
    samples.add(Topic::Bugs, [calls::panicked(panic)]);
    samples.more(Topic::Bugs, [calls::panicked(&7)]);
    samples.add(Topic::Apply, [calls::ended()]);
    samples.add(
        Topic::Bugs,
        lifecycle::action(&Value::Null, &Value::Null).err(),
    );
}

/// Answers of the provider that Terraform would refuse.
fn answers(samples: &mut Samples) {
    let text = |name: &str| Attribute::new(name, Type::String, Mode::Optional, "A text.");
    let nested = |name: &str, nesting: Nesting| {
        let kind = AttributeKind::Nested(nesting, vec![text("name")]);
        Attribute::new(name, kind, Mode::Optional, "Objects.")
    };
    let schema = Schema {
        attributes: vec![
            text("name"),
            Attribute::new("tags", Type::set(Type::String), Mode::Optional, "Tags."),
            nested("one", Nesting::Single),
            nested("list", Nesting::List),
            nested("set", Nesting::Set),
        ],
        ..Schema::default()
    };
    let value = |json| value(&schema, json);
    let nothing = || value(json!({}));
    let planned = |config, planned| check::planned(&schema, &config, &Value::Null, &planned);
    let object = |name: &str| json!({ "name": name });
    let found = [
        planned(nothing(), value(json!({ "name": "a" }))),
        planned(value(json!({ "name": "a" })), value(json!({ "name": "b" }))),
        planned(value(json!({ "one": object("a") })), nothing()),
        planned(
            value(json!({ "list": [object("a")] })),
            value(json!({ "list": [object("a"), object("b")] })),
        ),
        planned(
            value(json!({ "set": [object("a")] })),
            value(json!({ "set": [object("a"), object("b")] })),
        ),
        planned(
            value(json!({ "set": [object("a")] })),
            value(json!({ "set": [object("b")] })),
        ),
        check::applied(
            &schema,
            &value(json!({ "name": "a" })),
            &value(json!({ "name": "b" })),
        ),
        check::applied(
            &schema,
            &value(json!({ "tags": ["a"] })),
            &value(json!({ "tags": ["b"] })),
        ),
        check::identity(
            &Schema {
                attributes: vec![Attribute::new(
                    "name",
                    Type::String,
                    Mode::Required,
                    "A name.",
                )],
                ..Schema::default()
            },
            &Value::Unknown,
            &Value::object([("name", Value::Null)]),
        ),
        check::refreshed(&schema, &Value::Unknown),
        check::refreshed(&schema, &Value::object([("other", Value::Null)])),
    ];
    for (place, found) in found.into_iter().enumerate() {
        match place {
            0 | 6 | 8 | 9 => samples.add(Topic::Bugs, found),
            _ => samples.more(Topic::Bugs, found),
        }
    }
}

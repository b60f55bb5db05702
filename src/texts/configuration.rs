//! Samples about the arguments of the resources, and about import ids.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::jetstream::Error;
use crate::provider::WasmCloud;
use crate::resources::inventory::{Filter, Inventory, Present, list};
use crate::resources::lattice_buckets::LatticeBuckets;
use crate::resources::messages::failure::listing_failure;
use crate::resources::object::domain::{self, ProviderDomain};
use crate::resources::object_type::ObjectType;
use crate::resources::preflight::fixture::{Case, member, value};
use crate::resources::session::{Connection, DomainSession, Session};
use crate::resources::wadm::WadmJetStream;
use crate::terraform::framework::list::no_list;
use crate::terraform::framework::{Provider, Resource, lifecycle};
use crate::terraform::language::schema::validate;
use crate::terraform::language::{
    Attribute, AttributeKind, Diagnostics, Mode, Nesting, Schema, Type, Value, ValueRule,
};
use crate::texts::sample::{Samples, Topic};

pub fn add(samples: &mut Samples) {
    arguments(samples);
    wadm_limits(samples);
    schemas(samples);
    domains(samples);
    imports(samples);
    lists(samples);
    unconfigured(samples);
}

pub fn resources() -> Vec<Arc<dyn Resource>> {
    let provider = WasmCloud::with_environment(Default::default());
    provider.resources().to_vec()
}

/// What is wrong with a configuration of a resource.
fn found(type_name: &str, config: Json) -> Diagnostics {
    let resources = resources();
    let mut resources = resources.iter();
    let resource = resources.find(|resource| resource.type_name() == type_name);
    let resource = resource.expect("a resource");
    let config = value(resource.schema(), config);
    lifecycle::validate(resource.schema(), &config, |config| {
        resource.validate(config)
    })
}

/// What a list says.
fn lists(samples: &mut Samples) {
    let resources = resources();
    let schema = resources[0].list().expect("a list").list_schema();
    let config = value(schema, json!({ "lattice": "a.b" }));
    samples.more(Topic::Configuration, validate::config(schema, &config));
    samples.add(Topic::Import, [no_list("wasmcloud_other")]);
    samples.add(
        Topic::Permissions,
        [listing_failure(&Error::denied("$JS.API.STREAM.NAMES"))],
    );
    let (lattices, wadm) = (LatticeBuckets.rows(), WadmJetStream.rows());
    let half = |name: &str| (name.to_owned(), Present::default());
    let of_many: Vec<_> = (0..12).map(|number| half(&format!("l{number}"))).collect();
    samples.add(Topic::Import, list::incomplete(&lattices, &of_many));
    samples.more(Topic::Import, list::incomplete(&wadm, &[half("")]));
    let several = Inventory {
        buckets: [(
            "state",
            vec!["one_state".to_owned(), "two_state".to_owned()],
        )]
        .into(),
        ..Inventory::default()
    };
    let chosen = list::buckets(&wadm, &Filter::default(), &several);
    samples.add(Topic::Import, chosen.expect_err("several"));
}

fn arguments(samples: &mut Samples) {
    let of = |config: Json| found("wasmcloud_lattice_buckets", config);
    samples.add(Topic::Configuration, of(json!({ "history": 65 })));
    samples.add(Topic::Configuration, of(json!({ "storage": "File" })));
    let read_only = json!({ "lattice_data": { "created": "2026-01-01T00:00:00Z" } });
    samples.add(Topic::Configuration, of(read_only));
    let long = "a".repeat(5000);
    for config in [
        json!({ "lattice": "" }),
        json!({ "lattice": "my lattice" }),
        json!({ "lattice": "a".repeat(241) }),
        json!({ "max_bytes": 0 }),
        json!({ "max_bytes": -2 }),
        json!({ "description": "" }),
        json!({ "description": long }),
        json!({ "metadata": { "_nats.level": "1" } }),
        json!({ "metadata": { "note": "a".repeat(140_000) } }),
        json!({ "placement": { "cluster": "" } }),
        json!({ "placement": { "tags": [""] } }),
        json!({ "timeouts": { "create": "soon" } }),
        json!({ "timeouts": { "create": "9000h" } }),
        json!({ "jetstream_domain": "a b" }),
        json!({ "jetstream_domain": "a.b" }),
        json!({ "jetstream_domain": "a".repeat(300) }),
    ] {
        samples.add(Topic::Configuration, of(config));
    }
    let of = |config: Json| found("wadm_jetstream", config);
    samples.add(
        Topic::Configuration,
        of(json!({ "commands": { "max_age": "10ms" } })),
    );
    samples.add(
        Topic::Configuration,
        of(json!({ "state": { "bucket": "a b" } })),
    );
}

/// Limits with which wadm does not work.
fn wadm_limits(samples: &mut Samples) {
    for config in [
        json!({ "max_bytes": 1000 }),
        json!({ "state": { "max_value_size": 1000 } }),
        json!({ "commands": { "max_age": "1s" } }),
        json!({ "state": { "bucket": "wadm_manifests" } }),
    ] {
        samples.add(Topic::Configuration, found("wadm_jetstream", config));
    }
}

/// Rules that no attribute has today.
fn schemas(samples: &mut Samples) {
    let number = |name: &str, rule: ValueRule| {
        Attribute::new(name, Type::Number, Mode::Optional, "A number.").rule(rule)
    };
    let required = |name: &str| Attribute::new(name, Type::String, Mode::Required, "A text.");
    let mut secret = required("secret").rule(ValueRule::OneOf(&[]));
    secret.sensitive = true;
    let says = |_: &Value| Err("\"hunter2\" is not a password.".to_owned());
    let mut password = required("password").rule(ValueRule::Custom(says));
    password.sensitive = true;
    let inner = AttributeKind::Nested(Nesting::Single, vec![required("name")]);
    let schema = Schema {
        attributes: vec![
            number(
                "least",
                ValueRule::Range {
                    min: 1,
                    max: i64::MAX,
                },
            ),
            number(
                "most",
                ValueRule::Range {
                    min: i64::MIN,
                    max: 5,
                },
            ),
            number(
                "whole",
                ValueRule::Range {
                    min: i64::MIN,
                    max: i64::MAX,
                },
            ),
            required("name"),
            secret,
            password,
            Attribute::new("block", inner, Mode::Optional, "A block."),
        ],
        ..Schema::default()
    };
    let config = json!({
        "least": 0, "most": 6, "whole": 1.5, "secret": "x", "password": "hunter2", "block": {},
    });
    let config = value(&schema, config);
    samples.more(Topic::Configuration, validate::config(&schema, &config));
    let huge = value(&schema, json!({ "least": 1e30, "name": "a" }));
    samples.more(Topic::Configuration, validate::config(&schema, &huge));
}

fn domains(samples: &mut Samples) {
    let case = Case::create(LatticeBuckets, json!({ "jetstream_domain": "hub" }));
    let provider = ProviderDomain {
        domain: Some(None),
        api_prefix: Some("JS.acme.API".to_owned()),
    };
    let mut plan = case.plan().plan.clone();
    plan.diagnostics = Diagnostics::new();
    domain::plan(&provider, &mut plan);
    samples.add(Topic::Configuration, plan.diagnostics);
}

fn imports(samples: &mut Samples) {
    let lattice = LatticeBuckets.parse_import_id("my lattice", "my lattice");
    samples.add(Topic::Import, lattice.err());
    let wadm = WadmJetStream.parse_import_id("wadm", "wadm");
    samples.add(Topic::Import, wadm.err());
    for id in [":default", "a b:default"] {
        let split = domain::split_import_id(&ProviderDomain::default(), id);
        samples.add(Topic::Import, split.err());
    }
    let (buckets, wadm) = (
        Case::create(LatticeBuckets, json!({})),
        Case::create(WadmJetStream, json!({})),
    );
    let (buckets, wadm) = (buckets.plan(), wadm.plan());
    let state = member(wadm.object, "state");
    samples.add(Topic::Import, [WadmJetStream.bucket_missing(state)]);
    let data = member(buckets.object, "lattice_data");
    samples.more(Topic::Import, [LatticeBuckets.bucket_missing(data)]);
}

/// Operations without a connection.
fn unconfigured(samples: &mut Samples) {
    samples.add(Topic::Bugs, DomainSession::default().client().err());
    let session = Session::default();
    let unknown = Connection::Unknown(vec!["`servers`".to_owned(), "`token`".to_owned()]);
    session.configure(unknown, &Value::Null);
    let client = session.of_object(&Value::Null).client();
    samples.add(Topic::Connection, client.err());
    let client = session.of_object(&Value::Null).client_for_data_source();
    samples.add(Topic::Connection, client.err());
}

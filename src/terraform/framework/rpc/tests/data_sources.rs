//! Data sources on the wire: schemas, defaults, and what goes wrong.

use std::sync::Arc;

use async_trait::async_trait;
use tonic::Request;

use crate::terraform::framework::rpc::tests::test_provider::Behaviour;
use crate::terraform::framework::rpc::tests::{Served, garbage, served};
use crate::terraform::framework::rpc::{decode, encode};
use crate::terraform::framework::{Call, DataSource};
use crate::terraform::language::{
    Attribute, Diagnostic, Diagnostics, Mode, Schema, Type, Value, ValueRule,
};
use crate::terraform::proto::tfplugin6 as proto;
use crate::terraform::proto::tfplugin6::provider_server::Provider as _;

const TYPE: &str = "test_data";

/// One whose behaviour is its name.
struct TestData(Schema);

pub(super) fn all() -> Vec<Arc<dyn DataSource>> {
    vec![Arc::new(TestData(schema()))]
}

fn schema() -> Schema {
    let name = Attribute::new("name", Type::String, Mode::Optional, "Name.");
    Schema {
        attributes: vec![
            name.default("usual").rule(ValueRule::NotEmpty),
            Attribute::new("found", Type::String, Mode::Computed, "Found."),
        ],
        ..Schema::default()
    }
}

#[async_trait]
impl DataSource for TestData {
    fn type_name(&self) -> &'static str {
        TYPE
    }

    fn schema(&self) -> &Schema {
        &self.0
    }

    async fn read(&self, config: &Value, _: &Call) -> Result<Value, Diagnostics> {
        let mut state = config.clone();
        state.set_attribute("found", "yes".into());
        match config.attribute("name").as_str() {
            Some("panic") => panic!("not meant to work"),
            Some("missing") => Err(Diagnostic::error("It does not exist", "Look.").into()),
            Some("unknown") => {
                state.set_attribute("found", Value::Unknown);
                Ok(state)
            }
            _ => Ok(state),
        }
    }
}

fn named(name: &str) -> Option<proto::DynamicValue> {
    let name = match name {
        "" => Value::Null,
        name => name.into(),
    };
    let config = Value::object([("name", name), ("found", Value::Null)]);
    encode(&config, &schema())
}

async fn read(
    served: &Served,
    type_name: &str,
    config: Option<proto::DynamicValue>,
) -> proto::read_data_source::Response {
    let request = proto::read_data_source::Request {
        type_name: type_name.to_owned(),
        config,
        ..Default::default()
    };
    let answer = served.service.read_data_source(Request::new(request)).await;
    answer.unwrap().into_inner()
}

#[tokio::test]
async fn a_tool_gets_the_schema_and_what_is_read_with_the_defaults() {
    let served = served(Behaviour::Normal);
    let request = Request::new(proto::get_provider_schema::Request {});
    let schemas = served.service.get_provider_schema(request).await.unwrap();
    let request = Request::new(proto::get_metadata::Request {});
    let metadata = served.service.get_metadata(request).await.unwrap();

    let answer = read(&served, TYPE, named("")).await;

    assert!(schemas.into_inner().data_source_schemas.contains_key(TYPE));
    assert_eq!(metadata.into_inner().data_sources[0].type_name, TYPE);
    assert!(answer.diagnostics.is_empty());
    assert_eq!(
        decode(answer.state, &schema()),
        Ok(Value::object([
            ("name", "usual".into()),
            ("found", "yes".into())
        ]))
    );
}

#[tokio::test]
async fn what_goes_wrong_is_a_diagnostic_and_there_is_no_state() {
    let served = served(Behaviour::Normal);

    for (type_name, config, says) in [
        ("other", named("a"), "There is no data source other"),
        (TYPE, garbage(), "cannot read"),
        (TYPE, named("panic"), "panicked"),
        (TYPE, named("missing"), "It does not exist"),
        (TYPE, named("unknown"), "unknown"),
    ] {
        let answer = read(&served, type_name, config).await;

        let one = &answer.diagnostics[0];
        let text = format!("{} {}", one.summary, one.detail);
        assert!(text.contains(says), "{text}");
        assert_eq!(answer.state, None, "{text}");
    }
}

#[tokio::test]
async fn a_configuration_is_validated_by_the_rules_of_the_schema() {
    let served = served(Behaviour::Normal);
    let empty = Value::object([("name", Value::from("")), ("found", Value::Null)]);

    for (config, count) in [(named("a"), 0), (encode(&empty, &schema()), 1)] {
        let request = proto::validate_data_resource_config::Request {
            type_name: TYPE.to_owned(),
            config,
        };
        let request = Request::new(request);
        let answer = served.service.validate_data_resource_config(request).await;

        assert_eq!(answer.unwrap().into_inner().diagnostics.len(), count);
    }
}

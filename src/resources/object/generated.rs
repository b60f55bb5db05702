//! The smallest configuration that means a state: what Terraform writes for an import with `-generate-config-out`.
//!
//! What is as it would be without an argument is left out. What all assets have in common is a common argument; a block
//! of an asset has the rest.

use crate::resources::object::argument::common::{common_arguments, commonest};
use crate::resources::object::argument::{Argument, Unset};
use crate::resources::object::member::Member;
use crate::terraform::language::schema::Mode;
use crate::terraform::language::{Attribute, Schema, Value};

/// The configuration of an object that has been imported.
pub fn configuration(schema: &Schema, members: &[Member], state: &Value) -> Value {
    let mut config = Value::object(schema.attributes.iter().map(|attribute| {
        let value = own_value(attribute, state.attribute(&attribute.name));
        (attribute.name.clone(), value)
    }));
    for argument in common_arguments(members, state) {
        let value = common_value(argument, members, state);
        config.set_attribute(argument.name, value);
    }
    for member in members {
        let attribute = schema
            .attributes
            .iter()
            .find(|attribute| attribute.name == member.row.key);
        let block = attribute.map(|attribute| block(attribute, member, &config, state));
        config.set_attribute(member.row.key, block.unwrap_or_default());
    }
    config
}

/// An attribute of the object itself, unless it has its default. What names the object is named.
fn own_value(attribute: &Attribute, value: &Value) -> Value {
    let is_default = attribute.default.as_ref() == Some(value);
    match attribute.mode {
        Mode::Computed => Value::Null,
        _ if is_default && !attribute.replaces => Value::Null,
        _ => value.clone(),
    }
}

/// What a common argument must say: nothing, if each asset would have its value anyway, or has one of its own.
fn common_value(argument: &Argument, members: &[Member], state: &Value) -> Value {
    let by_itself = |member: &Member| {
        let asset = state.attribute(member.row.key);
        asset.is_null() || is_unset(argument, member, asset, &Value::Null)
    };
    match commonest(members, argument, state) {
        Some(value) if !members.iter().all(by_itself) && !is_default(argument, members, &value) => {
            value
        }
        _ => Value::Null,
    }
}

fn is_default(argument: &Argument, members: &[Member], value: &Value) -> bool {
    let first = members.first();
    let default = first.map(|member| argument.unset_value(member.row));
    matches!(argument.unset, Unset::Default) && default.as_ref() == Some(value)
}

/// The block of one asset beside the common arguments of `config`; null if it would be empty.
fn block(attribute: &Attribute, member: &Member, config: &Value, state: &Value) -> Value {
    let asset = state.attribute(member.row.key);
    let value = |nested: &Attribute| {
        let name = &nested.name;
        let mut arguments = member.row.arguments().iter();
        match arguments.find(|argument| argument.name == name) {
            Some(argument) if is_unset(argument, member, asset, config.attribute(name)) => {
                Value::Null
            }
            _ => own_value(nested, asset.attribute(name)),
        }
    };
    let nested = attribute.nested().iter();
    let block = Value::object(nested.map(|nested| (nested.name.clone(), value(nested))));
    let says = block.as_map().into_iter().flat_map(|block| block.values());
    match says.clone().all(Value::is_null) {
        true => Value::Null,
        false => block,
    }
}

/// Whether an asset has a value without an argument of its own. `common`: the common argument; null if it says nothing.
fn is_unset(argument: &Argument, member: &Member, asset: &Value, common: &Value) -> bool {
    let value = asset.attribute(argument.name);
    match (common, argument.unset) {
        (Value::Null, Unset::LeftAlone) => {
            value.is_null()
                || argument.name == "description" && value.as_str() == member.row.description
        }
        (Value::Null, _) => value == &argument.unset_in(member.needs()),
        (common, _) => value == common,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::resources::lattice_buckets::LatticeBuckets;
    use crate::resources::object_type::{self, ObjectType};
    use crate::resources::preflight::fixture::Case;
    use crate::resources::wadm::WadmJetStream;

    /// What is generated for an object that was applied with this configuration: what is set, by path.
    fn generated(object_type: impl ObjectType, config: Json) -> Vec<String> {
        let schema = object_type::schema(&object_type);
        let case = Case::update(object_type, config.clone(), config);
        let plan = case.plan();
        let config = configuration(&schema, &plan.object.members, &plan.plan.prior);
        let root = config.as_map().expect("an object").iter();
        let set = root.flat_map(|(name, value)| match value.as_map() {
            Some(block) if schema_has_block(&schema, name) => {
                let set = block.iter().filter(|(_, value)| !value.is_null());
                set.map(|(argument, value)| format!("{name}.{argument} = {value}"))
                    .collect()
            }
            _ if value.is_null() => Vec::new(),
            _ => vec![format!("{name} = {value}")],
        });
        set.collect()
    }

    fn schema_has_block(schema: &Schema, name: &str) -> bool {
        let mut attributes = schema.attributes.iter();
        attributes.any(|attribute| attribute.name == name && attribute.nested().len() > 4)
    }

    #[test]
    fn what_is_as_without_an_argument_is_left_out() {
        assert_eq!(
            generated(LatticeBuckets, json!({})),
            ["lattice = \"default\""]
        );
        assert_eq!(generated(WadmJetStream, json!({})), Vec::<String>::new());
    }

    #[test]
    fn what_most_assets_have_is_common_and_the_rest_is_their_own() {
        let config = json!({
            "compression": "s2", "max_bytes": 5000,
            "state": { "bucket": "mine", "compression": "none" },
            "events": { "max_age": "5m", "max_bytes": -1 },
        });

        assert_eq!(
            generated(WadmJetStream, config),
            [
                "compression = \"s2\"",
                "events.max_age = \"5m\"",
                "events.max_bytes = -1",
                "max_bytes = 5000",
                "state.bucket = \"mine\"",
                "state.compression = \"none\"",
            ]
        );
    }

    #[test]
    fn a_description_of_one_bucket_does_not_become_that_of_both() {
        let one = json!({ "lattice": "prod", "config_data": { "description": "ours" } });
        assert_eq!(
            generated(LatticeBuckets, one),
            ["config_data.description = \"ours\"", "lattice = \"prod\""]
        );
        let both = json!({ "description": "ours" });
        assert_eq!(
            generated(LatticeBuckets, both),
            ["description = \"ours\"", "lattice = \"default\""]
        );
    }
}

//! What identifies an object, which Terraform keeps beside its state.
//!
//! It is made from what a type states anyway: the attributes that say which object it is, the names that a user gives to
//! buckets, and the domain. A change of any of them replaces the resource, so an identity never changes by an update.

use crate::catalogue::Asset;
use crate::resources::object::domain;
use crate::resources::object::member::Member;
use crate::resources::object_type::ObjectType;
use crate::terraform::language::{Attribute, Mode, Schema, Value};

/// The schema of the identities of a type. What names the object must be given to import it; the domain is that of the
/// provider block unless it is given.
pub fn schema(object_type: &impl ObjectType) -> Schema {
    let mut attributes = object_type.identity_attributes();
    let rows = object_type.rows().into_iter();
    let named = rows.filter(|row| row.is_named_by_user());
    attributes.extend(named.filter_map(|row| {
        let asset = row.attribute(object_type.common_arguments());
        let bucket = asset.nested().iter().find(|one| one.name == "bucket")?;
        Some(Attribute {
            name: bucket_name(row),
            ..bucket.clone()
        })
    }));
    let required = attributes.into_iter().map(|one| (one, Mode::Required));
    let all = required.chain([(domain::attribute(), Mode::Optional)]);
    Schema {
        version: 0,
        attributes: all.map(|(one, mode)| of_identity(one, mode)).collect(),
        ..Schema::default()
    }
}

/// An attribute as it is in an identity: with its rules, and the first clause of its description.
fn of_identity(attribute: Attribute, mode: Mode) -> Attribute {
    let description = attribute.description;
    let clause = description.split([':', '.']).next().unwrap_or_default();
    Attribute {
        mode,
        description: format!("{clause}."),
        default: None,
        replaces: false,
        ..attribute
    }
}

/// The attribute of an identity that has the name of a bucket.
pub fn bucket_name(row: &Asset) -> String {
    format!("{}_bucket", row.key)
}

/// The identity of an object with these assets; unknown where its attributes are.
pub fn identity(object_type: &impl ObjectType, object: &Value, members: &[Member]) -> Value {
    let own = object_type.identity_attributes().into_iter();
    let own = own.map(|attribute| {
        let value = object.attribute(&attribute.name).clone();
        (attribute.name, value)
    });
    let named = members
        .iter()
        .filter(|member| member.row.is_named_by_user());
    let named = named.map(|member| {
        let name = member.name.as_deref();
        (
            bucket_name(member.row),
            name.map_or(Value::Unknown, Value::from),
        )
    });
    let domain = object.attribute(domain::NAME).clone();
    Value::object(own.chain(named).chain([(domain::NAME.to_owned(), domain)]))
}

/// The identity of an object that was found: with its name, the names of its buckets by key, and the domain of `place`.
pub fn listed(
    object_type: &impl ObjectType,
    (name, buckets): (&str, &[(&'static str, String)]),
    place: &Value,
) -> Value {
    let own = object_type.identity_attributes().into_iter();
    let own = own.map(|attribute| (attribute.name, Value::from(name)));
    let rows = object_type.rows();
    let row = |key: &str| rows.iter().find(|row| row.key == key);
    let named = buckets
        .iter()
        .filter_map(|(key, name)| Some((bucket_name(row(key)?), Value::from(name.as_str()))));
    let domain = place.attribute(domain::NAME).clone();
    Value::object(own.chain(named).chain([(domain::NAME.to_owned(), domain)]))
}

/// The attributes of an object that an identity gives, without the domain.
pub fn attributes(object_type: &impl ObjectType, identity: &Value) -> Vec<(String, Value)> {
    let own = object_type.identity_attributes().into_iter();
    let own = own.map(|attribute| {
        let value = identity.attribute(&attribute.name).clone();
        (attribute.name, value)
    });
    let rows = object_type.rows().into_iter();
    let named = rows.filter(|row| row.is_named_by_user()).map(|row| {
        let name = identity.attribute(&bucket_name(row)).clone();
        (row.key.to_owned(), Value::object([("bucket", name)]))
    });
    own.chain(named).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resources::lattice_buckets::LatticeBuckets;
    use crate::resources::object_type;
    use crate::resources::one_bucket::OneBucket;
    use crate::resources::preflight::fixture::value;
    use crate::resources::wadm::WadmJetStream;
    use crate::terraform::language::schema::validate;

    fn stated(schema: &Schema) -> Vec<(&str, Mode, &str)> {
        let attributes = schema.attributes.iter();
        let stated = attributes.map(|one| (&*one.name, one.mode, &*one.description));
        stated.collect()
    }

    const DOMAIN: (&str, Mode, &str) = (
        "jetstream_domain",
        Mode::Optional,
        "JetStream domain of the buckets and streams, instead of that of the provider block.",
    );

    #[test]
    fn an_identity_has_what_says_which_object_it_is_and_the_domain() {
        let lattice = schema(&LatticeBuckets);
        let wadm = schema(&WadmJetStream);
        let one = schema(&OneBucket);

        let bucket = "Name of the bucket, as configured in wadm.";
        assert_eq!(
            stated(&lattice),
            [("lattice", Mode::Required, "Name of the lattice."), DOMAIN]
        );
        assert_eq!(
            stated(&wadm),
            [
                ("state_bucket", Mode::Required, bucket),
                ("manifests_bucket", Mode::Required, bucket),
                DOMAIN
            ]
        );
        assert_eq!(stated(&one)[0].0, "cache_bucket");
        for schema in [lattice, wadm, one] {
            assert_eq!(schema.lint(), Vec::<String>::new());
            assert_eq!(schema.version, 0, "core asks for an upgrade of no identity");
        }
    }

    #[test]
    fn what_is_in_an_identity_replaces_the_resource() {
        let schema = object_type::schema(&LatticeBuckets);
        for attribute in LatticeBuckets.identity_attributes() {
            let attribute = schema
                .attributes
                .iter()
                .find(|one| one.name == attribute.name);
            assert!(attribute.is_some_and(|one| one.replaces));
        }
        assert!(WadmJetStream.identity_attributes().is_empty());
    }

    #[test]
    fn an_identity_obeys_the_rules_of_the_arguments() {
        for (object_type, bad) in [
            (schema(&LatticeBuckets), json!({ "lattice": "a.b" })),
            (
                schema(&LatticeBuckets),
                json!({ "lattice": "a", "jetstream_domain": "a.b" }),
            ),
            (
                schema(&WadmJetStream),
                json!({ "state_bucket": "a b", "manifests_bucket": "m" }),
            ),
            (schema(&WadmJetStream), json!({ "state_bucket": "s" })),
        ] {
            let found = validate::config(&object_type, &value(&object_type, bad));

            assert_eq!(found.0.len(), 1, "{found:?}");
        }
    }
}

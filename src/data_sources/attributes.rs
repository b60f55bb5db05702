//! The attributes of data sources: those of the resources, which cannot be set here, and what a resource never shows.

use crate::catalogue::{Asset, AssetKind};
use crate::jetstream::{Client, StreamInfo};
use crate::resources::object::common;
use crate::resources::object::domain;
use crate::resources::object::member::Member;
use crate::resources::session::Session;
use crate::terraform::language::{
    Attribute, AttributeKind, Diagnostics, Mode, Nesting, Schema, Type, Value,
};

/// The schema of a data source with these attributes between its domain and its timeout.
pub fn schema(description: &str, arguments: Vec<Attribute>, shown: Vec<Attribute>) -> Schema {
    let mut attributes = arguments;
    let domain = domain::attribute();
    attributes.push(Attribute {
        description: first_sentence(&domain.description),
        ..domain
    });
    attributes.extend(shown);
    attributes.push(common::read_timeout());
    Schema {
        version: 0,
        description: description.to_owned(),
        attributes,
        ..Schema::default()
    }
}

/// The configuration with the JetStream domain that it means, and the client there.
///
/// # Errors
/// When there is no client yet, or the domain contradicts the provider block.
pub fn connected(session: &Session, config: &Value) -> Result<(Value, Client), Diagnostics> {
    let domain = domain::of_search(&session.provider_domain(), config)?;
    let mut config = config.clone();
    config.set_attribute(domain::NAME, domain);
    let client = session.of_object(&config).client_for_data_source()?;
    Ok((config, client))
}

/// A computed attribute.
pub fn computed(name: &str, kind: impl Into<AttributeKind>, description: &str) -> Attribute {
    Attribute::new(name, kind, Mode::Computed, description)
}

/// An argument of a data source that may be left out.
pub fn argument(attribute: Attribute) -> Attribute {
    Attribute {
        replaces: false,
        ..with_first_sentence(attribute)
    }
}

/// The attribute of an asset: as in its resource, and what it contains and who stores it.
pub fn asset(row: &Asset) -> Attribute {
    let attribute = shown(row.attribute(&[]));
    let mut nested = attribute.nested().to_vec();
    nested.extend(volatile(row.kind));
    Attribute {
        kind: AttributeKind::Nested(Nesting::Single, nested),
        ..attribute
    }
}

/// The same attribute where nobody can set it.
fn shown(attribute: Attribute) -> Attribute {
    let kind = match &attribute.kind {
        AttributeKind::Plain(_) => attribute.kind.clone(),
        AttributeKind::Nested(nesting, nested) => {
            AttributeKind::Nested(*nesting, nested.iter().cloned().map(shown).collect())
        }
    };
    let described = with_first_sentence(attribute);
    computed(&described.name, kind, &described.description)
}

/// What follows the meaning is about changes, which a data source does not make.
fn with_first_sentence(attribute: Attribute) -> Attribute {
    let default = match &attribute.default {
        Some(default) => format!(" Default: `{default}`."),
        None => String::new(),
    };
    Attribute {
        description: first_sentence(&attribute.description) + &default,
        ..attribute
    }
}

fn first_sentence(text: &str) -> String {
    match text.split_once(". ") {
        Some((first, _)) => format!("{first}."),
        None => text.to_owned(),
    }
}

/// What differs from one read to the next.
fn volatile(kind: AssetKind) -> Vec<Attribute> {
    let mut attributes = Vec::new();
    if kind == AssetKind::Bucket {
        attributes.push(computed(
            "keys",
            Type::Number,
            "Number of keys. A deleted key counts until its delete marker is purged.",
        ));
    }
    let number = |name, description| computed(name, Type::Number, description);
    attributes.extend([
        number("messages", "Number of messages: in a bucket, all revisions of all keys, and delete markers."),
        number("bytes", "Size of the messages in bytes, in one replica. `max_bytes` is its limit."),
        number("consumers", "Number of consumers."),
        computed("last_change", Type::String, "When the last message was stored (RFC 3339), even if it was deleted since. Null if there was none yet."),
        computed("leader", Type::String, "Name of the server that leads the replicas, or stores the only one. Null if there is no leader."),
        computed("followers", AttributeKind::Nested(Nesting::List, follower()), "The other replicas, by name."),
    ]);
    attributes
}

fn follower() -> Vec<Attribute> {
    vec![
        computed("name", Type::String, "Name of the server."),
        computed(
            "current",
            Type::Bool,
            "Whether it has all that the leader has.",
        ),
        computed(
            "offline",
            Type::Bool,
            "Whether the leader does not reach it.",
        ),
        computed(
            "lag",
            Type::Number,
            "Number of operations that it is behind.",
        ),
    ]
}

/// The value of [`asset`] for what the server has.
pub fn value(member: &Member, info: &StreamInfo) -> Value {
    let mut value = member.imported(info);
    let state = &info.state;
    if member.row.kind == AssetKind::Bucket {
        value.set_attribute("keys", number(state.num_subjects));
    }
    value.set_attribute("messages", number(state.messages));
    value.set_attribute("bytes", number(state.bytes));
    value.set_attribute("consumers", number(state.consumer_count));
    value.set_attribute("last_change", time(&state.last_ts));
    let cluster = info.cluster.as_ref();
    let leader = cluster.and_then(|cluster| cluster.leader.as_deref());
    value.set_attribute("leader", leader.map_or(Value::Null, Value::from));
    let replicas = cluster.into_iter().flat_map(|cluster| &cluster.replicas);
    let mut followers: Vec<_> = replicas
        .map(|replica| {
            Value::object([
                ("name", replica.name.as_str().into()),
                ("current", replica.current.into()),
                ("offline", replica.offline.into()),
                ("lag", number(replica.lag)),
            ])
        })
        .collect();
    followers.sort_by(|one, other| one.attribute("name").cmp(other.attribute("name")));
    value.set_attribute("followers", Value::List(followers));
    value
}

/// A count of the server as a number of Terraform.
pub fn number(count: u64) -> Value {
    Value::from(i64::try_from(count).unwrap_or(i64::MAX))
}

/// A time; null for the year 1, which stands for none.
fn time(text: &str) -> Value {
    match text.is_empty() || text.starts_with("0001-") {
        true => Value::Null,
        false => text.into(),
    }
}

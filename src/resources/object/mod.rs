//! One object of Terraform: its assets, its arguments, and how attributes and stream configurations correspond.
//!
//! Plain data, without a connection: planning, preflight and apply are functions over it.

pub mod member;
pub mod argument;
pub mod changes;
pub mod common;
pub mod domain;
pub mod owned_texts;
pub mod generated;
pub mod private_facts;
pub mod storage;

use crate::catalogue::AssetKind;
use crate::resources::object::member::Member;
use crate::terraform::language::{Attribute, Mode, Path, Type, Value};

/// The attribute that lists the streams of an object.
pub const STREAMS: &str = "streams";

/// What is known of one object without a server.
#[derive(Clone, Debug)]
pub struct Object {
    /// The assets, in the order of the docs.
    pub members: Vec<Member>,
    /// The attribute that says which object it is; the root if none does.
    pub identity: Path,
    /// The id to import the object by.
    pub import_id: String,
    /// What is said of assets that exist already where there can be only one such object.
    pub singleton: &'static str,
}

impl Object {
    /// The streams that a state has, with the times of their creation.
    pub fn streams_of<'s>(&self, state: &'s Value) -> impl Iterator<Item = (String, &'s str)> {
        let members = existing(&self.members, state).into_iter();
        members.filter_map(|member| {
            let created = state.attribute(member.row.key).attribute("created");
            Some((member.stream(), created.as_str()?))
        })
    }
}

/// The assets that a state has.
pub fn existing<'m>(members: &'m [Member], state: &Value) -> Vec<&'m Member> {
    let members = members.iter();
    members
        .filter(|member| !state.attribute(member.row.key).is_null())
        .collect()
}

/// The attribute with all streams of an object, for other modules: dashboards, permissions, backups.
///
/// Of a plain type: OpenTofu 1.10 crashes when it generates a configuration and a resource has nested attributes that are
/// only computed (`filterAttribute` in its `internal/configs/configschema/filter.go`).
pub fn streams_attribute() -> Attribute {
    let doc = "All streams of the resource, by the names of the blocks above, for dashboards, permissions and backups of other modules. Each has the `name` of the JetStream stream; its `kind`, `\"bucket\"` or `\"stream\"`; the name of its key/value `bucket`, null if it is none; and its `subjects`, empty if it only reads from other streams. A stream stays in the map if it was deleted on the server: the next apply recreates it.";
    let stream = Type::object([
        ("name", Type::String),
        ("kind", Type::String),
        ("bucket", Type::String),
        ("subjects", Type::list(Type::String)),
    ]);
    Attribute::new(STREAMS, Type::map(stream), Mode::Computed, doc)
}

/// The value of [`streams_attribute`]: what is in it depends on nothing but the names of the assets and on wadm's mode.
pub fn streams(members: &[Member]) -> Value {
    let entry = |member: &Member| {
        let name = member.name.as_deref();
        let bucket = match member.row.kind {
            AssetKind::Bucket => name.map_or(Value::Unknown, Value::from),
            AssetKind::Stream(_) => Value::Null,
        };
        let subjects = member.subjects().into_iter().map(Value::from).collect();
        Value::object([
            (
                "name",
                name.map_or(Value::Unknown, |_| member.stream().into()),
            ),
            ("kind", member.row.kind.name().into()),
            ("bucket", bucket),
            (
                "subjects",
                name.map_or(Value::Unknown, |_| Value::List(subjects)),
            ),
        ])
    };
    Value::object(members.iter().map(|member| (member.row.key, entry(member))))
}

/// The assets by position, those that nothing else must precede first, then those that source from them.
pub fn stages(members: &[Member]) -> [Vec<usize>; 2] {
    let (first, then) =
        (0..members.len()).partition(|place| members[*place].row.sources().is_empty());
    [first, then]
}

/// The attribute where the user sets an argument of an asset: its own if that is another one than the common. `config`
/// may as well be a planned state, in which an asset has every argument.
pub fn argument_path(member: &Member, name: &str, config: &Value) -> Path {
    let own = config.attribute(member.row.key).attribute(name);
    let path = Path::attribute(member.row.key);
    let is_common = config.as_map().is_some_and(|root| root.contains_key(name));
    match (own.is_null(), is_common) {
        (_, true) if own.is_null() || own == config.attribute(name) => Path::attribute(name),
        (true, false) => path,
        _ => path.then(name),
    }
}

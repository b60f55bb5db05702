//! The names of the buckets and streams of a lattice and of wadm.

use crate::catalogue::{Asset, AssetKind};
use crate::functions::options;
use crate::resources::lattice_buckets::{LatticeBuckets, lattice_name};
use crate::resources::object::member::Member;
use crate::resources::object_type::{ObjectType, members};
use crate::resources::wadm::{
    self, MANIFESTS_BUCKET, MULTITENANT, STATE_BUCKET, WadmJetStream, object_named,
};
use crate::terraform::framework::function::{Function, FunctionError, Parameter};
use crate::terraform::language::{Attribute, Type, Value, ValueRule};

/// The functions of this file.
pub fn all() -> Vec<Function> {
    vec![
        of_a_lattice(
            "lattice_buckets",
            "Names of the buckets of a lattice",
            "The names of the key/value buckets of a lattice, as `wasmcloud_lattice_buckets` creates them and hosts look for them: for the `nats kv` command, or for permissions and backups of another tool.",
            buckets_type(&LatticeBuckets.rows()),
            |arguments| Ok(bucket_names(&lattice_members(arguments))),
        ),
        of_a_lattice(
            "lattice_streams",
            "Names of the streams of a lattice",
            "The names of the JetStream streams behind the buckets of a lattice: for the `nats stream` command, or for permissions, dashboards and backups of another tool.",
            streams_type(&LatticeBuckets.rows()),
            |arguments| Ok(stream_names(&lattice_members(arguments))),
        ),
        of_wadm(
            "wadm_buckets",
            "Names of the buckets of wadm",
            "The names of the key/value buckets of wadm, as `wadm_jetstream` creates them.",
            buckets_type(&WadmJetStream.rows()),
            |arguments| Ok(bucket_names(&wadm_arguments(arguments)?)),
        ),
        of_wadm(
            "wadm_streams",
            "Names of the streams of wadm",
            "The names of all JetStream streams of wadm, as `wadm_jetstream` creates them: those behind its buckets too.",
            streams_type(&WadmJetStream.rows()),
            |arguments| Ok(stream_names(&wadm_arguments(arguments)?)),
        ),
    ]
}

fn of_a_lattice(
    name: &'static str,
    summary: &'static str,
    description: &str,
    returns: Type,
    body: fn(&[Value]) -> Result<Value, FunctionError>,
) -> Function {
    Function {
        parameters: vec![lattice()],
        ..options::function(
            name,
            summary,
            described(description, &LatticeBuckets.rows(), &returns),
            returns,
            body,
        )
    }
}

fn of_wadm(
    name: &'static str,
    summary: &'static str,
    description: &str,
    returns: Type,
    body: fn(&[Value]) -> Result<Value, FunctionError>,
) -> Function {
    Function {
        variadic: Some(options::parameter(&wadm_options())),
        ..options::function(
            name,
            summary,
            described(description, &WadmJetStream.rows(), &returns),
            returns,
            body,
        )
    }
}

/// The description, and which attributes the result has.
fn described(description: &str, rows: &[&'static Asset], returns: &Type) -> String {
    let has = |key: &str| matches!(returns, Type::Object(types) if types.contains_key(key));
    let rows = rows.iter().filter(|row| has(row.key));
    let keys: Vec<_> = rows.map(|row| format!("`{}`", row.key)).collect();
    format!(
        "{description}\n\nThe result is an object with the attributes {}, each a name. The resource has the same attributes.",
        keys.join(", ")
    )
}

/// The parameter for the name of a lattice.
pub fn lattice() -> Parameter {
    let description = "Name of the lattice: letters, digits, `_` and `-`.";
    Parameter::new("lattice", Type::String, description).rule(ValueRule::Custom(lattice_name))
}

fn wadm_options() -> Vec<Attribute> {
    wadm::bucket_names().into()
}

fn wadm_arguments(arguments: &[Value]) -> Result<Vec<Member>, FunctionError> {
    let options = options::read(&wadm_options(), arguments, 0)?;
    Ok(wadm_members(&options))
}

fn lattice_members(arguments: &[Value]) -> Vec<Member> {
    arguments.first().map(members_of).unwrap_or_default()
}

/// The assets of a lattice.
pub fn members_of(lattice: &Value) -> Vec<Member> {
    let object = Value::object([("lattice", lattice.clone())]);
    members(&LatticeBuckets, &object)
}

/// The assets of the wadm that some options describe.
pub fn wadm_members(options: &Value) -> Vec<Member> {
    let option = |name: &str| options.attribute(name);
    let object = object_named(
        option(STATE_BUCKET),
        option(MANIFESTS_BUCKET),
        option(MULTITENANT),
    );
    members(&WadmJetStream, &object)
}

fn buckets_type(rows: &[&'static Asset]) -> Type {
    let buckets = rows.iter().filter(|row| row.kind == AssetKind::Bucket);
    Type::object(buckets.map(|row| (row.key, Type::String)))
}

fn streams_type(rows: &[&'static Asset]) -> Type {
    Type::object(rows.iter().map(|row| (row.key, Type::String)))
}

fn bucket_names(members: &[Member]) -> Value {
    let members = members.iter();
    let buckets = members.filter(|member| member.row.kind == AssetKind::Bucket);
    let name = |member: &Member| member.name.clone().map_or(Value::Null, Value::from);
    Value::object(buckets.map(|member| (member.row.key, name(member))))
}

fn stream_names(members: &[Member]) -> Value {
    let members = members.iter();
    Value::object(members.map(|member| (member.row.key, member.stream().into())))
}

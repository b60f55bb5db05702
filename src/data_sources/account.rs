//! `wasmcloud_jetstream_account`: what JetStream says of the account, and what is known of the servers.

use std::sync::Arc;

use async_trait::async_trait;

use crate::data_sources::attributes::{self, computed, connected, number};
use crate::data_sources::failure;
use crate::jetstream::{Account, Client, Scope, ServerInfo, Usage};
use crate::resources::object::common::{self, Crud};
use crate::resources::session::Session;
use crate::terraform::framework::{Call, DataSource};
use crate::terraform::language::{
    Attribute, AttributeKind, Diagnostics, Nesting, Schema, Type, Value,
};

const DESCRIPTION: &str = "The JetStream account of the provider's user: its limits, what is reserved and used, and what is \
known of the servers. Use it in `check` blocks and conditions, such as whether an account has storage left for another lattice.";

/// The data source.
pub struct JetStreamAccount {
    schema: Schema,
    session: Arc<Session>,
}

impl JetStreamAccount {
    /// The data source, on a connection that the provider shares.
    pub fn new(session: Arc<Session>) -> Self {
        let mut shown = servers();
        shown.extend(usage_attributes());
        let tiers = AttributeKind::Nested(Nesting::Map, usage_attributes());
        shown.push(computed(
            "tiers",
            tiers,
            "The same by number of replicas (`R1`, `R3`), for an account whose limits depend on it. Empty for others.",
        ));
        Self {
            schema: attributes::schema(DESCRIPTION, Vec::new(), shown),
            session,
        }
    }
}

fn servers() -> Vec<Attribute> {
    vec![
        computed(
            "api_level",
            Type::Number,
            "Level of the JetStream API of the server that answered: 1 for nats-server 2.11, 4 for 2.14, 5 for 2.15. 0 for older servers, which do not state it.",
        ),
        computed(
            "server_version",
            Type::String,
            "Version of the connected server; other servers of its cluster may have another one. Null if the streams may be stored on other servers: in another JetStream domain, for example.",
        ),
        computed(
            "cluster",
            Type::String,
            "Name of the cluster of the connected server. Null if it is in none, or if the streams may be stored on other servers.",
        ),
        computed(
            "cluster_size",
            Type::Number,
            "Number of servers of the cluster, as far as they announce their addresses; 1 for a single server. Null if it is not known.",
        ),
    ]
}

fn usage_attributes() -> Vec<Attribute> {
    let object = |name, numbers: &[(&str, &str)], description| {
        let nested = numbers.iter();
        let nested = nested.map(|(name, text)| computed(name, Type::Number, text));
        let kind = AttributeKind::Nested(Nesting::Single, nested.collect());
        computed(name, kind, description)
    };
    let mut limits = object(
        "limits",
        LIMITS,
        "What may be used; -1 for no limit. In `tiers` instead if the account has tiers, and then null.",
    );
    if let AttributeKind::Nested(_, nested) = &mut limits.kind {
        nested.push(computed(
            "max_bytes_required",
            Type::Bool,
            "Whether every stream must set `max_bytes`.",
        ));
    }
    vec![
        object("used", USED, "What is used now."),
        object(
            "reserved",
            RESERVED,
            "What `max_bytes` of all streams reserves, whether it is used or not.",
        ),
        limits,
    ]
}

const USED: &[(&str, &str)] = &[
    ("memory", "Bytes in memory."),
    ("storage", "Bytes in files."),
    ("streams", "Number of streams."),
    ("consumers", "Number of consumers."),
];

const RESERVED: &[(&str, &str)] = &[
    ("memory", "Bytes in memory."),
    ("storage", "Bytes in files."),
];

const LIMITS: &[(&str, &str)] = &[
    ("max_memory", "Bytes in memory."),
    ("max_storage", "Bytes in files."),
    ("max_streams", "Number of streams."),
    ("max_consumers", "Number of consumers."),
    ("memory_max_stream_bytes", "Bytes of one stream in memory."),
    ("storage_max_stream_bytes", "Bytes of one stream in files."),
];

#[async_trait]
impl DataSource for JetStreamAccount {
    fn type_name(&self) -> &'static str {
        "wasmcloud_jetstream_account"
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    async fn read(&self, config: &Value, call: &Call) -> Result<Value, Diagnostics> {
        let (mut answer, client) = connected(&self.session, config)?;
        let scope = common::scope(config, Crud::Read, call);
        let account = client.account(&scope).await.map_err(|error| {
            failure::unreadable(vec![("the JetStream account".to_owned(), error)])
        })?;
        set_servers(&mut answer, &account, &client, &scope).await;
        set_usage(&mut answer, &account.whole, account.tiers.is_empty());
        let tiers = account.tiers.iter().map(|(name, usage)| {
            let mut tier = Value::object::<&str>([]);
            set_usage(&mut tier, usage, true);
            (name.as_str(), tier)
        });
        answer.set_attribute("tiers", Value::object(tiers));
        Ok(answer)
    }
}

async fn set_servers(answer: &mut Value, account: &Account, client: &Client, scope: &Scope) {
    let server = client.server_info();
    let size = cluster_size(server.as_ref(), client, scope).await;
    let text = |text: Option<String>| text.map_or(Value::Null, Value::from);
    let (version, cluster) = match server {
        Some(server) => (Some(server.version), server.cluster),
        None => (None, None),
    };
    answer.set_attribute("api_level", number(account.api_level));
    answer.set_attribute("server_version", text(version));
    answer.set_attribute("cluster", text(cluster));
    answer.set_attribute("cluster_size", size.map_or(Value::Null, number));
}

/// A server that names a cluster need not be in one with others.
async fn cluster_size(server: Option<&ServerInfo>, client: &Client, scope: &Scope) -> Option<u64> {
    match server {
        Some(server) if server.cluster.is_none() => Some(1),
        Some(server) if server.addresses > 1 => u64::try_from(server.addresses).ok(),
        _ => match client.is_clustered(scope).await {
            Some(false) => Some(1),
            _ => None,
        },
    }
}

fn set_usage(object: &mut Value, usage: &Usage, has_limits: bool) {
    let used = Value::object([
        ("memory", number(usage.memory)),
        ("storage", number(usage.storage)),
        ("streams", number(usage.streams)),
        ("consumers", number(usage.consumers)),
    ]);
    let reserved = Value::object([
        ("memory", number(usage.reserved_memory)),
        ("storage", number(usage.reserved_storage)),
    ]);
    object.set_attribute("used", used);
    object.set_attribute("reserved", reserved);
    let limits = match has_limits {
        true => limits(usage),
        false => Value::Null,
    };
    object.set_attribute("limits", limits);
}

/// Of streams, consumers and the bytes of one stream, the server says 0 as well as -1 for no limit.
fn limits(usage: &Usage) -> Value {
    let limits = &usage.limits;
    let or_none = |limit: i64| Value::from(if limit == 0 { -1 } else { limit });
    Value::object([
        ("max_memory", limits.max_memory.into()),
        ("max_storage", limits.max_storage.into()),
        ("max_streams", or_none(limits.max_streams)),
        ("max_consumers", or_none(limits.max_consumers)),
        (
            "memory_max_stream_bytes",
            or_none(limits.memory_max_stream_bytes),
        ),
        (
            "storage_max_stream_bytes",
            or_none(limits.storage_max_stream_bytes),
        ),
        ("max_bytes_required", limits.max_bytes_required.into()),
    ])
}

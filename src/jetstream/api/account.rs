//! What JetStream says about the account: what it uses, and what it may use.
//!
//! An account whose limits have tiers has them by the number of replicas (`R1`, `R3`), and none for streams with another
//! number. Reserved is what `max_bytes` of all streams adds up to, each counted once, however many replicas it has.

use serde_json::Value;

use crate::jetstream::Scope;
use crate::jetstream::api::request::{Api, account_request};
use crate::jetstream::api::stream_info::some_text;
use crate::jetstream::error::Error;

/// What JetStream says about the account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The API level of the server that answered: 0 before 2.11, 1 for 2.11, 2 or 3 for 2.12, 4 for 2.14, 5 for 2.15.
    pub api_level: u64,
    /// The JetStream domain.
    pub domain: Option<String>,
    /// The whole account; its limits are empty if the account has tiers.
    pub whole: Usage,
    /// The same by tier, if the account has tiers.
    pub tiers: Vec<(String, Usage)>,
}

/// What is used, and what may be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Bytes of messages in memory.
    pub memory: u64,
    /// Bytes of messages in files.
    pub storage: u64,
    /// Bytes of memory reserved by `max_bytes`.
    pub reserved_memory: u64,
    /// Bytes of files reserved by `max_bytes`.
    pub reserved_storage: u64,
    /// Streams.
    pub streams: u64,
    /// Consumers.
    pub consumers: u64,
    /// What may be used.
    pub limits: Limits,
}

/// What may be used; -1 means unlimited, for streams, consumers and the bytes of one stream 0 does too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of memory.
    pub max_memory: i64,
    /// Bytes of files.
    pub max_storage: i64,
    /// Streams.
    pub max_streams: i64,
    /// Consumers.
    pub max_consumers: i64,
    /// Every stream must set `max_bytes`.
    pub max_bytes_required: bool,
    /// Bytes of one stream in memory.
    pub memory_max_stream_bytes: i64,
    /// Bytes of one stream in files.
    pub storage_max_stream_bytes: i64,
}

/// What JetStream says about the account.
///
/// # Errors
/// What kept the server from answering.
pub async fn account(api: &Api, scope: &Scope) -> Result<Account, Error> {
    Ok(Account::of_answer(
        &api.request(&account_request(), scope).await?,
    ))
}

impl Account {
    /// What counts for streams with this many replicas; `None` if the account has tiers and none for them.
    pub fn usage(&self, replicas: u64) -> Option<&Usage> {
        if self.tiers.is_empty() {
            return Some(&self.whole);
        }
        let tier = format!("R{replicas}");
        let found = self.tiers.iter().find(|(name, _)| *name == tier);
        found.map(|(_, usage)| usage)
    }

    /// Reads an answer.
    pub(crate) fn of_answer(answer: &Value) -> Account {
        let tiers = answer.get("tiers").and_then(Value::as_object);
        Account {
            api_level: answer
                .pointer("/api/level")
                .and_then(Value::as_u64)
                .unwrap_or_default(),
            domain: some_text(answer, "domain"),
            whole: Usage::read(answer),
            tiers: tiers
                .into_iter()
                .flatten()
                .map(|(name, tier)| (name.clone(), Usage::read(tier)))
                .collect(),
        }
    }
}

impl Usage {
    fn read(usage: &Value) -> Usage {
        let number = |key: &str| usage.get(key).and_then(Value::as_u64).unwrap_or_default();
        Usage {
            memory: number("memory"),
            storage: number("storage"),
            reserved_memory: number("reserved_memory"),
            reserved_storage: number("reserved_storage"),
            streams: number("streams"),
            consumers: number("consumers"),
            limits: Limits::read(usage.get("limits").unwrap_or(&Value::Null)),
        }
    }
}

impl Limits {
    fn read(limits: &Value) -> Limits {
        let number = |key: &str| limits.get(key).and_then(Value::as_i64).unwrap_or_default();
        Limits {
            max_memory: number("max_memory"),
            max_storage: number("max_storage"),
            max_streams: number("max_streams"),
            max_consumers: number("max_consumers"),
            max_bytes_required: limits
                .get("max_bytes_required")
                .and_then(Value::as_bool)
                .unwrap_or_default(),
            memory_max_stream_bytes: number("memory_max_stream_bytes"),
            storage_max_stream_bytes: number("storage_max_stream_bytes"),
        }
    }
}

//! What the server says about one stream: its configuration, its contents and its replicas.
//!
//! Read leniently: a field that is missing or of another type than we know has its zero value, because a newer server
//! must not make a refresh fail. Only the configuration is kept whole.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use crate::jetstream::config::stream_config::StreamConfig;
use crate::text::printable;

/// The answer to `STREAM.INFO`, `STREAM.CREATE` and `STREAM.UPDATE`.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamInfo {
    /// The configuration, with every key the server sent.
    pub config: StreamConfig,
    /// When this stream was created (RFC 3339, the server's clock): another value means another stream.
    pub created: String,
    /// When the server answered (RFC 3339, the server's clock); empty if it does not say.
    pub ts: String,
    /// What it holds.
    pub state: StreamState,
    /// Its leader and replicas; absent on servers that do not say.
    pub cluster: Option<Cluster>,
    /// What it sources from, in no particular order.
    pub sources: Vec<SourceState>,
    /// The JetStream domain; only `STREAM.INFO` says.
    pub domain: Option<String>,
    /// The server says that it made this stream just now. A single server says so even if the stream existed.
    pub(crate) did_create: bool,
}

/// What a stream holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamState {
    /// Messages stored; in a bucket the keys' values and delete markers, history included.
    pub messages: u64,
    /// Bytes stored.
    pub bytes: u64,
    /// Sequence of the first message.
    pub first_seq: u64,
    /// When the first message was stored (RFC 3339, the server's clock); says nothing while there is none.
    pub first_ts: String,
    /// Sequence of the last message.
    pub last_seq: u64,
    /// Subjects with messages; in a bucket the keys.
    pub num_subjects: u64,
    /// Consumers.
    pub consumer_count: u64,
}

impl StreamState {
    /// Whether messages are gone that were there before, and were not deleted by a limit or by another client: the last
    /// sequence never decreases, and without a new message or a limit of age nothing goes.
    pub fn has_lost(&self, before: &StreamState, expires: bool) -> bool {
        let unwritten = self.last_seq == before.last_seq;
        self.last_seq < before.last_seq || unwritten && !expires && self.messages < before.messages
    }
}

/// Who keeps a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cluster {
    /// The leader's server name; absent during an election.
    pub leader: Option<String>,
    /// The other servers.
    pub replicas: Vec<Replica>,
    /// A scale, move or retention change is still running (servers from 2.15 say so).
    pub desired: bool,
}

/// One server that follows the leader.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replica {
    /// Its server name.
    pub name: String,
    /// It holds everything the leader holds.
    pub current: bool,
    /// The leader does not reach it.
    pub offline: bool,
    /// Operations it is behind.
    pub lag: u64,
}

/// How one source of a stream is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceState {
    /// The stream it reads from.
    pub name: String,
    /// Time since it last received something from it; absent if never. It keeps growing when sourcing has stalled.
    pub active: Option<Duration>,
    /// Messages it is behind; stays 0 when sourcing has stalled.
    pub lag: u64,
    /// The server's description of what is wrong.
    pub error: Option<String>,
}

impl StreamInfo {
    /// Reads an answer; `None` if it holds no configuration.
    pub(crate) fn read(answer: &Value) -> Option<StreamInfo> {
        Some(StreamInfo {
            config: StreamConfig::from_value(answer.get("config")?.clone())?,
            created: text(answer, "created"),
            ts: text(answer, "ts"),
            state: StreamState::read(answer.get("state").unwrap_or(&Value::Null)),
            cluster: answer
                .get("cluster")
                .filter(|cluster| cluster.is_object())
                .map(Cluster::read),
            sources: list(answer, "sources")
                .iter()
                .map(SourceState::read)
                .collect(),
            domain: Some(text(answer, "domain")).filter(|domain| !domain.is_empty()),
            did_create: flag(answer, "did_create"),
        })
    }

    /// How long ago the stream was made, by the server's clock; absent if it does not say.
    pub fn age(&self) -> Option<Duration> {
        let created: Timestamp = self.created.parse().ok()?;
        let answered: Timestamp = self.ts.parse().ok()?;
        Some(
            answered
                .duration_since(created)
                .try_into()
                .unwrap_or(Duration::ZERO),
        )
    }

    /// Whether its first message is older than itself: the server brought it back from a deleted stream of the same
    /// name (nats-server 2.10 to 2.15, when a stream of files is deleted twice within a moment). A stream that imports
    /// from others proves nothing by that.
    pub fn holds_older_messages(&self) -> bool {
        let first: Option<Timestamp> = self.state.first_ts.parse().ok();
        let created: Option<Timestamp> = self.created.parse().ok();
        self.state.messages > 0 && first.is_some() && created.is_some() && first < created
    }

    /// How old its first message is, by the server's clock; absent if there is none, or the server does not say.
    pub fn oldest(&self) -> Option<Duration> {
        let first: Timestamp = self.state.first_ts.parse().ok()?;
        let answered = match self.ts.parse() {
            Ok(answered) => answered,
            // Servers before 2.10 do not say; their clock is about ours.
            Err(_) => Timestamp::now(),
        };
        (self.state.messages > 0).then(|| {
            answered
                .duration_since(first)
                .try_into()
                .unwrap_or(Duration::ZERO)
        })
    }

    /// What keeps the replicas that it has from being all current, as a clause.
    pub fn unsettled(&self) -> Option<String> {
        self.missing(self.cluster.as_ref()?.replicas.len() + 1)
    }

    /// What keeps it from being settled on this many servers, as a clause.
    pub(crate) fn missing(&self, replicas: usize) -> Option<String> {
        let Some(cluster) = &self.cluster else {
            return (replicas > 1).then(|| "the server is not in a cluster".to_owned());
        };
        let assigned = cluster.replicas.len() + 1;
        // A server that is away keeps its place after a scale-down until it is back: that is no reason to wait for it.
        let mut surplus = assigned.saturating_sub(replicas);
        let followers = cluster.replicas.iter().filter(|replica| {
            let leaves = replica.offline && surplus > 0;
            surplus -= usize::from(leaves);
            !leaves
        });
        let followers: Vec<_> = followers.collect();
        let mut words: Vec<String> = Vec::new();
        if cluster.leader.is_none() {
            words.push("no leader is elected".to_owned());
        }
        if cluster.desired && followers.len() == cluster.replicas.len() {
            words.push("the server is still rearranging the replicas".to_owned());
        }
        let assigned = followers.len() + 1;
        if assigned != replicas {
            words.push(format!("{assigned} of {replicas} replicas are assigned"));
        }
        for behind in followers {
            if behind.offline {
                words.push(format!("the replica on {} is offline", behind.name));
            } else if !behind.current {
                words.push(format!("the replica on {} is behind", behind.name));
            }
        }
        (!words.is_empty()).then(|| words.join("; "))
    }

    /// The API level of the server that answered: 0 before 2.11, which does not say.
    pub fn api_level(&self) -> u64 {
        self.config.api_level().unwrap_or_default()
    }
}

impl StreamState {
    fn read(state: &Value) -> StreamState {
        StreamState {
            messages: number(state, "messages"),
            bytes: number(state, "bytes"),
            first_seq: number(state, "first_seq"),
            first_ts: text(state, "first_ts"),
            last_seq: number(state, "last_seq"),
            num_subjects: number(state, "num_subjects"),
            consumer_count: number(state, "consumer_count"),
        }
    }
}

impl Cluster {
    fn read(cluster: &Value) -> Cluster {
        Cluster {
            leader: Some(text(cluster, "leader")).filter(|leader| !leader.is_empty()),
            replicas: list(cluster, "replicas")
                .iter()
                .map(Replica::read)
                .collect(),
            desired: cluster
                .get("desired")
                .is_some_and(|desired| !desired.is_null()),
        }
    }
}

impl Replica {
    fn read(replica: &Value) -> Replica {
        Replica {
            name: text(replica, "name"),
            current: flag(replica, "current"),
            offline: flag(replica, "offline"),
            lag: number(replica, "lag"),
        }
    }
}

impl SourceState {
    fn read(source: &Value) -> SourceState {
        SourceState {
            name: text(source, "name"),
            // Nanoseconds; -1 means that it was never active.
            active: source
                .get("active")
                .and_then(Value::as_u64)
                .map(Duration::from_nanos),
            lag: number(source, "lag"),
            error: source
                .get("error")
                .map(|error| text(error, "description"))
                .filter(|description| !description.is_empty()),
        }
    }
}

fn text(value: &Value, key: &str) -> String {
    printable(value.get(key).and_then(Value::as_str).unwrap_or_default()).into_owned()
}

fn number(value: &Value, key: &str) -> u64 {
    value.get(key).and_then(Value::as_u64).unwrap_or_default()
}

fn flag(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or_default()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

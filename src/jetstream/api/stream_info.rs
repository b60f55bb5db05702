//! What the server says about one stream: its configuration, its contents and its replicas.
//!
//! Read leniently: a field that is missing or of another type than we know has its zero value, because a newer server
//! must not make a refresh fail. Only the configuration is kept whole.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use crate::jetstream::config::stream_config::StreamConfig;
use crate::text::printable;

/// A server that was not heard of for so long is away. The server that leads calls it not current after ten seconds.
const AWAY: Duration = Duration::from_secs(5);

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
    /// When the last message was stored (RFC 3339, the server's clock), also if it is deleted by now; says nothing while
    /// there was none.
    pub last_ts: String,
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
    /// Time since the leader last heard from it; grows while it is away, long before the server calls it offline.
    pub silent: Duration,
    /// The stream leaves it, or arrives there (servers from 2.15 say so).
    pub pending: bool,
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
            domain: some_text(answer, "domain"),
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

    /// Whether somebody answers for it: without a leader nothing is read or written.
    pub fn has_leader(&self) -> bool {
        let leaderless = |cluster: &Cluster| cluster.leader.is_none();
        !self.cluster.as_ref().is_some_and(leaderless)
    }

    /// Whether other servers store it too, or are about to.
    pub fn has_followers(&self) -> bool {
        let shared = |cluster: &Cluster| cluster.desired || !cluster.replicas.is_empty();
        self.cluster.as_ref().is_some_and(shared)
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
        let mut words: Vec<String> = Vec::new();
        if cluster.leader.is_none() {
            words.push("no leader is elected".to_owned());
        }
        let stays = cluster.stays(replicas);
        let waits_for_nobody = stays.len() < cluster.replicas.len() && !cluster.is_leaving();
        if !waits_for_nobody {
            if cluster.desired {
                words.push("the server is still moving the replicas".to_owned());
            }
            match (stays.len() + 1, replicas) {
                (assigned, replicas) if assigned < replicas => {
                    words.push(format!("{assigned} of {replicas} replicas are assigned"));
                }
                (assigned, replicas) if assigned > replicas => {
                    words.push(format!(
                        "{} of {assigned} replicas are not removed yet",
                        assigned - replicas
                    ));
                }
                _ => {}
            }
        }
        for behind in stays {
            if behind.is_away() {
                words.push(format!("the replica on {} is offline", behind.name));
            } else if !behind.current {
                words.push(format!("the replica on {} is behind", behind.name));
            }
        }
        (!words.is_empty()).then(|| words.join("; "))
    }

    /// Whether replicas beyond this many are being removed, and one of those that must agree is away: only its return
    /// ends that. Without the majority, the leader steps down after about 20 seconds (nats-server 2.15).
    pub(crate) fn is_stuck(&self, replicas: usize) -> bool {
        self.cluster.as_ref().is_some_and(|cluster| {
            let shrinks = cluster.desired && cluster.replicas.len() + 1 > replicas;
            let waits = cluster.is_leaving() && cluster.replicas.iter().any(Replica::is_away);
            shrinks && (waits || cluster.leader.is_none())
        })
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
            last_ts: text(state, "last_ts"),
            num_subjects: number(state, "num_subjects"),
            consumer_count: number(state, "consumer_count"),
        }
    }
}

impl Cluster {
    /// The followers that count when only `replicas` servers are to keep the stream. A server that is away keeps its
    /// place after a scale-down until it is back: that is no reason to wait for it.
    fn stays(&self, replicas: usize) -> Vec<&Replica> {
        let mut surplus = (self.replicas.len() + 1).saturating_sub(replicas);
        let followers = self.replicas.iter().filter(|replica| {
            let leaves = surplus > 0 && replica.is_away();
            surplus -= usize::from(leaves);
            !leaves
        });
        followers.collect()
    }

    /// A server is leaving, and the others have not agreed yet.
    fn is_leaving(&self) -> bool {
        self.desired && self.replicas.iter().any(|replica| replica.pending)
    }

    fn read(cluster: &Value) -> Cluster {
        Cluster {
            leader: some_text(cluster, "leader"),
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
    /// Nothing was heard from it for longer than a busy server takes; heartbeats come about every second.
    fn is_away(&self) -> bool {
        self.offline || !self.current && self.silent > AWAY
    }

    fn read(replica: &Value) -> Replica {
        Replica {
            name: text(replica, "name"),
            current: flag(replica, "current"),
            offline: flag(replica, "offline"),
            silent: Duration::from_nanos(number(replica, "active")),
            pending: flag(replica, "pending"),
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
                .and_then(|error| some_text(error, "description")),
        }
    }
}

/// A text of a server, as it may be shown; empty if there is none.
pub(super) fn text(value: &Value, key: &str) -> String {
    printable(value.get(key).and_then(Value::as_str).unwrap_or_default()).into_owned()
}

/// As [`text`]; absent if it is empty.
pub(super) fn some_text(value: &Value, key: &str) -> Option<String> {
    Some(text(value, key)).filter(|text| !text.is_empty())
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn current() -> Value {
        json!({ "name": "n", "current": true, "active": SECOND / 2 })
    }

    fn away() -> Value {
        json!({ "name": "a", "current": false, "active": 11 * SECOND })
    }

    fn leaving() -> Value {
        json!({ "name": "l", "current": false, "active": 0, "pending": true })
    }

    fn filling() -> Value {
        json!({ "name": "f", "current": false, "active": SECOND })
    }

    fn info(desired: bool, replicas: &[Value]) -> StreamInfo {
        let mut cluster = json!({ "leader": "n1", "replicas": replicas });
        if desired {
            cluster["desired"] = json!({});
        }
        StreamInfo::read(&json!({ "config": {}, "cluster": cluster })).unwrap()
    }

    fn missing(replicas: usize, desired: bool, found: &[Value]) -> String {
        info(desired, found).missing(replicas).unwrap_or_default()
    }

    #[test]
    fn nothing_is_missing_when_the_wanted_servers_are_current() {
        assert_eq!(missing(3, false, &[current(), current()]), "");
        assert_eq!(missing(1, false, &[]), "");
    }

    #[test]
    fn what_is_missing_is_told() {
        for (replicas, desired, found, said) in [
            (3, false, vec![current()], "2 of 3 replicas are assigned"),
            (
                1,
                false,
                vec![current()],
                "1 of 2 replicas are not removed yet",
            ),
            (
                2,
                true,
                vec![current()],
                "the server is still moving the replicas",
            ),
            (2, false, vec![filling()], "the replica on f is behind"),
            (2, false, vec![away()], "the replica on a is offline"),
        ] {
            assert_eq!(missing(replicas, desired, &found), said);
        }
        let mut leaderless = info(false, &[]);
        leaderless.cluster.as_mut().unwrap().leader = None;
        assert_eq!(
            leaderless.missing(1).as_deref(),
            Some("no leader is elected")
        );
    }

    #[test]
    fn a_server_that_is_away_and_not_wanted_any_more_is_not_waited_for() {
        assert_eq!(missing(1, false, &[away()]), "");
        // nats-server 2.15 keeps the others too while one is away that was known to be.
        assert_eq!(missing(1, true, &[away(), current()]), "");
        assert_eq!(missing(2, false, &[away(), current()]), "");
        // One that is being filled may be wanted.
        assert_ne!(missing(2, true, &[away(), filling()]), "");
    }

    #[test]
    fn a_removal_to_which_a_server_that_is_away_must_agree_is_stuck() {
        let stuck = info(true, &[away(), leaving()]);
        assert!(stuck.is_stuck(1));
        assert_ne!(stuck.missing(1), None);

        let mut leaderless = info(true, &[filling(), leaving()]);
        leaderless.cluster.as_mut().unwrap().leader = None;
        assert!(leaderless.is_stuck(1));

        assert!(!info(true, &[current(), leaving()]).is_stuck(1));
        assert!(!info(true, &[away(), current()]).is_stuck(1));
        assert!(!info(true, &[away(), leaving()]).is_stuck(3));
    }
}

//! The catalogue: every bucket and stream that wasmCloud hosts and wadm use, one row each.
//!
//! A row says what the asset's users rely on. What a user may choose (replicas, limits and the like) is not in it, and
//! what is in it is not for the user to choose: wadm deletes and re-creates a stream whose subjects differ from its
//! own. Sources of the facts: wasmCloud 1.0.0 to 1.9.2 (`crates/host/src/wasmbus`), wadm 0.12.2 to 0.21.1
//! (`crates/wadm/src/nats.rs`, before 0.20 `src/nats.rs`), and what host 1.9.2 and wadm 0.21.1 made.

use std::time::Duration;

use serde_json::{Value, json};

use crate::jetstream::{StreamConfig, nanos};

/// One bucket or stream.
#[derive(Debug)]
pub struct Asset {
    /// The attribute under which a resource shows it.
    pub key: &'static str,
    /// Bucket or stream.
    pub kind: AssetKind,
    /// The name of the bucket or stream, as its users name it; `{}` stands for the lattice.
    pub name: &'static str,
    /// What it contains, for the docs and diagnostics.
    pub holds: &'static str,
    /// The description that its creator writes.
    pub description: Option<&'static str>,
    /// Whether its contents may be deleted to recreate it.
    pub contents: Contents,
    /// What its users do, or fail to do, when it was deleted and recreated.
    pub when_recreated: &'static str,
    /// What its users fail to do when it accepts no message: a clause.
    pub when_read_only: &'static str,
}

/// What an asset is on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssetKind {
    /// A key/value bucket: the stream `KV_<bucket>` with the settings of NATS ADR-8.
    Bucket,
    /// A stream.
    Stream(Stream),
}

impl AssetKind {
    /// As users are told: `bucket` or `stream`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bucket => "bucket",
            Self::Stream(_) => "stream",
        }
    }
}

/// What the users of a stream rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    /// Its subjects, in this order; none for a stream that only sources.
    pub subjects: &'static [&'static str],
    /// The same in multi-tenant mode.
    pub multitenant_subjects: &'static [&'static str],
    /// How long messages stay: `limits`, `workqueue` or `interest`.
    pub retention: &'static str,
    /// How old a message gets when the user says nothing; zero for any age.
    pub max_age: Duration,
    /// Messages kept per subject; -1 for all.
    pub max_msgs_per_subject: i64,
    /// Whether single messages are read directly, which wadm does for statuses.
    pub allow_direct: bool,
    /// Whether publishers get no acknowledgement in multi-tenant mode. Without it servers from 2.10.28 and 2.11.2
    /// refuse the subject `*.wasmbus.evt.*.>`, which their own acknowledgements would match (wadm issue 746).
    pub multitenant_no_ack: bool,
    /// The streams that it sources from, by key, in this order, with the subject under which their messages arrive.
    pub sources: &'static [Source],
}

/// One source of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The row of the stream that is read.
    pub key: &'static str,
    /// The transformed subject; the source's own subject is matched.
    pub destination: &'static str,
    /// The same in multi-tenant mode.
    pub multitenant_destination: &'static str,
}

/// Whether the contents of an asset may be deleted to recreate it, when the server cannot change it in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents {
    /// They exist nowhere else: deleted only when the user forces it.
    Precious,
    /// They come back by themselves, or are of no use after a minute.
    Transient,
}

/// What wadm gives its event and command streams (`DEFAULT_EXPIRY_TIME`).
const EXPIRY: Duration = Duration::from_secs(70);

/// A stream as wadm makes most of them.
const WADM_STREAM: Stream = Stream {
    subjects: &[],
    multitenant_subjects: &[],
    retention: "limits",
    max_age: EXPIRY,
    max_msgs_per_subject: -1,
    allow_direct: false,
    multitenant_no_ack: false,
    sources: &[],
};

/// Every asset.
pub const CATALOGUE: &[Asset] = &[
    Asset {
        key: "lattice_data",
        kind: AssetKind::Bucket,
        name: "LATTICEDATA_{}",
        holds: "component specifications with their links, and claims",
        description: None,
        contents: Contents::Precious,
        when_recreated: "Running hosts must be restarted afterwards: they do not receive links from a recreated bucket.",
        when_read_only: "hosts cannot store components, links and claims",
    },
    Asset {
        key: "config_data",
        kind: AssetKind::Bucket,
        name: "CONFIGDATA_{}",
        holds: "named configurations and references to secrets",
        description: None,
        contents: Contents::Precious,
        when_recreated: "Running hosts must be restarted afterwards: they do not receive configuration changes from a recreated bucket.",
        when_read_only: "hosts cannot store or change configurations",
    },
    Asset {
        key: "state",
        kind: AssetKind::Bucket,
        name: "wadm_state",
        holds: "what wadm has observed of hosts, components and providers",
        description: None,
        contents: Contents::Transient,
        when_recreated: "wadm fills it again from the heartbeats of hosts, within a minute.",
        when_read_only: "wadm cannot store what it observes, and acts on what it observed last",
    },
    Asset {
        key: "manifests",
        kind: AssetKind::Bucket,
        name: "wadm_manifests",
        holds: "the manifests of all applications, with their versions",
        description: None,
        contents: Contents::Precious,
        when_recreated: "wadm then has no applications: every manifest must be deployed again.",
        when_read_only: "wadm cannot store manifests, so the deployment of a new version fails",
    },
    Asset {
        key: "events",
        kind: AssetKind::Stream(Stream {
            subjects: &["wadm.evt.*.>"],
            multitenant_subjects: &["wadm.evt.*.>"],
            ..WADM_STREAM
        }),
        name: "wadm_events",
        holds: "wadm's own events",
        description: Some(
            "A stream that stores all events coming in on the wadm.evt subject in a cluster",
        ),
        contents: Contents::Transient,
        when_recreated: "wadm continues without a restart.",
        when_read_only: "wadm loses its own events",
    },
    Asset {
        key: "commands",
        kind: AssetKind::Stream(Stream {
            subjects: &["wadm.cmd.*"],
            multitenant_subjects: &["wadm.cmd.*"],
            retention: "workqueue",
            ..WADM_STREAM
        }),
        name: "wadm_commands",
        holds: "commands that wadm has not executed yet",
        description: Some("A stream that stores all commands for wadm"),
        contents: Contents::Transient,
        when_recreated: "wadm subscribes again at the next heartbeat of a host, within 30 seconds.",
        when_read_only: "wadm cannot send commands, so nothing is started or stopped",
    },
    Asset {
        key: "status",
        kind: AssetKind::Stream(Stream {
            subjects: &["wadm.status.*.*"],
            multitenant_subjects: &["wadm.status.*.*"],
            max_age: Duration::ZERO,
            max_msgs_per_subject: 10,
            allow_direct: true,
            ..WADM_STREAM
        }),
        name: "wadm_status",
        holds: "the latest statuses of every application",
        description: Some("A stream that stores all status updates for wadm applications"),
        contents: Contents::Transient,
        when_recreated: "wadm shows an application as undeployed until its status changes again.",
        when_read_only: "wadm cannot store statuses, so every application keeps its last status",
    },
    Asset {
        key: "notify",
        kind: AssetKind::Stream(Stream {
            subjects: &["wadm.notify.*"],
            multitenant_subjects: &["wadm.notify.*"],
            retention: "interest",
            ..WADM_STREAM
        }),
        name: "wadm_notify",
        holds: "notifications of changed manifests, for wadm itself",
        description: Some("A stream for capturing all notification events for wadm"),
        contents: Contents::Transient,
        when_recreated: "wadm must be restarted afterwards: it does not receive messages from a recreated stream, and deploys nothing.",
        when_read_only: "wadm does not notice changed manifests, so nothing is deployed",
    },
    Asset {
        key: "wasmbus_events",
        kind: AssetKind::Stream(Stream {
            subjects: &["wasmbus.evt.*.>"],
            multitenant_subjects: &["*.wasmbus.evt.*.>"],
            multitenant_no_ack: true,
            ..WADM_STREAM
        }),
        name: "wasmbus_events",
        holds: "the events of all hosts",
        description: Some(
            "A stream that stores all events coming in on the wasmbus.evt subject in a cluster",
        ),
        contents: Contents::Transient,
        when_recreated: "wadm continues without a restart.",
        when_read_only: "wadm receives no events of hosts",
    },
    Asset {
        key: "event_consumer",
        kind: AssetKind::Stream(Stream {
            retention: "workqueue",
            sources: &[
                Source {
                    key: "wasmbus_events",
                    destination: "wadm_event_consumer.evt.{{wildcard(1)}}.>",
                    multitenant_destination: "wadm_event_consumer.evt.{{wildcard(2)}}.>",
                },
                Source {
                    key: "events",
                    destination: "wadm_event_consumer.evt.{{wildcard(1)}}.>",
                    multitenant_destination: "wadm_event_consumer.evt.{{wildcard(1)}}.>",
                },
            ],
            ..WADM_STREAM
        }),
        name: "wadm_event_consumer",
        holds: "the events of hosts and of wadm that wadm has not handled yet",
        description: Some(
            "A stream that sources from wadm_events and wasmbus_events for wadm event consumer's use",
        ),
        contents: Contents::Transient,
        when_recreated: "wadm subscribes again at the next heartbeat of a host, within 30 seconds.",
        when_read_only: "wadm handles no events",
    },
];

/// What a setting that the server does not change back means for the users of an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastingSetting {
    /// The setting.
    pub setting: &'static str,
    /// The assets that it concerns.
    pub of: AssetKinds,
    /// Whether their users fail to do what they are there for.
    pub breaks: bool,
    /// What that means for them: sentences; `{}` stands for [`Asset::when_read_only`].
    pub words: &'static str,
}

/// Kinds of assets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssetKinds {
    /// Buckets.
    Buckets,
    /// Streams that are no buckets.
    Streams,
    /// Both.
    All,
}

/// Every setting without an argument that a server may refuse to change back.
#[rustfmt::skip]
pub const LASTING_SETTINGS: &[LastingSetting] = &[
    breaking("sealed", AssetKinds::All, "Nothing can be written to it any more. {}."),
    breaking("mirror", AssetKinds::All, "It copies another stream and accepts no messages itself. {}."),
    breaking("allow_msg_counter", AssetKinds::All, "It accepts only messages with a counter. {}."),
    breaking("max_consumers", AssetKinds::Buckets, "Each host and each wadm watches it with its own consumer. The server refuses more consumers than the limit (JetStream 10026), and these hosts and wadm miss every change."),
    breaking("max_consumers", AssetKinds::Streams, "wadm needs a consumer for each lattice. The server refuses more consumers than the limit (JetStream 10026), and wadm does not manage these lattices."),
    breaking("retention", AssetKinds::Buckets, "A key is deleted as soon as one reader has acknowledged it, and hosts and wadm cannot watch the bucket (JetStream 10084)."),
    breaking("deny_purge", AssetKinds::Buckets, "Deleting a key fails (JetStream 10111): hosts and wadm delete keys when a component, link or application is removed."),
    harmless("deny_purge", AssetKinds::Streams, "This breaks nothing: hosts and wadm never purge it. Only `nats stream purge` fails."),
    harmless("deny_delete", AssetKinds::All, "This breaks nothing: hosts and wadm never delete single messages of it, and messages expire as before."),
    harmless("allow_msg_ttl", AssetKinds::All, "This breaks nothing: hosts and wadm do not set a time to live (TTL) of messages."),
    breaking("consumer_limits", AssetKinds::All, "With `max_ack_pending`, the server refuses consumers without acknowledgements from now on (JetStream 10082): hosts and wadm cannot watch it, and no stream can source from it. Other limits apply to consumers that are created from now on. When it has no consumer, a plan changes them back."),
    harmless("allow_msg_schedules", AssetKinds::All, "This breaks nothing: hosts and wadm do not schedule messages."),
    harmless("persist_mode", AssetKinds::All, "This breaks nothing while the server runs. A write is confirmed before it is on disk, so the last writes are lost if the server crashes. It can have only one replica."),
];

const UNKNOWN: &LastingSetting = &breaking(
    "",
    AssetKinds::All,
    "The effect on hosts and wadm is not known.",
);

const fn breaking(setting: &'static str, of: AssetKinds, words: &'static str) -> LastingSetting {
    LastingSetting {
        setting,
        of,
        breaks: true,
        words,
    }
}

const fn harmless(setting: &'static str, of: AssetKinds, words: &'static str) -> LastingSetting {
    LastingSetting {
        breaks: false,
        ..breaking(setting, of, words)
    }
}

/// The rows with these keys, in this order.
pub fn rows(keys: &[&str]) -> Vec<&'static Asset> {
    keys.iter().filter_map(|key| row(key)).collect()
}

fn row(key: &str) -> Option<&'static Asset> {
    CATALOGUE.iter().find(|asset| asset.key == key)
}

impl Asset {
    /// The stream behind the bucket or stream of this name.
    pub fn stream_name(&self, name: &str) -> String {
        match self.kind {
            AssetKind::Bucket => format!("KV_{name}"),
            AssetKind::Stream(_) => name.to_owned(),
        }
    }

    /// What it means for its users that a setting cannot be changed back.
    pub fn lasting_setting(&self, setting: &str) -> &'static LastingSetting {
        let mut rows = LASTING_SETTINGS.iter().filter(|row| row.setting == setting);
        rows.find(|row| match row.of {
            AssetKinds::All => true,
            AssetKinds::Buckets => self.kind == AssetKind::Bucket,
            AssetKinds::Streams => self.kind != AssetKind::Bucket,
        })
        .unwrap_or(UNKNOWN)
    }

    /// Whether another asset sources from it, or it from others: what is first must be there first.
    pub fn sources(&self) -> &'static [Source] {
        match self.kind {
            AssetKind::Bucket => &[],
            AssetKind::Stream(stream) => stream.sources,
        }
    }

    /// Whether another asset sources from it: then the server has a consumer of it that it does not count.
    pub fn is_source(&self) -> bool {
        let mut sources = CATALOGUE.iter().flat_map(Self::sources);
        sources.any(|source| source.key == self.key)
    }

    /// The configuration that its users need, with every setting the server has, at the server's default where the
    /// users do not care.
    pub fn config(&self, name: &str, multitenant: bool) -> StreamConfig {
        let mut config = StreamConfig::named(&self.stream_name(name));
        for (key, value) in self.needs(name, multitenant) {
            config.set(key, value);
        }
        config.normal()
    }

    /// What its users need where it is not the server's default.
    fn needs(&self, name: &str, multitenant: bool) -> Vec<(&'static str, Value)> {
        match self.kind {
            // As every client makes a bucket (NATS ADR-8; nats.go and async-nats do the same).
            AssetKind::Bucket => vec![
                ("subjects", json!([format!("$KV.{name}.>")])),
                ("max_msgs_per_subject", json!(1)),
                ("discard", json!("new")),
                ("allow_rollup_hdrs", json!(true)),
                ("deny_delete", json!(true)),
                ("allow_direct", json!(true)),
            ],
            AssetKind::Stream(stream) => stream.needs(multitenant),
        }
    }
}

impl Stream {
    /// Its subjects in a mode.
    pub fn subjects(&self, multitenant: bool) -> &'static [&'static str] {
        if multitenant {
            self.multitenant_subjects
        } else {
            self.subjects
        }
    }

    fn needs(&self, multitenant: bool) -> Vec<(&'static str, Value)> {
        let sources: Vec<_> = self
            .sources
            .iter()
            .filter_map(|source| source.json(multitenant))
            .collect();
        let mut needs = vec![
            ("retention", json!(self.retention)),
            ("max_age", json!(nanos(self.max_age))),
            ("max_msgs_per_subject", json!(self.max_msgs_per_subject)),
            ("allow_direct", json!(self.allow_direct)),
            ("no_ack", json!(multitenant && self.multitenant_no_ack)),
        ];
        if sources.is_empty() {
            needs.push(("subjects", json!(self.subjects(multitenant))));
        } else {
            needs.push(("sources", json!(sources)));
        }
        needs
    }
}

impl Source {
    fn json(&self, multitenant: bool) -> Option<Value> {
        let upstream = row(self.key)?;
        let AssetKind::Stream(stream) = upstream.kind else {
            return None;
        };
        let destination = if multitenant {
            self.multitenant_destination
        } else {
            self.destination
        };
        let transforms: Vec<_> = stream
            .subjects(multitenant)
            .iter()
            .map(|subject| json!({"src": subject, "dest": destination}))
            .collect();
        Some(json!({"name": upstream.name, "subject_transforms": transforms}))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_and_every_name_is_there_once() {
        let mut keys: Vec<_> = CATALOGUE
            .iter()
            .flat_map(|asset| [asset.key, asset.name])
            .collect();
        keys.sort_unstable();
        let before = keys.len();
        keys.dedup();

        // wasmbus_events is key and name at once.
        assert_eq!(keys.len(), before - 1);
    }

    #[test]
    fn every_source_is_a_stream_of_the_catalogue() {
        for source in CATALOGUE.iter().flat_map(Asset::sources) {
            assert!(
                source.json(false).is_some() && source.json(true).is_some(),
                "{}",
                source.key
            );
        }
    }

    #[test]
    fn a_bucket_is_the_stream_that_hosts_look_for() {
        let config = rows(&["lattice_data"])[0].config("LATTICEDATA_prod", false);

        assert_eq!(config.name(), "KV_LATTICEDATA_prod");
        assert_eq!(
            config.get("subjects"),
            Some(&json!(["$KV.LATTICEDATA_prod.>"]))
        );
    }
}

//! `SETTINGS`: every key of a stream's configuration that nats-server 2.15 knows, one row each.
//!
//! From `StreamConfig` in nats-server's server/stream.go and from asking servers 2.10 to 2.15. The order is the server's.

use crate::jetstream::config::settings::{Absent, Bound, Doc, Edit, Setting, SettingKind};

/// Every setting of a stream.
pub const SETTINGS: &[Setting] = &[
    row("name", SettingKind::Text { max: 255 }, Absent::Never, Edit::Never("a stream cannot be renamed (JetStream 10056)")),
    row("description", SettingKind::Text { max: 4096 }, Absent::Is("\"\""), Edit::InPlace)
        .example("\"made by hand\"")
        .doc("Text for people, up to {max} {unit}. If Terraform has set it, it is removed when it is no longer configured. A description that another client has set is not changed."),
    // Messages on subjects that are taken away stay until they age out.
    row("subjects", SettingKind::Texts, Absent::OwnName, Edit::InPlace)
        .bounds(&[bound("mirror", "a mirror has no subjects (JetStream 10034)")])
        .doc("Subjects of the stream. wadm deletes and recreates a stream that has other subjects."),
    row("retention", SettingKind::Choice(&["limits", "workqueue", "interest"]), Absent::Is("\"limits\""), Edit::Retention {
        refused: "the server does not change retention to or from workqueue (JetStream 10052)",
        deletes: "messages that no consumer waits for are deleted at once, all of them if there is no consumer",
        level: 5,
        before: "messages that every consumer has acknowledged are deleted at once",
    })
        .avoid("Create the consumers first: messages that one of them still waits for are kept.")
        .bounds(&[bound("allow_msg_counter", "a stream with counters keeps its messages by limits (JetStream 10052)")])
        .example("\"interest\"")
        .doc("When messages are deleted: {choices}."),
    // Existing consumers stay, even if there are more.
    row("max_consumers", limit("consumers", i64::MAX), UNLIMITED, Edit::Since(2, "servers before 2.12 do not change max_consumers (JetStream 10052)"))
        .example("5"),
    row("max_msgs", limit("messages", i64::MAX), UNLIMITED, Edit::LoweringOldest("the oldest messages above the limit are deleted at once"))
        .example("3")
        .avoid("To keep them, set a limit of at least what is stored."),
    // The server reserves this much, and counts the messages' headers and subjects too.
    row("max_bytes", limit("bytes", i64::MAX), UNLIMITED, Edit::LoweringOldest("the oldest messages above the limit are deleted at once"))
        .example("400")
        .avoid("To keep them, set a limit of at least what is stored.")
        .docs(Doc {
            bucket: "Largest size in {unit}, {range}. A full bucket refuses new writes; it does not delete old keys. Some accounts require a limit.",
            stream: "Largest size in {unit}, {range}. A full stream deletes its oldest messages. Some accounts require a limit.",
            common: "Largest size of each bucket and stream in {unit}, {range}. A full bucket refuses new writes; a full stream deletes its oldest messages. Some accounts require a limit.",
        }),
    // `duplicate_window` cannot be longer.
    row("max_age", AGE, Absent::Is("0"), Edit::Lowering("messages older than this are deleted within a second"))
        .example("200000000")
        .requires(r#"{"duplicate_window":200000000}"#)
        .avoid("To keep them, set an age that is longer than the age of the oldest message.")
        .bounds(&[bound("sealed", "in a sealed stream, no message expires (the server accepts the change and sets it to 0)")])
        .doc("Age at which a message is deleted, such as `\"70s\"` or `\"7d\"` (units: w, d, h, m, s, ms, us, ns); `\"{absent}\"` means never."),
    row("max_msgs_per_subject", limit("messages", i64::MAX), UNLIMITED, Edit::LoweringEach("the oldest messages of each subject above the limit are deleted at once", 4, "the oldest messages of a subject above the limit are deleted as soon as the subject gets its next message"))
        .example("2")
        .avoid("To keep them, set at least the number of messages of the subject with the most messages.")
        .docs(Doc {
            bucket: "Number of revisions that are stored for each key, {range}.",
            stream: "Number of statuses that are stored for each application, {range}.",
            ..NO_DOC
        }),
    // Larger messages that are stored stay.
    row("max_msg_size", limit("bytes", i32::MAX as i64), UNLIMITED, Edit::InPlace)
        .example("50")
        .docs(Doc {
            bucket: "Largest size of one value in {unit}, {range}.",
            ..NO_DOC
        }),
    // What is given up when a limit is reached: the oldest messages, or the new one.
    row("discard", SettingKind::Choice(&["old", "new"]), Absent::Is("\"old\""), Edit::InPlace)
        .example("\"new\"")
        .bounds(&[
            Bound { to: "\"old\"", ..bound("sealed", "a sealed stream refuses new messages in any case (the server accepts the change and sets it to new)") },
            Bound { to: "\"new\"", ..bound("allow_msg_counter", "a stream with counters discards old messages (JetStream 10052)") },
            Bound { to: "\"new\"", level: 4, ..bound("allow_msg_schedules", "a stream with message schedules discards old messages (JetStream 10052)") },
        ]),
    // A new message is refused also when only its subject is full.
    row("discard_new_per_subject", SettingKind::Bool, OFF, Edit::InPlace)
        .example("true")
        .requires(r#"{"discard":"new","max_msgs_per_subject":10}"#),
    row("storage", SettingKind::Choice(&["file", "memory"]), Absent::Is("\"file\""), Edit::Never("the server never changes the storage of a stream (JetStream 10052)"))
        .example("\"memory\"")
        .doc("{choice 1}, or {choice 2}, which is lost when the server is restarted, unless other replicas stay online."),
    // The answer comes before the replicas are current; a single server refuses more than one (JetStream 10074).
    row("num_replicas", SettingKind::Count { unit: "servers", min: 1, max: 5 }, Absent::Is("1"), Edit::InPlace)
        .bounds(&[bound("persist_mode", "a stream with asynchronous writes can have only one replica (JetStream 10052)")])
        .doc("Number of servers that store a copy, {range}. More than 1 needs a NATS cluster of at least as many servers. An apply waits until all replicas are current."),
    row("no_ack", SettingKind::Bool, OFF, Edit::InPlace)
        .example("true"),
    row("duplicate_window", AGE, Absent::Window, Edit::InPlace)
        .example("60000000000"),
    // The server refuses it together with a change of `num_replicas` (JetStream 10123).
    row("placement", SettingKind::Object, NOTHING, Edit::InPlace)
        .example(r#"{"tags":["ssd"]}"#)
        .doc("Which servers store it. Without it, any server can. A change moves the data to other servers."),
    row("mirror", SettingKind::Object, NOTHING, Edit::Mirror {
        refused: "the server does not change a mirror, and does not turn a stream into a mirror (JetStream 10055)",
        promoted: "the stream keeps the messages that it has copied, and from now on accepts messages itself; it cannot become a mirror again",
        level: 2,
        before: "servers before 2.12 do not turn a mirror into a normal stream (JetStream 10055)",
    })
        .avoid("If it must continue to copy, remove it from this configuration, or set another name in this configuration.")
        .example(r#"{"name":"ORIGIN"}"#)
        .requires(r#"{"subjects":null,"duplicate_window":null}"#),
    // The history of a new source is imported; messages of one that is taken away stay.
    row("sources", SettingKind::Objects, Absent::Is("[]"), Edit::Sources {
        again: "messages of a source whose start or filter changes are imported again, in addition to those already stored",
        start: "the start of a source has an effect only until its first message is imported",
    })
        .avoid("Imported messages expire like all others, and consumers may receive a message twice.")
        .members_since(&[("subject_transforms", "2.10"), ("consumer", "2.14")])
        .bounds(&[
            bound("mirror", "a mirror has no sources (JetStream 10031)"),
            bound("allow_msg_schedules", "a stream with message schedules has no sources (JetStream 10187)"),
        ])
        .example(r#"[{"name":"ORIGIN","subject_transforms":[{"src":"origin.>","dest":"copy.>"}]}]"#)
        .doc("The streams that it sources messages from, with the subjects that the messages get."),
    row("compression", SettingKind::Choice(&["none", "s2"]), Absent::Is("\"none\""), Edit::NoEffectOnFiles("the server compresses only blocks that it writes after its next restart", "a stream in memory is never compressed"))
        .example("\"s2\"")
        .since("2.10", 0)
        .avoid("To apply it immediately, recreate the bucket or stream with storage in files.")
        .doc("{choices}: whether the server compresses what it stores in files."),
    row("first_seq", SettingKind::Count { unit: "sequence", min: 0, max: i64::MAX }, Absent::Is("0"), Edit::NoEffect("the first sequence has an effect only when the stream is created"))
        .example("100")
        .since("2.10", 0)
        .avoid("To apply it, recreate the stream."),
    // Stored messages keep their subjects.
    row("subject_transform", SettingKind::Object, NOTHING, Edit::InPlace)
        .example(r#"{"src":">","dest":"transformed.>"}"#)
        .since("2.10", 0),
    row("republish", SettingKind::Object, NOTHING, Edit::InPlace)
        .example(r#"{"src":">","dest":"republished.>"}"#),
    // Every replica answers direct reads; buckets need it.
    row("allow_direct", SettingKind::Bool, OFF, Edit::InPlace)
        .example("true"),
    // A mirror answers direct reads of its origin. The server sets it as the origin has `allow_direct`.
    row("mirror_direct", SettingKind::Bool, OFF, Edit::InPlace)
        .example("true")
        .requires(r#"{"mirror":{"name":"ORIGIN"},"subjects":null,"duplicate_window":null}"#),
    // The stream is read-only. Only an update can seal it.
    row("sealed", SettingKind::Bool, OFF, Edit::OneWay("a sealed stream accepts and deletes no messages, and cannot be unsealed (JetStream 10052)"))
        .example("true")
        .requires(r#"{"discard":"new","deny_delete":true,"deny_purge":true}"#)
        .avoid("To remove it later, the stream must be recreated."),
    // Single messages cannot be deleted; buckets have it.
    row("deny_delete", SettingKind::Bool, OFF, Edit::OneWay("the server never sets it back to false (JetStream 10052)"))
        .example("true")
        .bounds(&[bound("sealed", "a sealed stream keeps every message (JetStream 10052)")])
        .avoid("To remove it later, the stream must be recreated."),
    // Excludes `allow_rollup_hdrs`.
    row("deny_purge", SettingKind::Bool, OFF, Edit::OneWay("the server never sets it back to false (JetStream 10052)"))
        .example("true")
        .bounds(&[bound("sealed", "a sealed stream keeps every message (JetStream 10052)")])
        .avoid("To remove it later, the stream must be recreated."),
    // A message can delete the earlier ones of its subject; buckets need it. Stays on while delete markers or schedules are.
    row("allow_rollup_hdrs", SettingKind::Bool, OFF, Edit::InPlace)
        .example("true")
        .bounds(&[
            Bound { to: "true", ..bound("sealed", "a sealed stream keeps every message (JetStream 10052)") },
            Bound { to: "true", ..bound("deny_purge", "the server does not allow it while `deny_purge` is true (JetStream 10052)") },
            Bound { to: "false", ..bound("allow_msg_schedules", "message schedules need it (the server accepts the change and sets it to true)") },
        ]),
    // The server refuses limits that an existing consumer exceeds (JetStream 10069).
    row("consumer_limits", SettingKind::Object, Absent::Is("{}"), Edit::HeldBefore(4, "servers before 2.14 do not remove consumer limits while the stream has a consumer, such as that of a stream that sources from it (JetStream 10069)"))
        .example(r#"{"inactive_threshold":3600000000000,"max_ack_pending":10}"#)
        .since("2.10", 0),
    row("metadata", SettingKind::Texted { max: 128 * 1024 }, Absent::Is("{}"), Edit::InPlace)
        .example(r#"{"team":"lattice"}"#)
        .since("2.10", 0)
        .doc("Text by key, for people and tools, up to {max} {unit} in total. If Terraform has set a key, it is removed when it is no longer configured. Keys that other clients have set, and the server's own `_nats.*`, are not changed."),
    row("allow_msg_ttl", SettingKind::Bool, OFF, Edit::OneWay("the server never sets it back to false (JetStream 10052)"))
        .example("true")
        .since("2.11", 1)
        .avoid("To remove it later, the stream must be recreated."),
    // How long a marker stands for a subject whose last message aged out.
    row("subject_delete_marker_ttl", SettingKind::Nanos { min_nanos: 1_000_000_000 }, Absent::Is("0"), Edit::InPlace)
        .example("1000000000")
        .requires(r#"{"allow_msg_ttl":true,"allow_rollup_hdrs":true}"#)
        .since("2.11", 1),
    row("allow_msg_counter", SettingKind::Bool, OFF, Edit::Never("the server never changes whether a stream has counters (JetStream 10052)"))
        .example("true")
        .since("2.12", 2),
    // A change drops batches that are being published.
    row("allow_atomic", SettingKind::Bool, OFF, Edit::InPlace)
        .example("true")
        .since("2.12", 2),
    row("allow_msg_schedules", SettingKind::Bool, OFF, Edit::OneWay("the server never sets it back to false (JetStream 10052)"))
        .example("true")
        .requires(r#"{"allow_rollup_hdrs":true}"#)
        .since("2.12", 2)
        .avoid("To remove it later, the stream must be recreated."),
    // Whether a message is written before it is acknowledged.
    row("persist_mode", SettingKind::Choice(&["default", "async"]), Absent::Is("\"default\""), Edit::Never("the server never changes the persist mode of a stream (JetStream 10052)"))
        .example("\"async\"")
        .since("2.12", 2),
    // A change drops batches that are being published.
    row("allow_batched", SettingKind::Bool, OFF, Edit::InPlace)
        .example("true")
        .since("2.14", 4),
];

/// Settings with which the server refuses every update of a stream that is sealed: it discards new messages and cannot be
/// purged, and these exclude that.
pub const FREEZING: &[Bound] = &[
    bound(
        "allow_msg_counter",
        "the server refuses every change of a sealed stream with counters (JetStream 10052)",
    ),
    bound(
        "allow_msg_schedules",
        "the server refuses every change of a sealed stream with message schedules (JetStream 10052)",
    ),
];

/// The row of a key.
pub fn setting(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

/// The row of a key that stands in a constant: without a row, the constant does not compile. Any other key is for
/// [`setting`].
pub const fn row_of(key: &str) -> &'static Setting {
    let mut place = 0;
    while !is_same(SETTINGS[place].key.as_bytes(), key.as_bytes()) {
        place += 1;
    }
    &SETTINGS[place]
}

/// Constants cannot compare with `==` yet.
const fn is_same(left: &[u8], right: &[u8]) -> bool {
    match (left, right) {
        ([], []) => true,
        ([one, left @ ..], [other, right @ ..]) => *one == *other && is_same(left, right),
        _ => false,
    }
}

const UNLIMITED: Absent = Absent::Is("-1");
const OFF: Absent = Absent::Is("false");
const NOTHING: Absent = Absent::Is("null");
const AGE: SettingKind = SettingKind::Nanos {
    min_nanos: 100_000_000,
};

const NO_DOC: Doc = Doc {
    bucket: "",
    stream: "",
    common: "",
};

const fn limit(unit: &'static str, max: i64) -> SettingKind {
    SettingKind::Limit { unit, max }
}

const fn bound(by: &'static str, why: &'static str) -> Bound {
    Bound {
        by,
        level: 0,
        to: "",
        why,
    }
}

const fn row(key: &'static str, kind: SettingKind, absent: Absent, edit: Edit) -> Setting {
    Setting {
        key,
        kind,
        absent,
        edit,
        level: 0,
        since: "2.9",
        example: "",
        requires: "{}",
        bounds: &[],
        members_since: &[],
        avoid: "",
        doc: NO_DOC,
    }
}

impl Setting {
    const fn since(mut self, version: &'static str, level: u64) -> Self {
        self.since = version;
        self.level = level;
        self
    }

    const fn example(mut self, json: &'static str) -> Self {
        self.example = json;
        self
    }

    const fn requires(mut self, json: &'static str) -> Self {
        self.requires = json;
        self
    }

    const fn bounds(mut self, bounds: &'static [Bound]) -> Self {
        self.bounds = bounds;
        self
    }

    const fn members_since(mut self, members: &'static [(&'static str, &'static str)]) -> Self {
        self.members_since = members;
        self
    }

    const fn avoid(mut self, sentences: &'static str) -> Self {
        self.avoid = sentences;
        self
    }

    /// The same words for buckets, streams and all together.
    const fn doc(self, text: &'static str) -> Self {
        self.docs(Doc {
            bucket: text,
            stream: text,
            common: text,
        })
    }

    const fn docs(mut self, doc: Doc) -> Self {
        self.doc = doc;
        self
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn every_row_is_told_once_and_holds_json() {
        for (place, setting) in SETTINGS.iter().enumerate() {
            let Setting {
                key,
                absent,
                example,
                requires,
                doc,
                ..
            } = setting;

            assert!(
                !SETTINGS[..place].iter().any(|other| other.key == *key),
                "{key} twice"
            );
            for words in [doc.bucket, doc.stream, doc.common] {
                assert!(
                    words.is_empty() || words.ends_with('.'),
                    "{key} without a sentence"
                );
            }
            assert!(
                serde_json::from_str::<Value>(requires).is_ok_and(|requires| requires.is_object()),
                "{key} requires"
            );
            assert!(
                example.is_empty() || serde_json::from_str::<Value>(example).is_ok(),
                "{key} example"
            );
            if let Absent::Is(text) = absent {
                assert!(serde_json::from_str::<Value>(text).is_ok(), "{key} absent");
            }
            for bound in setting.bounds.iter().chain(FREEZING) {
                assert!(
                    SETTINGS.iter().any(|other| other.key == bound.by),
                    "{key} by {}",
                    bound.by
                );
                assert!(
                    bound.to.is_empty() || serde_json::from_str::<Value>(bound.to).is_ok(),
                    "{key} to"
                );
            }
        }
    }

    #[test]
    fn what_costs_something_says_how_to_avoid_it() {
        for setting in SETTINGS {
            let always_in_place = matches!(
                setting.edit,
                Edit::InPlace | Edit::Since(..) | Edit::HeldBefore(..) | Edit::Never(_)
            );

            assert!(
                always_in_place || setting.avoid.ends_with('.'),
                "{}",
                setting.key
            );
        }
    }
}

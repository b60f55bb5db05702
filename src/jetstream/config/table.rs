//! `SETTINGS`: every key of a stream's configuration that nats-server 2.15 knows, one row each.
//!
//! From `StreamConfig` in nats-server's server/stream.go and from asking servers 2.10 to 2.15. The order is the server's.

use crate::jetstream::config::settings::{Absent, Bound, Edit, Setting, SettingKind};

/// Every setting of a stream.
pub const SETTINGS: &[Setting] = &[
    row("name", SettingKind::Text { max: 255 }, Absent::Never, Edit::Never("a stream cannot be renamed (JetStream 10056)"))
        .doc("Name of the stream; a bucket `b` is the stream `KV_b`."),
    row("description", SettingKind::Text { max: 4096 }, Absent::Is("\"\""), Edit::InPlace)
        .example("\"made by hand\"")
        .doc("Text for people."),
    row("subjects", SettingKind::Texts, Absent::OwnName, Edit::InPlace)
        .cost("messages on subjects that are taken away stay until they age out")
        .bounds(&[bound("mirror", "a mirror listens to nothing itself (JetStream 10034)")])
        .doc("Subjects whose messages the stream stores. They may not overlap with those of another stream."),
    row("retention", SettingKind::Choice(&["limits", "interest", "workqueue"]), Absent::Is("\"limits\""), Edit::Retention {
        refused: "the server does not change retention to or from workqueue (JetStream 10052)",
        deletes: "messages that no consumer waits for are deleted at once, all of them if there is no consumer",
        level: 5,
        before: "messages that every consumer has acknowledged are deleted at once",
    })
        .avoid("Let the consumers be there first: what one of them still waits for stays.")
        .bounds(&[bound("allow_msg_counter", "a stream that counts keeps its messages by limits (JetStream 10052)")])
        .example("\"interest\"")
        .doc("What keeps a message: the limits, the interest of consumers, or that no consumer has acknowledged it yet."),
    row("max_consumers", limit("consumers", i64::MAX), UNLIMITED, Edit::Since(2, "servers before 2.12 do not change max_consumers (JetStream 10052)"))
        .example("5")
        .cost("existing consumers stay, even if there are more")
        .doc("Most consumers."),
    row("max_msgs", limit("messages", i64::MAX), UNLIMITED, Edit::LoweringOldest("the oldest messages above the limit are deleted at once"))
        .example("3")
        .avoid("To keep them, give a limit of at least what is stored.")
        .doc("Most messages."),
    row("max_bytes", limit("bytes", i64::MAX), UNLIMITED, Edit::LoweringOldest("the oldest messages above the limit are deleted at once"))
        .example("400")
        .cost("the server reserves this much")
        .avoid("To keep them, give a limit of at least what is stored.")
        .doc("Most bytes, with the messages' headers and subjects."),
    row("max_age", AGE, Absent::Is("0"), Edit::Lowering("messages older than this are deleted within a second"))
        .example("200000000")
        .requires(r#"{"duplicate_window":200000000}"#)
        .avoid("To keep them, give an age beyond that of the oldest message.")
        .bounds(&[bound("sealed", "in a sealed stream nothing ages (the server takes the change and makes it 0)")])
        .doc("Age at which a message is deleted; 0 means never. `duplicate_window` cannot be longer."),
    row("max_msgs_per_subject", limit("messages of one subject", i64::MAX), UNLIMITED, Edit::LoweringEach("the oldest messages of each subject above the limit are deleted at once", 4, "the oldest messages of a subject above the limit are deleted as soon as the subject gets its next message"))
        .example("2")
        .avoid("To keep them, give at least as many as the fullest subject has.")
        .doc("Most messages of one subject; in a bucket the history of a key."),
    row("max_msg_size", limit("bytes of one message", i32::MAX as i64), UNLIMITED, Edit::InPlace)
        .example("50")
        .cost("larger messages that are stored stay")
        .doc("Largest message; in a bucket the largest value."),
    row("discard", SettingKind::Choice(&["old", "new"]), Absent::Is("\"old\""), Edit::InPlace)
        .example("\"new\"")
        .bounds(&[
            Bound { to: "\"old\"", ..bound("sealed", "a sealed stream refuses new messages, whatever is said (the server takes the change and makes it new)") },
            Bound { to: "\"new\"", ..bound("allow_msg_counter", "a stream that counts discards old messages (JetStream 10052)") },
            Bound { to: "\"new\"", level: 4, ..bound("allow_msg_schedules", "a stream with message schedules discards old messages (JetStream 10052)") },
        ])
        .doc("What gives way when a limit is reached: the oldest messages, or the new one."),
    row("discard_new_per_subject", SettingKind::Bool, OFF, Edit::InPlace)
        .example("true")
        .requires(r#"{"discard":"new","max_msgs_per_subject":10}"#)
        .doc("Refuse a new message also when only its subject is full."),
    row("storage", SettingKind::Choice(&["file", "memory"]), Absent::Is("\"file\""), Edit::Never("the server never changes the storage of a stream (JetStream 10052)"))
        .avoid("Leave it as it is, or save the contents first.")
        .example("\"memory\"")
        .doc("Where messages are kept. A memory stream without replicas is gone, configuration included, when its server restarts."),
    row("num_replicas", SettingKind::Count { of: "servers", min: 1, max: 5 }, Absent::Is("1"), Edit::InPlace)
        .bounds(&[bound("persist_mode", "a stream that is written asynchronously has one replica (JetStream 10052)")])
        .cost("the answer comes before the replicas are current; a single server refuses more than one (JetStream 10074)")
        .doc("Servers that keep the stream."),
    row("no_ack", SettingKind::Bool, OFF, Edit::InPlace)
        .example("true")
        .doc("Do not acknowledge to publishers that a message is stored."),
    row("duplicate_window", AGE, Absent::Window, Edit::InPlace)
        .example("60000000000")
        .doc("Time within which a message with an identifier that was seen is dropped."),
    row("placement", SettingKind::Object, NOTHING, Edit::InPlace)
        .example(r#"{"tags":["ssd"]}"#)
        .cost("the stream moves to other servers; the server refuses it together with a change of num_replicas (JetStream 10123)")
        .doc("Cluster and server tags that choose the servers."),
    row("mirror", SettingKind::Object, NOTHING, Edit::Mirror {
        refused: "the server changes nothing about a mirror, nor turns a stream into one (JetStream 10055)",
        promoted: "the stream keeps the messages that it has copied and takes its own from now on; it cannot become a mirror again",
        level: 2,
        before: "servers before 2.12 do not turn a mirror into a stream of its own (JetStream 10055)",
    })
        .avoid("If it is to go on copying, remove it from this configuration, or give what Terraform manages another name.")
        .example(r#"{"name":"ORIGIN"}"#)
        .requires(r#"{"subjects":null,"duplicate_window":null}"#)
        .doc("The stream that this one copies."),
    row("sources", SettingKind::Objects, Absent::Is("[]"), Edit::Sources {
        again: "messages of a source that is read in another way are imported again, beside those already here",
        start: "the start of a source counts only until its first message is imported",
    })
        .avoid("They age out like all others; whoever reads them must bear to read a message twice.")
        .members_since(&[("subject_transforms", "2.10"), ("consumer", "2.14")])
        .bounds(&[
            bound("mirror", "a mirror has no sources (JetStream 10031)"),
            bound("allow_msg_schedules", "a stream with message schedules has no sources (JetStream 10187)"),
        ])
        .example(r#"[{"name":"ORIGIN","subject_transforms":[{"src":"origin.>","dest":"copy.>"}]}]"#)
        .cost("the history of a new source is imported; messages of one that is taken away stay")
        .doc("Streams whose messages are imported, in this order."),
    row("compression", SettingKind::Choice(&["none", "s2"]), Absent::Is("\"none\""), Edit::NoEffectOnFiles("the server compresses new blocks only after it was restarted, and never rewrites old ones", "a stream in memory is never compressed"))
        .example("\"s2\"")
        .since("2.10", 0)
        .avoid("To have it at once, make the stream with it.")
        .doc("Compression of what is stored in files."),
    row("first_seq", SettingKind::Count { of: "sequence", min: 0, max: i64::MAX }, Absent::Is("0"), Edit::NoEffect("the first sequence counts only when the stream is created"))
        .example("100")
        .since("2.10", 0)
        .avoid("To have it, make the stream with it.")
        .doc("Sequence of the first message."),
    row("subject_transform", SettingKind::Object, NOTHING, Edit::InPlace)
        .example(r#"{"src":">","dest":"transformed.>"}"#)
        .since("2.10", 0)
        .cost("stored messages keep their subjects")
        .doc("How the subjects of messages change before they are stored."),
    row("republish", SettingKind::Object, NOTHING, Edit::InPlace)
        .example(r#"{"src":">","dest":"republished.>"}"#)
        .doc("Where messages are sent again once they are stored."),
    row("allow_direct", SettingKind::Bool, OFF, Edit::InPlace)
        .example("true")
        .doc("Let every replica answer direct reads; buckets need it."),
    row("mirror_direct", SettingKind::Bool, OFF, Edit::InPlace)
        .example("true")
        .requires(r#"{"mirror":{"name":"ORIGIN"},"subjects":null,"duplicate_window":null}"#)
        .doc("Let a mirror answer direct reads of its origin. The server sets it as the origin has `allow_direct`."),
    row("sealed", SettingKind::Bool, OFF, Edit::OneWay("a sealed stream takes and deletes nothing any more and cannot be unsealed (JetStream 10052)"))
        .example("true")
        .requires(r#"{"discard":"new","deny_delete":true,"deny_purge":true}"#)
        .avoid("Nothing takes it back but deleting the stream.")
        .doc("The stream is read-only. Only an update can seal it."),
    row("deny_delete", SettingKind::Bool, OFF, Edit::OneWay("the server does not allow deletion again (JetStream 10052)"))
        .example("true")
        .bounds(&[bound("sealed", "a sealed stream keeps every message (JetStream 10052)")])
        .avoid("Nothing takes it back but deleting the stream.")
        .doc("Refuse to delete single messages; buckets have it."),
    row("deny_purge", SettingKind::Bool, OFF, Edit::OneWay("the server does not allow purging again (JetStream 10052)"))
        .example("true")
        .bounds(&[bound("sealed", "a sealed stream keeps every message (JetStream 10052)")])
        .avoid("Nothing takes it back but deleting the stream.")
        .doc("Refuse to purge the stream. Excludes `allow_rollup_hdrs`."),
    row("allow_rollup_hdrs", SettingKind::Bool, OFF, Edit::InPlace)
        .example("true")
        .bounds(&[
            Bound { to: "true", ..bound("sealed", "a sealed stream keeps every message (JetStream 10052)") },
            Bound { to: "true", ..bound("deny_purge", "the server does not allow it while `deny_purge` is on (JetStream 10052)") },
            Bound { to: "false", ..bound("allow_msg_schedules", "message schedules need it (the server takes the change and makes it true)") },
        ])
        .doc("Let a message delete the earlier ones of its subject; buckets need it. Stays on while delete markers or schedules are."),
    row("consumer_limits", SettingKind::Object, Absent::Is("{}"), Edit::HeldBefore(4, "servers before 2.14 do not take consumer limits back once a consumer has them (JetStream 10069)"))
        .example(r#"{"inactive_threshold":60000000000,"max_ack_pending":10}"#)
        .since("2.10", 0)
        .cost("the server refuses limits that an existing consumer exceeds (JetStream 10069)")
        .doc("Defaults and limits of the stream's consumers."),
    row("metadata", SettingKind::Texted { max: 128 * 1024 }, Absent::Is("{}"), Edit::InPlace)
        .example(r#"{"team":"lattice"}"#)
        .since("2.10", 0)
        .doc("Texts of the user's, by key."),
    row("allow_msg_ttl", SettingKind::Bool, OFF, Edit::OneWay("the server does not turn message lifetimes off again (JetStream 10052)"))
        .example("true")
        .since("2.11", 1)
        .avoid("Nothing takes it back but deleting the stream.")
        .doc("Let a message say when it is to be deleted."),
    row("subject_delete_marker_ttl", SettingKind::Nanos { min_nanos: 1_000_000_000 }, Absent::Is("0"), Edit::InPlace)
        .example("1000000000")
        .requires(r#"{"allow_msg_ttl":true,"allow_rollup_hdrs":true}"#)
        .since("2.11", 1)
        .doc("How long a marker stands for a subject whose last message aged out; 0 means no markers."),
    row("allow_msg_counter", SettingKind::Bool, OFF, Edit::Never("the server never changes whether a stream counts (JetStream 10052)"))
        .example("true")
        .since("2.12", 2)
        .doc("Messages add to a counter for each subject."),
    row("allow_atomic", SettingKind::Bool, OFF, Edit::InPlace)
        .example("true")
        .since("2.12", 2)
        .cost("batches that are being published are dropped")
        .doc("Let messages be published in batches that are stored as a whole or not at all."),
    row("allow_msg_schedules", SettingKind::Bool, OFF, Edit::OneWay("the server does not turn message schedules off again (JetStream 10052)"))
        .example("true")
        .requires(r#"{"allow_rollup_hdrs":true}"#)
        .since("2.12", 2)
        .avoid("Nothing takes it back but deleting the stream.")
        .doc("Let a message say when it is to be published."),
    row("persist_mode", SettingKind::Choice(&["default", "async"]), Absent::Is("\"default\""), Edit::Never("the server never changes how a stream is written (JetStream 10052)"))
        .example("\"async\"")
        .since("2.12", 2)
        .doc("Whether a message is written before it is acknowledged."),
    row("allow_batched", SettingKind::Bool, OFF, Edit::InPlace)
        .example("true")
        .since("2.14", 4)
        .cost("batches that are being published are dropped")
        .doc("Let messages be published in batches for speed."),
];

const UNLIMITED: Absent = Absent::Is("-1");
const OFF: Absent = Absent::Is("false");
const NOTHING: Absent = Absent::Is("null");
const AGE: SettingKind = SettingKind::Nanos {
    min_nanos: 100_000_000,
};

const fn limit(of: &'static str, max: i64) -> SettingKind {
    SettingKind::Limit { of, max }
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
        cost: "",
        avoid: "",
        doc: "",
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

    const fn cost(mut self, text: &'static str) -> Self {
        self.cost = text;
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

    const fn doc(mut self, text: &'static str) -> Self {
        self.doc = text;
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
            assert!(doc.ends_with('.'), "{key} without a sentence");
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
            for bound in setting.bounds {
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

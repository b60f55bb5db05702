//! What a setting of a stream is, and how the server changes it. The rows are in `table.rs`.
//!
//! Everything else is derived from a row: the normal form, the comparison, the effect of a change, schema, validation
//! and documentation. A test compares the rows with live servers.

use serde_json::Value;

use crate::jetstream::config::stream_config::{StreamConfig, default_window};

/// The newest API level whose rules we know (nats-server 2.15).
pub const NEWEST_LEVEL: u64 = 5;

/// One key of a stream's configuration.
#[derive(Debug, PartialEq)]
pub struct Setting {
    /// The key in the JSON.
    pub key: &'static str,
    /// What it holds, in which unit and range.
    pub kind: SettingKind,
    /// What its absence means to the server.
    pub absent: Absent,
    /// How the server changes it.
    pub edit: Edit,
    /// The API level that first knew it; 0 if every supported server does.
    pub level: u64,
    /// The nats-server version that first knew it.
    pub since: &'static str,
    /// A value other than the default, as JSON: for the tests that walk this table.
    pub example: &'static str,
    /// Other keys that a value other than the default needs, as a JSON object.
    pub requires: &'static str,
    /// Other settings that keep it as it is.
    pub bounds: &'static [Bound],
    /// Members of its objects that came later, each with the nats-server version that first knew it.
    pub members_since: &'static [(&'static str, &'static str)],
    /// How to avoid what its effect says: whole sentences; empty if a change of it is always in place.
    pub avoid: &'static str,
    /// What the reference pages say of its argument; empty if it has none.
    pub doc: Doc,
}

/// What the reference pages say of an argument, in Markdown.
///
/// What the row says elsewhere is not repeated: `{range}` and `{unit}` stand for those of a number, `{choices}`,
/// `{choice 1}` and `{choice 2}` for words, `{max}` for the most bytes of a text, `{absent}` for what absence means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doc {
    /// The argument of a bucket.
    pub bucket: &'static str,
    /// The argument of a stream.
    pub stream: &'static str,
    /// One argument for several assets.
    pub common: &'static str,
}

/// What a setting holds. Numbers are JSON integers: the server refuses `5.0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingKind {
    /// `true` or `false`.
    Bool,
    /// A number of things, from `min` to `max`.
    Count {
        /// What is counted.
        unit: &'static str,
        /// The smallest.
        min: i64,
        /// The largest.
        max: i64,
    },
    /// A limit from 1 to `max`; -1 is unlimited, and the server takes 0 for -1.
    Limit {
        /// What is limited.
        unit: &'static str,
        /// The largest.
        max: i64,
    },
    /// Nanoseconds: 0, or at least `min_nanos`.
    Nanos {
        /// The shortest that is not 0.
        min_nanos: i64,
    },
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Text of at most this many bytes.
    Text {
        /// The most bytes.
        max: usize,
    },
    /// A list of texts, whose order counts.
    Texts,
    /// Texts by key, at most this many bytes together. Keys that begin with `_nats.` are the server's; some count.
    Texted {
        /// The most bytes, keys and values together.
        max: usize,
    },
    /// An object, whose members at their zero value mean nothing.
    Object,
    /// A list of such objects, whose order is kept.
    Objects,
}

/// What it means that a setting is absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// This value, as JSON.
    Is(&'static str),
    /// It cannot be absent.
    Never,
    /// The stream's own name, unless it gets its messages from other streams.
    OwnName,
    /// Two minutes, or `max_age` if that is shorter, unless it gets its messages from other streams.
    Window,
}

/// Another setting that, while it is on and stays on, keeps a setting as it is: the server refuses the change, or takes
/// it and changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The key of the other setting.
    pub by: &'static str,
    /// The first API level of servers that do so.
    pub level: u64,
    /// The value that it cannot get, as JSON; empty if it can get no other.
    pub to: &'static str,
    /// Why: a clause.
    pub why: &'static str,
}

/// How the server changes a setting. The texts say what is lost, or why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// In place.
    InPlace,
    /// In place; lowering it deletes what is above.
    Lowering(&'static str),
    /// The same for each subject. Servers before this API level apply a first limit, where there was none, only with
    /// the next message; the second text says so.
    LoweringEach(&'static str, u64, &'static str),
    /// In place; lowering it deletes the oldest messages above it, unless the stream discards new ones.
    LoweringOldest(&'static str),
    /// In place by servers of this API level and later, refused by earlier ones.
    Since(u64, &'static str),
    /// In place by servers of this API level and later; earlier ones refuse to take it back while the stream has a
    /// consumer, which its configuration does not show.
    HeldBefore(u64, &'static str),
    /// It can be turned on, never off.
    OneWay(&'static str),
    /// Accepted, but without effect on what is stored or running.
    NoEffect(&'static str),
    /// The same for streams in files; the second text is for those in memory.
    NoEffectOnFiles(&'static str, &'static str),
    /// Refused.
    Never(&'static str),
    /// `limits` and `interest` in place, to and from `workqueue` refused.
    Retention {
        /// Why the server refuses.
        refused: &'static str,
        /// What a change to `interest` deletes.
        deletes: &'static str,
        /// The first API level that does so.
        level: u64,
        /// What earlier servers delete.
        before: &'static str,
    },
    /// Only from a mirror to none.
    Mirror {
        /// Why the server refuses anything else.
        refused: &'static str,
        /// What follows.
        promoted: &'static str,
        /// The first API level that does so.
        level: u64,
        /// Why earlier servers refuse.
        before: &'static str,
    },
    /// In place; a source that reads otherwise than before is imported again.
    Sources {
        /// What follows.
        again: &'static str,
        /// Why another start of a source has no effect.
        start: &'static str,
    },
}

/// The value of a JSON text in a row. Most are one of these, and a configuration has dozens of them.
fn absent(text: &str) -> Value {
    match text {
        "null" => Value::Null,
        "false" => false.into(),
        "0" => 0.into(),
        "-1" => (-1).into(),
        text => serde_json::from_str(text).unwrap_or_default(),
    }
}

impl Setting {
    /// The normal form of its absence in a configuration; null where nothing is.
    pub fn default(&self, config: &StreamConfig) -> Value {
        let imports = || config.has("mirror") || config.has("sources");
        match self.absent {
            Absent::Is(text) => absent(text),
            Absent::Never => Value::Null,
            Absent::OwnName if imports() => Value::Array(Vec::new()),
            Absent::OwnName => Value::from(vec![config.name()]),
            Absent::Window if imports() => Value::from(0),
            Absent::Window => Value::from(default_window(config)),
        }
    }

    /// The nats-server version that first knew all of a value, its members included.
    pub fn since_for(&self, value: &Value) -> &'static str {
        let text = value.to_string();
        let members = self.members_since.iter();
        let mut known = members.filter(|(member, _)| text.contains(&format!("\"{member}\":")));
        known.next_back().map_or(self.since, |(_, since)| *since)
    }

    /// The smallest and largest number it takes; -1 is unlimited, 0 is none. `None` if it is no number.
    pub fn range(&self) -> Option<(i64, i64)> {
        match self.kind {
            SettingKind::Count { min, max, .. } => Some((min, max)),
            SettingKind::Limit { max, .. } => Some((-1, max)),
            SettingKind::Nanos { min_nanos } => Some((min_nanos, i64::MAX)),
            _ => None,
        }
    }

    /// The most bytes of a text, or of all its texts together. `None` if it holds none.
    pub fn most_bytes(&self) -> Option<usize> {
        match self.kind {
            SettingKind::Text { max } | SettingKind::Texted { max } => Some(max),
            _ => None,
        }
    }
}

//! The arguments that set something on a bucket or stream: one row each.

use serde_json::Value as Json;

use crate::catalogue::Asset;
use crate::jetstream::StreamConfig;
use crate::resources::object::codec::Shape;
use crate::terraform::language::{Attribute, Mode, Value};

/// One argument.
#[derive(Debug)]
pub struct Argument {
    /// Its name in a configuration.
    pub name: &'static str,
    /// The setting behind it, a key of a stream's configuration.
    pub key: &'static str,
    /// How value and JSON correspond.
    pub shape: Shape,
    /// What holds when the configuration says nothing.
    pub unset: Unset,
    /// Meaning, unit and range, in Markdown.
    pub doc: &'static str,
}

/// What holds when the configuration says nothing.
#[derive(Clone, Copy, Debug)]
pub enum Unset {
    /// This number, which is kept so.
    Number(i64),
    /// This word, which is kept so.
    Word(&'static str),
    /// None, which is kept so.
    None,
    /// What the catalogue says of the asset, which is kept so.
    Asset,
    /// Whatever the server has: its users write their own.
    LeftAlone,
}

const REPLICAS: Argument = Argument {
    name: "replicas",
    key: "num_replicas",
    shape: Shape::Number(1, 5),
    unset: Unset::Number(1),
    doc: "Servers that hold a copy, 1 to 5. More than 1 needs a NATS cluster of at least as many servers. Changed in place; the apply waits until all copies are current.",
};

const STORAGE: Argument = Argument {
    name: "storage",
    key: "storage",
    shape: Shape::Word(&["file", "memory"]),
    unset: Unset::Word("file"),
    doc: "`file`, or `memory`, which is empty after a restart of the server unless other replicas live on. The server never changes it on an existing bucket or stream, so that one is replaced alone: always where the contents pass anyway, else only while it is empty or with `force_destroy`.",
};

const COMPRESSION: Argument = Argument {
    name: "compression",
    key: "compression",
    shape: Shape::Word(&["none", "s2"]),
    unset: Unset::Word("none"),
    doc: "`none` or `s2`. Changed in place, but the server uses it only for what it writes after its next restart, and never in memory.",
};

const BUCKET_MAX_BYTES: Argument = Argument {
    name: "max_bytes",
    key: "max_bytes",
    shape: Shape::Bytes(i64::MAX),
    unset: Unset::Number(-1),
    doc: "Largest size in bytes, 1 or more, or -1 for no limit. A full bucket refuses new writes, it does not drop old keys. Some accounts demand a limit.",
};

const STREAM_MAX_BYTES: Argument = Argument {
    doc: "Largest size in bytes, 1 or more, or -1 for no limit. A full stream drops its oldest messages. Some accounts demand a limit.",
    ..BUCKET_MAX_BYTES
};

/// The common one of a resource that has buckets and streams.
const ANY_MAX_BYTES: Argument = Argument {
    doc: "Largest size of each bucket and stream in bytes, 1 or more, or -1 for no limit. A full bucket refuses new writes, a full stream drops its oldest messages. Some accounts demand a limit.",
    ..BUCKET_MAX_BYTES
};

const MAX_VALUE_SIZE: Argument = Argument {
    name: "max_value_size",
    key: "max_msg_size",
    shape: Shape::Bytes(i32::MAX as i64),
    unset: Unset::Number(-1),
    doc: "Largest size of one value in bytes, 1 to 2147483647, or -1 for no limit.",
};

const HISTORY: Argument = Argument {
    name: "history",
    key: "max_msgs_per_subject",
    shape: Shape::Number(1, 64),
    unset: Unset::Number(1),
    doc: "Values kept per key, 1 to 64. Lowering it deletes the older values at once; the plan counts them.",
};

const MAX_AGE: Argument = Argument {
    name: "max_age",
    key: "max_age",
    shape: Shape::Age,
    unset: Unset::Asset,
    doc: "Age at which a message is deleted, such as `\"70s\"`; `\"0s\"` means never.",
};

const MAX_MSGS_PER_SUBJECT: Argument = Argument {
    name: "max_msgs_per_subject",
    key: "max_msgs_per_subject",
    shape: Shape::Number(1, i64::MAX),
    unset: Unset::Asset,
    doc: "Statuses kept per application, 1 or more.",
};

const PLACEMENT: Argument = Argument {
    name: "placement",
    key: "placement",
    shape: Shape::Placement,
    unset: Unset::None,
    doc: "Where the servers that hold it must be. Without it, anywhere. Changed in place: the data moves.",
};

const DESCRIPTION: Argument = Argument {
    name: "description",
    key: "description",
    shape: Shape::Text,
    unset: Unset::LeftAlone,
    doc: "Text for people, up to 4096 bytes. Left alone when not set.",
};

const METADATA: Argument = Argument {
    name: "metadata",
    key: "metadata",
    shape: Shape::Metadata,
    unset: Unset::LeftAlone,
    doc: "Text by key, for people and tools. Keys that are not set here, and the server's own `_nats.*`, are left alone.",
};

const SUBJECTS: Argument = Argument {
    name: "subjects",
    key: "subjects",
    shape: Shape::Subjects,
    unset: Unset::Asset,
    doc: "What the stream listens to. wadm deletes and re-creates a stream that listens to anything else.",
};

const RETENTION: Argument = Argument {
    name: "retention",
    key: "retention",
    shape: Shape::Retention,
    unset: Unset::Asset,
    doc: "How long messages stay: `limits`, `workqueue` or `interest`.",
};

const SOURCES: Argument = Argument {
    name: "sources",
    key: "sources",
    shape: Shape::Sources,
    unset: Unset::Asset,
    doc: "What the stream reads from, with the subjects that messages get on the way.",
};

/// The arguments of a bucket.
pub const BUCKET: &[Argument] = &[
    REPLICAS,
    STORAGE,
    COMPRESSION,
    BUCKET_MAX_BYTES,
    MAX_VALUE_SIZE,
    HISTORY,
    PLACEMENT,
    DESCRIPTION,
    METADATA,
];

/// The arguments of a stream, and what it shows besides.
pub const STREAM: &[Argument] = &[
    REPLICAS,
    STORAGE,
    COMPRESSION,
    STREAM_MAX_BYTES,
    MAX_AGE,
    PLACEMENT,
    DESCRIPTION,
    METADATA,
    SUBJECTS,
    RETENTION,
    SOURCES,
];

/// The same for a stream that keeps some messages of every subject.
pub const PER_SUBJECT_STREAM: &[Argument] = &[
    REPLICAS,
    STORAGE,
    COMPRESSION,
    STREAM_MAX_BYTES,
    MAX_AGE,
    MAX_MSGS_PER_SUBJECT,
    PLACEMENT,
    DESCRIPTION,
    METADATA,
    SUBJECTS,
    RETENTION,
    SOURCES,
];

/// What buckets and streams have in common.
pub const COMMON: &[Argument] = &[REPLICAS, STORAGE, COMPRESSION, ANY_MAX_BYTES, PLACEMENT];

impl Argument {
    /// The common attribute for all assets of an object.
    pub fn common_attribute(&self) -> Attribute {
        let attribute = Attribute::new(self.name, self.shape.kind(), Mode::Optional, self.doc);
        let attribute = Attribute {
            rules: self.shape.rules(),
            ..attribute
        };
        match self.unset {
            Unset::Number(number) => attribute.default(number),
            Unset::Word(word) => attribute.default(word),
            // Kept when not set, hence computed.
            Unset::LeftAlone => Attribute {
                mode: Mode::OptionalComputed,
                ..attribute
            },
            Unset::None | Unset::Asset => attribute,
        }
    }

    /// The attribute of one asset, which shows what holds, whoever set it.
    pub fn own_attribute(&self, row: &Asset) -> Attribute {
        let mode = if self.shape.is_shown_only() {
            Mode::Computed
        } else {
            Mode::OptionalComputed
        };
        let doc = match (self.unset, self.unset_value(row).as_str()) {
            (Unset::Asset, Some(default)) if mode == Mode::OptionalComputed => {
                format!("{} Default `{default:?}`.", self.doc)
            }
            _ => self.doc.to_owned(),
        };
        Attribute {
            rules: self.shape.rules(),
            ..Attribute::new(self.name, self.shape.kind(), mode, doc)
        }
    }

    /// The value when nobody sets it; null where that leaves it alone, or means none.
    pub fn unset_value(&self, row: &Asset) -> Value {
        match self.unset {
            Unset::Number(number) => number.into(),
            Unset::Word(word) => word.into(),
            Unset::None | Unset::LeftAlone => Value::Null,
            Unset::Asset => self.value(&row.config(row.name, false), &Value::Null),
        }
    }

    /// The JSON of a known value; `None` leaves the setting alone.
    pub fn json(&self, value: &Value) -> Option<Json> {
        match value {
            Value::Null => matches!(self.unset, Unset::None).then_some(Json::Null),
            value => self.shape.json(value),
        }
    }

    /// What the server has, in the form of `like` where that means the same.
    pub fn value(&self, live: &StreamConfig, like: &Value) -> Value {
        self.shape
            .value(live.get(self.key).unwrap_or(&Json::Null), like)
    }
}

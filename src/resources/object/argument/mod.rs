//! The arguments that set something on a bucket or stream: one row each.
//!
//! A row says what its setting cannot know: how the argument is called, of which assets it is one, and what holds when
//! nobody sets it. Range, words, unit, default and description are those of the setting, a row of `SETTINGS`.

pub mod codec;
pub mod common;
pub mod rules;
pub mod nested;
pub mod description;

use serde_json::Value as Json;

use crate::catalogue::{Asset, AssetKind, AssetKinds, CATALOGUE};
use crate::jetstream::{Setting, StreamConfig, row_of};
use crate::resources::object::argument::codec::Codec;
use crate::terraform::language::{Attribute, Mode, Value};

/// One argument.
#[derive(Debug)]
pub struct Argument {
    /// Its name in a configuration.
    pub name: &'static str,
    /// The key of the setting behind it.
    pub key: &'static str,
    /// The setting behind it.
    pub setting: &'static Setting,
    /// How value and JSON correspond.
    pub shape: Codec,
    /// What holds when the configuration says nothing.
    pub unset: Unset,
    /// The assets that it sets, which decides how it is described.
    pub of: AssetKinds,
}

/// What holds when the configuration says nothing.
#[derive(Clone, Copy, Debug)]
pub enum Unset {
    /// One default for all assets, which is kept so: what the catalogue says, or else what absence means to the server.
    Default,
    /// None, which is kept so.
    None,
    /// What the catalogue says of the asset, which is kept so.
    Asset,
    /// Whatever others have written: what a configuration has set once is taken away.
    LeftAlone,
}

const REPLICAS: Argument = Argument::new("replicas", "num_replicas", Unset::Default);
const STORAGE: Argument = Argument::new("storage", "storage", Unset::Default);
const COMPRESSION: Argument = Argument::new("compression", "compression", Unset::Default);
const MAX_BYTES: Argument = Argument::new("max_bytes", "max_bytes", Unset::Default);
const BUCKET_MAX_BYTES: Argument = MAX_BYTES.of(AssetKinds::Buckets);
const STREAM_MAX_BYTES: Argument = MAX_BYTES.of(AssetKinds::Streams);
const PLACEMENT: Argument = Argument::new("placement", "placement", Unset::None);
const DESCRIPTION: Argument = Argument::new("description", "description", Unset::LeftAlone);
const METADATA: Argument = Argument::new("metadata", "metadata", Unset::LeftAlone);

const MAX_VALUE_SIZE: Argument =
    Argument::new("max_value_size", "max_msg_size", Unset::Default).of(AssetKinds::Buckets);
const HISTORY: Argument = Argument::new("history", "max_msgs_per_subject", Unset::Default)
    .of(AssetKinds::Buckets)
    .limited()
    .up_to(LONGEST_HISTORY as i64);

const MAX_AGE: Argument = Argument::new("max_age", "max_age", Unset::Asset).of(AssetKinds::Streams);
const MAX_MSGS_PER_SUBJECT: Argument =
    Argument::new("max_msgs_per_subject", "max_msgs_per_subject", Unset::Asset)
        .of(AssetKinds::Streams)
        .limited();
const SUBJECTS: Argument =
    Argument::new("subjects", "subjects", Unset::Asset).of(AssetKinds::Streams);
const RETENTION: Argument = Argument::new("retention", "retention", Unset::Asset)
    .of(AssetKinds::Streams)
    .shown();
const SOURCES: Argument = Argument::new("sources", "sources", Unset::Asset).of(AssetKinds::Streams);

/// The most values of a key that a bucket keeps (NATS ADR-8). The server would take more.
pub const LONGEST_HISTORY: u64 = 64;

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
pub const COMMON: &[Argument] = &[REPLICAS, STORAGE, COMPRESSION, MAX_BYTES, PLACEMENT];

impl Asset {
    /// The arguments that it takes, and what it shows in the same way.
    pub fn arguments(&self) -> &'static [Argument] {
        match self.kind {
            AssetKind::Bucket => BUCKET,
            AssetKind::Stream(stream) if stream.max_msgs_per_subject > 0 => PER_SUBJECT_STREAM,
            AssetKind::Stream(_) => STREAM,
        }
    }
}

impl Argument {
    /// An argument of buckets and streams alike.
    #[allow(
        clippy::panic,
        reason = "only the compiler runs it: such an argument does not compile"
    )]
    const fn new(name: &'static str, key: &'static str, unset: Unset) -> Self {
        let setting = row_of(key);
        let Some(shape) = Codec::of(setting.kind) else {
            panic!("no argument has a setting of this kind yet");
        };
        Self {
            name,
            key,
            setting,
            shape,
            unset,
            of: AssetKinds::All,
        }
    }

    /// The same for some assets only.
    const fn of(self, of: AssetKinds) -> Self {
        Self { of, ..self }
    }

    /// The same, where no limit is no choice.
    const fn limited(self) -> Self {
        match self.shape {
            Codec::Bytes(max) => self.with(Codec::Number(1, max)),
            _ => self,
        }
    }

    /// The same number, at most `most`.
    const fn up_to(self, most: i64) -> Self {
        match self.shape {
            Codec::Number(min, max) if most < max => self.with(Codec::Number(min, most)),
            _ => self,
        }
    }

    /// The same, shown and not set.
    const fn shown(self) -> Self {
        match self.shape {
            Codec::Word(_) => self.with(Codec::Retention),
            _ => self,
        }
    }

    const fn with(self, shape: Codec) -> Self {
        Self { shape, ..self }
    }

    /// The common attribute for all assets of an object.
    pub fn common_attribute(&self) -> Attribute {
        let attribute = self.attribute(Mode::Optional, self.description());
        match self.unset {
            Unset::Default => attribute.default(self.default()),
            // Kept when not set, or when no asset follows it, hence computed.
            Unset::LeftAlone | Unset::None => Attribute {
                mode: Mode::OptionalComputed,
                ..attribute
            },
            Unset::Asset => attribute,
        }
    }

    /// The default that all assets share, as any of them has it.
    fn default(&self) -> Value {
        let mut assets = CATALOGUE.iter();
        let asset = assets.find(|row| row.arguments().iter().any(|own| own.name == self.name));
        asset.map(|row| self.unset_value(row)).unwrap_or_default()
    }

    /// The attribute of one asset, which shows what holds, whoever set it. Unset, it follows the argument of the same name
    /// in `common`, the common arguments of the resource.
    pub fn own_attribute(&self, row: &Asset, common: &[Argument]) -> Attribute {
        if self.shape.is_shown_only() {
            return self.attribute(Mode::Computed, self.description());
        }
        let attribute = self.attribute(Mode::OptionalComputed, self.description());
        let follows = common.iter().any(|argument| argument.name == self.name);
        match self.unset_value(row) {
            _ if follows => Attribute {
                description: format!(
                    "{} Default: the common argument `{}`.",
                    attribute.description, self.name
                ),
                ..attribute
            },
            Value::Null => attribute,
            // Only named: the plan of an asset sets it (`Member::plan`), not the schema.
            default => attribute.names_default(&default),
        }
    }

    fn attribute(&self, mode: Mode, description: String) -> Attribute {
        Attribute {
            rules: self.shape.rules(),
            ..Attribute::new(self.name, self.shape.kind(), mode, description)
        }
    }

    /// The value when nobody sets it; null where that leaves it alone, or means none.
    pub fn unset_value(&self, row: &Asset) -> Value {
        self.unset_in(&row.config(row.name, false))
    }

    /// The same by the configuration that the users of an asset need.
    pub fn unset_in(&self, needs: &StreamConfig) -> Value {
        match self.unset {
            Unset::None | Unset::LeftAlone => Value::Null,
            Unset::Default | Unset::Asset => self.value(needs, &Value::Null),
        }
    }

    /// The JSON of a known value; `None` leaves the setting alone.
    pub fn json(&self, value: &Value) -> Option<Json> {
        match value {
            Value::Null => match (self.unset, self.shape) {
                (Unset::None, _) => Some(Json::Null),
                // A text that was there and is not any more; that of others is in the value.
                (_, Codec::Text) => Some("".into()),
                _ => None,
            },
            value => self.shape.json(value),
        }
    }

    /// What the server has, in the form of `like` where that means the same.
    pub fn value(&self, live: &StreamConfig, like: &Value) -> Value {
        self.shape
            .value(live.get(self.key).unwrap_or(&Json::Null), like)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_common_default_is_that_of_every_asset_and_of_the_row() {
        for argument in BUCKET.iter().chain(COMMON) {
            let default = argument.common_attribute().default;
            let name = argument.name;
            let Unset::Default = argument.unset else {
                assert_eq!(default, None, "{name}");
                continue;
            };

            let takers = CATALOGUE
                .iter()
                .filter(|row| row.arguments().iter().any(|own| own.name == name));
            for row in takers {
                assert_eq!(
                    default,
                    Some(argument.unset_value(row)),
                    "{name} of {}",
                    row.key
                );
            }
            let absent = argument.setting.default(&StreamConfig::default());
            let absent = argument.shape.value(&absent, &Value::Null);
            match name {
                // What every client gives a bucket (NATS ADR-8).
                "history" => assert_eq!(default, Some(1.into())),
                _ => assert_eq!(default, Some(absent), "{name}"),
            }
        }
    }

    #[test]
    fn an_argument_of_one_asset_names_what_it_is_when_it_is_not_set() {
        for row in CATALOGUE {
            let settable = |argument: &&Argument| !argument.shape.is_shown_only();
            for argument in row.arguments().iter().filter(settable) {
                let alone = argument.own_attribute(row, &[]).description;
                let following = argument.own_attribute(row, BUCKET).description;
                let own = argument.unset_value(row);
                let (name, key) = (argument.name, row.key);

                let is_named = match own {
                    Value::Null => !alone.contains("Default"),
                    own => alone.ends_with(&format!(" Default: `{own}`.")),
                };
                assert!(is_named, "{name} of {key}: {alone}");
                let follows = BUCKET.iter().any(|common| common.name == name);
                let says = format!(" Default: the common argument `{name}`.");
                assert_eq!(
                    following.ends_with(&says),
                    follows,
                    "{name} of {key}: {following}"
                );
            }
        }
    }
}

//! One asset between its object in Terraform's state and its stream on the server.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::catalogue::{Asset, Kind};
use crate::jetstream::{Change, StreamConfig, StreamInfo, diff};
use crate::resources::argument::{Argument, BUCKET, Shape};
use crate::terraform::{self, Attribute, Mode, Nesting, Type, Value};

/// An asset of one object: the row of the catalogue with the lattice filled in.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its row.
    pub row: &'static Asset,
    /// The lattice; unknown until apply if absent.
    pub lattice: Option<String>,
}

/// What a stream should be.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Every setting that is decided; what is left alone, or not known yet, is absent.
    pub config: StreamConfig,
    /// The metadata keys that are ours, with their texts.
    pub metadata: BTreeMap<String, String>,
}

impl Asset {
    /// The arguments that it takes.
    pub fn arguments(&self) -> &'static [Argument] {
        match self.kind {
            Kind::Bucket => BUCKET,
        }
    }

    /// Its attribute in a resource.
    pub fn attribute(&self) -> Attribute {
        let mut nested: Vec<Attribute> = self
            .arguments()
            .iter()
            .map(|argument| argument.attribute(true))
            .collect();
        let computed =
            |name: &str, r#type: Type, doc: &str| Attribute::new(name, r#type, Mode::Computed, doc);
        nested.extend([
            computed("bucket", Type::String, "Name of the bucket."),
            computed("stream", Type::String, "Name of the stream behind the bucket."),
            computed("created", Type::String, "When the server made it (RFC 3339). Another time means another bucket."),
            computed(
                "drift",
                Type::Map(Box::new(Type::String)),
                "What differs on the server from what wasmCloud needs and has no argument here: setting to live JSON value. Empty when all is well; what the server can change back, the next apply does.",
            ),
        ]);
        let doc = format!(
            "The bucket `{}`: {}. What is set here wins over the common argument of the same name.",
            self.name.replace("{}", "<lattice>"),
            self.holds
        );
        Attribute::new(
            self.key,
            terraform::Kind::Nested(Nesting::Single, nested),
            Mode::OptionalComputed,
            doc,
        )
    }
}

impl Member {
    /// The stream's name; empty while the lattice is not known.
    pub fn stream(&self) -> String {
        self.lattice
            .as_deref()
            .map(|lattice| self.row.stream_name(lattice))
            .unwrap_or_default()
    }

    /// As the user knows it: `bucket LATTICEDATA_default`.
    pub fn title(&self) -> String {
        match self.row.kind {
            Kind::Bucket => format!(
                "bucket {}",
                self.row
                    .given_name(self.lattice.as_deref().unwrap_or("<lattice>"))
            ),
        }
    }

    /// Its planned object. `adopts`: whether an existing stream will be taken over where the prior state has none;
    /// `recreated`: whether the prior one is not the one that we made.
    pub fn plan(
        &self,
        config: &Value,
        planned: &Value,
        prior: &Value,
        adopts: bool,
        recreated: bool,
    ) -> Value {
        let (own, prior) = (
            config.attribute(self.row.key),
            prior.attribute(self.row.key),
        );
        if own.is_unknown() {
            return Value::Unknown;
        }
        let found = prior.is_null() && adopts;
        let mut object = Value::object(self.row.arguments().iter().map(|argument| {
            let value = [own, planned]
                .map(|level| level.attribute(argument.name))
                .into_iter()
                .find(|value| !value.is_null());
            let value = value
                .cloned()
                .unwrap_or_else(|| self.unset(argument, prior, found));
            (argument.name, value)
        }));
        let name = |name: fn(&Asset, &str) -> String| {
            self.lattice
                .as_deref()
                .map_or(Value::Unknown, |lattice| name(self.row, lattice).into())
        };
        object.set_attribute("bucket", name(Asset::given_name));
        object.set_attribute("stream", name(Asset::stream_name));
        object.set_attribute(
            "created",
            if prior.is_null() || recreated {
                Value::Unknown
            } else {
                prior.attribute("created").clone()
            },
        );
        object.set_attribute(
            "drift",
            if found {
                Value::Unknown
            } else {
                Value::Map(BTreeMap::new())
            },
        );
        object
    }

    /// The planned value of an argument that the configuration does not set.
    fn unset(&self, argument: &Argument, prior: &Value, found: bool) -> Value {
        match argument.shape {
            Shape::Text if found => Value::Unknown,
            Shape::Text if prior.is_null() => self.row.description.map_or(Value::Null, Value::from),
            Shape::Text | Shape::Metadata => prior.attribute(argument.name).clone(),
            _ => Value::Null,
        }
    }

    /// What its stream should be, by its planned object.
    pub fn wanted(&self, object: &Value) -> Wanted {
        let mut config = self.row.config(self.lattice.as_deref().unwrap_or_default());
        let mut metadata = BTreeMap::new();
        config.remove("metadata");
        for argument in self.row.arguments() {
            let value = object.attribute(argument.name);
            match (argument.shape, argument.json(value)) {
                _ if !value.is_wholly_known() => _ = config.remove(argument.key),
                (Shape::Metadata, _) => metadata = texts(value),
                (_, Some(json)) => _ = config.set(argument.key, json),
                (_, None) => _ = config.remove(argument.key),
            }
        }
        Wanted { config, metadata }
    }

    /// What its stream is, as far as its object in the state tells.
    pub fn known(&self, object: &Value) -> StreamConfig {
        let mut config = self.wanted(object).config;
        for (key, json) in object.attribute("drift").as_map().into_iter().flatten() {
            if let Some(json) = json
                .as_str()
                .and_then(|json| serde_json::from_str::<Json>(json).ok())
            {
                config.set(key, json);
            }
        }
        config
    }

    /// Its object for what the server has, in the form of `like` where that means the same.
    pub fn object(&self, info: &StreamInfo, like: &Value) -> Value {
        let live = info.config.normal();
        let mut object = Value::object(self.row.arguments().iter().map(|argument| {
            let like = if like.is_null() {
                &Value::Unknown
            } else {
                like.attribute(argument.name)
            };
            (argument.name, argument.value(&live, like))
        }));
        let lattice = self.lattice.as_deref().unwrap_or_default();
        object.set_attribute("bucket", self.row.given_name(lattice).into());
        object.set_attribute("stream", self.row.stream_name(lattice).into());
        object.set_attribute("created", info.created.as_str().into());
        object.set_attribute("drift", Value::Map(self.drift(&info.config)));
        object
    }

    /// What differs on the server and has no argument.
    fn drift(&self, live: &StreamConfig) -> BTreeMap<String, Value> {
        let mut pinned = self.row.config(self.lattice.as_deref().unwrap_or_default());
        pinned.remove("metadata");
        for argument in self.row.arguments() {
            pinned.remove(argument.key);
        }
        let changes = diff(&pinned, live)
            .into_iter()
            .filter(|change| change.setting.is_some());
        changes
            .map(|change| (change.key, Value::from(change.live.to_string())))
            .collect()
    }

    /// The argument behind a key of the configuration.
    pub fn argument(&self, key: &str) -> Option<&'static Argument> {
        self.row
            .arguments()
            .iter()
            .find(|argument| argument.key == key)
    }
}

impl Wanted {
    /// What must change on the server: the settings, and the metadata as it will be, others' keys kept.
    pub fn changes(&self, live: &StreamConfig, retired: &[String]) -> Vec<Change> {
        let mut desired = self.config.clone();
        desired.set("metadata", self.merged_metadata(live, retired));
        diff(&desired, live)
            .into_iter()
            .filter(|change| change.setting.is_some())
            .collect()
    }

    /// The configuration of a new stream.
    pub fn new_stream(&self) -> StreamConfig {
        let mut config = self.config.clone();
        config.set(
            "metadata",
            self.merged_metadata(&StreamConfig::default(), &[]),
        );
        config
    }

    /// The live metadata with ours laid over it, without those keys of ours that are no longer wanted.
    fn merged_metadata(&self, live: &StreamConfig, retired: &[String]) -> Json {
        let mut metadata = live
            .get("metadata")
            .and_then(Json::as_object)
            .cloned()
            .unwrap_or_default();
        metadata.retain(|key, _| !retired.contains(key));
        metadata.extend(
            self.metadata
                .iter()
                .map(|(key, text)| (key.clone(), Json::from(text.as_str()))),
        );
        Json::Object(metadata)
    }
}

/// The metadata keys that were ours and are no longer wanted.
pub fn retired_keys(prior: &Value, planned: &Value) -> Vec<String> {
    let (prior, planned) = (
        texts(prior.attribute("metadata")),
        texts(planned.attribute("metadata")),
    );
    prior
        .into_keys()
        .filter(|key| !planned.contains_key(key))
        .collect()
}

fn texts(value: &Value) -> BTreeMap<String, String> {
    let entries = value.as_map().into_iter().flatten();
    entries
        .filter_map(|(key, text)| Some((key.clone(), text.as_str()?.to_owned())))
        .collect()
}

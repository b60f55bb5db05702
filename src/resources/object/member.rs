//! One asset between its object in Terraform's state and its stream on the server.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::Value as Json;

use crate::catalogue::{Asset, AssetKind};
use crate::jetstream::{Conditions, StreamConfig, StreamInfo, diff, setting};
use crate::resources::object::argument::codec::Codec;
use crate::resources::object::argument::{Argument, Unset};
use crate::terraform::language::{self, Attribute, Mode, Nesting, Type, Value, ValueRule};

/// The argument whose keys may be those of several clients.
pub const METADATA: &str = "metadata";

/// An asset of one object: the row of the catalogue with what the object decides of it.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its row.
    pub row: &'static Asset,
    /// The name of the bucket or stream; absent while it is not known.
    pub name: Option<String>,
    /// Whether wadm runs in multi-tenant mode.
    pub multitenant: bool,
    /// The window for duplicates that its server has given it, if that is shorter than the default: see
    /// [`PrivateFact::Window`](crate::resources::object::private_facts::PrivateFact::Window).
    pub window_nanos: Option<i64>,
    /// See [`Member::needs`]; empty at first. Each call needs it several times.
    pub made_needs: OnceLock<StreamConfig>,
}

/// What a stream should be.
#[derive(Clone, Debug)]
pub struct DesiredAsset {
    /// Every setting that is decided; what is left alone, or not known yet, is absent.
    pub config: StreamConfig,
    /// The metadata keys that are ours, with their texts.
    pub metadata: BTreeMap<String, String>,
}

impl Asset {
    /// Whether its users can be configured with another name.
    pub fn is_named_by_user(&self) -> bool {
        self.kind == AssetKind::Bucket && !self.name.contains("{}")
    }

    /// Its attribute in a resource with these common arguments.
    pub fn attribute(&self, common: &[Argument]) -> Attribute {
        let mut nested: Vec<Attribute> = self
            .arguments()
            .iter()
            .map(|argument| argument.own_attribute(self, common))
            .collect();
        let computed =
            |name: &str, r#type: Type, doc: &str| Attribute::new(name, r#type, Mode::Computed, doc);
        if self.is_named_by_user() {
            let doc = "Name of the bucket, as configured in wadm: letters, digits, `_` and `-`. Another name is another bucket, so a change replaces the whole resource.";
            nested.push(
                Attribute::new("bucket", Type::String, Mode::OptionalComputed, doc)
                    .default(self.name)
                    .rule(ValueRule::Custom(bucket_name)),
            );
        } else if self.kind == AssetKind::Bucket {
            nested.push(computed("bucket", Type::String, "Name of the bucket."));
        }
        nested.extend([
            computed("stream", Type::String, "Name of the JetStream stream."),
            computed("created", Type::String, "When the server created it (RFC 3339). If the time changes, it was recreated."),
            computed(
                "drift",
                Type::Map(Box::new(Type::String)),
                "Settings without an argument that differ on the server from what wasmCloud needs: the name of each setting, with its value on the server as JSON. Empty if nothing differs. The next apply changes back what the server can change.",
            ),
        ]);
        let what = self.kind.name();
        let doc = format!(
            "The {what} `{}`: {}. What is set here overrides the common argument of the same name. It is null if a refresh did not find it on the server, so an output that uses it must check for null.",
            self.name.replace("{}", "<lattice>"),
            self.holds
        );
        Attribute::new(
            self.key,
            language::AttributeKind::Nested(Nesting::Single, nested),
            Mode::OptionalComputed,
            doc,
        )
    }
}

impl Member {
    /// An asset of an object, in wadm's usual mode, on a server that has chosen nothing for it.
    pub fn new(row: &'static Asset, name: Option<String>) -> Self {
        Self {
            row,
            name,
            multitenant: false,
            window_nanos: None,
            made_needs: OnceLock::new(),
        }
    }

    /// The stream's name; empty while it is not known.
    pub fn stream(&self) -> String {
        self.name
            .as_deref()
            .map(|name| self.row.stream_name(name))
            .unwrap_or_default()
    }

    /// As the user knows it: `bucket LATTICEDATA_default`, `stream wadm_commands`.
    pub fn title(&self) -> String {
        let what = self.row.kind.name();
        let pattern = self.row.name.replace("{}", "<lattice>");
        format!("{what} {}", self.name.as_deref().unwrap_or(&pattern))
    }

    /// What its users need.
    pub fn needs(&self) -> &StreamConfig {
        let name = || self.name.as_deref().unwrap_or_default();
        self.made_needs
            .get_or_init(|| self.row.config(name(), self.multitenant))
    }

    /// What it listens to.
    pub fn subjects(&self) -> Vec<String> {
        self.needs().subjects().map(str::to_owned).collect()
    }

    /// Its planned object. `adopts`: whether an existing stream will be adopted where the prior state has none;
    /// `recreated`: whether the prior one is not the one that we made; `keep`: what the prior one keeps of an argument that
    /// is left alone where nobody sets it.
    pub fn plan(
        &self,
        config: &Value,
        common: &Value,
        prior: &Value,
        adopts: bool,
        recreated: bool,
        keep: impl Fn(&Argument, &Value) -> Value,
    ) -> Value {
        let (own, prior) = (
            config.attribute(self.row.key),
            prior.attribute(self.row.key),
        );
        if own.is_unknown() {
            return Value::Unknown;
        }
        let found = prior.is_null() && adopts;
        let needs = self.needs();
        let mut object = Value::object(self.row.arguments().iter().map(|argument| {
            let set = [own, common]
                .map(|level| level.attribute(argument.name))
                .into_iter()
                .find(|value| !value.is_null());
            let planned = match set {
                Some(value) if !argument.shape.is_shown_only() => value.clone(),
                _ if matches!(argument.unset, Unset::LeftAlone) && !found && !prior.is_null() => {
                    keep(argument, prior.attribute(argument.name))
                }
                _ => self.unset(argument, needs, found),
            };
            let before = prior.attribute(argument.name);
            (
                argument.name,
                if argument.shape.same(&planned, before) {
                    before.clone()
                } else {
                    planned
                },
            )
        }));
        let name = self.name.as_deref();
        if self.row.kind == AssetKind::Bucket {
            object.set_attribute("bucket", name.map_or(Value::Unknown, Value::from));
        }
        object.set_attribute(
            "stream",
            name.map_or(Value::Unknown, |name| self.row.stream_name(name).into()),
        );
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
    fn unset(&self, argument: &Argument, needs: &StreamConfig, found: bool) -> Value {
        match argument.shape {
            Codec::Text if found => Value::Unknown,
            Codec::Text => self.usual_description(),
            _ => argument.unset_in(needs),
        }
    }

    /// The description that its creator writes; null if none.
    pub fn usual_description(&self) -> Value {
        self.row.description.map_or(Value::Null, Value::from)
    }

    /// What decides, beside the configurations, how the server changes its stream.
    pub fn conditions(&self, info: &StreamInfo) -> Conditions {
        Conditions {
            level: info.api_level(),
            has_consumers: info.state.consumer_count > 0 || self.row.is_source(),
        }
    }

    /// What its stream should be, by its planned object.
    pub fn wanted(&self, object: &Value) -> DesiredAsset {
        let mut config = self.needs().clone();
        let mut metadata = BTreeMap::new();
        config.remove("metadata");
        for argument in self.row.arguments() {
            let value = object.attribute(argument.name);
            match (argument.shape, argument.json(value)) {
                _ if !value.is_wholly_known() => _ = config.remove(argument.key),
                (Codec::Metadata, _) => metadata = texts(value),
                (_, Some(json)) => _ = config.set(argument.key, json),
                (_, None) => _ = config.remove(argument.key),
            }
        }
        self.expect_window(&mut config);
        DesiredAsset { config, metadata }
    }

    /// What its stream is, as far as its object in the state shows.
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
        // The normal form leaves the server's own metadata out.
        let mut object = Value::object(self.row.arguments().iter().map(|argument| {
            let like = if like.is_null() {
                &Value::Unknown
            } else {
                like.attribute(argument.name)
            };
            (argument.name, argument.value(&live, like))
        }));
        let name = self.name.as_deref().unwrap_or_default();
        if self.row.kind == AssetKind::Bucket {
            object.set_attribute("bucket", name.into());
        }
        object.set_attribute("stream", self.row.stream_name(name).into());
        object.set_attribute("created", info.created.as_str().into());
        object.set_attribute("drift", Value::Map(self.drift(&live)));
        object
    }

    /// Its object right after an import: with all metadata but the server's own, whoever wrote it.
    pub fn imported(&self, info: &StreamInfo) -> Value {
        let mut object = self.object(info, &Value::Null);
        let live = info.config.normal();
        let metadata = live.get(METADATA).and_then(Json::as_object);
        let texts: BTreeMap<_, _> = metadata
            .into_iter()
            .flatten()
            .filter_map(|(key, text)| Some((key.clone(), Value::from(text.as_str()?))))
            .collect();
        if !texts.is_empty() {
            object.set_attribute(METADATA, Value::Map(texts));
        }
        object
    }

    /// What differs on the server and has no argument, or cannot be seen in the argument's value.
    fn drift(&self, live: &StreamConfig) -> BTreeMap<String, Value> {
        let mut pinned = self.needs().clone();
        pinned.remove("metadata");
        for argument in self.row.arguments() {
            match live.get(argument.key) {
                Some(json) => _ = pinned.set(argument.key, json.clone()),
                None => _ = pinned.remove(argument.key),
            }
            if matches!(argument.shape, Codec::Sources)
                && let Some(shown) = argument.json(&argument.value(live, &Value::Null))
            {
                pinned.set(argument.key, shown);
            }
        }
        self.expect_window(&mut pinned);
        let changes = diff(&pinned, live)
            .into_iter()
            .filter(|change| change.setting.is_some());
        changes
            .map(|change| (change.key, Value::from(change.live.to_string())))
            .collect()
    }

    /// The window within which duplicates are dropped has no argument, and is the server's to choose: its default, which
    /// depends on the age, or less where it has a limit. No answer of the server says that limit, so what it has once
    /// given counts.
    fn expect_window(&self, config: &mut StreamConfig) {
        const WINDOW: &str = "duplicate_window";
        config.remove(WINDOW);
        let (Some(_), Some(row)) = (config.get("max_age"), setting(WINDOW)) else {
            return;
        };
        let default = row.default(config);
        let window = match (self.window_nanos, default.as_i64()) {
            // With sources, older servers give one and later ones none.
            (Some(given), Some(0)) => given.into(),
            (Some(given), Some(default)) => default.min(given).into(),
            _ => default,
        };
        config.set(WINDOW, window);
    }

    /// The argument behind a key of the configuration.
    pub fn argument(&self, key: &str) -> Option<&'static Argument> {
        self.row
            .arguments()
            .iter()
            .find(|argument| argument.key == key)
    }
}

/// Whether the name of a bucket may have this letter (NATS ADR-6).
pub fn fits_bucket_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-')
}

/// A name that wadm can be configured with for a bucket.
///
/// # Errors
/// What is wrong with it and what to do, as sentences.
pub fn bucket_name(value: &Value) -> Result<(), String> {
    let name = value.as_str().unwrap_or_default();
    match !name.is_empty() && name.len() <= 250 && name.chars().all(fits_bucket_name) {
        true => Ok(()),
        false => Err(format!(
            "{name:?} is not a valid name of a bucket. Use 1 to 250 letters, digits, '_' and '-'."
        )),
    }
}

impl DesiredAsset {
    /// Every setting that is decided, and the metadata as it will be: others' keys kept, those of ours that are retired
    /// taken away.
    pub fn whole(&self, live: &StreamInfo, retired: &[String]) -> StreamConfig {
        let mut whole = self.config.clone();
        whole.set("metadata", self.merged_metadata(&live.config, retired));
        whole
    }

    /// The configuration of a new stream.
    pub fn new_stream(&self) -> StreamConfig {
        let mut config = self.config.clone();
        config.set(
            "metadata",
            self.merged_metadata(&StreamConfig::default(), &[]),
        );
        // Its users leave it to the server, which may have a limit for it.
        config.remove("duplicate_window");
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

/// What is to happen to metadata between two objects of an asset: the keys that are new or get another text, with it,
/// and the keys that were ours and are no longer wanted.
/// `is_ours`: whether a key is.
pub fn metadata_edits(
    prior: &Value,
    planned: &Value,
    is_ours: impl Fn(&str) -> bool,
) -> (BTreeMap<String, String>, Vec<String>) {
    let (prior, mut planned) = (
        texts(prior.attribute("metadata")),
        texts(planned.attribute("metadata")),
    );
    let retired = prior
        .keys()
        .filter(|key| is_ours(key) && !planned.contains_key(*key));
    let retired = retired.cloned().collect();
    planned.retain(|key, text| prior.get(key) != Some(text));
    (planned, retired)
}

/// A configuration with the metadata that an object sets, as far as that is known: no more of it is planned.
pub fn with_own_metadata(mut config: StreamConfig, object: &Value) -> StreamConfig {
    let metadata = object.attribute("metadata");
    if metadata.is_wholly_known() {
        config.set("metadata", Json::from_iter(texts(metadata)));
    }
    config
}

/// Whether an asset's object has all texts of this metadata, perhaps besides others.
pub fn has_texts(object: &Value, metadata: &Value) -> bool {
    let known = texts(object.attribute(METADATA));
    let has = |(key, text): (&String, &Value)| {
        text.as_str()
            .is_some_and(|text| known.get(key).is_some_and(|known| known == text))
    };
    metadata
        .as_map()
        .is_some_and(|wanted| wanted.iter().all(has))
}

/// The texts of an object by key.
pub fn texts(value: &Value) -> BTreeMap<String, String> {
    let entries = value.as_map().into_iter().flatten();
    entries
        .filter_map(|(key, text)| Some((key.clone(), text.as_str()?.to_owned())))
        .collect()
}

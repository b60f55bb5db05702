//! Which texts of an asset are Terraform's: its description, and the keys of its metadata, that a configuration has set.
//!
//! They are removed when they are no longer configured; those of others stay. The state does not tell which is which: it
//! shows what is there, whoever wrote it. So it is a private fact. What an import finds is not Terraform's.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::resources::object::member::{Member, texts};
use crate::resources::object::private_facts::PrivateFact;
use crate::terraform::framework::private::Private;
use crate::terraform::language::Value;

/// The texts of one asset that are Terraform's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnedTexts {
    /// Whether the description is.
    description: bool,
    /// The keys of the metadata that are.
    keys: BTreeSet<String>,
    /// The keys are known only when the plan is applied.
    all_keys: bool,
}

const DESCRIPTION: &str = "description";
const METADATA: &str = "metadata";

impl OwnedTexts {
    /// Those of an asset, by the state of its object.
    pub fn of_prior(private: &Private, member: &Member, state: &Value) -> Self {
        let adopts = state.attribute("adopt_existing").as_bool() == Some(true);
        Self::read(private, member, state.attribute(member.row.key), adopts)
    }

    /// Those of an asset that the state has like this. `adopts`: whether it may have been adopted.
    fn read(private: &Private, member: &Member, object: &Value, adopts: bool) -> Self {
        match PrivateFact::OwnedTexts.read(private, member.row.key) {
            Some(stored) => Self::decode(stored),
            None => Self::assumed(private, member, object, adopts),
        }
    }

    /// Of a state that an earlier build wrote: it noted only keys that it had set, and a description other than that of a
    /// new asset is one that it had set, if it has created the asset.
    fn assumed(private: &Private, member: &Member, object: &Value, adopts: bool) -> Self {
        let is_ours = !adopts && PrivateFact::Created.read(private, member.row.key).is_some();
        Self {
            description: is_ours && !is_usual(member, object),
            keys: texts(object.attribute(METADATA)).into_keys().collect(),
            all_keys: false,
        }
    }

    /// These, and those that a configuration sets: for the asset, or else for all.
    pub fn and_configured(&self, set: impl Fn(&str) -> Value) -> Self {
        let metadata = set(METADATA);
        let mut owned = self.clone();
        owned.description |= !set(DESCRIPTION).is_null();
        owned.keys.extend(texts(&metadata).into_keys());
        owned.all_keys |= !metadata.is_wholly_known();
        owned
    }

    /// These, but for the description.
    pub fn without_description(self) -> Self {
        Self {
            description: false,
            ..self
        }
    }

    /// Of these, those that an asset still has.
    pub fn of_object(&self, member: &Member, object: &Value) -> Self {
        let keys = texts(object.attribute(METADATA)).into_keys();
        Self {
            description: self.description && !is_usual(member, object),
            keys: keys.filter(|key| self.owns_key(key)).collect(),
            all_keys: false,
        }
    }

    /// Whether a value of the argument `name` is one of these, or has one of them.
    pub fn owns(&self, name: &str, value: &Value) -> bool {
        match name {
            DESCRIPTION => self.description && !value.is_null(),
            _ => texts(value).keys().any(|key| self.owns_key(key)),
        }
    }

    /// The metadata without these.
    pub fn foreign(&self, metadata: &Value) -> Value {
        let foreign = texts(metadata)
            .into_iter()
            .filter(|(key, _)| !self.owns_key(key));
        let foreign: BTreeMap<_, _> = foreign
            .map(|(key, text)| (key, Value::from(text)))
            .collect();
        match foreign.is_empty() {
            true => Value::Null,
            false => Value::Map(foreign),
        }
    }

    /// Whether a key of the metadata is one of these.
    pub fn owns_key(&self, key: &str) -> bool {
        self.all_keys || self.keys.contains(key)
    }

    /// Notes them for an asset. A state without texts needs no note.
    pub fn write(&self, private: &mut Private, member: &Member, object: &Value) {
        let has_texts = !is_usual(member, object) || !object.attribute(METADATA).is_null();
        let noted = (has_texts || *self != Self::default()).then(|| self.encode());
        PrivateFact::OwnedTexts.write(private, member.row.key, noted);
    }

    fn encode(&self) -> String {
        let flags = [(self.description, DESCRIPTION), (self.all_keys, METADATA)];
        let flags = flags.iter().filter(|(is_set, _)| *is_set);
        let keys = self.keys.iter().map(|key| format!("{METADATA}.{key}"));
        let all: Vec<String> = flags
            .map(|(_, name)| (*name).to_owned())
            .chain(keys)
            .collect();
        Json::from(all).to_string()
    }

    fn decode(stored: &str) -> Self {
        let mut owned = Self::default();
        let names: Vec<String> = serde_json::from_str(stored).unwrap_or_default();
        for name in names {
            match name.split_once('.') {
                Some((METADATA, key)) => _ = owned.keys.insert(key.to_owned()),
                None if name == DESCRIPTION => owned.description = true,
                None if name == METADATA => owned.all_keys = true,
                _ => {}
            }
        }
        owned
    }
}

/// Whether an object has the description of a new asset for which nobody sets one, or none.
fn is_usual(member: &Member, object: &Value) -> bool {
    let description = object.attribute(DESCRIPTION);
    description.is_null() || description.as_str() == member.row.description
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::CATALOGUE;

    fn member() -> Member {
        Member::new(&CATALOGUE[0], Some("LATTICEDATA_default".to_owned()))
    }

    fn object(description: Value, metadata: Value) -> Value {
        Value::object([(DESCRIPTION, description), (METADATA, metadata)])
    }

    fn team() -> Value {
        Value::object([("team", "lattice".into()), ("a.b", "c".into())])
    }

    #[test]
    fn what_is_noted_is_read_again() {
        let owned = OwnedTexts::default().and_configured(|name| match name {
            DESCRIPTION => "ours".into(),
            _ => team(),
        });
        let mut private = Private::default();

        owned.write(&mut private, &member(), &object("ours".into(), team()));

        let nothing = object(Value::Null, Value::Null);
        assert_eq!(OwnedTexts::read(&private, &member(), &nothing, true), owned);
        assert!(owned.description && owned.owns_key("a.b") && !owned.owns_key("theirs"));
        let fewer = object(Value::Null, Value::object([("team", "x".into())]));
        let left = owned.of_object(&member(), &fewer);
        assert_eq!((left.description, left.keys.len()), (false, 1));
    }

    #[test]
    fn keys_that_are_not_known_yet_are_those_of_the_object_later() {
        let owned = OwnedTexts::default().and_configured(|name| match name {
            DESCRIPTION => Value::Null,
            _ => Value::Unknown,
        });
        let mut private = Private::default();
        owned.write(
            &mut private,
            &member(),
            &object(Value::Null, Value::Unknown),
        );
        let read = OwnedTexts::read(&private, &member(), &Value::Null, false);

        let left = read.of_object(&member(), &object(Value::Null, team()));

        assert!(read.owns_key("any"));
        assert!(left.owns_key("team") && !left.owns_key("any"));
    }

    #[test]
    fn of_an_earlier_state_the_noted_keys_are_ours_and_a_description_only_where_we_created() {
        let object = object("x".into(), team());
        let mut private = Private::default();
        let read =
            |private: &Private, adopts| OwnedTexts::read(private, &member(), &object, adopts);

        assert!(!read(&private, false).description);
        PrivateFact::Created.write(&mut private, member().row.key, Some("then".to_owned()));

        assert!(read(&private, false).description);
        assert!(!read(&private, true).description);
        assert!(read(&private, true).owns_key("team"));
    }
}

//! The facts that an object keeps in Terraform's private state, one of each kind for an asset.
//!
//! Their names are stored: a state that an earlier build wrote must be read, so none changes by a byte.

use crate::jetstream::{Conditions, Revisions, StreamConfig, StreamInfo, depends_on_consumers};
use crate::resources::object::member::Member;
use crate::terraform::framework::private::Private;

/// The value of [`PrivateFact::Consumers`].
pub const NO_CONSUMERS: &str = "0";

/// A kind of fact about an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrivateFact {
    /// When the asset that we created or adopted was created. Another time on the server means another stream.
    Created,
    /// The API level of the asset's server: how the server changes settings depends on it.
    ApiLevel,
    /// That the asset has no consumer, where that decides how its server changes a setting.
    Consumers,
    /// From the plan to its apply: the plan has shown the replacement of the asset.
    Replacing,
    /// What each smaller history deletes of a bucket whose contents exist nowhere else, as the last refresh or apply has
    /// found it. Terraform plans again right before it applies, and keeps of the first plan nothing but the values: so
    /// only the refresh before it can note what the plan counts. It changes as seldom as possible, because a difference
    /// in the private state counts for `plan -refresh-only -detailed-exitcode`.
    Revisions,
    /// The same for all values of a bucket, where the state allows to delete them.
    Values,
    /// From the plan of a deletion to its apply: how many values are deleted with a bucket.
    Deleted,
    /// From the plan of a replacement that `-replace` asks for to its apply: Terraform plans such an object twice, and
    /// shows no warning of the second plan, which alone knows that the bucket is deleted.
    Unseen,
    /// The name that the user gave to a bucket: the state forgets it with an asset that no longer exists.
    BucketName,
    /// Which of its texts are Terraform's: see [`OwnedTexts`](crate::resources::object::owned_texts::OwnedTexts).
    OwnedTexts,
    /// The window for duplicates that the server chose for the asset, in nanoseconds, where that is shorter than the
    /// default (`jetstream { limits { duplicate_window } }`). Another one later was set by another client.
    Window,
    /// The arguments that the last plan found set on the asset itself, with commas between them.
    OwnArguments,
}

impl PrivateFact {
    /// The value for an asset.
    pub fn read<'p>(self, private: &'p Private, key: &str) -> Option<&'p str> {
        private.fact(&self.name(key))
    }

    /// Keeps a value for an asset, or forgets it.
    pub fn write(self, private: &mut Private, key: &str, value: Option<String>) {
        private.set_fact(&self.name(key), value);
    }

    fn name(self, key: &str) -> String {
        let kind = match self {
            Self::Created => "created",
            Self::ApiLevel => "level",
            Self::Consumers => "consumers",
            Self::Replacing => "replacing",
            Self::Revisions => "revisions",
            Self::Values => "values",
            Self::Deleted => "deleted",
            Self::Unseen => "unseen",
            Self::BucketName => "name",
            Self::OwnedTexts => "owned",
            Self::Window => "window",
            Self::OwnArguments => "own",
        };
        format!("{kind}.{key}")
    }
}

/// Keeps the name of a bucket that the user named.
pub fn keep_name(private: &mut Private, member: &Member) {
    let name = member
        .name
        .clone()
        .filter(|_| member.row.is_named_by_user());
    PrivateFact::BucketName.write(private, member.row.key, name);
}

/// Keeps what decides, beside the configurations, how the server changes an asset. How many consumers it has is noted only
/// where that matters, and only that it has none: a plan without a server must plan the same.
pub fn keep_conditions(private: &mut Private, member: &Member, info: &StreamInfo) {
    let (
        key,
        Conditions {
            level,
            has_consumers,
        },
    ) = (member.row.key, member.conditions(info));
    let is_free = !has_consumers && depends_on_consumers(&info.config, level);
    PrivateFact::ApiLevel.write(private, key, Some(level.to_string()));
    PrivateFact::Consumers.write(private, key, is_free.then(|| NO_CONSUMERS.to_owned()));
}

/// Keeps the window that the server has chosen for an asset.
pub fn keep_window(private: &mut Private, member: &Member, live: &StreamConfig) {
    let window = live.shortened_window().map(|nanos| nanos.to_string());
    PrivateFact::Window.write(private, member.row.key, window);
}

/// The asset with the window that the server has chosen for it.
pub fn with_window(member: Member, private: &Private) -> Member {
    let window = PrivateFact::Window.read(private, member.row.key);
    Member {
        window_nanos: window.and_then(|nanos| nanos.parse().ok()),
        ..member
    }
}

/// What a refresh or an apply has found in an asset; absent where it was not known, or need not be.
#[derive(Clone, Debug, Default)]
pub struct Contents {
    /// What each smaller history deletes.
    pub revisions: Option<Revisions>,
    /// How many values there are.
    pub values: Option<u64>,
}

impl Contents {
    /// What was noted of an asset.
    pub fn noted(private: &Private, member: &Member) -> Self {
        let read = |fact: PrivateFact| fact.read(private, member.row.key);
        Self {
            revisions: read(PrivateFact::Revisions).and_then(Revisions::parse),
            values: read(PrivateFact::Values).and_then(|values| values.parse().ok()),
        }
    }

    /// Notes it.
    pub fn note(&self, private: &mut Private, member: &Member) {
        let key = member.row.key;
        let revisions = self.revisions.as_ref().map(Revisions::to_string);
        PrivateFact::Revisions.write(private, key, revisions);
        let values = self.values.map(|values| values.to_string());
        PrivateFact::Values.write(private, key, values);
    }
}

/// Notes how many values a plan deletes with each asset, in place of what an earlier plan has noted.
pub fn note_deleted(private: &mut Private, members: &[Member], deleted: &[(&str, u64)]) {
    for member in members {
        let key = member.row.key;
        let noted = deleted.iter().find(|(deleted, _)| *deleted == key);
        PrivateFact::Deleted.write(private, key, noted.map(|(_, values)| values.to_string()));
        PrivateFact::Unseen.write(private, key, None);
    }
}

/// The same for a plan whose warnings Terraform does not show.
pub fn note_deleted_unseen(private: &mut Private, members: &[Member], deleted: &[(&str, u64)]) {
    note_deleted(private, members, deleted);
    for (key, _) in deleted {
        PrivateFact::Unseen.write(private, key, Some("true".to_owned()));
    }
}

/// How many values the plan has said to delete with an asset; absent if it could not say.
pub fn noted_deleted(private: &Private, member: &Member) -> Option<u64> {
    let noted = PrivateFact::Deleted.read(private, member.row.key)?;
    noted.parse().ok()
}

/// The keys of the assets whose replacement the plan has shown.
pub fn replacements(members: &[Member], private: &Private) -> Vec<&'static str> {
    let keys = members.iter().map(|member| member.row.key);
    keys.filter(|key| PrivateFact::Replacing.read(private, key).is_some())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_of_every_state_that_exists() {
        let kinds = [
            (PrivateFact::Created, r#"{"created.state":"x"}"#),
            (PrivateFact::ApiLevel, r#"{"level.state":"x"}"#),
            (PrivateFact::Consumers, r#"{"consumers.state":"x"}"#),
            (PrivateFact::Replacing, r#"{"replacing.state":"x"}"#),
            (PrivateFact::Revisions, r#"{"revisions.state":"x"}"#),
            (PrivateFact::Values, r#"{"values.state":"x"}"#),
            (PrivateFact::Deleted, r#"{"deleted.state":"x"}"#),
            (PrivateFact::Unseen, r#"{"unseen.state":"x"}"#),
            (PrivateFact::BucketName, r#"{"name.state":"x"}"#),
            (PrivateFact::OwnedTexts, r#"{"owned.state":"x"}"#),
            (PrivateFact::Window, r#"{"window.state":"x"}"#),
            (PrivateFact::OwnArguments, r#"{"own.state":"x"}"#),
        ];
        for (kind, stored) in kinds {
            let mut private = Private::default();

            kind.write(&mut private, "state", Some("x".to_owned()));

            assert_eq!(private.encode(), stored.as_bytes());
            assert_eq!(kind.read(&private, "state"), Some("x"));
        }
    }
}

//! The facts that an object keeps in Terraform's private state, one of each kind for an asset.
//!
//! Their names are stored: a state that an earlier build wrote must be read, so none changes by a byte.

use crate::resources::object::member::Member;
use crate::terraform::framework::private::Private;

/// A kind of fact about an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrivateFact {
    /// When the asset that we created or adopted was created. Another time on the server means another stream.
    Created,
    /// The API level of the asset's server: how the server changes settings depends on it.
    ApiLevel,
    /// From the plan to its apply: the plan has shown the replacement of the asset.
    Replacing,
    /// The name that the user gave to a bucket: the state forgets it with an asset that no longer exists.
    BucketName,
    /// The arguments that the last plan found set on the asset itself, with commas between them.
    OwnArguments,
    /// The metadata in the state is what an import has found: whoever wrote it, no configuration has named all of it yet.
    FoundMetadata,
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
            Self::Replacing => "replacing",
            Self::BucketName => "name",
            Self::OwnArguments => "own",
            Self::FoundMetadata => "found",
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
            (PrivateFact::Replacing, r#"{"replacing.state":"x"}"#),
            (PrivateFact::BucketName, r#"{"name.state":"x"}"#),
            (PrivateFact::OwnArguments, r#"{"own.state":"x"}"#),
            (PrivateFact::FoundMetadata, r#"{"found.state":"x"}"#),
        ];
        for (kind, stored) in kinds {
            let mut private = Private::default();

            kind.write(&mut private, "state", Some("x".to_owned()));

            assert_eq!(private.encode(), stored.as_bytes());
            assert_eq!(kind.read(&private, "state"), Some("x"));
        }
    }
}

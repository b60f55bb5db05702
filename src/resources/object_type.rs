//! What a resource type states about its objects; everything else exists once for all types.

use crate::catalogue::Asset;
use crate::jetstream::StreamConfig;
use crate::resources::object::argument::Argument;
use crate::resources::object::member::Member;
use crate::resources::object::private_facts::PrivateFact;
use crate::resources::object::{common, domain, streams_attribute};
use crate::resources::plan::data_loss;
use crate::resources::preflight::survey::HarmfulStream;
use crate::terraform::framework::Plan;
use crate::terraform::framework::private::Private;
use crate::terraform::language::{Attribute, Diagnostic, Diagnostics, Path, Schema, Value};

/// What is specific to one resource type.
pub trait ObjectType: Send + Sync + 'static {
    /// As written in a configuration: `wasmcloud_lattice_buckets`.
    fn type_name(&self) -> &'static str;

    /// What one object is, in Markdown.
    fn description(&self) -> &'static str;

    /// The rows of the catalogue that one object has, in the order of the docs.
    fn rows(&self) -> Vec<&'static Asset>;

    /// The arguments that set something for all assets of an object.
    fn common_arguments(&self) -> &'static [Argument];

    /// The attributes that say which object it is, before all others.
    fn identity_attributes(&self) -> Vec<Attribute> {
        Vec::new()
    }

    /// Further attributes of the type, after the common arguments.
    fn own_attributes(&self) -> Vec<Attribute> {
        Vec::new()
    }

    /// The attribute that says which object it is; the root if none does.
    fn identity(&self) -> Path {
        Path::root()
    }

    /// The assets of an object of the state or of a plan, one for each row.
    fn members(&self, object: &Value, names: Names<'_>) -> Vec<Member>;

    /// The id to import an object by, without its domain.
    fn import_id(&self, object: &Value, members: &[Member]) -> String;

    /// The attributes that an import id gives. `id` is the whole, `rest` what follows the domain.
    ///
    /// # Errors
    /// When the id does not have the documented form.
    fn parse_import_id(
        &self,
        id: &str,
        rest: &str,
    ) -> Result<Vec<(&'static str, Value)>, Diagnostic>;

    /// The asset whose stream on the server tells what an identity leaves open.
    fn telling_asset(&self) -> Option<&'static Asset> {
        None
    }

    /// The attributes that the configuration of this stream tells.
    fn told(&self, _live: &StreamConfig) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    /// An import names a bucket that does not exist.
    fn bucket_missing(&self, member: &Member) -> Diagnostic {
        let detail = format!(
            "Stream {} does not exist in this account and JetStream domain.",
            member.stream()
        );
        Diagnostic::error(format!("There is no {}", member.title()), detail)
    }

    /// What is said of assets that exist already where there can be only one such object.
    fn singleton(&self) -> &'static str {
        ""
    }

    /// Streams that break the users of an object: looked for whenever it is read or planned.
    fn harmful_streams(&self) -> &'static [HarmfulStream] {
        &[]
    }

    /// What the schema cannot say about a configuration; values may be unknown.
    fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::new()
    }

    /// What the changed attributes of a plan mean beyond their values.
    fn consequence(&self, _plan: &Plan) -> Option<Diagnostic> {
        None
    }

    /// What a plan that nothing refuses sets and that is rarely meant.
    fn advice(&self, _members: &[Member], _plan: &Plan) -> Diagnostics {
        Diagnostics::new()
    }
}

/// Where the names come from that a user may give to buckets.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    /// The configuration or the state that sets them.
    pub set_in: &'a Value,
    /// Keeps them for assets that no longer exist.
    pub private: &'a Private,
}

impl Names<'_> {
    /// The name of a bucket that the user may name; `None` while it is not known.
    pub fn of(&self, row: &'static Asset) -> Option<String> {
        let own = self.set_in.attribute(row.key);
        match own.attribute("bucket") {
            _ if own.is_unknown() => None,
            Value::String(name) => Some(name.clone()),
            Value::Unknown => None,
            _ => {
                let kept = PrivateFact::BucketName.read(self.private, row.key);
                Some(kept.unwrap_or(row.name).to_owned())
            }
        }
    }
}

/// The assets of an object with nothing in the private state.
pub fn members(object_type: &impl ObjectType, object: &Value) -> Vec<Member> {
    let names = Names {
        set_in: object,
        private: &Private::default(),
    };
    object_type.members(object, names)
}

/// The schema of a type.
pub fn schema(object_type: &impl ObjectType) -> Schema {
    let rows = object_type.rows();
    let mut attributes = object_type.identity_attributes();
    attributes.push(domain::attribute());
    let common = object_type.common_arguments().iter();
    attributes.extend(common.map(Argument::common_attribute));
    attributes.extend(object_type.own_attributes());
    attributes.extend(
        rows.iter()
            .map(|row| row.attribute(object_type.common_arguments())),
    );
    attributes.extend(common::protection());
    attributes.push(common::timeouts());
    attributes.push(streams_attribute());
    attributes.push(data_loss::attribute());
    Schema {
        version: 0,
        description: object_type.description().to_owned(),
        attributes,
        ..Schema::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::lattice_buckets::LatticeBuckets;
    use crate::resources::wadm::WadmJetStream;
    use crate::terraform::language::Mode;

    /// What a page can say of a change.
    const EFFECTS: &[&str] = &[
        "Changed in place",
        "A change replaces ",
        "so a change replaces ",
        "A change moves the data",
        "hanges nothing on the server",
        "After the create, it has no effect",
        "overrides the common argument",
    ];

    /// What a page can say of an argument that is not set.
    const UNSET: &[&str] = &[
        "Default: ",
        "Without it",
        "overrides the common argument",
        "is not changed",
        "are not changed",
        "with all retries",
    ];

    fn settable<'a>(attributes: &'a [Attribute], found: &mut Vec<&'a Attribute>) {
        let settable_here = attributes.iter().filter(|one| one.mode != Mode::Computed);
        for attribute in settable_here {
            found.push(attribute);
            settable(attribute.nested(), found);
        }
    }

    #[test]
    fn every_argument_says_what_it_is_when_it_is_not_set_and_what_a_change_does() {
        for schema in [schema(&LatticeBuckets), schema(&WadmJetStream)] {
            let mut attributes = Vec::new();
            settable(&schema.attributes, &mut attributes);
            assert!(attributes.len() > 30);

            for Attribute {
                name, description, ..
            } in attributes
            {
                let says = |phrases: &[&str]| phrases.iter().any(|one| description.contains(one));
                // The block `timeouts` says it for all of them.
                let is_timeout = description.starts_with("Longest time");
                assert!(says(EFFECTS) || is_timeout, "{name}: {description}");
                assert!(says(UNSET), "{name}: {description}");
            }
        }
    }
}

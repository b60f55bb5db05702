//! `wasmcloud_lattice_buckets`: the two buckets of one lattice. One object, because a host needs both or none.

use crate::catalogue::{self, Asset};
use crate::resources::object::argument::{Argument, BUCKET};
use crate::resources::object::member::{Member, fits_bucket_name};
use crate::resources::object_type::{Names, ObjectType};
use crate::terraform::language::{Attribute, Diagnostic, Mode, Path, Type, Value, ValueRule};

const DESCRIPTION: &str = "The key/value buckets that the wasmCloud hosts of one lattice share: `LATTICEDATA_<lattice>` \
and `CONFIGDATA_<lattice>`. A host (1.0.0 to 1.9.2) that does not find them creates them with one replica and no limits. \
Created beforehand, they have the replicas and limits that you want, and hosts need no permission to create them.

Both buckets are one resource because a host needs both. What is not set stays as a host creates it, so the next plan \
shows every change that another client has made. If one bucket fails, the state has the other one, and the next apply \
does only what is left. A create that fails deletes what it has created.

An update changes buckets in place. Where the server cannot do that (another `storage`), only that bucket is deleted and \
recreated, in the same update, if it is empty or `force_destroy` is in the state. The plan then shows `created` as \
unknown, with a warning; it is an error if keys would be lost. What another client has changed and the server does not \
change back (a sealed bucket, for example) stays in `drift`, with a warning in every plan. A bucket with keys is purged \
before it is replaced, if the user has permission to publish to `$JS.API.STREAM.PURGE.*`: otherwise a server may bring back \
messages of a stream that is recreated at once.

A bucket with keys is not deleted unless `force_destroy = true` is in the state before the apply. A bucket that already \
exists is never adopted silently: import it, or set `adopt_existing`.";

/// The resource type.
pub struct LatticeBuckets;

impl ObjectType for LatticeBuckets {
    fn type_name(&self) -> &'static str {
        "wasmcloud_lattice_buckets"
    }

    fn description(&self) -> &'static str {
        DESCRIPTION
    }

    fn rows(&self) -> Vec<&'static Asset> {
        catalogue::rows(&["lattice_data", "config_data"])
    }

    fn common_arguments(&self) -> &'static [Argument] {
        BUCKET
    }

    fn identity_attributes(&self) -> Vec<Attribute> {
        let doc = "Name of the lattice: letters, digits, `_` and `-`. Another lattice has other buckets, so a change replaces the resource.";
        let lattice = Attribute::new("lattice", Type::String, Mode::OptionalComputed, doc)
            .default("default")
            .replaces()
            .rule(ValueRule::Custom(lattice_name));
        vec![lattice]
    }

    fn identity(&self) -> Path {
        Path::attribute("lattice")
    }

    fn members(&self, object: &Value, _: Names<'_>) -> Vec<Member> {
        let lattice = object.attribute("lattice").as_str();
        let rows = self.rows().into_iter();
        rows.map(|row| Member::new(row, lattice.map(|lattice| row.name.replace("{}", lattice))))
            .collect()
    }

    fn import_id(&self, object: &Value, _: &[Member]) -> String {
        let lattice = object.attribute("lattice").as_str();
        lattice.unwrap_or_default().to_owned()
    }

    fn parse_import_id(
        &self,
        id: &str,
        lattice: &str,
    ) -> Result<Vec<(&'static str, Value)>, Diagnostic> {
        if let Err(problem) = lattice_name(&lattice.into()) {
            let detail = format!(
                "The import id is the name of the lattice, such as `default`. If the JetStream domain is not that of the provider block, it is `<domain>:<lattice>`. {problem}"
            );
            let summary = format!("{id:?} is not the name of a lattice");
            return Err(Diagnostic::error(summary, detail).at(self.identity()));
        }
        Ok(vec![("lattice", lattice.into())])
    }
}

/// A bucket's name takes only these characters, and the lattice is part of it (NATS ADR-6); a host with another
/// lattice ends at its start.
///
/// # Errors
/// What is wrong with it and what to do, as sentences.
pub fn lattice_name(value: &Value) -> Result<(), String> {
    let name = value.as_str().unwrap_or_default();
    let bad: String = name
        .chars()
        .filter(|letter| !fits_bucket_name(*letter))
        .collect();
    if name.is_empty() {
        return Err(
            "The name of a lattice cannot be empty. Set a name such as \"default\".".to_owned(),
        );
    }
    if !bad.is_empty() {
        return Err(format!(
            "{name:?} contains {bad:?}. The name of a lattice is part of the names of its buckets: use only letters, digits, '_' and '-'."
        ));
    }
    // A stream's name takes 255 bytes, of which "KV_LATTICEDATA_" are 15.
    if name.len() > 240 {
        return Err(format!(
            "It has {} characters, and at most 240 are possible, because it is part of the names of the buckets. Use a shorter name.",
            name.len()
        ));
    }
    Ok(())
}

//! What is looked for, as a configuration says it: the arguments of lists.

use crate::resources::identity;
use crate::resources::inventory::Filter;
use crate::resources::inventory::pattern::{Pattern, pattern};
use crate::resources::object::domain;
use crate::resources::object_type::ObjectType;
use crate::terraform::language::{Attribute, Mode, Schema, Type, Value, ValueRule};

/// The arguments of a list of a type: those of its identity, as patterns, and the domain.
pub fn schema(object_type: &impl ObjectType) -> Schema {
    let own = object_type.identity_attributes().into_iter();
    let own = own.map(|attribute| {
        let doc = "Lists only what has such a name: `*` stands for any letters, `?` for one letter. Without it, all are listed.";
        name(&attribute.name, doc.to_owned())
    });
    let rows = object_type.rows().into_iter();
    let named = rows.filter(|row| row.is_named_by_user()).map(|row| {
        let doc = format!(
            "Name of the bucket, as configured in wadm, or a pattern of it: `*` stands for any letters, `?` for one letter. Default: `\"{}\"`.",
            row.name
        );
        name(&identity::bucket_name(row), doc)
    });
    let doc = "JetStream domain in which to search. Without it, that of the provider block.";
    let domain = Attribute {
        mode: Mode::Optional,
        description: doc.to_owned(),
        ..domain::attribute()
    };
    let description = format!(
        "Lists what exists of `{}` in the account and JetStream domain of the provider, managed by Terraform or not, for `terraform query` (Terraform 1.14 and newer). An object of which only a part exists is listed too: its display name states what is missing, and an apply after the import creates it.",
        object_type.type_name()
    );
    Schema {
        description,
        attributes: own.chain(named).chain([domain]).collect(),
        ..Schema::default()
    }
}

fn name(name: &str, doc: String) -> Attribute {
    Attribute::new(name, Type::String, Mode::Optional, doc).rule(ValueRule::Custom(pattern))
}

/// What a configuration looks for.
pub fn filter(object_type: &impl ObjectType, config: &Value) -> Filter {
    let set = |name: &str| config.attribute(name).as_str().map(Pattern::new);
    let mut own = object_type.identity_attributes().into_iter();
    let name = own.find_map(|attribute| set(&attribute.name));
    let rows = object_type.rows().into_iter();
    let named = rows.filter(|row| row.is_named_by_user());
    Filter {
        name: name.unwrap_or_else(Pattern::all),
        buckets: named
            .filter_map(|row| Some((row.key, set(&identity::bucket_name(row))?)))
            .collect(),
    }
}

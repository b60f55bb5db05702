//! Lists of objects that exist, whatever Terraform's state says: what `terraform query` (Terraform 1.14) asks for.

use crate::terraform::language::{Diagnostic, Diagnostics, Value};

/// What is looked for.
#[derive(Clone, Debug)]
pub struct ListRequest {
    /// What the block `config` says.
    pub config: Value,
    /// Whether each object is read too.
    pub include_object: bool,
    /// The most objects.
    pub limit: usize,
}

/// An object that was found.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// Its identity; null if only the diagnostics say something.
    pub identity: Value,
    /// How a person knows it.
    pub display_name: String,
    /// Its state after an import, if that was requested.
    pub object: Option<Value>,
    /// Words for the user. After an error, Terraform shows no object at all.
    pub diagnostics: Diagnostics,
}

impl From<Diagnostics> for Listed {
    fn from(diagnostics: Diagnostics) -> Self {
        Self {
            diagnostics,
            ..Self::default()
        }
    }
}

/// The resource type has no list.
pub fn no_list(type_name: &str) -> Diagnostic {
    Diagnostic::error(
        format!("Objects of {type_name} cannot be listed"),
        "Terraform requested a list that this version of the provider does not have. Check the provider's version constraint.",
    )
}

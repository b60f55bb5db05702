//! Terraform's language: values and their types, schemas, attribute paths, diagnostics, and the wire forms of all four.
//!
//! Nothing here knows a resource, a provider or NATS.

#[cfg(test)]
pub(crate) mod arbitrary;
pub mod diagnostics;
pub mod duration;
pub mod lint;
pub mod number;
pub mod path;
pub mod rules;
pub mod schema;
pub mod types;
pub mod value;
pub mod walk;
pub mod wire;

pub use diagnostics::{Diagnostic, Diagnostics, Severity};
pub use path::Path;
pub use schema::{Attribute, AttributeKind, Mode, Nesting, Rule, Schema, Type};
pub use value::{Number, Value};

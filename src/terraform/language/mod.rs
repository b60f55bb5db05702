//! Terraform's language: values and their types, schemas, attribute paths, diagnostics, and the wire forms of all four.
//!
//! Nothing here knows a resource, a provider or NATS.

pub mod value;
pub mod types;
pub mod diagnostics;
pub mod schema;
pub mod wire;
pub mod duration;
#[cfg(test)]
pub(crate) mod arbitrary;

pub use diagnostics::{Diagnostic, Diagnostics};
pub use schema::rule::ValueRule;
pub use schema::{Attribute, AttributeKind, Mode, Nesting, Schema};
pub use types::Type;
pub use value::Value;
pub use value::path::Path;

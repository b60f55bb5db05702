//! Values as bytes: msgpack in every call, JSON in stored states. Both are read by type, because neither says what it means.
//!
//! Reading is strict, and an error names the attribute. Writing cannot fail, because after an apply there is something on
//! the server that must get into the state: what does not fit the type is written as null, and [`mismatches`] tells.

mod path_error;
mod type_check;
mod json;
mod msgpack;
#[cfg(test)]
pub(crate) mod encode_json;
#[cfg(test)]
mod tests;

pub use type_check::mismatches;

use crate::terraform::language::diagnostics::Diagnostics;
use crate::terraform::language::types::Type;
use crate::terraform::language::value::Value;

/// How deep values may be nested. Terraform's own are as deep as their schema, some ten levels; the bound keeps a value of
/// dynamic type from using up the stack.
const MAX_DEPTH: usize = 100;

/// Reads msgpack. No bytes at all are null.
///
/// # Errors
/// A diagnostic with the path of the first part that does not fit the type.
pub fn decode_msgpack(bytes: &[u8], r#type: &Type) -> Result<Value, Diagnostics> {
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    msgpack::decode(bytes, r#type, MAX_DEPTH).map_err(|error| {
        error
            .into_diagnostic(
                "Terraform sent a value that the provider cannot read",
                "This is a bug in the provider; please report it.",
            )
            .into()
    })
}

/// Writes msgpack. What does not fit the type is written as null; surplus attributes are left out.
pub fn encode_msgpack(value: &Value, r#type: &Type) -> Vec<u8> {
    msgpack::encode(value, r#type)
}

/// Reads JSON as in stored states: attributes that the type does not have are ignored, missing ones are null. No bytes at
/// all are null.
///
/// # Errors
/// A diagnostic with the path of the first part that does not fit the type.
pub fn decode_json(bytes: &[u8], r#type: &Type) -> Result<Value, Diagnostics> {
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    json::decode(bytes, r#type, MAX_DEPTH).map_err(|error| {
        error
            .into_diagnostic(
                "The stored value does not fit the provider's schema",
                "It may have been written by a newer version of the provider, or edited by hand. Use that version, or remove the \
                 resource from the state and import it again.",
            )
            .into()
    })
}

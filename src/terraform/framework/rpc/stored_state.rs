//! States as Terraform stores them, which an older version of the provider may have written.

use crate::terraform::framework::{Resource, lifecycle};
use crate::terraform::language::{Diagnostic, Diagnostics, Value, wire};
use crate::terraform::proto::tfplugin6 as proto;

/// The stored state, by the current schema.
///
/// # Errors
/// When it cannot be read, or not be raised to the current version.
pub(super) fn upgrade(
    resource: &dyn Resource,
    version: i64,
    raw: proto::RawState,
) -> Result<Value, Diagnostics> {
    let r#type = resource.schema().object_type();
    if raw.json.is_empty() && !raw.flatmap.is_empty() {
        let detail =
            "It was written by a Terraform before 0.12. Upgrade it with Terraform 0.12 first.";
        return Err(Diagnostic::error(
            "The state has a format that is no longer supported",
            detail,
        )
        .into());
    }
    if version == resource.schema().version {
        let state = wire::decode_json(&raw.json, r#type)?;
        return Ok(resource.completed(state));
    }
    let state = serde_json::from_slice(&raw.json).map_err(|cause| {
        Diagnostic::error(
            "The state is not JSON",
            format!("{cause}. Restore the state from a backup."),
        )
    })?;
    let upgraded = lifecycle::upgrade(resource, version, state)?;
    let bytes = serde_json::to_vec(&upgraded).unwrap_or_default();
    let state = wire::decode_json(&bytes, r#type)?;
    Ok(resource.completed(state))
}

//! States and identities as Terraform stores them, which an older version of the provider may have written.

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
        return wire::decode_json(&raw.json, r#type);
    }
    let state = serde_json::from_slice(&raw.json).map_err(|cause| {
        Diagnostic::error(
            "The state is not JSON",
            format!("{cause}. Restore the state from a backup."),
        )
    })?;
    let upgraded = lifecycle::upgrade(resource, version, state)?;
    let bytes = serde_json::to_vec(&upgraded).unwrap_or_default();
    wire::decode_json(&bytes, r#type)
}

/// The stored identity, by the current schema of identities.
///
/// # Errors
/// When it cannot be read, or a newer provider has written it.
pub(super) fn identity(
    resource: &dyn Resource,
    version: i64,
    raw: &proto::RawState,
) -> Result<Value, Diagnostics> {
    let schema = resource.identity_schema();
    if version != schema.version {
        let detail = format!(
            "The identity has schema version {version}, and this version of the provider supports {}. Use the newer version of the provider.",
            schema.version
        );
        let summary = format!(
            "Identity of {} was written by a newer provider",
            resource.type_name()
        );
        return Err(Diagnostic::error(summary, detail).into());
    }
    wire::decode_json(&raw.json, schema.object_type())
}

//! States and identities as Terraform stores them, which an older version of the provider may have written.

use crate::terraform::framework::private::Private;
use crate::terraform::framework::{Resource, check, lifecycle};
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

/// The state of an object that gets another address, with its private state. The provider may have had another address: a
/// private registry or a mirror has one of its own.
///
/// # Errors
/// When the state is of another type, or it cannot be read.
pub(super) fn moved(
    resource: &dyn Resource,
    request: proto::move_resource_state::Request,
) -> Result<(Value, Private), Diagnostics> {
    let (from, to) = (&request.source_type_name, &request.target_type_name);
    if from != to {
        let detail = format!(
            "A {from} of provider {} is another kind of object than a {to}, so its state cannot become that of a {to}. In place of the `moved` block, write two blocks, which can be applied at once:\n  - `removed` with `from = {from}.<name>` and `lifecycle {{ destroy = false }}`: the object stays on the server\n  - `import` with `to = {to}.<name>`: if several buckets or streams belong to one {to}, one block imports all of them",
            request.source_provider_address
        );
        let summary = format!("State of a {from} cannot be moved to a {to}");
        return Err(Diagnostic::error(summary, detail).into());
    }
    let raw = request.source_state.unwrap_or_default();
    let state = upgrade(resource, request.source_schema_version, raw)?;
    let private = Private::decode(&request.source_private)?;
    let mut problems = Diagnostics(check::refreshed(resource.schema(), &state));
    let identity = resource.identity(&state, &private);
    problems.extend(check::identity(
        resource.identity_schema(),
        &Value::Unknown,
        &identity,
    ));
    match problems.is_empty() {
        true => Ok((state, private)),
        false => {
            let detail = format!(
                "The state was written by provider {}, and it is not that of a {to} of this provider. Check the source of the provider, or import the object.",
                request.source_provider_address
            );
            let summary = format!("State of a {from} cannot be read");
            Err(Diagnostic::error(summary, detail).into())
        }
    }
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

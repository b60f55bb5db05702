//! What is done around a read of a data source: defaults before it, and the check of the answer after it.

use crate::terraform::framework::{Call, DataSource, check};
use crate::terraform::language::{Diagnostics, Value};

/// Reads what exists. Terraform calls this only when the whole configuration is known.
///
/// # Errors
/// When it does not exist, could not be read, or is not what the schema says.
pub async fn read(
    data_source: &dyn DataSource,
    mut config: Value,
    call: &Call,
) -> Result<Value, Diagnostics> {
    let schema = data_source.schema();
    for attribute in &schema.attributes {
        if let Some(default) = &attribute.default
            && config.attribute(&attribute.name).is_null()
        {
            config.set_attribute(&attribute.name, default.clone());
        }
    }
    let state = data_source.read(&config, call).await?;
    match Diagnostics(check::refreshed(schema, &state)) {
        problems if problems.has_error() => Err(problems),
        _ => Ok(state),
    }
}

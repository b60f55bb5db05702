//! Data sources on the wire: their schemas, and which one a call is about.

use std::collections::HashMap;
use std::sync::Arc;

use crate::terraform::framework::{DataSource, Provider, convert};
use crate::terraform::language::{Diagnostic, Diagnostics};
use crate::terraform::proto::tfplugin6 as proto;

/// All schemas, by type.
pub(super) fn schemas(provider: &impl Provider) -> HashMap<String, proto::Schema> {
    let all = provider.data_sources().iter();
    all.map(|one| (one.type_name().to_owned(), convert::schema(one.schema())))
        .collect()
}

/// All types.
pub(super) fn metadata(provider: &impl Provider) -> Vec<proto::get_metadata::DataSourceMetadata> {
    let all = provider.data_sources().iter();
    let metadata = |one: &Arc<dyn DataSource>| proto::get_metadata::DataSourceMetadata {
        type_name: one.type_name().to_owned(),
    };
    all.map(metadata).collect()
}

/// The data source of a type.
///
/// # Errors
/// When there is none.
pub(super) fn of_type(
    provider: &impl Provider,
    type_name: &str,
) -> Result<Arc<dyn DataSource>, Diagnostics> {
    let mut all = provider.data_sources().iter();
    let found = all.find(|one| one.type_name() == type_name);
    found.cloned().ok_or_else(|| {
        Diagnostic::error(
            format!("There is no data source {type_name}"),
            "Terraform requested a data source that this version of the provider does not have. Check the provider's version constraint.",
        )
        .into()
    })
}

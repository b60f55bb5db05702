//! Lists as Terraform gets them: one event for each object.

use std::sync::Arc;

use crate::terraform::framework::list::{ListRequest, Listed, no_list};
use crate::terraform::framework::{ListResource, Resource, check, convert};
use crate::terraform::language::{Diagnostics, Value};
use crate::terraform::proto::tfplugin6 as proto;

/// The list of a resource type.
///
/// # Errors
/// When it has none.
pub(super) fn of(resource: &dyn Resource) -> Result<&dyn ListResource, Diagnostics> {
    let none = || Diagnostics::from(no_list(resource.type_name()));
    resource.list().ok_or_else(none)
}

/// Reads a request.
///
/// # Errors
/// When its configuration cannot be read.
pub(super) fn request(
    list: &dyn ListResource,
    request: &proto::list_resource::Request,
) -> Result<ListRequest, Diagnostics> {
    let config = convert::decode(request.config.as_ref(), list.list_schema().object_type())?;
    Ok(ListRequest {
        config,
        include_object: request.include_resource_object,
        // Terraform sends 100 where the block says nothing.
        limit: usize::try_from(request.limit).unwrap_or_default(),
    })
}

/// What Terraform gets of an object. What it would refuse is a diagnostic in its place.
pub(super) fn event(
    resource: Option<&Arc<dyn Resource>>,
    listed: Listed,
) -> proto::list_resource::Event {
    let Some(resource) = resource else {
        return only(listed.diagnostics);
    };
    if listed.identity.is_null() {
        return only(listed.diagnostics);
    }
    let schema = resource.identity_schema();
    let mut problems = check::identity(schema, &Value::Unknown, &listed.identity);
    if let Some(object) = &listed.object {
        problems.extend(check::refreshed(resource.schema(), object));
    }
    if !problems.is_empty() {
        return only(Diagnostics(problems));
    }
    let object = listed.object.as_ref();
    proto::list_resource::Event {
        identity: convert::identity(&listed.identity, schema),
        display_name: listed.display_name,
        resource_object: object
            .map(|object| convert::encode(object, resource.schema().object_type())),
        diagnostic: convert::diagnostics(listed.diagnostics),
    }
}

fn only(diagnostics: Diagnostics) -> proto::list_resource::Event {
    proto::list_resource::Event {
        diagnostic: convert::diagnostics(diagnostics),
        ..Default::default()
    }
}

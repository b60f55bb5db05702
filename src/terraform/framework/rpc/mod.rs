//! Terraform's calls, translated: bytes to values, values to bytes, and nothing decided in between.
//!
//! An answer is never a gRPC error, except for a call that we do not serve at all: core would show it without attribute
//! and lose the state that goes with it. What cannot be read is a diagnostic beside the state as it came.

mod lists;
mod stored_state;
mod functions;
mod data_sources;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use futures::StreamExt;
use tokio_util::task::TaskTracker;
use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status};

use crate::terraform::framework::calls::{Calls, Guard};
use crate::terraform::framework::convert;
use crate::terraform::framework::lifecycle::{self, PlanRequest};
use crate::terraform::framework::list::Listed;
use crate::terraform::framework::private::Private;
use crate::terraform::framework::{ImportTarget, ListResource, Provider, Resource};
use crate::terraform::language::{Diagnostic, Diagnostics, Schema, Value};
use crate::terraform::proto::tfplugin6 as proto;
use crate::terraform::proto::tfplugin6::provider_server;

/// The provider as a gRPC service.
pub struct Service<P> {
    provider: Arc<P>,
    calls: Calls,
}

impl<P: Provider> Service<P> {
    /// Serves a provider. Its calls run in `tasks`, each wrapped by `guard`.
    pub fn new(provider: P, tasks: TaskTracker, guard: Guard) -> Self {
        Self {
            provider: Arc::new(provider),
            calls: Calls::new(tasks, guard),
        }
    }

    /// Something of every resource type whose objects can be listed.
    fn lists<T>(&self, of: impl Fn(&dyn Resource, &dyn ListResource) -> T) -> Vec<T> {
        let resources = self.provider.resources().iter();
        let lists = resources.filter_map(|resource| Some(of(resource.as_ref(), resource.list()?)));
        lists.collect()
    }

    fn resource(&self, type_name: &str) -> Result<Arc<dyn Resource>, Diagnostics> {
        let mut resources = self.provider.resources().iter();
        let found = resources.find(|resource| resource.type_name() == type_name);
        found.cloned().ok_or_else(|| {
            Diagnostic::error(
                format!("There is no resource type {type_name}"),
                "Terraform requested a type that this version of the provider does not have. Check the provider's version constraint.",
            )
            .into()
        })
    }
}

fn decode(value: Option<proto::DynamicValue>, schema: &Schema) -> Result<Value, Diagnostics> {
    convert::decode(value.as_ref(), schema.object_type())
}

fn encode(value: &Value, schema: &Schema) -> Option<proto::DynamicValue> {
    Some(convert::encode(value, schema.object_type()))
}

/// The identity of an object that exists.
fn identity_of(
    resource: &dyn Resource,
    state: &Value,
    private: &Private,
) -> Option<proto::ResourceIdentityData> {
    let identity = lifecycle::identity(resource, state, private).without_unknowns();
    convert::identity(&identity, resource.identity_schema())
}

const CAPABILITIES: proto::ServerCapabilities = proto::ServerCapabilities {
    plan_destroy: true,
    get_provider_schema_optional: true,
    move_resource_state: true,
    generate_resource_config: true,
};

#[tonic::async_trait]
impl<P: Provider> provider_server::Provider for Service<P> {
    async fn get_metadata(
        &self,
        _: Request<proto::get_metadata::Request>,
    ) -> Result<Response<proto::get_metadata::Response>, Status> {
        let resources = self.provider.resources().iter();
        let resources = resources
            .map(|resource| proto::get_metadata::ResourceMetadata {
                type_name: resource.type_name().to_owned(),
            })
            .collect();
        let functions = self.provider.functions().iter();
        let functions = functions
            .map(|function| proto::get_metadata::FunctionMetadata {
                name: function.name.to_owned(),
            })
            .collect();
        Ok(Response::new(proto::get_metadata::Response {
            server_capabilities: Some(CAPABILITIES),
            data_sources: data_sources::metadata(self.provider.as_ref()),
            list_resources: self.lists(|resource, _| proto::get_metadata::ListResourceMetadata {
                type_name: resource.type_name().to_owned(),
            }),
            resources,
            functions,
            ..Default::default()
        }))
    }

    async fn get_provider_schema(
        &self,
        _: Request<proto::get_provider_schema::Request>,
    ) -> Result<Response<proto::get_provider_schema::Response>, Status> {
        let resources = self.provider.resources().iter();
        let resource_schemas = resources
            .map(|resource| {
                (
                    resource.type_name().to_owned(),
                    convert::schema(resource.schema()),
                )
            })
            .collect();
        Ok(Response::new(proto::get_provider_schema::Response {
            provider: Some(convert::schema(self.provider.schema())),
            resource_schemas,
            data_source_schemas: data_sources::schemas(self.provider.as_ref()),
            functions: functions::declarations(self.provider.functions()),
            list_resource_schemas: self
                .lists(|resource, list| {
                    let schema = convert::schema(list.list_schema());
                    (resource.type_name().to_owned(), schema)
                })
                .into_iter()
                .collect(),
            server_capabilities: Some(CAPABILITIES),
            ..Default::default()
        }))
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<proto::get_resource_identity_schemas::Request>,
    ) -> Result<Response<proto::get_resource_identity_schemas::Response>, Status> {
        let resources = self.provider.resources().iter();
        let identity_schemas = resources.map(|resource| {
            let schema = convert::identity_schema(resource.identity_schema());
            (resource.type_name().to_owned(), schema)
        });
        Ok(Response::new(
            proto::get_resource_identity_schemas::Response {
                identity_schemas: identity_schemas.collect(),
                diagnostics: Vec::new(),
            },
        ))
    }

    async fn get_functions(
        &self,
        _: Request<proto::get_functions::Request>,
    ) -> Result<Response<proto::get_functions::Response>, Status> {
        Ok(Response::new(proto::get_functions::Response {
            functions: functions::declarations(self.provider.functions()),
            diagnostics: Vec::new(),
        }))
    }

    async fn call_function(
        &self,
        request: Request<proto::call_function::Request>,
    ) -> Result<Response<proto::call_function::Response>, Status> {
        let (request, provider) = (request.into_inner(), self.provider.clone());
        let work = async move { Ok(functions::call(provider.functions(), &request)) };
        self.calls.run(functions::failed, work).await
    }

    async fn stop_provider(
        &self,
        _: Request<proto::stop_provider::Request>,
    ) -> Result<Response<proto::stop_provider::Response>, Status> {
        self.calls.stop();
        Ok(Response::new(proto::stop_provider::Response::default()))
    }

    async fn validate_provider_config(
        &self,
        request: Request<proto::validate_provider_config::Request>,
    ) -> Result<Response<proto::validate_provider_config::Response>, Status> {
        let (request, provider) = (request.into_inner(), self.provider.clone());
        let answer = |diagnostics| proto::validate_provider_config::Response {
            diagnostics: convert::diagnostics(diagnostics),
        };
        let work = async move {
            let schema = provider.schema();
            let config = decode(request.config, schema)?;
            let own = |config: &Value| provider.validate(config);
            Ok(answer(lifecycle::validate(schema, &config, own)))
        };
        self.calls.run(answer, work).await
    }

    async fn configure_provider(
        &self,
        request: Request<proto::configure_provider::Request>,
    ) -> Result<Response<proto::configure_provider::Response>, Status> {
        let (request, provider) = (request.into_inner(), self.provider.clone());
        let answer = |diagnostics| proto::configure_provider::Response {
            diagnostics: convert::diagnostics(diagnostics),
        };
        let work = async move {
            let config = decode(request.config, provider.schema())?;
            let configured = provider.configure(&config, &request.terraform_version);
            Ok(answer(configured.await))
        };
        self.calls.run(answer, work).await
    }

    async fn validate_resource_config(
        &self,
        request: Request<proto::validate_resource_config::Request>,
    ) -> Result<Response<proto::validate_resource_config::Response>, Status> {
        let request = request.into_inner();
        let resource = self.resource(&request.type_name);
        let answer = |diagnostics| proto::validate_resource_config::Response {
            diagnostics: convert::diagnostics(diagnostics),
        };
        let work = async move {
            let resource = resource?;
            let config = decode(request.config, resource.schema())?;
            let own = |config: &Value| resource.validate(config);
            Ok(answer(lifecycle::validate(resource.schema(), &config, own)))
        };
        self.calls.run(answer, work).await
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<proto::validate_data_resource_config::Request>,
    ) -> Result<Response<proto::validate_data_resource_config::Response>, Status> {
        let request = request.into_inner();
        let found = data_sources::of_type(self.provider.as_ref(), &request.type_name);
        let answer = |diagnostics| proto::validate_data_resource_config::Response {
            diagnostics: convert::diagnostics(diagnostics),
        };
        let work = async move {
            let found = found?;
            let schema = found.schema();
            let config = decode(request.config, schema)?;
            let nothing_more = |_: &Value| Diagnostics::new();
            Ok(answer(lifecycle::validate(schema, &config, nothing_more)))
        };
        self.calls.run(answer, work).await
    }

    async fn read_data_source(
        &self,
        request: Request<proto::read_data_source::Request>,
    ) -> Result<Response<proto::read_data_source::Response>, Status> {
        let request = request.into_inner();
        let found = data_sources::of_type(self.provider.as_ref(), &request.type_name);
        let (call, _caller) = self.calls.begin().await;
        let failed = |diagnostics| proto::read_data_source::Response {
            diagnostics: convert::diagnostics(diagnostics),
            ..Default::default()
        };
        let work = async move {
            let found = found?;
            let config = decode(request.config, found.schema())?;
            let state = lifecycle::read_data_source(found.as_ref(), config, &call).await?;
            Ok(proto::read_data_source::Response {
                state: encode(&state, found.schema()),
                ..Default::default()
            })
        };
        self.calls.run(failed, work).await
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<proto::upgrade_resource_state::Request>,
    ) -> Result<Response<proto::upgrade_resource_state::Response>, Status> {
        let request = request.into_inner();
        let resource = self.resource(&request.type_name);
        let failed = |diagnostics| proto::upgrade_resource_state::Response {
            upgraded_state: None,
            diagnostics: convert::diagnostics(diagnostics),
        };
        let work = async move {
            let resource = resource?;
            let raw = request.raw_state.unwrap_or_default();
            let state = stored_state::upgrade(resource.as_ref(), request.version, raw)?;
            resource.remember(&state);
            Ok(proto::upgrade_resource_state::Response {
                upgraded_state: encode(&state, resource.schema()),
                diagnostics: Vec::new(),
            })
        };
        self.calls.run(failed, work).await
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<proto::upgrade_resource_identity::Request>,
    ) -> Result<Response<proto::upgrade_resource_identity::Response>, Status> {
        let request = request.into_inner();
        let resource = self.resource(&request.type_name);
        let failed = |diagnostics| proto::upgrade_resource_identity::Response {
            upgraded_identity: None,
            diagnostics: convert::diagnostics(diagnostics),
        };
        let work = async move {
            let resource = resource?;
            let raw = request.raw_identity.unwrap_or_default();
            let identity = stored_state::identity(resource.as_ref(), request.version, &raw)?;
            Ok(proto::upgrade_resource_identity::Response {
                upgraded_identity: convert::identity(&identity, resource.identity_schema()),
                diagnostics: Vec::new(),
            })
        };
        self.calls.run(failed, work).await
    }

    async fn read_resource(
        &self,
        request: Request<proto::read_resource::Request>,
    ) -> Result<Response<proto::read_resource::Response>, Status> {
        let request = request.into_inner();
        let resource = self.resource(&request.type_name);
        let (call, _caller) = self.calls.begin().await;
        let (state, private) = (request.current_state.clone(), request.private.clone());
        let identity = request.current_identity;
        let failed = move |diagnostics| proto::read_resource::Response {
            new_state: state,
            private,
            new_identity: identity,
            diagnostics: convert::diagnostics(diagnostics),
            ..Default::default()
        };
        let work = async move {
            let resource = resource?;
            let state = decode(request.current_state, resource.schema())?;
            let private = Private::decode(&request.private)?;
            let read = lifecycle::read(resource.as_ref(), state, private, &call).await;
            let state = read.state.unwrap_or_default();
            Ok(proto::read_resource::Response {
                new_state: encode(&state, resource.schema()),
                new_identity: identity_of(resource.as_ref(), &state, &read.private),
                private: read.private.encode(),
                diagnostics: convert::diagnostics(read.diagnostics),
                ..Default::default()
            })
        };
        self.calls.run(failed, work).await
    }

    async fn plan_resource_change(
        &self,
        request: Request<proto::plan_resource_change::Request>,
    ) -> Result<Response<proto::plan_resource_change::Response>, Status> {
        let request = request.into_inner();
        let resource = self.resource(&request.type_name);
        let (call, _caller) = self.calls.begin().await;
        let (prior, private) = (request.prior_state.clone(), request.prior_private.clone());
        let identity = request.prior_identity;
        let failed = move |diagnostics| proto::plan_resource_change::Response {
            planned_state: prior,
            planned_private: private,
            planned_identity: identity,
            diagnostics: convert::diagnostics(diagnostics),
            ..Default::default()
        };
        let work = async move {
            let resource = resource?;
            let schema = resource.schema();
            let request = PlanRequest {
                config: decode(request.config, schema)?,
                prior: decode(request.prior_state, schema)?,
                proposed: decode(request.proposed_new_state, schema)?,
                private: Private::decode(&request.prior_private)?,
            };
            let plan = lifecycle::plan(resource.as_ref(), request, &call).await;
            Ok(proto::plan_resource_change::Response {
                planned_state: encode(&plan.planned, schema),
                requires_replace: plan.requires_replace.iter().map(convert::path).collect(),
                planned_private: plan.private.encode(),
                planned_identity: convert::identity(&plan.identity, resource.identity_schema()),
                diagnostics: convert::diagnostics(plan.diagnostics),
                ..Default::default()
            })
        };
        self.calls.run(failed, work).await
    }

    async fn apply_resource_change(
        &self,
        request: Request<proto::apply_resource_change::Request>,
    ) -> Result<Response<proto::apply_resource_change::Response>, Status> {
        let request = request.into_inner();
        let resource = self.resource(&request.type_name);
        let (call, _caller) = self.calls.begin().await;
        let decoded = resource.and_then(|resource| {
            let prior = decode(request.prior_state.clone(), resource.schema())?;
            let planned = decode(request.planned_state, resource.schema())?;
            let private = Private::decode(&request.planned_private)?;
            Ok((resource, prior, planned, private))
        });
        let (resource, prior, planned, private) = match decoded {
            Ok(decoded) => decoded,
            // Nothing was begun, so what was is what exists.
            Err(diagnostics) => {
                return Ok(Response::new(proto::apply_resource_change::Response {
                    new_state: request.prior_state,
                    private: request.planned_private,
                    new_identity: request.planned_identity,
                    diagnostics: convert::diagnostics(diagnostics),
                    ..Default::default()
                }));
            }
        };
        let known = lifecycle::state_after_failure(&prior, &planned);
        let known_identity = identity_of(resource.as_ref(), &known, &private);
        let known = encode(&known, resource.schema());
        let failed = move |diagnostics| proto::apply_resource_change::Response {
            new_state: known,
            private: request.planned_private,
            new_identity: known_identity,
            diagnostics: convert::diagnostics(diagnostics),
            ..Default::default()
        };
        let work = async move {
            let applied = lifecycle::apply(resource.as_ref(), prior, planned, private, &call).await;
            let state = applied.state.unwrap_or_default();
            Ok(proto::apply_resource_change::Response {
                new_state: encode(&state, resource.schema()),
                new_identity: identity_of(resource.as_ref(), &state, &applied.private),
                private: applied.private.encode(),
                diagnostics: convert::diagnostics(applied.diagnostics),
                ..Default::default()
            })
        };
        self.calls.run(failed, work).await
    }

    async fn import_resource_state(
        &self,
        request: Request<proto::import_resource_state::Request>,
    ) -> Result<Response<proto::import_resource_state::Response>, Status> {
        let request = request.into_inner();
        let resource = self.resource(&request.type_name);
        let (call, _caller) = self.calls.begin().await;
        let failed = |diagnostics| proto::import_resource_state::Response {
            diagnostics: convert::diagnostics(diagnostics),
            ..Default::default()
        };
        let work = async move {
            let resource = resource?;
            let identity_schema = resource.identity_schema();
            let named = convert::decode_identity(request.identity, identity_schema)?;
            let target = match &named {
                Value::Null => ImportTarget::Id(&request.id),
                identity => ImportTarget::Identity(identity),
            };
            let (state, identity) = lifecycle::import(resource.as_ref(), target, &call).await?;
            let imported = proto::import_resource_state::ImportedResource {
                type_name: request.type_name,
                state: encode(&state, resource.schema()),
                identity: convert::identity(&identity, identity_schema),
                ..Default::default()
            };
            Ok(proto::import_resource_state::Response {
                imported_resources: vec![imported],
                ..Default::default()
            })
        };
        self.calls.run(failed, work).await
    }

    async fn generate_resource_config(
        &self,
        request: Request<proto::generate_resource_config::Request>,
    ) -> Result<Response<proto::generate_resource_config::Response>, Status> {
        let request = request.into_inner();
        let resource = self.resource(&request.type_name);
        let failed = |diagnostics| proto::generate_resource_config::Response {
            config: None,
            diagnostics: convert::diagnostics(diagnostics),
        };
        let work = async move {
            let resource = resource?;
            let state = decode(request.state, resource.schema())?;
            let config = resource.configuration(&state);
            Ok(proto::generate_resource_config::Response {
                config: encode(&config, resource.schema()),
                diagnostics: Vec::new(),
            })
        };
        self.calls.run(failed, work).await
    }

    async fn validate_list_resource_config(
        &self,
        request: Request<proto::validate_list_resource_config::Request>,
    ) -> Result<Response<proto::validate_list_resource_config::Response>, Status> {
        let request = request.into_inner();
        let resource = self.resource(&request.type_name);
        let answer = |diagnostics| proto::validate_list_resource_config::Response {
            diagnostics: convert::diagnostics(diagnostics),
        };
        let work = async move {
            let resource = resource?;
            let schema = lists::of(resource.as_ref())?.list_schema();
            let config = decode(request.config, schema)?;
            let own = |_: &Value| Diagnostics::new();
            Ok(answer(lifecycle::validate(schema, &config, own)))
        };
        self.calls.run(answer, work).await
    }

    async fn list_resource(
        &self,
        request: Request<proto::list_resource::Request>,
    ) -> Result<Response<BoxStream<proto::list_resource::Event>>, Status> {
        let request = request.into_inner();
        let resource = self.resource(&request.type_name);
        let listed = resource.clone().ok();
        let work = |call, found| async move {
            let resource = resource?;
            let list = lists::of(resource.as_ref())?;
            let request = lists::request(list, &request)?;
            list.list(&request, &found, &call).await
        };
        let found = self.calls.stream(Listed::from, work).await;
        let events = found.map(move |one| Ok(lists::event(listed.as_ref(), one)));
        Ok(Response::new(Box::pin(events)))
    }

    async fn move_resource_state(
        &self,
        request: Request<proto::move_resource_state::Request>,
    ) -> Result<Response<proto::move_resource_state::Response>, Status> {
        let request = request.into_inner();
        let resource = self.resource(&request.target_type_name);
        let failed = |diagnostics| proto::move_resource_state::Response {
            diagnostics: convert::diagnostics(diagnostics),
            ..Default::default()
        };
        let work = async move {
            let resource = resource?;
            let (state, private) = stored_state::moved(resource.as_ref(), request)?;
            resource.remember(&state);
            Ok(proto::move_resource_state::Response {
                target_state: encode(&state, resource.schema()),
                target_identity: identity_of(resource.as_ref(), &state, &private),
                target_private: private.encode(),
                diagnostics: Vec::new(),
            })
        };
        self.calls.run(failed, work).await
    }
}

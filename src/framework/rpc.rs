//! Terraform's calls, translated: bytes to values, values to bytes, and nothing decided in between.
//!
//! Every call runs as a task of its own. tonic drops a call's future when its connection goes, and a create that is
//! dropped between two requests would leave something behind that no state knows; a task goes on and finishes. A
//! panic in it becomes a diagnostic beside the best known state. Only a call for something that we do not declare at
//! all is a gRPC error.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::{Request, Response, Status};

use crate::framework::lifecycle::{self, PlanRequest};
use crate::framework::private::Private;
use crate::framework::{Applied, Call, Provider, Resource};
use crate::proto::tfplugin6 as proto;
use crate::proto::tfplugin6::provider_server;
use crate::terraform::{Diagnostic, Diagnostics, Schema, Value, convert, wire};

/// Wraps every call, so that the process can tell panics that are caught from those that are not.
pub type Guard = fn(BoxFuture<'static, ()>) -> BoxFuture<'static, ()>;

/// The provider as a gRPC service.
pub struct Service<P> {
    provider: Arc<P>,
    tasks: TaskTracker,
    guard: Guard,
    stop: Arc<Mutex<CancellationToken>>,
}

impl<P: Provider> Service<P> {
    /// Serves a provider. Its calls run in `tasks`.
    pub fn new(provider: P, tasks: TaskTracker, guard: Guard) -> Self {
        Self {
            provider: Arc::new(provider),
            tasks,
            guard,
            stop: Arc::default(),
        }
    }

    /// Runs a call as a task of its own; `panicked` makes the answer if it panics.
    async fn run<T, F>(
        &self,
        panicked: impl FnOnce(Diagnostic) -> T,
        work: F,
    ) -> Result<Response<T>, Status>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let (answer, answered) = tokio::sync::oneshot::channel();
        let work = async move {
            let outcome = AssertUnwindSafe(work).catch_unwind().await;
            // Nobody waits any more when Terraform is gone; what was made stays made.
            let _ = answer.send(outcome);
        };
        self.tasks.spawn((self.guard)(work.boxed()));
        Ok(Response::new(match answered.await {
            Ok(Ok(answer)) => answer,
            Ok(Err(panic)) => panicked(panic_diagnostic(panic.as_ref())),
            Err(_) => panicked(Diagnostic::error(
                "The provider ended the call",
                "The process is shutting down. Plan again: the next refresh shows what exists.",
            )),
        }))
    }

    fn call(&self) -> Call {
        let stop = self
            .stop
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .child_token();
        Call { stop }
    }

    fn resource(&self, type_name: &str) -> Result<Arc<dyn Resource>, Diagnostic> {
        let found = self
            .provider
            .resources()
            .iter()
            .find(|resource| resource.type_name() == type_name);
        found.cloned().ok_or_else(|| Diagnostic::error(format!("There is no resource type {type_name}"), "Terraform asked for a type that this version of the provider does not have. Check the provider's version constraint."))
    }
}

fn panic_diagnostic(panic: &(dyn std::any::Any + Send)) -> Diagnostic {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    let text = text.unwrap_or_else(|| "no message".to_owned());
    Diagnostic::error(
        "Provider bug: the call panicked",
        format!(
            "The provider met a state that it did not expect: {text}. What exists on the server is as it was left; the next refresh shows it. Please report this with the configuration and the provider's version."
        ),
    )
}

fn decode(value: Option<proto::DynamicValue>, schema: &Schema) -> Result<Value, Diagnostics> {
    convert::decode(value.as_ref(), &schema.object_type())
}

fn encode(value: &Value, schema: &Schema) -> Option<proto::DynamicValue> {
    Some(convert::encode(value, &schema.object_type()))
}

fn said(diagnostics: impl Into<Diagnostics>) -> Vec<proto::Diagnostic> {
    convert::diagnostics(diagnostics.into())
}

const CAPABILITIES: proto::ServerCapabilities = proto::ServerCapabilities {
    plan_destroy: true,
    get_provider_schema_optional: true,
    move_resource_state: true,
    generate_resource_config: false,
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
        Ok(Response::new(proto::get_metadata::Response {
            server_capabilities: Some(CAPABILITIES),
            resources,
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
            server_capabilities: Some(CAPABILITIES),
            ..Default::default()
        }))
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<proto::get_resource_identity_schemas::Request>,
    ) -> Result<Response<proto::get_resource_identity_schemas::Response>, Status> {
        Ok(Response::new(
            proto::get_resource_identity_schemas::Response::default(),
        ))
    }

    async fn get_functions(
        &self,
        _: Request<proto::get_functions::Request>,
    ) -> Result<Response<proto::get_functions::Response>, Status> {
        Ok(Response::new(proto::get_functions::Response::default()))
    }

    async fn stop_provider(
        &self,
        _: Request<proto::stop_provider::Request>,
    ) -> Result<Response<proto::stop_provider::Response>, Status> {
        let mut stop = self.stop.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *stop).cancel();
        Ok(Response::new(proto::stop_provider::Response::default()))
    }

    async fn validate_provider_config(
        &self,
        request: Request<proto::validate_provider_config::Request>,
    ) -> Result<Response<proto::validate_provider_config::Response>, Status> {
        let provider = self.provider.clone();
        let answer = |diagnostics: Diagnostics| proto::validate_provider_config::Response {
            diagnostics: said(diagnostics),
        };
        self.run(move |panic| answer(panic.into()), async move {
            answer(
                match decode(request.into_inner().config, provider.schema()) {
                    Ok(config) => lifecycle::validate(provider.schema(), &config, |config| {
                        provider.validate(config)
                    }),
                    Err(diagnostics) => diagnostics,
                },
            )
        })
        .await
    }

    async fn configure_provider(
        &self,
        request: Request<proto::configure_provider::Request>,
    ) -> Result<Response<proto::configure_provider::Response>, Status> {
        let provider = self.provider.clone();
        let answer = |diagnostics: Diagnostics| proto::configure_provider::Response {
            diagnostics: said(diagnostics),
        };
        self.run(move |panic| answer(panic.into()), async move {
            let request = request.into_inner();
            answer(match decode(request.config, provider.schema()) {
                Ok(config) => {
                    provider
                        .configure(&config, &request.terraform_version)
                        .await
                }
                Err(diagnostics) => diagnostics,
            })
        })
        .await
    }

    async fn validate_resource_config(
        &self,
        request: Request<proto::validate_resource_config::Request>,
    ) -> Result<Response<proto::validate_resource_config::Response>, Status> {
        let request = request.into_inner();
        let resource = self.resource(&request.type_name);
        let answer = |diagnostics: Diagnostics| proto::validate_resource_config::Response {
            diagnostics: said(diagnostics),
        };
        self.run(move |panic| answer(panic.into()), async move {
            answer(
                match resource
                    .map_err(Diagnostics::from)
                    .and_then(|resource| Ok((decode(request.config, resource.schema())?, resource)))
                {
                    Ok((config, resource)) => {
                        lifecycle::validate(resource.schema(), &config, |config| {
                            resource.validate(config)
                        })
                    }
                    Err(diagnostics) => diagnostics,
                },
            )
        })
        .await
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<proto::upgrade_resource_state::Request>,
    ) -> Result<Response<proto::upgrade_resource_state::Response>, Status> {
        let request = request.into_inner();
        let resource = self.resource(&request.type_name);
        let failed = |diagnostics: Diagnostics| proto::upgrade_resource_state::Response {
            upgraded_state: None,
            diagnostics: said(diagnostics),
        };
        self.run(move |panic| failed(panic.into()), async move {
            let upgraded = resource.map_err(Diagnostics::from).and_then(|resource| {
                let state = upgrade(
                    resource.as_ref(),
                    request.version,
                    request.raw_state.unwrap_or_default(),
                )?;
                resource.remember(&state);
                Ok(encode(&state, resource.schema()))
            });
            match upgraded {
                Ok(upgraded_state) => proto::upgrade_resource_state::Response {
                    upgraded_state,
                    diagnostics: Vec::new(),
                },
                Err(diagnostics) => failed(diagnostics),
            }
        })
        .await
    }

    async fn read_resource(
        &self,
        request: Request<proto::read_resource::Request>,
    ) -> Result<Response<proto::read_resource::Response>, Status> {
        let request = request.into_inner();
        let (resource, call) = (self.resource(&request.type_name), self.call());
        let (state, private) = (request.current_state.clone(), request.private.clone());
        let failed = move |diagnostics: Diagnostics| proto::read_resource::Response {
            new_state: state,
            private,
            diagnostics: said(diagnostics),
            ..Default::default()
        };
        let unreadable = failed.clone();
        self.run(move |panic| failed(panic.into()), async move {
            let decoded = resource.map_err(Diagnostics::from).and_then(|resource| {
                let state = decode(request.current_state, resource.schema())?;
                Ok((state, Private::decode(&request.private)?, resource))
            });
            match decoded {
                Ok((state, private, resource)) => {
                    let read = lifecycle::read(resource.as_ref(), state, private, &call).await;
                    let new_state = encode(&read.state.unwrap_or_default(), resource.schema());
                    proto::read_resource::Response {
                        new_state,
                        private: read.private.encode(),
                        diagnostics: said(read.diagnostics),
                        ..Default::default()
                    }
                }
                Err(diagnostics) => unreadable(diagnostics),
            }
        })
        .await
    }

    async fn plan_resource_change(
        &self,
        request: Request<proto::plan_resource_change::Request>,
    ) -> Result<Response<proto::plan_resource_change::Response>, Status> {
        let request = request.into_inner();
        let (resource, call) = (self.resource(&request.type_name), self.call());
        let (prior, private) = (request.prior_state.clone(), request.prior_private.clone());
        let failed = move |diagnostics: Diagnostics| proto::plan_resource_change::Response {
            planned_state: prior,
            planned_private: private,
            diagnostics: said(diagnostics),
            ..Default::default()
        };
        let unreadable = failed.clone();
        self.run(move |panic| failed(panic.into()), async move {
            let decoded = resource.map_err(Diagnostics::from).and_then(|resource| {
                let schema = resource.schema();
                let (config, prior) = (
                    decode(request.config, schema)?,
                    decode(request.prior_state, schema)?,
                );
                let proposed = decode(request.proposed_new_state, schema)?;
                Ok((
                    PlanRequest {
                        config,
                        prior,
                        proposed,
                        private: Private::decode(&request.prior_private)?,
                    },
                    resource,
                ))
            });
            match decoded {
                Ok((request, resource)) => {
                    let plan = lifecycle::plan(resource.as_ref(), request, &call).await;
                    proto::plan_resource_change::Response {
                        planned_state: encode(&plan.planned, resource.schema()),
                        requires_replace: plan.requires_replace.iter().map(convert::path).collect(),
                        planned_private: plan.private.encode(),
                        diagnostics: said(plan.diagnostics),
                        ..Default::default()
                    }
                }
                Err(diagnostics) => unreadable(diagnostics),
            }
        })
        .await
    }

    async fn apply_resource_change(
        &self,
        request: Request<proto::apply_resource_change::Request>,
    ) -> Result<Response<proto::apply_resource_change::Response>, Status> {
        let request = request.into_inner();
        let (resource, call) = (self.resource(&request.type_name), self.call());
        let decoded = resource.map_err(Diagnostics::from).and_then(|resource| {
            let (prior, planned) = (
                decode(request.prior_state.clone(), resource.schema())?,
                decode(request.planned_state, resource.schema())?,
            );
            Ok((
                prior,
                planned,
                Private::decode(&request.planned_private)?,
                resource,
            ))
        });
        let (prior, planned, private, resource) = match decoded {
            Ok(decoded) => decoded,
            Err(diagnostics) => {
                let answer = proto::apply_resource_change::Response {
                    new_state: request.prior_state,
                    private: request.planned_private,
                    diagnostics: said(diagnostics),
                    ..Default::default()
                };
                return Ok(Response::new(answer));
            }
        };
        let known = lifecycle::best_known(&prior, &planned);
        let panicked = {
            let (resource, private) = (resource.clone(), private.clone());
            move |panic: Diagnostic| {
                applied(
                    resource.as_ref(),
                    Applied {
                        state: Some(known),
                        private,
                        diagnostics: panic.into(),
                    },
                )
            }
        };
        self.run(panicked, async move {
            let outcome = lifecycle::apply(resource.as_ref(), prior, planned, private, &call).await;
            applied(resource.as_ref(), outcome)
        })
        .await
    }

    async fn import_resource_state(
        &self,
        request: Request<proto::import_resource_state::Request>,
    ) -> Result<Response<proto::import_resource_state::Response>, Status> {
        let request = request.into_inner();
        let (resource, call) = (self.resource(&request.type_name), self.call());
        let failed = |diagnostics: Diagnostics| proto::import_resource_state::Response {
            diagnostics: said(diagnostics),
            ..Default::default()
        };
        self.run(move |panic| failed(panic.into()), async move {
            let resource = match resource {
                Ok(resource) => resource,
                Err(diagnostic) => return failed(diagnostic.into()),
            };
            match lifecycle::import(resource.as_ref(), &request.id, &call).await {
                Ok(state) => {
                    let imported = proto::import_resource_state::ImportedResource {
                        type_name: request.type_name,
                        state: encode(&state, resource.schema()),
                        ..Default::default()
                    };
                    proto::import_resource_state::Response {
                        imported_resources: vec![imported],
                        ..Default::default()
                    }
                }
                Err(diagnostics) => failed(diagnostics),
            }
        })
        .await
    }

    async fn move_resource_state(
        &self,
        request: Request<proto::move_resource_state::Request>,
    ) -> Result<Response<proto::move_resource_state::Response>, Status> {
        let request = request.into_inner();
        let detail = format!(
            "This version of the provider cannot turn a {} of {} into a {}. Remove it from the state (`terraform state rm`) and import it under its new address.",
            request.source_type_name, request.source_provider_address, request.target_type_name
        );
        let diagnostic = Diagnostic::error("State cannot be moved between these types", detail);
        Ok(Response::new(proto::move_resource_state::Response {
            diagnostics: said(diagnostic),
            ..Default::default()
        }))
    }
}

fn applied(resource: &dyn Resource, outcome: Applied) -> proto::apply_resource_change::Response {
    proto::apply_resource_change::Response {
        new_state: encode(&outcome.state.unwrap_or_default(), resource.schema()),
        private: outcome.private.encode(),
        diagnostics: said(outcome.diagnostics),
        ..Default::default()
    }
}

/// The stored state, by the current schema.
fn upgrade(
    resource: &dyn Resource,
    version: i64,
    raw: proto::RawState,
) -> Result<Value, Diagnostics> {
    let r#type = resource.schema().object_type();
    if raw.json.is_empty() && !raw.flatmap.is_empty() {
        let detail =
            "It was written by a Terraform before 0.12. Upgrade it with Terraform 0.12 first.";
        return Err(Diagnostic::error(
            "The stored state has a form that is no longer read",
            detail,
        )
        .into());
    }
    if version == resource.schema().version {
        return wire::decode_json(&raw.json, &r#type);
    }
    let state = serde_json::from_slice(&raw.json).map_err(|cause| {
        Diagnostic::error(
            "The stored state is not JSON",
            format!("{cause}. Restore the state from a backup."),
        )
    })?;
    let upgraded = lifecycle::upgrade(resource, version, state)?;
    let bytes = serde_json::to_vec(&upgraded).unwrap_or_default();
    wire::decode_json(&bytes, &r#type)
}

//! The provider block: from its arguments and the environment to a connection, and the lists of
//! resource types, data sources and functions.
//!
//! Configuring never dials: Terraform configures processes that only plan, and a provider block may hold values that
//! are known only after another resource was made.

mod environment;
mod files;
mod credentials;
mod arguments;
mod conflicts;
mod context;
mod connection;

use std::collections::HashMap;
use std::ffi::OsString;
use std::sync::Arc;

use async_trait::async_trait;
use tokio_util::task::TaskTracker;

use crate::data_sources;
use crate::functions;
use crate::jetstream::Client;
use crate::provider::connection::options;
use crate::provider::environment::Environment;
use crate::resources;
use crate::resources::session::run::Run;
use crate::resources::session::shown::{Phase, ShownFor};
use crate::resources::session::{Connection, Session};
use crate::terraform::framework::calls::Guard;
use crate::terraform::framework::function::Function;
use crate::terraform::framework::rpc::Service;
use crate::terraform::framework::{DataSource, Provider, Resource};
use crate::terraform::language::{Diagnostics, Schema, Value};

/// The address in the registries, without host, so that each tool uses its own.
pub const ADDRESS: &str = "wasmcloud/wasmcloud";

/// What `--help` says besides the general words.
pub fn help() -> String {
    arguments::help()
}

/// What answers Terraform's calls, which run in `tasks`, each wrapped by `guard`.
pub fn service(tasks: TaskTracker, guard: Guard) -> Service<WasmCloud> {
    Service::new(WasmCloud::new(), tasks, guard)
}

/// The process ends: it leaves only what the next phase of this run of Terraform needs.
pub fn leave() {
    Run::leave_this();
}

/// The provider.
pub struct WasmCloud {
    schema: Schema,
    environment: Environment,
    session: Arc<Session>,
    resources: Vec<Arc<dyn Resource>>,
    data_sources: Vec<Arc<dyn DataSource>>,
    functions: Vec<Function>,
}

impl WasmCloud {
    /// With the process's environment.
    pub fn new() -> Self {
        Self::with_environment(std::env::vars_os().collect())
    }

    /// With an environment of the caller's.
    pub fn with_environment(environment: HashMap<OsString, OsString>) -> Self {
        let session = Arc::new(Session::default());
        let resources = resources::all(&session);
        let data_sources = data_sources::all(&session);
        Self {
            schema: arguments::schema(),
            environment: environment.into_iter().collect(),
            session,
            resources,
            data_sources,
            functions: functions::all(),
        }
    }
}

impl Default for WasmCloud {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Provider for WasmCloud {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        conflicts::validate(config, &self.environment)
    }

    async fn configure(&self, config: &Value, terraform_version: &str) -> Diagnostics {
        let unknown = options::unknown(config);
        if !unknown.is_empty() {
            self.session.configure(Connection::Unknown(unknown), config);
            return Diagnostics::new();
        }
        match options::options(config, &self.environment) {
            Ok((options, warnings)) => {
                tracing::debug!(?options, terraform_version, "configured");
                self.session
                    .configure(Connection::Ready(Client::new(options)), config);
                self.session
                    .not_shown_before(warnings, Phase::Plan, ShownFor::Provider, &[])
            }
            Err(diagnostics) => {
                self.session.configure(Connection::Unconfigured, config);
                diagnostics
            }
        }
    }

    fn resources(&self) -> &[Arc<dyn Resource>] {
        &self.resources
    }

    fn data_sources(&self) -> &[Arc<dyn DataSource>] {
        &self.data_sources
    }

    fn functions(&self) -> &[Function] {
        &self.functions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_is_one_that_terraform_loads_and_the_framework_serves() {
        let provider = WasmCloud::with_environment(HashMap::new());
        let resources = provider.resources.iter();
        let schemas = resources.map(|resource| (resource.type_name(), resource.schema()));
        let data_sources = provider.data_sources.iter();
        let data_sources = data_sources.map(|one| (one.type_name(), one.schema()));

        for (name, schema) in schemas
            .chain(data_sources)
            .chain([("provider", &provider.schema)])
        {
            assert_eq!(schema.lint(), Vec::<String>::new(), "{name}");
        }
    }
}

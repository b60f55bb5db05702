//! Functions: what each returns, in every tool that a test run has; what wrong arguments lead to; and that the permissions
//! they return are enough on a real server.
//!
//! `make test` runs them with the Terraform on PATH and the newest one, `make test-tofu` with OpenTofu, and `make
//! test-matrix` the step "Functions" with every version.

mod examples;
mod arguments;
mod permissions;

use serde_json::Value;

use crate::support::{Cli, Terraform, serve};
use terraform_provider_wasmcloud::plugin::InProcess;

/// A configuration of outputs and what else it needs, behind the block that names the provider.
pub const HEADER: &str = "terraform {\n  required_providers {\n    wasmcloud = { source = \"wasmcloud/wasmcloud\" }\n  }\n}\n";

/// A tool with a provider that can reach nothing.
struct Offline {
    terraform: Terraform,
    // The tool's next command fails without it.
    _provider: InProcess,
}

impl Offline {
    fn with(cli: Cli) -> Self {
        let provider = serve(&[("NATS_URL", "nats://127.0.0.1:1")]);
        Self {
            terraform: Terraform::reattached_to(cli, &provider.reattach()),
            _provider: provider,
        }
    }

    /// What the outputs of a configuration are.
    fn outputs(&self, config: &str) -> Value {
        self.terraform.write(config);
        let plan = self.terraform.plan();
        let outputs = plan.json()["planned_values"]["outputs"].as_object();
        let outputs = outputs.expect("outputs").iter();
        outputs
            .map(|(name, output)| (name.clone(), output["value"].clone()))
            .collect()
    }
}

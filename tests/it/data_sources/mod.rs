//! Data sources: what each shows of a real server, what it says when there is nothing to show, and that the permissions on
//! its page are enough.
//!
//! `make test` runs them with the Terraform on PATH, `make test-tofu` with OpenTofu, and `make test-matrix` the step "Data
//! sources" with every version.

mod lattice_buckets;
mod wadm;
mod lattices;
mod account;
mod missing;
mod permissions;
mod examples;

use serde_json::Value;

use crate::support::Workspace;

/// Behind the block that names the provider.
pub const HEADER: &str = crate::functions::HEADER;

/// Applies a configuration, and gives what a data source of it has read.
fn read<S>(workspace: &Workspace<S>, config: &str, address: &str) -> Value {
    workspace.terraform.write(&format!("{HEADER}{config}"));
    workspace.terraform.apply();
    workspace.terraform.state().values(address).clone()
}

//! What a plugin is: its name, its provider, and the calls that keep its process alive.

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Who the plugin is, for those who run it by hand.
#[derive(Clone, Debug)]
pub struct About {
    /// The name of the binary, `terraform-provider-<type>`.
    pub name: &'static str,
    /// The version without `v`.
    pub version: &'static str,
    /// The source address in a registry, `<namespace>/<type>`.
    pub address: &'static str,
    /// What else `--help` says: environment variables, where the documentation is.
    pub help: String,
}

/// A provider, and how its calls and its process depend on each other.
pub struct Plugin<P> {
    /// Who it is.
    pub about: About,
    /// What answers Terraform's calls. Message limits are set here, not by the caller.
    pub provider: P,
    /// The calls that run. Each belongs to the provider and may outlive its request; when
    /// Terraform is gone without a Shutdown, they get a second to end.
    pub tasks: TaskTracker,
    /// Ends the process when cancelled, and is cancelled by Terraform's Shutdown. It is not
    /// StopProvider, which asks the calls to finish and leaves the process as it is.
    pub stop: CancellationToken,
}

//! What stands where the provider will be.

use crate::proto::tfplugin6::provider_server::Provider;

/// Answers every call with UNIMPLEMENTED.
pub struct Placeholder;

impl Provider for Placeholder {}

//! A Terraform provider for the NATS JetStream buckets and streams that wasmCloud hosts and wadm need.

mod catalogue;
mod jetstream;
pub mod plugin;
pub mod provider;
mod resources;
mod terraform;
mod text;

#[cfg(not(without_tests))]
#[doc(hidden)]
pub mod testing;

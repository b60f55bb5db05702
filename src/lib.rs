//! A Terraform provider for the NATS JetStream buckets and streams that wasmCloud hosts and wadm need.

pub mod catalogue;
pub mod jetstream;
pub mod plugin;
pub mod provider;
pub mod resources;
pub mod terraform;
pub mod text;

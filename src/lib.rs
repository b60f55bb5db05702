//! A Terraform provider for the NATS JetStream buckets and streams that wasmCloud hosts and wadm need.

pub mod plugin;
pub mod proto;
pub mod terraform;

//! A Terraform provider for the NATS JetStream buckets and streams that wasmCloud hosts and wadm need.

pub mod jetstream;
pub mod terraform;

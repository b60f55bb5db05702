//! Terraform's half: its language, the framework around a resource, and the wire.
//!
//! Nothing here knows NATS.

pub mod language;
pub mod framework;
pub mod proto;

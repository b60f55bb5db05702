//! `wasmcloud_lattice_buckets` from configuration to server and back: a real Terraform, the provider in this process,
//! real nats-servers.
//!
//! A test is a user's story: what is there (given), what the user or another client does (when), what the plan says and
//! the server holds (then). [`scenario::Scenario::step`] plans, applies, and demands two empty plans afterwards.

mod relay;
pub mod scenario;

mod create;
mod data_loss;
mod drift;
mod ignored;
mod two_want;
mod update;
mod one_cause;
mod destroy;
mod import;
mod replace;
mod emptied;
mod full;
mod late;
mod unrestored;
mod destroy_refused;
mod lasting;
mod newer;
mod options;
mod partial;
mod stale;
mod streams;
mod unknown;
mod timeouts;
mod cluster;
mod offline;
mod versions;
mod server_limits;
mod domain;

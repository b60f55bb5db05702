//! `wadm_jetstream` from configuration to server and back: a real Terraform, the provider in this process, real
//! nats-servers, and what the real wadm 0.21.1 has sent and made (`tests/fixtures`).
//!
//! A test is a user's story: what is there (given), what the user or another client does (when), what the plan says and
//! the server holds (then). [`scenario::Scenario::step`] plans, applies, and demands two empty plans afterwards.

pub mod scenario;
pub mod captured;

mod create;
mod import;
mod arguments;
mod mode;
mod neighbours;
mod assets;
mod replace;
mod lasting;
mod costs;
mod partial;
mod cluster;
mod versions;
mod server_limits;

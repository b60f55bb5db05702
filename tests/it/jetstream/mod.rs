//! The JetStream layer against real servers.

pub mod setup;
mod connection;
mod permissions;
mod streams;
mod mutations;
mod table;
mod edits;
mod bounds;
mod pairs;
mod replicas;
mod server_limits;

//! From the arguments, the environment and a NATS context to what the client needs to connect.

mod sources;
mod login;
pub mod options;

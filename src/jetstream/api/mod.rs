//! The JetStream API: requests, and what the server answers.

pub mod client;
pub mod request;
pub mod stream_info;
pub mod mutate;
pub mod receives;
pub mod account;
pub mod permissions;
pub mod verify;

//! The connection to a server: addresses, routes, TLS, login, and why a connection fails.

pub mod address;
pub mod failure;
pub mod options;
pub mod login;
pub mod link;
pub mod server_info;
pub mod pending;
pub mod route;

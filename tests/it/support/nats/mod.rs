pub mod admin;
pub mod cluster;
pub mod credentials;
pub mod journal;
pub mod server;
pub mod setup;

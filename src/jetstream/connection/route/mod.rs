//! The route to a server: TCP, SOCKS5 proxy, TLS, and the local relay for what async-nats cannot do itself.

pub mod dial;
pub mod tls;
pub mod socks;
pub mod relay;

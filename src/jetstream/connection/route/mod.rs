//! The route to a server: TCP, SOCKS5 proxy, TLS, WebSocket, and the relay through which async-nats uses it.

pub mod tls;
pub mod socks;
pub mod server_bytes;
pub mod io_stream;
pub mod websocket;
pub mod dial;
pub mod relay;

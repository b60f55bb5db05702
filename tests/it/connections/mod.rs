//! Every way to reach NATS, against real servers: what connects, what heals, and what is said when it fails.

pub mod failure;
mod methods;
pub mod tls;
mod tls_reasons;
mod expected;
mod refusals;
mod websocket;
mod socks;
mod places;
mod block;
mod healing;

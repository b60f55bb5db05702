//! Every way to reach NATS, against real servers: what connects, what heals, and what is said when it fails.

#[path = "../support/mod.rs"]
mod support;

// Of another test program, for the same client.
#[path = "../jetstream/given.rs"]
#[allow(dead_code)]
mod given;

mod reached;
mod methods;
mod tls;
mod refusals;
mod websocket;
mod socks;
mod places;
mod block;
mod healing;

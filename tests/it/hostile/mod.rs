//! Hostile networks and servers: what they announce, what they do not offer, and what they send.

mod addresses;
mod bytes;
mod content;
mod endless;
mod text;

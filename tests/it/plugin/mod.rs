//! The real binary as Terraform sees it: how it starts, whom it lets in, what ends it.

mod acting;
mod by_hand;
mod certificate;
mod client;
mod debug_mode;
mod handshake;
mod life;
mod logs;
mod process;
mod strangers;

//! The real binary as Terraform sees it: how it starts, whom it lets in, what ends it.

#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test may fail anywhere, and says so"
)]

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

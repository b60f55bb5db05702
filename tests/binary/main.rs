//! The real binary under a real Terraform, for what only the two of them together show: how it is installed, started,
//! interrupted, killed, how it crashes, and what it logs.

#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may fail anywhere, and says so"
)]

#[path = "../support/mod.rs"]
mod support;

mod given;

mod aliases;
mod installed;
mod interrupted;
mod killed;
mod large;
mod logs;
mod panics;
mod restarted;

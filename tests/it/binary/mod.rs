//! The real binary under a real Terraform, for what only the two of them together show: how it is installed, started,
//! interrupted, killed, how it crashes, and what it logs.

pub mod setup;

mod aliases;
mod installed;
mod interrupted;
mod killed;
mod large;
mod logs;
mod panics;
mod restarted;
mod warnings;

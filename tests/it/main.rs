//! The integration tests: real servers, a real Terraform, the provider in this process or as the built binary.
//!
//! One program, so that everything is compiled and linked once and the waits of all tests overlap. A folder is a subject;
//! [`support`] has the fixtures, and nothing else has any.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test may fail anywhere, and says so"
)]
#![cfg(unix)]

mod support;

mod bad_input;
mod binary;
mod connections;
mod examples;
mod generated;
mod guides;
mod jetstream;
mod least_privilege;
mod matrix;
mod plugin;
mod random;
mod real_wadm;
mod scenarios;
mod secrets;
mod structure;
mod wadm;

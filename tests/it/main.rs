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

// libtest starts tests in the order of their names. What takes longest has a name that comes first, so that at the end
// nobody waits for it alone.
#[path = "matrix/mod.rs"]
mod _1_matrix;
#[path = "wadm/mod.rs"]
mod _2_wadm;
#[path = "scenarios/mod.rs"]
mod _3_scenarios;
#[path = "least_privilege/mod.rs"]
mod _4_least_privilege;
#[path = "random/mod.rs"]
mod _5_random;
#[path = "jetstream/mod.rs"]
mod _6_jetstream;

mod bad_input;
mod binary;
mod clusters;
mod connections;
mod data_sources;
mod discovery;
mod examples;
mod faults;
mod functions;
mod generated;
mod guides;
mod hostile;
mod plugin;
mod real_host;
mod real_wadm;
mod release;
mod secrets;
mod stored_state;
mod structure;
mod versions;

use _1_matrix as matrix;
use _2_wadm as wadm;
use _3_scenarios as scenarios;
use _4_least_privilege as least_privilege;
use _5_random as random;
use _6_jetstream as jetstream;

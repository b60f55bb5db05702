//! The guides under `docs/guides`: every configuration in them runs, and every output in them is what Terraform prints.
//!
//! A page is the script of its test. A test goes through the blocks under one heading, in their order: it writes a
//! `terraform` block, writes a `hcl` or `python` block as the file that its first line names, starts a server with a `conf`
//! block, runs a `shell` block, and runs the command in the first line of a `text` block, whose other lines are the output.
//! `GENERATE=1 cargo test --test it guides::` (part of `make generate`) writes the outputs again; without it, an output that
//! has become another is a failed test.

pub mod page;
mod normalise;
mod page_run;
pub mod conf;
pub mod permissions;

mod every_block;
mod reading_plans;
mod authentication;
mod common_arguments;
mod domains;
mod offline_sites;
mod destroy;
mod wasmcloud_versions;
mod least_privilege;
mod hosted_accounts;
mod pipelines;
mod readme;
mod situations;
mod testing;
mod policies;
mod migration;
mod import;

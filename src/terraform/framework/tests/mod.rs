//! The framework against core's own rules: random schemas and configurations, which are written here apart from our check.

mod terraform_core;
mod mutations;
mod properties;
mod random;

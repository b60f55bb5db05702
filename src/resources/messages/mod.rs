//! The sentences of diagnostics: changes and failures.

pub mod costs;
pub mod remarks;
pub mod failure;

//! What an apply does: create, update, replace, delete, and the wait until it works.

pub mod create;
pub mod update;
pub mod delete;
pub mod replace;
pub mod wait;
pub mod first_sequence;

//! What an apply and a refresh do: read, create, update, replace, delete, and the wait until it works.
//!
//! A newcomer would get this wrong: an error from a create makes Terraform taint the object and destroy it at the next
//! apply. So a create that fails deletes what it created itself, and only what it cannot delete stays in the state.

pub mod read;
pub mod create;
pub mod update;
pub mod delete;
pub mod asset;
pub mod outcome;

use crate::jetstream::{Client, Scope};
use crate::resources::object::Object;
use crate::resources::session::DomainSession;
use crate::terraform::language::Value;

/// One operation on an object: what all its steps need.
#[derive(Clone, Copy)]
pub struct Operation<'o> {
    /// The connection, in the object's JetStream domain.
    pub client: &'o Client,
    /// Its bounds.
    pub scope: &'o Scope,
    /// What the process has seen in that domain.
    pub session: &'o DomainSession,
    /// The object, with its assets.
    pub object: &'o Object,
    /// What was planned; of a delete and a read, the state.
    pub state: &'o Value,
}

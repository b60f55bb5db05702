//! The resources: Terraform's language and JetStream's API meet here, and nowhere else.
//!
//! A resource type states what is specific to it ([`object_type`]); [`resource`] does the rest for all of them: it builds
//! an [`object`] from a state or a plan, plans its values without requests ([`plan`]), checks the plan against the server
//! ([`preflight`]), and creates, updates and deletes ([`apply`]).
//!
//! Imports point down: types -> resource -> apply, preflight -> plan -> messages -> object; session -> object;
//! preflight -> permissions.

pub mod lattice_buckets;
pub mod wadm;
#[cfg(test)]
mod one_bucket;
pub mod object_type;
pub mod identity;
pub mod inventory;
pub mod resource;
pub mod import;
pub mod apply;
pub mod preflight;
pub mod plan;
pub mod messages;
pub mod causes;
pub mod session;
pub mod object;
pub mod permissions;
#[cfg(test)]
mod fuzz;

use std::sync::Arc;

use crate::resources::lattice_buckets::LatticeBuckets;
use crate::resources::resource::ObjectResource;
use crate::resources::session::Session;
use crate::resources::wadm::WadmJetStream;
use crate::terraform::framework::Resource;

/// Every resource type, in the order of the docs, on a connection that they share.
pub fn all(session: &Arc<Session>) -> Vec<Arc<dyn Resource>> {
    vec![
        Arc::new(ObjectResource::new(LatticeBuckets, session.clone())),
        Arc::new(ObjectResource::new(WadmJetStream, session.clone())),
    ]
}

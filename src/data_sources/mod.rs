//! The data sources: what exists on the server, without managing it.
//!
//! The volatile facts (keys, bytes, leader, lag) are here, and never in a resource: a refresh of a resource must change
//! nothing while the system is healthy. What does not exist is an error; [`lattices`] lists what is incomplete.
//!
//! Imports point down: object, lattices, account -> attributes, hazards, failure -> resources.

mod object;
mod lattices;
mod account;
mod attributes;
mod hazards;
pub mod failure;

use std::sync::Arc;

use crate::data_sources::account::JetStreamAccount;
use crate::data_sources::lattices::AllLattices;
use crate::data_sources::object::ObjectDataSource;
use crate::resources::lattice_buckets::LatticeBuckets;
use crate::resources::session::Session;
use crate::resources::wadm::WadmJetStream;
use crate::terraform::framework::DataSource;

/// Every data source type, in the order of the docs, on the connection of the resources.
pub fn all(session: &Arc<Session>) -> Vec<Arc<dyn DataSource>> {
    vec![
        Arc::new(ObjectDataSource::new(LatticeBuckets, session.clone())),
        Arc::new(ObjectDataSource::new(WadmJetStream, session.clone())),
        Arc::new(AllLattices::new(session.clone())),
        Arc::new(JetStreamAccount::new(session.clone())),
    ]
}

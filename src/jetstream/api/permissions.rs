//! Whether this user may make, change or delete a stream, found out without doing it.
//!
//! NATS has no request for what is allowed. It checks the subject before anything else, so a request that no server
//! can carry out shows it. Each demands an API level that does not exist (answered from 2.12 with 10185, before
//! anything is read), and has a body that is not carried out by servers before that either:
//!
//! - a create and an update have none, which is no configuration (2.10 answers 10025, 2.11 answers 10056 or 10052);
//! - a delete has one, which it must not have (10038). The body says what it is to a reader of an audit log.
//!
//! Seen on 2.10 to 2.15, one server and three: nothing is made, changed or deleted, and nothing is in the server's log,
//! which 2.11 does with a body that is no JSON.

use serde_json::{Value, json};

use crate::jetstream::Scope;
use crate::jetstream::api::request::{Api, ApiRequest, stream_request};
use crate::jetstream::error::Error;

/// What is to be done with a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationKind {
    /// Making it.
    Create,
    /// Changing it.
    Update,
    /// Deleting it.
    Delete,
}

/// Asks whether the user may do this with a stream.
///
/// # Errors
/// [`Error::denied_subject`] if not; else what kept the server from answering.
pub async fn check_permission(
    api: &Api,
    kind: OperationKind,
    stream: &str,
    scope: &Scope,
) -> Result<(), Error> {
    let (verb, operation, body) = match kind {
        OperationKind::Create => ("create", "STREAM.CREATE", Value::Null),
        OperationKind::Update => ("update", "STREAM.UPDATE", Value::Null),
        OperationKind::Delete => ("delete", "STREAM.DELETE", json!({ "dry_run": true })),
    };
    let request = ApiRequest {
        mutates: false,
        dry_run: true,
        ..stream_request(verb, operation, stream, body)
    };
    api.valid(stream, &request)?;
    match api.attempt(&request, scope).await {
        // Whatever JetStream says, the request has reached it.
        Err(error) if error.code().is_none() => Err(error),
        _ => Ok(()),
    }
}

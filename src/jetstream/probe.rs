//! Whether this user may make or change a stream, found out without making or changing it.
//!
//! NATS tells nobody beforehand what is allowed. It checks the subject before anything else, so a request that no server
//! can carry out tells: it has no body, which is no configuration (answered by nats-server 2.10 with 10025, 2.11 with
//! 10056 or 10052), and demands an API level that does not exist (answered from 2.12 with 10185, before anything is
//! read). Seen on 2.10 to 2.15, one server and three: nothing is made, nothing changed, and nothing is in the server's
//! log, which 2.11 does with a body that is no JSON.
//!
//! Deleting is never probed: whoever reads an audit log would be frightened by deletions that nobody asked for.

use serde_json::Value;

use super::client::{Client, ask};
use super::request::Ask;
use super::{Error, Scope};

/// What is to be done with a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Making it.
    Create,
    /// Changing it.
    Update,
}

impl Client {
    /// Asks whether the user may do this with a stream.
    ///
    /// # Errors
    /// [`Error::denied_subject`] if not; else what kept the server from answering.
    pub async fn may(&self, deed: Deed, stream: &str, scope: &Scope) -> Result<(), Error> {
        let (verb, api) = match deed {
            Deed::Create => ("create", "STREAM.CREATE"),
            Deed::Update => ("update", "STREAM.UPDATE"),
        };
        let ask = Ask {
            mutates: false,
            vain: true,
            ..ask(verb, api, stream, Value::Null)
        };
        self.valid(stream, &ask)?;
        match self.api.attempt(&ask, scope).await {
            // Whatever JetStream says, the request has reached it.
            Err(error) if error.code().is_none() => Err(error),
            _ => Ok(()),
        }
    }
}

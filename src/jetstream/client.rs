//! Questions that change nothing.

use std::sync::Arc;

use super::error::{Cause, Error};
use super::stream::StreamInfo;
use super::{Options, Scope};

/// JetStream behind one connection. Cheap to clone; all clones share the connection.
#[derive(Clone)]
pub struct Client {
    pub(crate) inner: Arc<Options>,
}

/// What JetStream says about the account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The API level of the server that answered: 0 before 2.11, 1 for 2.11, 2 or 3 for 2.12, 4 for 2.14, 5 for 2.15.
    pub api_level: u64,
    /// The JetStream domain.
    pub domain: Option<String>,
    /// Bytes of messages in memory.
    pub memory: u64,
    /// Bytes of messages in files.
    pub storage: u64,
    /// Bytes of memory reserved by `max_bytes`.
    pub reserved_memory: u64,
    /// Bytes of files reserved by `max_bytes`.
    pub reserved_storage: u64,
    /// Streams.
    pub streams: u64,
    /// Consumers.
    pub consumers: u64,
    /// What the account may use.
    pub limits: Limits,
    /// The same by tier (`R1`, `R3`), if the account has tiers; `limits` are then empty.
    pub tiers: Vec<(String, Limits)>,
}

/// What an account may use; -1 means unlimited, for bytes of one stream 0 does too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of memory.
    pub max_memory: i64,
    /// Bytes of files.
    pub max_storage: i64,
    /// Streams.
    pub max_streams: i64,
    /// Consumers.
    pub max_consumers: i64,
    /// Every stream must set `max_bytes`.
    pub max_bytes_required: bool,
    /// Bytes of one stream in memory.
    pub memory_max_stream_bytes: i64,
    /// Bytes of one stream in files.
    pub storage_max_stream_bytes: i64,
}

impl Client {
    /// A client that connects when it is first asked something.
    pub fn new(options: Options) -> Client {
        Client {
            inner: Arc::new(options),
        }
    }

    /// One stream; `None` only if the server says that there is none of this name.
    pub async fn stream(&self, name: &str, scope: &Scope) -> Result<Option<StreamInfo>, Error> {
        let _ = (name, scope);
        Err(Error::new(Cause::Stopped, ""))
    }

    /// What JetStream says about the account.
    pub async fn account(&self, scope: &Scope) -> Result<Account, Error> {
        let _ = scope;
        Err(Error::new(Cause::Stopped, ""))
    }

    /// The names of all streams, or of those that listen to a subject.
    pub async fn stream_names(
        &self,
        subject: Option<&str>,
        scope: &Scope,
    ) -> Result<Vec<String>, Error> {
        let _ = (subject, scope);
        Err(Error::new(Cause::Stopped, ""))
    }

    /// Makes the stream's leader hand over; sourcing that stalled starts again.
    pub async fn step_down(&self, stream: &str, scope: &Scope) -> Result<(), Error> {
        let _ = (stream, scope);
        Err(Error::new(Cause::Stopped, ""))
    }

    /// Waits until the stream has a leader, `replicas` current servers, and no reconfiguration running.
    pub async fn wait_current(
        &self,
        name: &str,
        replicas: usize,
        scope: &Scope,
    ) -> Result<StreamInfo, Error> {
        let _ = (name, replicas, scope);
        Err(Error::new(Cause::Stopped, ""))
    }

    /// The server's address for the reader, without user information.
    pub fn server(&self) -> String {
        super::address::redacted(&self.inner.servers).join(", ")
    }

    /// The version of the connected server; `None` before the first question.
    pub fn server_version(&self) -> Option<String> {
        None
    }
}

//! Questions that change nothing.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::jetstream::Scope;
use crate::jetstream::api::account::{Account, account};
use crate::jetstream::api::permissions::{OperationKind, check_permission};
use crate::jetstream::api::request::{Api, ApiRequest, stream_request};
use crate::jetstream::api::server_info::{ServerInfo, server_info};
use crate::jetstream::api::stream_info::StreamInfo;
use crate::jetstream::connection::link::Link;
use crate::jetstream::connection::options::ApiPrefix;
use crate::jetstream::connection::options::Options;
use crate::jetstream::connection::options::WithOrigin;
use crate::jetstream::error::{Cause, Error};

/// Between two reads of replicas that catch up.
const LOOK: Duration = Duration::from_millis(100);

/// JetStream behind one connection. Cheap to clone; all clones share the connection.
#[derive(Clone)]
pub struct Client {
    pub(crate) api: Arc<Api>,
}

impl Client {
    /// A client that connects with its first request.
    pub fn new(options: Options) -> Client {
        Client {
            api: Arc::new(Api::new(Link::new(options))),
        }
    }

    /// JetStream elsewhere, say in another domain, behind the same connection.
    pub fn with_api_prefix(&self, api_prefix: WithOrigin<ApiPrefix>) -> Client {
        Client {
            api: Arc::new(self.api.elsewhere(api_prefix)),
        }
    }

    /// The JetStream API that it uses.
    pub fn api_prefix(&self) -> &ApiPrefix {
        &self.api.api_prefix.value
    }

    /// One stream; `None` only if the server says that there is none of this name.
    ///
    /// # Errors
    /// Whatever else kept the server from showing it.
    pub async fn stream(&self, name: &str, scope: &Scope) -> Result<Option<StreamInfo>, Error> {
        let request = stream_request("read", "STREAM.INFO", name, Value::Null);
        self.api.valid(name, &request)?;
        match self.api.request(&request, scope).await {
            Ok(answer) => self.info(&answer, &request).map(Some),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The names of all streams, or of those that listen to a subject.
    ///
    /// # Errors
    /// What kept the server from answering.
    pub async fn stream_names(
        &self,
        subject: Option<&str>,
        scope: &Scope,
    ) -> Result<Vec<String>, Error> {
        let mut names: Vec<String> = Vec::new();
        loop {
            let mut body = json!({ "offset": names.len() });
            if let Some(subject) = subject {
                body["subject"] = subject.into();
            }
            let request = ApiRequest {
                asked: "list the streams".to_owned(),
                api: "STREAM.NAMES".to_owned(),
                stream: String::new(),
                body,
                mutates: false,
                dry_run: false,
            };
            let answer = self.api.request(&request, scope).await?;
            let page = answer
                .get("streams")
                .and_then(Value::as_array)
                .map(Vec::as_slice)
                .unwrap_or_default();
            names.extend(page.iter().filter_map(Value::as_str).map(str::to_owned));
            let total = answer
                .get("total")
                .and_then(Value::as_u64)
                .unwrap_or_default();
            if page.is_empty() || names.len() as u64 >= total {
                return Ok(names);
            }
        }
    }

    /// How many messages a stream holds beyond `kept` per subject: as many as a limit of `kept` would delete. The names
    /// of the subjects, which are the keys of a bucket, are counted and not kept.
    ///
    /// # Errors
    /// What kept the server from saying so.
    pub async fn messages_beyond(
        &self,
        name: &str,
        kept: u64,
        scope: &Scope,
    ) -> Result<u64, Error> {
        let (mut beyond, mut seen) = (0, 0);
        loop {
            let body = json!({ "subjects_filter": ">", "offset": seen });
            let request = stream_request("count the subjects of", "STREAM.INFO", name, body);
            self.api.valid(name, &request)?;
            let answer = self.api.request(&request, scope).await?;
            let counts: Vec<u64> = answer["state"]["subjects"]
                .as_object()
                .map(|subjects| subjects.values().filter_map(Value::as_u64).collect())
                .unwrap_or_default();
            seen += counts.len();
            beyond += counts
                .iter()
                .map(|count| count.saturating_sub(kept))
                .sum::<u64>();
            if counts.is_empty() || seen as u64 >= answer["total"].as_u64().unwrap_or_default() {
                return Ok(beyond);
            }
        }
    }

    /// Makes the stream's leader hand over; sourcing that stalled starts again.
    ///
    /// # Errors
    /// What kept the server from doing so.
    pub async fn step_down(&self, stream: &str, scope: &Scope) -> Result<(), Error> {
        let request = stream_request(
            "move the leader of",
            "STREAM.LEADER.STEPDOWN",
            stream,
            Value::Null,
        );
        self.api.valid(stream, &request)?;
        self.api.request(&request, scope).await.map(drop)
    }

    /// Waits until the stream has a leader, `replicas` servers that hold all of it, and no reconfiguration running.
    ///
    /// # Errors
    /// [`Error::is_timeout`], with what is still missing, when the scope ends first; [`Error::is_not_found`] if the
    /// stream is gone.
    pub async fn wait_current(
        &self,
        name: &str,
        replicas: usize,
        scope: &Scope,
    ) -> Result<StreamInfo, Error> {
        let mut seen_missing: Option<String> = None;
        loop {
            let request =
                stream_request("wait for the replicas of", "STREAM.INFO", name, Value::Null);
            let looked = self.stream(name, scope).await;
            // What was missing is more useful than the time-out of the last read.
            if let (Err(error), Some(missing)) = (&looked, &seen_missing)
                && error.is_timeout()
            {
                return Err(self.api.error(Cause::Deadline(missing.clone()), &request));
            }
            let Some(info) = looked? else {
                return Err(self.api.error(Cause::not_found(), &request));
            };
            let Some(missing) = missing(&info, replicas) else {
                return Ok(info);
            };
            if scope.remaining() < LOOK {
                return Err(self.api.error(Cause::Deadline(missing), &request));
            }
            seen_missing = Some(missing);
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = scope.stop.cancelled() => return Err(self.api.error(Cause::Stopped, &request)),
            }
        }
    }

    /// What JetStream says about the account.
    ///
    /// # Errors
    /// What kept the server from answering.
    pub async fn account(&self, scope: &Scope) -> Result<Account, Error> {
        account(&self.api, scope).await
    }

    /// Whether the user may do this with a stream, found out without doing it.
    ///
    /// # Errors
    /// [`Error::denied_subject`] if not; else what kept the server from answering.
    pub async fn check_permission(
        &self,
        kind: OperationKind,
        stream: &str,
        scope: &Scope,
    ) -> Result<(), Error> {
        check_permission(&self.api, kind, stream, scope).await
    }

    /// The version of the connected server; `None` before the first request.
    #[cfg(not(without_tests))]
    pub fn server_version(&self) -> Option<String> {
        self.api.link.server_info().map(|info| info.version)
    }

    /// The connected server; `None` before the first request, and where streams may be stored on other servers.
    pub fn server_info(&self) -> Option<ServerInfo> {
        server_info(&self.api.link, self.api_prefix())
    }

    /// The servers for the reader, without user information.
    pub fn server(&self) -> &str {
        &self.api.link.server
    }

    /// Reads an answer that holds a stream.
    pub(crate) fn info(&self, answer: &Value, request: &ApiRequest) -> Result<StreamInfo, Error> {
        let malformed = || {
            self.api.error(
                Cause::Malformed("a stream without its configuration".to_owned()),
                request,
            )
        };
        StreamInfo::read(answer).ok_or_else(malformed)
    }
}

/// What keeps a stream from being settled on this many servers, in words.
fn missing(info: &StreamInfo, replicas: usize) -> Option<String> {
    let Some(cluster) = &info.cluster else {
        return (replicas > 1).then(|| "the server is not in a cluster".to_owned());
    };
    let mut words = String::new();
    if cluster.leader.is_none() {
        words.push_str("no leader is elected; ");
    }
    if cluster.desired {
        words.push_str("the server is still rearranging the replicas; ");
    }
    if cluster.replicas.len() + 1 != replicas {
        let _ = write!(
            words,
            "{} of {replicas} replicas are assigned; ",
            cluster.replicas.len() + 1
        );
    }
    for behind in cluster
        .replicas
        .iter()
        .filter(|replica| replica.offline || !replica.current)
    {
        let why = if behind.offline { "offline" } else { "behind" };
        let _ = write!(words, "the replica on {} is {why}; ", behind.name);
    }
    words.truncate(words.trim_end_matches("; ").len());
    Some(words).filter(|words| !words.is_empty())
}

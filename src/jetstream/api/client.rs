//! Questions that change nothing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::jetstream::Scope;
use crate::jetstream::api::account::{Account, account};
use crate::jetstream::api::permissions::{OperationKind, check_permission};
use crate::jetstream::api::request::{Api, ApiRequest, body_text, stream_request};
use crate::jetstream::api::stream_info::StreamInfo;
use crate::jetstream::config::data_loss::SubjectCounts;
use crate::jetstream::config::stream_config::StreamConfig;
use crate::jetstream::connection::link::Link;
use crate::jetstream::connection::options::ApiPrefix;
use crate::jetstream::connection::options::Options;
use crate::jetstream::connection::options::WithOrigin;
use crate::jetstream::connection::server_info::{ServerInfo, server_info};
use crate::jetstream::error::{Cause, Error};

/// Between two reads of replicas that catch up.
const LOOK: Duration = Duration::from_millis(100);
/// A stream that nobody has.
const NO_STREAM: &str = "terraform-provider-wasmcloud-no-stream";
/// JetStream: "JetStream clustering support required".
const CLUSTER_REQUIRED: u64 = 10_010;
/// JetStream: "replicas > 1 not supported in non-clustered mode".
const REPLICAS_NOT_SUPPORTED: u64 = 10_074;
/// Longest wait for one of these answers.
const ONE_LOOK: Duration = Duration::from_secs(5);
/// How long to wait for a removal of replicas that one server holds up: until it is known whether the leader stays.
const STUCK: Duration = Duration::from_secs(15);

/// Pages of one list: a server sends 1,024 names or 100,000 subjects in each.
const MOST_PAGES: usize = 1000;
/// All names of one list together, in bytes: those of 300,000 streams.
const MOST_BYTES_OF_NAMES: usize = 16 << 20;

/// Why a wait for replicas has ended too early, and what the stream was seen to be last.
#[derive(Debug)]
pub struct Unsettled {
    /// Why.
    pub error: Error,
    /// The last answer; absent if there was none.
    pub last: Option<StreamInfo>,
}

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
        let mut names = Vec::new();
        let each = |name: &str| {
            names.push(name.to_owned());
            name.len()
        };
        self.each_stream_name(subject, scope, each).await?;
        Ok(names)
    }

    /// Hands over the names of all streams, or of those that listen to a subject, page by page. `each` gives how many bytes
    /// it keeps of a name. A stream that is created or deleted meanwhile may come twice or not at all, and another with it.
    ///
    /// # Errors
    /// What kept the server from answering.
    pub async fn each_stream_name(
        &self,
        subject: Option<&str>,
        scope: &Scope,
        mut each: impl FnMut(&str) -> usize,
    ) -> Result<(), Error> {
        let (mut names, mut bytes) = (0, 0);
        for _ in 0..MOST_PAGES {
            let mut body = json!({ "offset": names });
            if let Some(subject) = subject {
                body["subject"] = subject.into();
            }
            let request = ApiRequest {
                asked: "list the streams".to_owned(),
                api: "STREAM.NAMES".to_owned(),
                stream: String::new(),
                body: body_text(&body),
                mutates: false,
                dry_run: false,
            };
            let answer = self.api.request(&request, scope).await?;
            let page = answer
                .get("streams")
                .and_then(Value::as_array)
                .map(Vec::as_slice)
                .unwrap_or_default();
            names += page.len();
            bytes += page
                .iter()
                .filter_map(Value::as_str)
                .map(&mut each)
                .sum::<usize>();
            let total = answer
                .get("total")
                .and_then(Value::as_u64)
                .unwrap_or_default();
            if page.is_empty() || names as u64 >= total {
                return Ok(());
            }
            if bytes > MOST_BYTES_OF_NAMES {
                break;
            }
        }
        Err(self.api.link.error(Cause::Malformed(format!(
            "a list of streams that does not end ({names} names so far)"
        ))))
    }

    /// How many subjects of a stream have how many messages. The names of the subjects, which are the keys of a bucket,
    /// are counted and not kept.
    ///
    /// # Errors
    /// What kept the server from saying so.
    pub async fn subject_counts(&self, name: &str, scope: &Scope) -> Result<SubjectCounts, Error> {
        let (mut counts, mut seen) = (SubjectCounts::default(), 0);
        for _ in 0..MOST_PAGES {
            let body = json!({ "subjects_filter": ">", "offset": seen });
            let request = stream_request("count the subjects of", "STREAM.INFO", name, body);
            self.api.valid(name, &request)?;
            let answer = self.api.request(&request, scope).await?;
            let page: Vec<u64> = answer["state"]["subjects"]
                .as_object()
                .map(|subjects| subjects.values().filter_map(Value::as_u64).collect())
                .unwrap_or_default();
            seen += page.len();
            for messages in &page {
                counts.add(*messages, 1);
            }
            if page.is_empty() || seen as u64 >= answer["total"].as_u64().unwrap_or_default() {
                return Ok(counts);
            }
        }
        Err(self.api.link.error(Cause::Malformed(format!(
            "a list of subjects that does not end ({seen} subjects so far)"
        ))))
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
    /// [`Error::is_timeout`], with what is still missing, when the scope ends first, or after 15 s of waiting for a
    /// server that is away to agree to fewer replicas; [`Error::is_not_found`] if the stream is gone.
    pub async fn wait_current(
        &self,
        name: &str,
        replicas: usize,
        scope: &Scope,
    ) -> Result<StreamInfo, Unsettled> {
        let request = stream_request("wait for the replicas of", "STREAM.INFO", name, Value::Null);
        let mut last: Option<StreamInfo> = None;
        let mut stuck_since: Option<Instant> = None;
        let error = loop {
            // A stream without a leader may leave the question without an answer.
            match self.stream(name, &scope.at_most(ONE_LOOK)).await {
                Ok(Some(info)) if info.missing(replicas).is_none() => return Ok(info),
                Ok(Some(info)) => {
                    let stuck = info.is_stuck(replicas);
                    stuck_since = stuck.then(|| stuck_since.unwrap_or_else(Instant::now));
                    last = Some(info);
                }
                Ok(None) => break self.api.error(Cause::not_found(), &request),
                Err(error) if !error.is_timeout() && !error.is_transient() => break error,
                Err(error) if scope.is_over() && last.is_none() => break error,
                Err(_) => {}
            }
            let is_stuck = stuck_since.is_some_and(|since| since.elapsed() > STUCK);
            if is_stuck || scope.remaining() < LOOK {
                let missing = last.as_ref().and_then(|info| info.missing(replicas));
                let missing = missing.unwrap_or_else(|| "the stream does not answer".to_owned());
                break self.api.error(Cause::Deadline(missing), &request);
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = scope.stopped() => break self.api.error(Cause::Stopped, &request),
            }
        };
        Err(Unsettled { error, last })
    }

    /// As [`Client::server_info`], once there is a connection.
    pub async fn connected_server(&self, scope: &Scope) -> Option<ServerInfo> {
        self.api.link.connection(scope).await.ok()?;
        self.server_info()
    }

    /// Whether the streams can have replicas: whether JetStream there runs in a cluster. `None` if nobody says so.
    ///
    /// A server that names a cluster need not be in one, and behind another domain or an imported API the servers are
    /// not known. Then a new leader is asked for, for a stream that does not exist: that changes nothing, and a
    /// JetStream without a cluster answers 10010 (nats-server 2.10 to 2.15).
    pub async fn is_clustered(&self, scope: &Scope) -> Option<bool> {
        match self.connected_server(scope).await {
            Some(server) if server.cluster.is_none() => return Some(false),
            Some(server) if server.addresses > 1 => return Some(true),
            Some(_) | None => {}
        }
        let request = stream_request(
            "read the cluster of",
            "STREAM.LEADER.STEPDOWN",
            NO_STREAM,
            Value::Null,
        );
        let answer = self.api.attempt(&request, &scope.at_most(ONE_LOOK)).await;
        let error = answer.err()?;
        match error.code() {
            Some(CLUSTER_REQUIRED) => Some(false),
            _ => error.is_not_found().then_some(true),
        }
    }

    /// As [`Client::is_clustered`] of an existing stream, from what the server says to a create of it with more
    /// replicas: nothing is changed. Servers 2.10 to 2.12 accept an update with replicas that they cannot create.
    pub async fn can_replicate(&self, live: &StreamConfig, scope: &Scope) -> bool {
        let other = if live.num_replicas() == 3 { 2 } else { 3 };
        let config = live.overlaid(&[("num_replicas", other.into())]);
        let body = Value::Object(config.wire());
        let request = stream_request("read the cluster of", "STREAM.CREATE", live.name(), body);
        let answer = self.api.attempt(&request, &scope.at_most(ONE_LOOK)).await;
        let code = answer.err().and_then(|error| error.code());
        code != Some(REPLICAS_NOT_SUPPORTED)
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

    /// Waits for work that another operation may have begun, with more time than this one has.
    ///
    /// # Errors
    /// Those of the work; [`Error::is_timeout`] when the scope ends first.
    pub async fn within<T>(
        &self,
        scope: &Scope,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        tokio::select! {
            // Work of its own ends with the scope too, and says more.
            biased;
            done = work => done,
            () = scope.over() => {
                let what = "an earlier request for the same information has not ended yet".to_owned();
                Err(self.api.link.error(Cause::Deadline(what)))
            }
        }
    }

    /// The longest message that the connected server takes, in bytes; `None` before the first request.
    pub fn max_payload(&self) -> Option<usize> {
        self.api.max_payload()
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

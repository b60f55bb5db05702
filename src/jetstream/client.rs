//! Questions that change nothing.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::connect::Link;
use super::error::{Cause, Error};
use super::request::{Api, Ask};
use super::stream::StreamInfo;
use super::{Given, Options, Scope, Space};

/// Between two looks at replicas that catch up.
const LOOK: Duration = Duration::from_millis(100);

/// JetStream behind one connection. Cheap to clone; all clones share the connection.
#[derive(Clone)]
pub struct Client {
    pub(crate) api: Arc<Api>,
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
            api: Arc::new(Api::new(Link::new(options))),
        }
    }

    /// JetStream elsewhere, say in another domain, behind the same connection.
    pub fn in_space(&self, space: Given<Space>) -> Client {
        Client {
            api: Arc::new(self.api.elsewhere(space)),
        }
    }

    /// Where the JetStream API is that it asks.
    pub fn space(&self) -> &Space {
        &self.api.space.value
    }

    /// One stream; `None` only if the server says that there is none of this name.
    ///
    /// # Errors
    /// Whatever else kept the server from showing it.
    pub async fn stream(&self, name: &str, scope: &Scope) -> Result<Option<StreamInfo>, Error> {
        let ask = ask("read", "STREAM.INFO", name, Value::Null);
        self.valid(name, &ask)?;
        match self.api.request(&ask, scope).await {
            Ok(answer) => self.info(&answer, &ask).map(Some),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What JetStream says about the account.
    ///
    /// # Errors
    /// What kept the server from answering.
    pub async fn account(&self, scope: &Scope) -> Result<Account, Error> {
        let ask = Ask {
            asked: "read the JetStream account".to_owned(),
            api: "INFO".to_owned(),
            stream: String::new(),
            body: Value::Null,
            mutates: false,
        };
        Ok(Account::read(&self.api.request(&ask, scope).await?))
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
            let ask = Ask {
                asked: "list the streams".to_owned(),
                api: "STREAM.NAMES".to_owned(),
                stream: String::new(),
                body,
                mutates: false,
            };
            let answer = self.api.request(&ask, scope).await?;
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
            let ask = ask("count the subjects of", "STREAM.INFO", name, body);
            self.valid(name, &ask)?;
            let answer = self.api.request(&ask, scope).await?;
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
        let ask = ask(
            "move the leader of",
            "STREAM.LEADER.STEPDOWN",
            stream,
            Value::Null,
        );
        self.valid(stream, &ask)?;
        self.api.request(&ask, scope).await.map(drop)
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
        loop {
            let ask = ask("wait for the replicas of", "STREAM.INFO", name, Value::Null);
            let Some(info) = self.stream(name, scope).await? else {
                return Err(self.error(Cause::not_found(), &ask));
            };
            let Some(missing) = missing(&info, replicas) else {
                return Ok(info);
            };
            if scope.remaining() < LOOK {
                return Err(self.error(Cause::Deadline(missing), &ask));
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = scope.stop.cancelled() => return Err(self.error(Cause::Stopped, &ask)),
            }
        }
    }

    /// The servers for the reader, without user information.
    pub fn server(&self) -> &str {
        &self.api.link.server
    }

    /// The version of the connected server; `None` before the first question.
    pub fn server_version(&self) -> Option<String> {
        let client = self.api.link.open()?;
        client.try_server_info().map(|info| info.version)
    }

    /// Whether the connected server keeps the streams itself and is in no cluster, so that none can have a second
    /// replica. `false` before the first question, and where streams may live on other servers: behind a domain that
    /// is not this server's, or when it has no JetStream.
    pub fn is_single_server(&self) -> bool {
        let Some(info) = self
            .api
            .link
            .open()
            .and_then(|client| client.try_server_info())
        else {
            return false;
        };
        let here = match self.space() {
            Space::Own => true,
            Space::Domain(domain) => info.domain.as_ref() == Some(domain),
            Space::Prefix(_) => false,
        };
        info.jetstream && info.cluster.is_none() && here
    }

    /// Reads an answer that holds a stream.
    pub(crate) fn info(&self, answer: &Value, ask: &Ask) -> Result<StreamInfo, Error> {
        let malformed = || {
            self.error(
                Cause::Malformed("a stream without its configuration".to_owned()),
                ask,
            )
        };
        StreamInfo::read(answer).ok_or_else(malformed)
    }

    /// Refuses a name that would make another subject of the request: the server would never answer it.
    pub(crate) fn valid(&self, name: &str, ask: &Ask) -> Result<(), Error> {
        let forbidden = |letter: char| {
            letter.is_whitespace() || letter.is_control() || ".*>/\\".contains(letter)
        };
        if name.is_empty() || name.len() > 255 || name.contains(forbidden) {
            let why = format!(
                "{name:?} is no stream name (1 to 255 letters, no space, dot, *, >, / or \\)"
            );
            return Err(self.error(Cause::Invalid(why), ask));
        }
        Ok(())
    }

    pub(crate) fn error(&self, cause: Cause, ask: &Ask) -> Error {
        self.api
            .link
            .error(cause)
            .asking(&ask.asked, &self.api.subject(&ask.api), &ask.stream)
    }
}

/// A question about one stream.
pub(crate) fn ask(verb: &str, api: &str, stream: &str, body: Value) -> Ask {
    Ask {
        asked: format!("{verb} stream {stream}"),
        api: format!("{api}.{stream}"),
        stream: stream.to_owned(),
        body,
        mutates: matches!(
            api,
            "STREAM.CREATE" | "STREAM.UPDATE" | "STREAM.DELETE" | "STREAM.PURGE"
        ),
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

impl Account {
    fn read(answer: &Value) -> Account {
        let number = |key: &str| answer.get(key).and_then(Value::as_u64).unwrap_or_default();
        let none = Value::Null;
        let tiers = answer.get("tiers").and_then(Value::as_object);
        Account {
            api_level: answer
                .pointer("/api/level")
                .and_then(Value::as_u64)
                .unwrap_or_default(),
            domain: answer
                .get("domain")
                .and_then(Value::as_str)
                .filter(|domain| !domain.is_empty())
                .map(str::to_owned),
            memory: number("memory"),
            storage: number("storage"),
            reserved_memory: number("reserved_memory"),
            reserved_storage: number("reserved_storage"),
            streams: number("streams"),
            consumers: number("consumers"),
            limits: Limits::read(answer.get("limits").unwrap_or(&none)),
            tiers: tiers
                .into_iter()
                .flatten()
                .map(|(name, tier)| (name.clone(), Limits::read(&tier["limits"])))
                .collect(),
        }
    }
}

impl Limits {
    fn read(limits: &Value) -> Limits {
        let number = |key: &str| limits.get(key).and_then(Value::as_i64).unwrap_or_default();
        Limits {
            max_memory: number("max_memory"),
            max_storage: number("max_storage"),
            max_streams: number("max_streams"),
            max_consumers: number("max_consumers"),
            max_bytes_required: limits
                .get("max_bytes_required")
                .and_then(Value::as_bool)
                .unwrap_or_default(),
            memory_max_stream_bytes: number("memory_max_stream_bytes"),
            storage_max_stream_bytes: number("storage_max_stream_bytes"),
        }
    }
}

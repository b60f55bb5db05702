//! Why a request to JetStream failed.
//!
//! Callers test (`error.is_not_found()`), never compare text. JetStream's HTTP-like `code` is unreliable (a refused
//! configuration carries 500), so everything is decided by its `err_code`.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use crate::jetstream::connection::failure::{Failure, Unreachable};
use crate::text::printable;

/// Why a request failed, and which. Displays as whole sentences; never holds a secret.
#[derive(Clone, Debug)]
pub struct Error(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    cause: Cause,
    /// The request, such as `update stream wadm_commands`; empty for connecting.
    asked: String,
    subject: String,
    stream: String,
    /// The server, redacted.
    server: String,
    /// A mutation that may have been applied, or may be later.
    unknown_outcome: bool,
    /// What failed after it, while finding out.
    then: Option<Error>,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cause {
    /// No connection; how it failed, and where the address comes from.
    Unreachable { failure: Failure, origin: String },
    /// What answers is not what was configured; a clause that says so.
    /// Of a domain where nobody answers, also its name.
    Unsupported {
        kind: Unsupported,
        how: String,
        absent_domain: Option<String>,
    },
    /// The server refused the user, password, token or credentials.
    Unauthorized(String),
    /// JetStream said no.
    Api { err_code: u64, description: String },
    /// Nobody listens where JetStream should: in this domain, or without one; the server's own domain, if it has one.
    NoResponders {
        domain: Option<String>,
        server_domain: Option<String>,
    },
    /// The server denies the subject; `publish` or subscribe.
    Denied { subject: String, publish: bool },
    /// No answer within this many milliseconds.
    Timeout { millis: u128 },
    /// The connection was lost under the request; a clause why, if that is known.
    Disconnected { why: Option<String> },
    /// The deadline passed while waiting; for what.
    Deadline(String),
    /// Stopped from outside.
    Stopped,
    /// The stream to create is there already.
    Exists,
    /// The server accepted, but has something else than what was sent.
    Mismatch(Vec<Mismatch>),
    /// An answer we cannot read.
    Malformed(String),
    /// Not sent, because the server takes no message of this length; both in bytes.
    TooLarge { bytes: usize, limit: usize },
    /// Not sent, because it cannot be right.
    Invalid(String),
}

/// Why no servers of a cluster can take a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoServers {
    /// They have too little storage for its `max_bytes`, or none at all.
    Storage,
    /// They do not have the tags of its placement.
    Tags,
    /// They have as many replicated streams and consumers as `max_ha_assets` allows.
    HaAssets,
    /// They are offline.
    Offline,
    /// They share the tag that `unique_tag` demands to be different.
    UniqueTag,
}

/// The server's words for each reason (`selectPeerError` in nats-server's jetstream_cluster.go), tried on 2.10 to 2.15:
/// all of them have one code, and differ in words only. It says "miscellaneous issue" for `max_ha_assets`.
const NO_SERVERS: [(&str, NoServers); 6] = [
    ("insufficient storage", NoServers::Storage),
    ("tags not matched", NoServers::Tags),
    ("miscellaneous issue", NoServers::HaAssets),
    ("system limit reached", NoServers::HaAssets),
    ("peer offline", NoServers::Offline),
    ("server tag not unique", NoServers::UniqueTag),
];

/// The server's words for that among those with one code (`errStreamStoreFailed` in nats-server's jetstream_api.go).
const NO_FOLDER: &str = "error creating store for stream";

/// How what answers differs from what was configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsupported {
    /// The JetStream domain is not reachable, or another.
    Domain,
    /// Nobody answers under the prefix of the API.
    Prefix,
    /// The server is too old.
    Version,
}

/// A key for which the server answered something else than what it was sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// The key.
    pub key: String,
    /// What was sent, in normal form.
    pub sent: Value,
    /// What the server says it has, in normal form.
    pub echoed: Value,
}

/// Stream not found: the one answer that means that a stream is gone.
const NOT_FOUND: u64 = 10059;
/// The stream exists with another configuration.
const EXISTS_DIFFERENT: u64 = 10058;
/// JetStream is off for the account, or for the server.
const NOT_ENABLED: [u64; 2] = [10039, 10076];
/// The servers that store the stream were shut down.
const OFFLINE: [u64; 2] = [10118, 10194];
/// Answers that pass by themselves: elections, restarts, running moves.
const TRANSIENT: [u64; 13] = [
    10004, 10006, 10007, 10008, 10009, 10023, 10041, 10118, 10124, 10163, 10194, 10202, 10226,
];

impl Cause {
    /// What the server answers for a stream that is gone, where we found out otherwise.
    pub(crate) fn not_found() -> Cause {
        Cause::Api {
            err_code: NOT_FOUND,
            description: "stream not found".to_owned(),
        }
    }
}

impl Error {
    pub(crate) fn new(cause: Cause, server: &str) -> Error {
        Error(Arc::new(Inner {
            cause,
            asked: String::new(),
            subject: String::new(),
            stream: String::new(),
            server: server.to_owned(),
            unknown_outcome: false,
            then: None,
        }))
    }

    /// Adds the request.
    pub(crate) fn asking(self, asked: &str, subject: &str, stream: &str) -> Error {
        self.with(|inner| {
            inner.asked = asked.to_owned();
            inner.subject = subject.to_owned();
            inner.stream = stream.to_owned();
        })
    }

    /// Says that the mutation may have been applied, or may be later.
    pub(crate) fn unknown(self) -> Error {
        self.with(|inner| inner.unknown_outcome = true)
    }

    /// Adds what failed after it, while finding out or taking back.
    pub(crate) fn and(self, then: Error) -> Error {
        self.with(|inner| inner.then = Some(then))
    }

    fn with(self, change: impl FnOnce(&mut Inner)) -> Error {
        let mut inner = Inner {
            cause: self.0.cause.clone(),
            asked: self.0.asked.clone(),
            subject: self.0.subject.clone(),
            stream: self.0.stream.clone(),
            server: self.0.server.clone(),
            unknown_outcome: self.0.unknown_outcome,
            then: self.0.then.clone(),
        };
        change(&mut inner);
        Error(Arc::new(inner))
    }

    pub(crate) fn cause(&self) -> &Cause {
        &self.0.cause
    }

    /// JetStream's `err_code`, if JetStream answered.
    pub fn code(&self) -> Option<u64> {
        match &self.0.cause {
            Cause::Api { err_code, .. } => Some(*err_code),
            _ => None,
        }
    }

    /// Why no servers of a cluster can take a stream, as far as JetStream says it.
    pub fn no_servers(&self) -> Vec<NoServers> {
        let words = match &self.0.cause {
            Cause::Api {
                err_code: 10005 | 10049,
                description,
            } => description.as_str(),
            _ => "",
        };
        let reasons = NO_SERVERS.iter().filter(|(text, _)| words.contains(text));
        reasons.map(|(_, reason)| *reason).collect()
    }

    /// The server could not make the folder of a stream that it stores in files. It removes the folder of an account with the
    /// account's last stream, which may happen at the same moment (seen with 2.15.1).
    pub fn has_no_folder(&self) -> bool {
        matches!(&self.0.cause, Cause::Api { err_code: 10049, description } if description.starts_with(NO_FOLDER))
    }

    /// The stream of the request; empty if none.
    #[cfg(not(without_tests))]
    pub fn stream(&self) -> &str {
        &self.0.stream
    }

    /// The subject of the request, such as `$JS.API.STREAM.INFO.wadm_commands`; empty for connecting.
    #[cfg(not(without_tests))]
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// There is no such stream. The only error that means so.
    pub fn is_not_found(&self) -> bool {
        self.code() == Some(NOT_FOUND)
    }

    /// The stream to create exists, created by another client.
    pub fn is_exists(&self) -> bool {
        self.0.cause == Cause::Exists || self.exists_different()
    }

    /// The stream to create exists with another configuration (10058).
    pub fn exists_different(&self) -> bool {
        self.code() == Some(EXISTS_DIFFERENT)
    }

    /// Asking again later may help, with nothing else changed.
    pub fn is_transient(&self) -> bool {
        match &self.0.cause {
            Cause::Api { err_code, .. } => TRANSIENT.contains(err_code),
            Cause::Timeout { .. } | Cause::Disconnected { .. } => true,
            _ => false,
        }
    }

    /// No answer in time: neither of a request nor of what was waited for.
    pub fn is_timeout(&self) -> bool {
        matches!(self.0.cause, Cause::Timeout { .. } | Cause::Deadline(_))
    }

    /// The servers that store the stream are offline.
    pub fn is_offline(&self) -> bool {
        self.code().is_some_and(|code| OFFLINE.contains(&code))
    }

    /// A create, update or delete that may have been applied, or may be later: read before deciding.
    pub fn is_unknown_outcome(&self) -> bool {
        self.0.unknown_outcome
    }

    /// The subject that the server denies to this user.
    pub fn denied_subject(&self) -> Option<&str> {
        match &self.0.cause {
            Cause::Denied { subject, .. } => Some(subject),
            _ => None,
        }
    }

    /// The server denies the subject where answers arrive, so that no request can be answered.
    pub fn is_inbox_denied(&self) -> bool {
        matches!(self.0.cause, Cause::Denied { publish: false, .. })
    }

    /// Every request would fail like this, whatever it is about; and nothing was done.
    pub fn is_of_the_connection(&self) -> bool {
        let nothing_done = !self.0.unknown_outcome && self.0.then.is_none();
        let any = self.is_unreachable()
            || self.is_unauthorized()
            || self.is_inbox_denied()
            || self.unsupported().is_some()
            || self.is_jetstream_unavailable();
        nothing_done && any
    }

    /// What is wrong with what answers, if that was looked at and is the reason.
    pub fn unsupported(&self) -> Option<Unsupported> {
        match &self.0.cause {
            Cause::Unsupported { kind, .. } => Some(*kind),
            _ => None,
        }
    }

    /// What the user must be allowed to subscribe to and is not, such as `_INBOX.>`.
    pub fn denied_inbox(&self) -> Option<String> {
        match &self.0.cause {
            Cause::Denied {
                subject,
                publish: false,
            } => Some(inbox(subject)),
            _ => None,
        }
    }

    /// The JetStream domain that does not answer.
    pub fn absent_domain(&self) -> Option<&str> {
        match &self.0.cause {
            Cause::NoResponders { domain, .. } => domain.as_deref(),
            Cause::Unsupported { absent_domain, .. } => absent_domain.as_deref(),
            _ => None,
        }
    }

    /// Why it failed, as a sentence, without the request.
    pub fn reason(&self) -> String {
        let text = Reason(self).to_string();
        let mut letters = text.chars();
        letters
            .next()
            .map(|first| first.to_uppercase().chain(letters).collect())
            .unwrap_or_default()
    }

    /// JetStream is not there: off on the server or for the account, or the domain is wrong or away.
    pub fn is_jetstream_unavailable(&self) -> bool {
        match &self.0.cause {
            Cause::NoResponders { .. } => true,
            Cause::Unsupported { kind, .. } => *kind != Unsupported::Version,
            Cause::Api { err_code, .. } => NOT_ENABLED.contains(err_code),
            _ => false,
        }
    }

    /// There is no connection.
    pub fn is_unreachable(&self) -> bool {
        self.unreachable().is_some()
    }

    /// Why there is no connection, if that is the reason.
    pub fn unreachable(&self) -> Option<Unreachable> {
        match &self.0.cause {
            Cause::Unreachable { failure, .. } => Some(failure.kind),
            _ => None,
        }
    }

    /// There is no connection, and one may be possible later with nothing changed here: say, a server is about to start.
    pub fn may_be_reachable_later(&self) -> bool {
        self.unreachable().is_some_and(Unreachable::may_pass)
    }

    /// The server refused who we say we are.
    pub fn is_unauthorized(&self) -> bool {
        matches!(self.0.cause, Cause::Unauthorized(_))
    }

    /// Stopped from outside.
    #[cfg(not(without_tests))]
    pub fn is_stopped(&self) -> bool {
        self.0.cause == Cause::Stopped
    }

    /// The keys that the server has otherwise than they were sent.
    pub fn mismatches(&self) -> &[Mismatch] {
        match &self.0.cause {
            Cause::Mismatch(mismatches) => mismatches,
            _ => &[],
        }
    }
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.asked.is_empty() {
            write!(f, "Could not {}: ", self.0.asked)?;
        }
        Reason(self).fmt(f)?;
        if self.0.unknown_outcome {
            write!(f, " The server may have done it, or may do it later.")?;
        }
        match &self.0.then {
            Some(then) => write!(f, " Then: {then}"),
            None => Ok(()),
        }
    }
}

/// What covers every inbox like this one: `_INBOX.>` for `_INBOX.<id>.*`.
fn inbox(subject: &str) -> String {
    let prefix = subject.rsplitn(3, '.').nth(2).unwrap_or(subject);
    format!("{prefix}.>")
}

/// The cause in words, from a small letter to a full stop.
struct Reason<'a>(&'a Error);

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Reason(error) = self;
        let server = &error.0.server;
        match &error.0.cause {
            Cause::Unreachable { failure, origin } => write!(
                f,
                "no connection to NATS at {server}: {}. The address comes from {origin}.",
                failure.how
            ),
            Cause::Unsupported { how, .. } => write!(f, "{how}. The request was sent to {server}."),
            Cause::Unauthorized(why) => {
                write!(f, "could not log in to the NATS server at {server}: {why}.")
            }
            Cause::Api {
                err_code,
                description,
            } => write!(
                f,
                "the NATS server at {server} answered \"{description}\" (JetStream {err_code})."
            ),
            Cause::NoResponders {
                domain: None,
                server_domain: _,
            } => write!(
                f,
                "no JetStream answers to $JS.API.> at {server}: JetStream is not enabled on this server, nor on a server that it \
                 is connected to."
            ),
            Cause::NoResponders {
                domain: Some(domain),
                server_domain,
            } => {
                write!(
                    f,
                    "no JetStream answers to $JS.{domain}.API.> at {server}: the JetStream domain {domain:?} does not exist or is offline"
                )?;
                match server_domain {
                    Some(own) => write!(f, ", and the connected server is in the domain {own:?}."),
                    None => write!(f, ", and the connected server is in no domain."),
                }
            }
            Cause::Denied {
                subject,
                publish: true,
            } => write!(
                f,
                "the provider's user has no permission to publish to {subject} on the NATS server at {server}."
            ),
            Cause::Denied {
                subject,
                publish: false,
            } => write!(
                f,
                "the provider's user has no permission to subscribe to {subject}, on which it receives the answers of the NATS \
                 server at {server} (it needs {}).",
                inbox(subject)
            ),
            // In tenths of a second: what is left of an operation's time is not the same for two streams.
            Cause::Timeout { millis } => write!(
                f,
                "the NATS server at {server} did not answer within {:.1} s.",
                *millis as f64 / 1000.0
            ),
            Cause::Disconnected { why: None } => {
                write!(f, "the connection to the NATS server at {server} was lost.")
            }
            Cause::Disconnected { why: Some(why) } => write!(
                f,
                "the connection to the NATS server at {server} was lost: {why}."
            ),
            Cause::Deadline(what) => {
                write!(
                    f,
                    "the timeout ended while waiting for the NATS server at {server}: {what}."
                )
            }
            Cause::Stopped => write!(f, "the operation was stopped before it was done."),
            Cause::Exists => write!(f, "a stream with this name already exists at {server}."),
            Cause::Mismatch(mismatches) => {
                write!(f, "the NATS server at {server} accepted it, but ")?;
                for (place, Mismatch { key, sent, echoed }) in mismatches.iter().enumerate() {
                    let comma = if place > 0 { ", " } else { "" };
                    let (echoed, sent) = (echoed.to_string(), sent.to_string());
                    let (echoed, sent) = (printable(&echoed), printable(&sent));
                    write!(f, "{comma}has {key} = {echoed} where {sent} was sent")?;
                }
                write!(f, ".")
            }
            Cause::TooLarge { bytes, limit } => write!(
                f,
                "the request has {bytes} bytes, and the NATS server at {server} accepts {limit} (max_payload)."
            ),
            Cause::Invalid(why) => write!(f, "{why}."),
            Cause::Malformed(what) => write!(
                f,
                "the NATS server at {server} sent an answer that cannot be read: {what}."
            ),
        }
    }
}

/// Errors as servers and connections cause them, for the unit tests of what is done about them.
#[cfg(test)]
impl Error {
    /// The user may not publish to a subject.
    pub(crate) fn denied(subject: &str) -> Self {
        let subject = subject.to_owned();
        let publish = true;
        Self::new(Cause::Denied { subject, publish }, "nats://n1:4222")
    }

    /// No answer in time.
    pub(crate) fn timed_out() -> Self {
        Self::new(Cause::Timeout { millis: 5000 }, "nats://n1:4222")
    }

    /// Nobody can be connected to.
    pub(crate) fn not_reachable() -> Self {
        Self::unconnected(Unreachable::Nobody)
    }

    /// There is no connection for this reason.
    pub(crate) fn unconnected(kind: Unreachable) -> Self {
        let failure = Failure::new(kind, "that is how");
        let origin = "the default".to_owned();
        Self::new(Cause::Unreachable { failure, origin }, "nats://n1:4222")
    }

    /// JetStream refuses.
    pub(crate) fn of_jetstream(err_code: u64, description: &str) -> Self {
        let description = description.to_owned();
        let cause = Cause::Api {
            err_code,
            description,
        };
        Self::new(cause, "nats://n1:4222")
    }
}

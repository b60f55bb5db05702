//! One request to the JetStream API, and its retries.
//!
//! A request that was sent and not answered may have been carried out, so an error says whether it was sent
//! ([`Error::is_unknown_outcome`]). Once a mutation is on its way, being stopped does not end the wait for its answer.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use async_nats::{HeaderMap, Request, RequestErrorKind};
use serde_json::Value;
use tokio::sync::Semaphore;
use tracing::debug;

use crate::jetstream::Scope;
use crate::jetstream::api::stream_info::text;
use crate::jetstream::api::verify::{self, Check, Checks, INFO};
use crate::jetstream::connection::link::Link;
use crate::jetstream::connection::options::{ApiPrefix, WithOrigin};
use crate::jetstream::connection::pending::Verdict;
use crate::jetstream::error::{Cause, Error, NoServers};

/// Requests in flight at once: beyond this nothing gets faster, and the server drops its whole queue when it overflows.
const IN_FLIGHT: usize = 64;
/// Attempts without an answer before anything was ever answered: then there is no responder, rather than an election.
const TRIES_UNHEARD: u32 = 3;
/// Attempts at a stream that the answering server does not know, though it exists, or whose folder is being removed: about
/// five seconds.
const TRIES_UNKNOWN: u32 = 8;
/// Attempts at a stream for which too many servers are offline: about fifteen seconds. A leader takes a server for offline
/// that it has not heard of yet, and each tells of itself every ten seconds (`statsz` in nats-server's events.go).
const TRIES_OFFLINE: u32 = 15;
/// The header with which a request says what the server must at least be.
const REQUIRED_LEVEL: &str = "Nats-Required-Api-Level";
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// A request.
pub struct ApiRequest {
    /// In words, say `update stream wadm_commands`.
    pub asked: String,
    /// What follows `API.` in the subject, say `STREAM.UPDATE.wadm_commands`.
    pub api: String,
    /// The stream it is about; empty if none.
    pub stream: String,
    /// The body, as it is sent; empty for none.
    pub body: String,
    /// It changes something.
    pub mutates: bool,
    /// It demands an API level that no server has, so that none carries it out (nats-server from 2.12, ADR-44).
    pub dry_run: bool,
}

/// The JetStream API behind the connection.
pub struct Api {
    pub link: Arc<Link>,
    /// Where it is.
    pub api_prefix: WithOrigin<ApiPrefix>,
    in_flight: Arc<Semaphore>,
    /// What was checked over the connection, for every API prefix.
    checks: Arc<Checks>,
    /// JetStream has answered there.
    heard: AtomicBool,
    /// The mark of this process in streams that it is creating.
    pub creator: String,
}

impl Api {
    pub fn new(link: Arc<Link>) -> Api {
        Api {
            api_prefix: link.options.api_prefix.clone(),
            link,
            in_flight: Arc::new(Semaphore::new(IN_FLIGHT)),
            checks: Arc::default(),
            heard: AtomicBool::new(false),
            creator: format!("{:016x}{:016x}", chance(), chance()),
        }
    }

    /// The API elsewhere, over the same connection.
    pub fn elsewhere(&self, api_prefix: WithOrigin<ApiPrefix>) -> Api {
        Api {
            api_prefix,
            link: self.link.clone(),
            in_flight: self.in_flight.clone(),
            checks: self.checks.clone(),
            heard: AtomicBool::new(false),
            creator: self.creator.clone(),
        }
    }

    /// Asks until there is an answer, a permanent error, or no time left.
    pub async fn request(&self, request: &ApiRequest, scope: &Scope) -> Result<Value, Error> {
        let mut backoff = Backoff::default();
        let mut before: Option<Error> = None;
        loop {
            let error = match self.verified(request, scope).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let error = match before {
                Some(before) if self.was_cut_short(&error) && !request.mutates => before,
                _ => error,
            };
            if !self.retries(&error, &backoff) {
                return Err(error);
            }
            self.pause(&mut backoff, error.clone(), scope).await?;
            before = Some(error);
        }
    }

    /// A try that had only the rest of the time says nothing: what an earlier one met does.
    fn was_cut_short(&self, error: &Error) -> bool {
        let usual = self.link.options.timeout.as_millis();
        matches!(error.cause(), Cause::Timeout { millis } if *millis < usual)
    }

    /// Asks once, and checks who answers: at the same time, unless something is to change.
    async fn verified(&self, request: &ApiRequest, scope: &Scope) -> Result<Value, Error> {
        let checking = async {
            let checked = self.verify(scope).await;
            checked.map_err(|error| {
                error.asking(&request.asked, &self.subject(&request.api), &request.stream)
            })
        };
        let is_check = request.api == INFO;
        if request.mutates || is_check {
            checking.await?;
            let check = self.checks.of(&self.api_prefix.value);
            return match is_check.then(|| check.take()).flatten() {
                Some(answer) => Ok(answer),
                None => self.attempt(request, scope).await,
            };
        }
        let (checked, answer) = tokio::join!(checking, self.attempt(request, scope));
        checked.and(answer)
    }

    /// Checks what answers, if that was not done.
    ///
    /// # Errors
    /// When it is not what was configured. A server that does not say is none.
    async fn verify(&self, scope: &Scope) -> Result<(), Error> {
        let check = self.checks.of(&self.api_prefix.value);
        if check.done.initialized() || scope.is_over() {
            return Ok(());
        }
        // Those who wait for a connection share its failure; those who wait here would fail one after the other.
        self.link.connection(scope).await?;
        // Another one may be checking, with more time than there is here.
        tokio::select! {
            // Boxed, since only one of all requests that wait here runs it.
            checked = check.done.get_or_try_init(|| Box::pin(self.check(&check, scope))) => checked.copied(),
            () = scope.over() => Err(self.link.error(self.ended(scope).unwrap_or(Cause::Stopped))),
        }
    }

    async fn check(&self, check: &Check, scope: &Scope) -> Result<(), Error> {
        let request = account_request();
        let cause = match self.attempt(&request, scope).await {
            Ok(answer) => {
                let version = self.link.server_info().map(|server| server.version);
                let unsupported =
                    verify::unsupported(&answer, &self.api_prefix, version.as_deref());
                if unsupported.is_none() {
                    check.keep(answer);
                }
                unsupported
            }
            // The login may have been refused, which is no answer of JetStream.
            Err(error) if !self.link.is_accepted() => return Err(error),
            Err(error) => verify::unanswered(error, &self.api_prefix)?,
        };
        cause.map_or(Ok(()), |cause| Err(self.link.error(cause)))
    }

    /// Refuses a name that would make another subject of the request: the server would never answer it.
    ///
    /// # Errors
    /// What a stream's name may have.
    pub fn valid(&self, name: &str, request: &ApiRequest) -> Result<(), Error> {
        let forbidden = |letter: char| {
            letter.is_whitespace() || letter.is_control() || ".*>/\\".contains(letter)
        };
        if name.is_empty() || name.len() > 255 || name.contains(forbidden) {
            let why = format!(
                "{name:?} is not a valid stream name (1 to 255 letters, no space, dot, *, >, / or \\)"
            );
            return Err(self.error(Cause::Invalid(why), request));
        }
        Ok(())
    }

    /// The error of a request.
    pub fn error(&self, cause: Cause, request: &ApiRequest) -> Error {
        self.link
            .error(cause)
            .asking(&request.asked, &self.subject(&request.api), &request.stream)
    }

    /// Asks once.
    pub async fn attempt(&self, request: &ApiRequest, scope: &Scope) -> Result<Value, Error> {
        let subject = self.subject(&request.api);
        let failed = |cause: Cause| {
            self.link
                .error(cause)
                .asking(&request.asked, &subject, &request.stream)
        };
        if let Some(ended) = self.ended(scope) {
            return Err(failed(ended));
        }
        let permit = tokio::select! {
            permit = self.in_flight.acquire() => permit.ok(),
            () = scope.over() => None,
        };
        let Some(_permit) = permit else {
            return Err(failed(self.ended(scope).unwrap_or(Cause::Stopped)));
        };
        let client = self
            .link
            .connection(scope)
            .await
            .map_err(|error| error.asking(&request.asked, &subject, &request.stream))?;
        // Boxed, so that of all requests that wait for their turn only those that have it take the memory.
        let answer = Box::pin(self.exchange(&client, &subject, request, scope)).await;
        answer.map_err(|cause| {
            let unanswered = matches!(cause, Cause::Timeout { .. } | Cause::Disconnected { .. });
            // The request was received although the answer is denied.
            let unheard = matches!(cause, Cause::Denied { publish: false, .. });
            let error = failed(cause);
            if request.mutates && (unanswered || unheard) {
                error.unknown()
            } else {
                error
            }
        })
    }

    /// Sends a request and waits for its answer.
    async fn exchange(
        &self,
        client: &async_nats::Client,
        subject: &str,
        request: &ApiRequest,
        scope: &Scope,
    ) -> Result<Value, Cause> {
        // A mutation gets a little time even at the end of the scope: without an answer its outcome is unknown.
        let left = match request.mutates {
            true => scope.remaining_for_change(),
            false => scope.remaining(),
        };
        let limit = self.link.options.timeout.min(left);
        let body = request.body.clone();
        if let Some(limit) = self.max_payload().filter(|limit| body.len() > *limit) {
            let bytes = body.len();
            return Err(Cause::TooLarge { bytes, limit });
        }
        if request.mutates {
            self.checks.forget_answers();
        }
        let mut waiter = self.link.pending.register(subject);
        let mut message = Request::new().payload(body.into()).timeout(Some(limit));
        if request.dry_run {
            let mut headers = HeaderMap::new();
            headers.insert(REQUIRED_LEVEL, u32::MAX.to_string());
            message = message.headers(headers);
        }
        let started = Instant::now();
        let answered = tokio::select! {
            biased;
            answer = client.send_request(subject.to_owned(), message) => answer.map_err(|error| match error.kind() {
                RequestErrorKind::TimedOut => Cause::Timeout { millis: limit.as_millis() },
                RequestErrorKind::NoResponders => Cause::NoResponders {
                    domain: self.api_prefix.value.domain().map(str::to_owned),
                    server_domain: self.link.server_info().and_then(|info| info.domain).filter(|domain| !domain.is_empty()),
                },
                RequestErrorKind::Other => {
                    self.link.discard();
                    self.link.lost()
                }
                RequestErrorKind::InvalidSubject | RequestErrorKind::MaxPayloadExceeded => Cause::Invalid(error.to_string()),
            }),
            verdict = waiter.verdict() => Err(match verdict {
                Verdict::PublishDenied(subject) => Cause::Denied { subject, publish: true },
                Verdict::InboxDenied(subject) => Cause::Denied { subject, publish: false },
                Verdict::Disconnected => self.link.lost(),
            }),
            () = scope.stopped(), if !request.mutates => Err(Cause::Stopped),
        };
        debug!(
            subject,
            millis = started.elapsed().as_millis() as u64,
            answered = answered.is_ok(),
            "asked JetStream"
        );
        answered.and_then(|message| self.read(&message.payload))
    }

    /// Why nothing more is asked: the caller stopped, or its time is over. If there never was a connection, what kept it from
    /// being opened says more than the time.
    fn ended(&self, scope: &Scope) -> Option<Cause> {
        if scope.is_stopped() {
            Some(Cause::Stopped)
        } else if scope.remaining().is_zero() {
            let refused = self.link.refusal_of_login();
            let late = || Cause::Deadline("no further request was sent".to_owned());
            Some(refused.unwrap_or_else(late))
        } else {
            None
        }
    }

    /// Waits before the next attempt.
    ///
    /// # Errors
    /// The error of the last attempt if no time is left for another.
    pub async fn pause(
        &self,
        backoff: &mut Backoff,
        error: Error,
        scope: &Scope,
    ) -> Result<(), Error> {
        let pause = backoff.next();
        if pause >= scope.remaining() {
            return Err(error);
        }
        debug!(%error, pause_millis = pause.as_millis() as u64, "sending the request again");
        tokio::select! {
            () = tokio::time::sleep(pause) => Ok(()),
            () = scope.stopped() => Err(error),
        }
    }

    /// Whether the next attempt may do better.
    pub fn retries(&self, error: &Error, backoff: &Backoff) -> bool {
        let heard = self.heard.load(Ordering::Relaxed);
        match error.cause() {
            Cause::NoResponders { .. } => heard,
            Cause::Timeout { .. } => heard || backoff.tries + 1 < TRIES_UNHEARD,
            _ if error.has_no_folder() => backoff.is_early(),
            _ if error.no_servers().contains(&NoServers::Offline) => backoff.tries < TRIES_OFFLINE,
            _ => error.is_transient(),
        }
    }

    /// The longest message that the connected server takes, in bytes; `None` before there was a connection.
    pub fn max_payload(&self) -> Option<usize> {
        let info = self.link.server_info()?;
        Some(info.max_payload).filter(|limit| *limit > 0)
    }

    fn read(&self, payload: &[u8]) -> Result<Value, Cause> {
        let answer: Value =
            serde_json::from_slice(payload).map_err(|error| Cause::Malformed(error.to_string()))?;
        self.heard.store(true, Ordering::Relaxed);
        let Some(error) = answer.get("error") else {
            return Ok(answer);
        };
        Err(Cause::Api {
            err_code: error
                .get("err_code")
                .and_then(Value::as_u64)
                .unwrap_or_default(),
            description: text(error, "description"),
        })
    }

    pub fn subject(&self, api: &str) -> String {
        format!("{}.{api}", self.api_prefix.value.prefix())
    }
}

/// A request about one stream.
pub fn stream_request(verb: &str, api: &str, stream: &str, body: Value) -> ApiRequest {
    ApiRequest {
        asked: format!("{verb} stream {stream}"),
        api: format!("{api}.{stream}"),
        stream: stream.to_owned(),
        body: body_text(&body),
        mutates: matches!(
            api,
            "STREAM.CREATE" | "STREAM.UPDATE" | "STREAM.DELETE" | "STREAM.PURGE"
        ),
        dry_run: false,
    }
}

/// The request for limits and use of the account.
pub fn account_request() -> ApiRequest {
    ApiRequest {
        asked: "read the JetStream account".to_owned(),
        api: INFO.to_owned(),
        stream: String::new(),
        body: String::new(),
        mutates: false,
        dry_run: false,
    }
}

/// A body as it is sent: text, since a request that is repeated keeps it, and text is a third of its JSON value.
pub fn body_text(body: &Value) -> String {
    match body.is_null() {
        true => String::new(),
        false => body.to_string(),
    }
}

/// Pauses that double, each shortened by chance so that many callers do not come back at once.
#[derive(Default)]
pub struct Backoff {
    tries: u32,
}

impl Backoff {
    /// Whether so few attempts were made that the cluster may just have a new leader, or the server be removing a folder.
    pub fn is_early(&self) -> bool {
        self.tries < TRIES_UNKNOWN
    }

    fn next(&mut self) -> Duration {
        let full = FIRST_PAUSE
            .saturating_mul(1 << self.tries.min(10))
            .min(LONGEST_PAUSE);
        self.tries += 1;
        full.mul_f64(0.5 + (chance() % 512) as f64 / 1024.0)
    }
}

/// A number that hardly any other process has at the same time.
fn chance() -> u64 {
    RandomState::new().build_hasher().finish()
}

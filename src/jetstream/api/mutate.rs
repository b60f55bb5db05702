//! Creating, updating and deleting, each so that nothing is said about the outcome that was not read.
//!
//! A request without an answer may have been applied, or may be applied later: the stream is read again, and only what
//! is there decides. That takes a little longer than the scope where it must: what was sent is never left unread.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use tracing::{debug, warn};

use crate::jetstream::Scope;
use crate::jetstream::api::client::Client;
use crate::jetstream::api::request::{ApiRequest, Backoff, stream_request};
use crate::jetstream::api::stream_info::StreamInfo;
use crate::jetstream::config::diff;
use crate::jetstream::config::stream_config::StreamConfig;
use crate::jetstream::error::{Cause, Error, Mismatch};

/// How much longer a stream may have existed, by the server's clocks, than we know it was absent, by ours.
const CLOCK_SLACK: Duration = Duration::from_millis(500);

/// Letters of the mark of a creator.
const CREATOR_LENGTH: usize = 32;
/// The first sequence of a new stream.
const FIRST_SEQUENCE: &str = "first_seq";

/// A stream that was created.
#[derive(Clone, Debug)]
pub struct Created {
    /// The stream. If it holds messages at once, look at them twice: servers up to 2.15 may resurrect the messages of
    /// a stream of the same name that was deleted a moment before.
    pub info: StreamInfo,
    /// It was this process that made it. Proven by its creator mark; on a server that keeps no metadata: the stream was
    /// absent before, was created since, and the server says that it created it.
    pub ours: bool,
    /// Why the stream still has what only its creation needed: the creator mark, or a first sequence.
    pub unfinished: Option<Error>,
}

impl Client {
    /// Makes a stream that does not exist.
    ///
    /// # Errors
    /// [`Error::is_exists`] if it exists, also with the same configuration: that would be adopting it.
    /// [`Error::mismatches`] if the server made something else; it is deleted again if it is ours and empty.
    #[cfg(not(without_tests))]
    pub async fn create(&self, config: &StreamConfig, scope: &Scope) -> Result<Created, Error> {
        let absent_since = Instant::now();
        if self.stream(config.name(), scope).await?.is_some() {
            let request = stream_request("create", "STREAM.CREATE", config.name(), Value::Null);
            return Err(self.api.error(Cause::Exists, &request));
        }
        self.create_absent(config, absent_since, scope).await
    }

    /// Makes a stream that the caller has just seen not to exist: `absent_since` is when it asked.
    ///
    /// A single server answers a create of a stream that exists with the same configuration as if it had created it. So
    /// that of two processes only one believes that, each creates it with a mark of its own in the metadata: then the
    /// configurations differ, and the second is refused (JetStream 10058, on every server line). The mark is taken out
    /// at once, with a first sequence, which counts only when a stream is created.
    ///
    /// # Errors
    /// As [`Client::create`].
    pub async fn create_absent(
        &self,
        config: &StreamConfig,
        absent_since: Instant,
        scope: &Scope,
    ) -> Result<Created, Error> {
        let marked = body(&config.with_creator(&self.api.creator));
        let request = stream_request("create", "STREAM.CREATE", config.name(), marked);
        self.api.valid(config.name(), &request)?;
        let mut backoff = Backoff::default();
        let mut unanswered = false;
        loop {
            let info = match self.api.attempt(&request, scope).await {
                Ok(answer) => Some(self.info(&answer, &request)?),
                Err(error) if error.is_unknown_outcome() => {
                    unanswered = true;
                    let found = self.reread(&error, &request, scope).await?;
                    if found.is_none() {
                        self.again(&mut backoff, error, scope).await?;
                    }
                    found
                }
                Err(error) => {
                    let error = if unanswered && !error.is_exists() {
                        error.unknown()
                    } else {
                        error
                    };
                    self.again(&mut backoff, error, scope).await?;
                    None
                }
            };
            let Some(info) = info else { continue };
            return match self.is_creator(&info, config, absent_since, unanswered) {
                Some(ours) => self.created(config, info, ours, &request, scope).await,
                None => Err(self.api.error(Cause::Exists, &request)),
            };
        }
    }

    /// Whether this process has created a stream that exists now; `None` if another has, or it was there before.
    fn is_creator(
        &self,
        info: &StreamInfo,
        config: &StreamConfig,
        absent_since: Instant,
        unanswered: bool,
    ) -> Option<bool> {
        match info.config.creator() {
            Some(creator) => (creator == self.api.creator).then_some(true),
            // The server keeps no metadata.
            None if older_than(info, absent_since.elapsed()) => None,
            None if unanswered && !echoes(config, info) => None,
            None => Some(info.did_create),
        }
    }

    /// Whether a stream is one that this process is creating.
    pub fn is_creating(&self, info: &StreamInfo) -> bool {
        info.config.creator() == Some(&self.api.creator)
    }

    /// Replaces the whole configuration of a stream: every key that is not in `config` goes back to its default, so
    /// give it the live one with changes laid over it ([`StreamConfig::overlaid`]).
    ///
    /// # Errors
    /// [`Error::mismatches`] if the server accepted it but has something else afterwards.
    pub async fn update(&self, config: &StreamConfig, scope: &Scope) -> Result<StreamInfo, Error> {
        let request = stream_request("update", "STREAM.UPDATE", config.name(), body(config));
        self.api.valid(config.name(), &request)?;
        let mut backoff = Backoff::default();
        let mut unanswered = false;
        loop {
            match self.api.attempt(&request, scope).await {
                Ok(answer) => {
                    let info = self.info(&answer, &request)?;
                    return match mismatches(config, &info) {
                        none if none.is_empty() => Ok(info),
                        some => Err(self.api.error(Cause::Mismatch(some), &request)),
                    };
                }
                Err(error) if error.is_unknown_outcome() => {
                    unanswered = true;
                    match self.reread(&error, &request, scope).await? {
                        Some(info) if echoes(config, &info) => return Ok(info),
                        Some(_) => self.again(&mut backoff, error, scope).await?,
                        None => return Err(self.api.error(Cause::not_found(), &request)),
                    }
                }
                Err(error) if error.is_not_found() => {
                    if !self
                        .is_there(&mut backoff, &error, config.name(), scope)
                        .await?
                    {
                        return Err(error);
                    }
                }
                Err(error) => {
                    let error = if unanswered { error.unknown() } else { error };
                    self.again(&mut backoff, error, scope).await?;
                }
            }
        }
    }

    /// Deletes a stream with all it holds; `false` if there was none.
    ///
    /// # Errors
    /// What kept the server from deleting it.
    pub async fn delete(&self, name: &str, scope: &Scope) -> Result<bool, Error> {
        let request = stream_request("delete", "STREAM.DELETE", name, Value::Null);
        self.api.valid(name, &request)?;
        let mut backoff = Backoff::default();
        let mut asked_since = None;
        loop {
            let started = Instant::now();
            match self.api.attempt(&request, scope).await {
                Ok(_) => return Ok(true),
                Err(error) if error.is_not_found() => {
                    let may_be_done = asked_since.is_some();
                    if may_be_done || !self.is_there(&mut backoff, &error, name, scope).await? {
                        return Ok(may_be_done);
                    }
                }
                Err(error) if error.is_unknown_outcome() => {
                    let since = *asked_since.get_or_insert(started);
                    match self.reread(&error, &request, scope).await? {
                        None => return Ok(true),
                        // Ours no longer exists; another client has created this one.
                        Some(info) if younger_than(&info, since.elapsed()) => return Ok(true),
                        Some(_) => self.again(&mut backoff, error, scope).await?,
                    }
                }
                Err(error) => {
                    let error = if asked_since.is_some() {
                        error.unknown()
                    } else {
                        error
                    };
                    self.again(&mut backoff, error, scope).await?;
                }
            }
        }
    }

    /// Deletes the messages of a stream, or those before a sequence, and keeps the stream. Answers how many.
    ///
    /// # Errors
    /// What kept the server from doing so; some of them may be gone all the same.
    pub async fn purge(
        &self,
        name: &str,
        before: Option<u64>,
        scope: &Scope,
    ) -> Result<u64, Error> {
        let body = before.map_or(Value::Null, |sequence| json!({ "seq": sequence }));
        let request = stream_request("purge", "STREAM.PURGE", name, body);
        self.api.valid(name, &request)?;
        let answer = self.api.request(&request, scope).await?;
        Ok(answer
            .get("purged")
            .and_then(Value::as_u64)
            .unwrap_or_default())
    }

    /// Compares what was made with what was sent, and takes it back if it is something else; takes out what only the
    /// creation needed.
    async fn created(
        &self,
        config: &StreamConfig,
        info: StreamInfo,
        ours: bool,
        request: &ApiRequest,
        scope: &Scope,
    ) -> Result<Created, Error> {
        let mismatches = mismatches(config, &info);
        if !mismatches.is_empty() {
            let mismatch = self.api.error(Cause::Mismatch(mismatches), request);
            if ours && info.state.messages == 0 {
                let taken_back = self.delete(config.name(), &self.grace(scope)).await;
                debug!(
                    stream = config.name(),
                    taken_back = taken_back.is_ok(),
                    "the created stream differs from the request"
                );
                taken_back.map_err(|error| mismatch.clone().and(error))?;
            }
            return Err(mismatch);
        }
        let mut finished = info.config.without_creator();
        if config.get(FIRST_SEQUENCE).is_some() {
            finished.set(FIRST_SEQUENCE, 0);
        }
        let (info, unfinished) = match finished == info.config {
            true => (info, None),
            false => match self.update(&finished, &self.grace(scope)).await {
                Ok(info) => (info, None),
                Err(error) => (info, Some(error)),
            },
        };
        Ok(Created {
            info,
            ours,
            unfinished,
        })
    }

    /// What is there after a mutation without an answer.
    async fn reread(
        &self,
        error: &Error,
        request: &ApiRequest,
        scope: &Scope,
    ) -> Result<Option<StreamInfo>, Error> {
        warn!(stream = request.stream, %error, "no answer, reading the stream");
        self.stream(&request.stream, &self.grace(scope))
            .await
            .map_err(|reading| error.clone().and(reading))
    }

    /// Whether a stream exists of which the answer to a change said that it does not; pauses before the next attempt if so.
    /// Changes are answered by the leader of the cluster's JetStream, and a new leader may not know every stream yet; the
    /// stream itself is read from its own servers.
    async fn is_there(
        &self,
        backoff: &mut Backoff,
        error: &Error,
        stream: &str,
        scope: &Scope,
    ) -> Result<bool, Error> {
        let is_there = backoff.is_early() && self.stream(stream, scope).await?.is_some();
        if is_there {
            self.api.pause(backoff, error.clone(), scope).await?;
        }
        Ok(is_there)
    }

    /// Pauses before the next attempt if it may do better.
    async fn again(&self, backoff: &mut Backoff, error: Error, scope: &Scope) -> Result<(), Error> {
        if !self.api.retries(&error, backoff) {
            return Err(error);
        }
        self.api.pause(backoff, error, scope).await
    }

    /// A scope to find out in: it outlives being stopped, and leaves time for one answer.
    fn grace(&self, scope: &Scope) -> Scope {
        scope.aftermath(scope.remaining().max(self.api.link.options.timeout))
    }
}

/// How many bytes the request has that creates a stream like this, or changes one to this; the change has a little less.
pub fn request_bytes(config: &StreamConfig) -> usize {
    let marked = config.with_creator(&"0".repeat(CREATOR_LENGTH));
    body(&marked).to_string().len()
}

/// The configuration, and the request to report what the server would change silently (dropped by 2.10).
fn body(config: &StreamConfig) -> Value {
    let mut body: Map<String, Value> = config.wire();
    // Without a window the server chooses one. Pedantic, it would refuse to, if that is shorter than two minutes: by the
    // age, or by a limit of its own (JetStream 10157).
    if config.has("duplicate_window") {
        body.insert("pedantic".to_owned(), true.into());
    }
    Value::Object(body)
}

/// The keys that the server has otherwise than they were sent.
fn mismatches(sent: &StreamConfig, info: &StreamInfo) -> Vec<Mismatch> {
    let differing = diff::differing(sent, &info.config).into_iter();
    differing
        .map(|(key, sent, echoed)| Mismatch { key, sent, echoed })
        .collect()
}

fn echoes(sent: &StreamConfig, info: &StreamInfo) -> bool {
    mismatches(sent, info).is_empty()
}

/// The stream was made surely longer ago than this.
fn older_than(info: &StreamInfo, limit: Duration) -> bool {
    info.age().is_some_and(|age| age > limit + CLOCK_SLACK)
}

/// The stream was made surely not as long ago as this.
fn younger_than(info: &StreamInfo, limit: Duration) -> bool {
    info.age().is_some_and(|age| age + CLOCK_SLACK < limit)
}

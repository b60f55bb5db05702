//! The one connection.
//!
//! Opened by the first request, shared by all. Concurrent first requests wait for the same attempt and share its
//! failure; a later request tries again. Once open, async-nats reconnects by itself, and a request waits until it has:
//! async-nats would queue it and send it after the reconnect, long after the caller has given up.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::connection::State;
use async_nats::{Client, ConnectOptions, Event, ServerError, ServerInfo};
use futures::future::{BoxFuture, FutureExt, Shared};
use tokio::sync::OnceCell;
use tokio::time::Instant;
use tracing::{debug, warn};

use crate::jetstream::Scope;
use crate::jetstream::connection::address::{self, Server};
use crate::jetstream::connection::failure::{Failure, Unreachable};
use crate::jetstream::connection::login;
use crate::jetstream::connection::login::auth::Auth;
use crate::jetstream::connection::options::Options;
use crate::jetstream::connection::pending::Pending;
use crate::jetstream::connection::route::dial::Route;
use crate::jetstream::connection::route::relay::{Refusal, Relay};
use crate::jetstream::connection::route::socks::Socks;
use crate::jetstream::connection::route::tls;
use crate::jetstream::error::{Cause, Error};

/// Between two attempts to reconnect, at most.
const RECONNECT_PAUSE: Duration = Duration::from_secs(1);
/// Between two attempts to connect for the first time, at first and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);
/// The relay ends an attempt in time; async-nats gets a little more, so that the reason is known.
const GRACE: Duration = Duration::from_millis(500);
/// How often a request checks whether the connection is back.
const RECONNECT_POLL: Duration = Duration::from_millis(20);

type DialResult = Result<Client, Error>;

/// The connection, and what is known of its servers.
pub struct Link {
    pub options: Options,
    /// The addresses as they may be shown.
    pub server: String,
    pub pending: Arc<Pending>,
    relay: OnceCell<Relay>,
    state: Mutex<DialState>,
}

enum DialState {
    /// There is no connection; `failed` says whether one was tried for.
    Idle {
        failed: bool,
    },
    Connecting(Shared<BoxFuture<'static, DialResult>>),
    Open(Client),
}

impl Link {
    pub fn new(options: Options) -> Arc<Link> {
        let server = address::redacted(&options.servers.value).join(", ");
        Arc::new(Link {
            options,
            server,
            pending: Arc::default(),
            relay: OnceCell::new(),
            state: Mutex::new(DialState::Idle { failed: false }),
        })
    }

    /// The connection; dials if nobody has, waits while it is being opened or was lost.
    pub async fn connection(self: &Arc<Self>, scope: &Scope) -> DialResult {
        let client = match self.open() {
            Some(client) => client,
            None => tokio::select! {
                client = self.dial() => client?,
                () = scope.stopped() => return Err(self.error(Cause::Stopped)),
                // The dial may end in the same moment, with a reason.
                () = tokio::time::sleep(scope.remaining() + GRACE) => {
                    let cause = self.disconnect_cause().unwrap_or_else(|| {
                        Cause::Deadline("there is no connection yet".to_owned())
                    });
                    return Err(self.error(cause));
                }
            },
        };
        self.wait(&client, scope).await?;
        Ok(client)
    }

    /// The connection, if it was opened.
    fn open(&self) -> Option<Client> {
        let mut state = lock(&self.state);
        match &*state {
            // There never was one: the next attempt tells why.
            DialState::Open(_) if self.is_refused() => {
                *state = DialState::Idle { failed: false };
                None
            }
            DialState::Open(client) => Some(client.clone()),
            DialState::Idle { .. } | DialState::Connecting(_) => None,
        }
    }

    /// Whether the server has refused the login of a connection that was used already.
    fn is_refused(&self) -> bool {
        self.relay.get().is_some_and(Relay::is_refused)
    }

    /// Whether a server has accepted the login.
    pub fn is_accepted(&self) -> bool {
        self.relay.get().is_some_and(Relay::is_accepted)
    }

    /// What the connected server says of itself.
    pub fn server_info(&self) -> Option<ServerInfo> {
        Some(self.relay.get()?.greeting()?.info)
    }

    /// The connection was lost; why, if that is known.
    pub fn lost(&self) -> Cause {
        let why = self.relay.get().and_then(Relay::ended);
        Cause::Disconnected { why }
    }

    /// Gives up a connection whose client does not work any more; the next request opens another.
    pub fn discard(&self) {
        warn!("the NATS client has ended");
        let mut state = lock(&self.state);
        if matches!(&*state, DialState::Open(_)) {
            *state = DialState::Idle { failed: false };
        }
    }

    pub fn error(&self, cause: Cause) -> Error {
        Error::new(cause, &self.server)
    }

    /// Joins the dial that is running, or starts one. It runs as a task of its own, so that a caller
    /// that gives up does not end it for the others.
    fn dial(self: &Arc<Self>) -> Shared<BoxFuture<'static, DialResult>> {
        let mut state = lock(&self.state);
        let patient = match &*state {
            DialState::Open(connected) => {
                return futures::future::ready(Ok(connected.clone()))
                    .boxed()
                    .shared();
            }
            DialState::Connecting(dial) => return dial.clone(),
            DialState::Idle { failed } => !failed,
        };
        let link = self.clone();
        let task = tokio::spawn(async move {
            let client = link.connect(patient).await;
            *lock(&link.state) = match &client {
                Ok(client) => DialState::Open(client.clone()),
                Err(_) => DialState::Idle { failed: true },
            };
            client
        });
        let broken = self.error(self.unreachable(Failure::new(
            Unreachable::Refused,
            "the connection attempt was interrupted",
        )));
        let dial = task
            .map(move |ended| ended.unwrap_or(Err(broken)))
            .boxed()
            .shared();
        *state = DialState::Connecting(dial.clone());
        dial
    }

    /// Connects. Who is patient tries again until the time is over: a server may be about to start. Once that was in
    /// vain, the next request does not wait as long again.
    async fn connect(&self, patient: bool) -> DialResult {
        let relay = self.relay.get_or_try_init(|| self.open_relay()).await?;
        if let Some(refusal) = relay.final_refusal() {
            return Err(self.error(self.refused(refusal)));
        }
        let started = Instant::now();
        let end = started + self.options.connect_timeout;
        let mut pause = FIRST_PAUSE;
        let mut tries = 0;
        let mut before = None;
        loop {
            let left = match tries {
                0 => self.options.connect_timeout,
                _ => end.saturating_duration_since(Instant::now()),
            };
            tries += 1;
            relay.set_limit(left);
            let connecting = self
                .connect_options(relay, left + GRACE)
                .connect(relay.address.clone());
            if let Ok(Ok(client)) = tokio::time::timeout(left + GRACE, connecting).await {
                relay.set_limit(self.options.connect_timeout);
                return Ok(client);
            }
            let cause = match relay.refusal() {
                Some(Refusal::Unauthorized(why)) => {
                    return Err(self.error(Cause::Unauthorized(why)));
                }
                Some(Refusal::Unreachable(failure)) => failure,
                None => Failure::silent(self.options.connect_timeout),
            };
            // A try that had only the rest of the time says nothing: what an earlier one met does.
            let cause = match before {
                Some(before) if cause.kind == Unreachable::Silent => before,
                _ => cause,
            };
            let again = patient && cause.kind.may_pass() && Instant::now() + pause < end;
            if !again {
                return Err(self.error(self.unreachable(after(tries, started, cause))));
            }
            debug!(
                servers = self.server,
                tries,
                why = cause.how,
                "not connected, trying again"
            );
            before = Some(cause);
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Opens the way for async-nats. What is wrong with the configuration shows here, before any server is dialled.
    async fn open_relay(&self) -> Result<Relay, Error> {
        let failed = |failure| self.error(self.unreachable(failure));
        let servers = address::parse(&self.options.servers.value)
            .map_err(|why| failed(Failure::new(Unreachable::Address, why)))?;
        let route = self.route(&servers).map_err(failed)?;
        let mut login = self.options.auth.clone();
        if login.value == Auth::None {
            login.origin = self.options.servers.origin.clone();
        }
        login::fields(&login, "").map_err(|why| self.error(Cause::Unauthorized(why)))?;
        debug!(servers = self.server, "connecting");
        let inbox_prefix = self.options.inbox_prefix.as_ref();
        let inbox_prefix = inbox_prefix.map_or("_INBOX", |prefix| prefix.value.as_str());
        let expected = self.options.expected.clone();
        let opened = Relay::open(servers, route, login, expected, inbox_prefix).await;
        opened.map_err(|error| {
            let how = format!("this machine has no local port for the connection: {error}");
            failed(Failure::new(Unreachable::Refused, how))
        })
    }

    /// The way to the servers.
    fn route(&self, servers: &[Server]) -> Result<Route, Failure> {
        let tls = &self.options.tls;
        let socks = self.options.socks_proxy.as_ref().map(Socks::parse);
        let (config, certificate) = tls::client_config(tls)?;
        Ok(Route {
            socks: socks.transpose()?,
            config: Arc::new(config),
            certificate,
            // As other clients do: a CA or a client certificate means that the connection must be encrypted.
            tls_required: tls.first
                || tls.ca.is_some()
                || tls.certificate.is_some()
                || servers.iter().any(Server::is_secure),
            tls: tls.clone(),
        })
    }

    fn connect_options(&self, relay: &Relay, limit: Duration) -> ConnectOptions {
        let pending = self.pending.clone();
        let options = ConnectOptions::new()
            .name(format!("{}{}", self.options.name, relay.word))
            .ignore_discovered_servers()
            .connection_timeout(limit)
            .request_timeout(Some(self.options.timeout))
            .reconnect_delay_callback(reconnect_pause)
            .event_callback(move |event| {
                handle_event(event, &pending);
                std::future::ready(())
            });
        match &self.options.inbox_prefix {
            Some(prefix) => options.custom_inbox_prefix(&prefix.value),
            None => options,
        }
    }

    /// Waits until a connection that was lost is back.
    async fn wait(&self, client: &Client, scope: &Scope) -> Result<(), Error> {
        let limit = tokio::time::sleep(self.options.timeout.min(scope.remaining()));
        tokio::pin!(limit);
        while client.connection_state() != State::Connected {
            if self.is_refused() {
                return Err(self.error(self.lost()));
            }
            tokio::select! {
                () = tokio::time::sleep(RECONNECT_POLL) => {}
                () = scope.stopped() => return Err(self.error(Cause::Stopped)),
                () = &mut limit => {
                    let cause = match self.disconnect_cause() {
                        // It was there, so that waiting longer may help.
                        Some(Cause::Unreachable { failure, .. }) if failure.kind.may_pass() => {
                            Cause::Disconnected { why: Some(failure.how) }
                        }
                        Some(cause) => cause,
                        None => self.lost(),
                    };
                    return Err(self.error(cause));
                }
            }
        }
        Ok(())
    }

    /// Why no server has accepted the login so far, if that is known.
    pub fn refusal_of_login(&self) -> Option<Cause> {
        self.disconnect_cause().filter(|_| !self.is_accepted())
    }

    /// Why there is no connection, if that is known.
    fn disconnect_cause(&self) -> Option<Cause> {
        Some(self.refused(self.relay.get()?.refusal()?))
    }

    fn refused(&self, refusal: Refusal) -> Cause {
        match refusal {
            Refusal::Unauthorized(why) => Cause::Unauthorized(why),
            Refusal::Unreachable(failure) => self.unreachable(failure),
        }
    }

    fn unreachable(&self, failure: Failure) -> Cause {
        Cause::Unreachable {
            failure,
            origin: self.options.servers.origin.clone(),
        }
    }
}

fn reconnect_pause(attempt: usize) -> Duration {
    let attempt = u32::try_from(attempt).unwrap_or(u32::MAX).min(10);
    Duration::from_millis(1 << attempt).min(RECONNECT_PAUSE)
}

/// A failure, with how often and for how long it was tried.
fn after(tries: u32, started: Instant, failure: Failure) -> Failure {
    let seconds = started.elapsed().as_secs_f64();
    match tries {
        1 => failure,
        tries => Failure::new(
            failure.kind,
            format!("{} (tried {tries} times in {seconds:.1} s)", failure.how),
        ),
    }
}

/// Takes what async-nats reports beside the answers.
fn handle_event(event: Event, pending: &Pending) {
    match event {
        Event::Disconnected | Event::Closed => pending.disconnected(),
        Event::ServerError(ServerError::Other(text)) if pending.reported(&text) => {
            debug!(text, "denied")
        }
        Event::ServerError(error) => warn!(%error, "reported by the NATS server"),
        other => debug!(event = %other, "reported by the NATS client"),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

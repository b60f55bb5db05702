//! The one connection.
//!
//! Opened by the first request, shared by all. Concurrent first requests wait for the same attempt and share its
//! failure; a later request tries again. Once open, async-nats reconnects by itself, and a request waits until it has:
//! async-nats would queue it and send it after the reconnect, long after the caller has given up.

use std::error::Error as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::connection::State;
use async_nats::{
    ClientError, ConnectError, ConnectErrorKind, ConnectOptions, Event, ServerAddr, ServerError,
};
use futures::future::{BoxFuture, FutureExt, Shared};
use tracing::{debug, warn};

use crate::jetstream::Scope;
use crate::jetstream::connection::address::{self, Addresses};
use crate::jetstream::connection::auth::Auth;
use crate::jetstream::connection::failure::inspect;
use crate::jetstream::connection::failure::unreachable::{Failure, Unreachable};
use crate::jetstream::connection::login;
use crate::jetstream::connection::options::Options;
use crate::jetstream::connection::options::WithOrigin;
use crate::jetstream::connection::pending::Pending;
use crate::jetstream::connection::route::dial::Route;
use crate::jetstream::connection::route::relay::Relays;
use crate::jetstream::connection::route::socks::Socks;
use crate::jetstream::connection::route::tls;
use crate::jetstream::error::{Cause, Error};

/// Between two attempts to reconnect, at most.
const RECONNECT_PAUSE: Duration = Duration::from_secs(1);
/// What of the time to connect is kept for finding out why it failed, at most.
const LONGEST_INSPECTION: Duration = Duration::from_secs(1);
/// How often a request checks whether the connection is back.
const RECONNECT_POLL: Duration = Duration::from_millis(20);

type DialResult = Result<async_nats::Client, Error>;

/// The connection, and what its server reports beside the answers.
pub struct Link {
    pub options: Options,
    /// The addresses as they may be shown.
    pub server: String,
    pub pending: Arc<Pending>,
    state: Mutex<DialState>,
    reports: Arc<Mutex<Reports>>,
}

enum DialState {
    Idle,
    Connecting(Shared<BoxFuture<'static, DialResult>>),
    Open(async_nats::Client),
}

impl Link {
    pub fn new(options: Options) -> Arc<Link> {
        let server = address::redacted(&options.servers.value).join(", ");
        Arc::new(Link {
            options,
            server,
            pending: Arc::default(),
            state: Mutex::new(DialState::Idle),
            reports: Arc::default(),
        })
    }

    /// The connection; dials if nobody has, waits while it is being opened or was lost.
    pub async fn connection(self: &Arc<Self>, scope: &Scope) -> DialResult {
        let client = match self.open() {
            Some(client) => client,
            None => tokio::select! {
                connected_client = self.dial() => connected_client?,
                () = scope.stop.cancelled() => return Err(self.error(Cause::Stopped)),
            },
        };
        self.connected(&client, scope).await?;
        Ok(client)
    }

    /// The connection, if it was opened.
    pub fn open(&self) -> Option<async_nats::Client> {
        match &*lock(&self.state) {
            DialState::Open(client) => Some(client.clone()),
            DialState::Idle | DialState::Connecting(_) => None,
        }
    }

    pub fn error(&self, cause: Cause) -> Error {
        Error::new(cause, &self.server)
    }

    /// Joins the dial that is running, or starts one. It runs as a task of its own, so that a caller
    /// that gives up does not end it for the others.
    fn dial(self: &Arc<Self>) -> Shared<BoxFuture<'static, DialResult>> {
        let mut state = lock(&self.state);
        match &*state {
            DialState::Open(client) => {
                return futures::future::ready(Ok(client.clone())).boxed().shared();
            }
            DialState::Connecting(dial) => return dial.clone(),
            DialState::Idle => {}
        }
        let link = self.clone();
        let task = tokio::spawn(async move {
            let connected_client = link.connect().await;
            *lock(&link.state) = match &connected_client {
                Ok(client) => DialState::Open(client.clone()),
                Err(_) => DialState::Idle,
            };
            connected_client
        });
        let broken = self.error(self.unreachable(Failure::new(
            Unreachable::Refused,
            "the attempt to connect broke off",
        )));
        let dial = task
            .map(move |ended| ended.unwrap_or(Err(broken)))
            .boxed()
            .shared();
        *state = DialState::Connecting(dial.clone());
        dial
    }

    async fn connect(&self) -> DialResult {
        let failed = |failure| self.error(self.unreachable(failure));
        let Addresses { servers, auth } = self.addresses().map_err(failed)?;
        let route = self.route(&servers).map_err(failed)?;
        let login = self.login(auth);
        let inspection = (self.options.connect_timeout / 5).min(LONGEST_INSPECTION);
        let limit = self.options.connect_timeout - inspection;
        // Every server gets its share of the time, or one that is silent would keep us from the next.
        let share = limit / u32::try_from(servers.len()).unwrap_or(1);
        let options = login::log_in(self.connect_options(share), &login)
            .map_err(|why| self.error(Cause::Unauthorized(why)))?;
        debug!(servers = self.server, "connecting");
        let (options, targets) = self
            .through_route(options, &servers, &route)
            .await
            .map_err(|error| failed(Failure::new(Unreachable::Proxy, error.to_string())))?;
        let error = match tokio::time::timeout(limit, options.connect(targets)).await {
            Ok(Ok(client)) => return Ok(client),
            Ok(Err(error)) => Some(error),
            Err(_) => None,
        };
        let refused = error
            .as_ref()
            .and_then(|error| self.unauthorized(error, &login));
        if let Some(why) = refused {
            return Err(self.error(Cause::Unauthorized(why)));
        }
        let seen = inspect::all(&servers, &route, inspection).await;
        Err(failed(match (seen, error) {
            (Some(seen), _) if seen.kind != Unreachable::Silent => seen,
            (Some(_), _) | (None, None) => self.silent(),
            (None, Some(error)) => unexplained(&error),
        }))
    }

    fn addresses(&self) -> Result<Addresses, Failure> {
        address::parse(&self.options.servers.value)
            .map_err(|why| Failure::new(Unreachable::Address, why))
    }

    /// The way to the servers.
    fn route(&self, servers: &[ServerAddr]) -> Result<Route, Failure> {
        let tls = &self.options.tls;
        let hosts: Vec<String> = servers
            .iter()
            .map(|server| server.host().to_owned())
            .collect();
        let socks = self.options.socks_proxy.as_ref().map(Socks::parse);
        Ok(Route {
            socks: socks.transpose()?,
            config: Arc::new(tls::client_config(tls, &hosts)?),
            // As other clients do: a CA or a client certificate means that the connection must be encrypted.
            tls_required: tls.first
                || tls.ca.is_some()
                || tls.certificate.is_some()
                || servers.iter().any(ServerAddr::tls_required),
            tls: tls.clone(),
        })
    }

    /// Lets async-nats connect: directly, or to a relay that connects through the proxy.
    async fn through_route(
        &self,
        options: ConnectOptions,
        servers: &[ServerAddr],
        route: &Route,
    ) -> std::io::Result<(ConnectOptions, Vec<ServerAddr>)> {
        if route.socks.is_none() {
            // Servers of a cluster tell each other's addresses, but not those of their websockets in a form of use.
            let websocket = servers.iter().any(ServerAddr::is_websocket);
            let options = if websocket {
                options.ignore_discovered_servers()
            } else {
                options
            };
            let options = options
                .tls_client_config((*route.config).clone())
                .require_tls(route.tls_required);
            let options = if route.tls.first {
                options.tls_first()
            } else {
                options
            };
            return Ok((options, servers.to_vec()));
        }
        let relays = Relays::open(servers, route).await?;
        let targets = relays.servers.clone();
        let options = options
            .name(format!("{}{}", self.options.name, relays.word))
            .ignore_discovered_servers()
            .reconnect_delay_callback(move |attempt| {
                // They live as long as async-nats may call this.
                let _kept = &relays;
                reconnect_pause(attempt)
            });
        Ok((options, targets))
    }

    fn connect_options(&self, share: Duration) -> ConnectOptions {
        let (pending, reports) = (self.pending.clone(), self.reports.clone());
        let options = ConnectOptions::new()
            .name(&self.options.name)
            .connection_timeout(share)
            .request_timeout(Some(self.options.timeout))
            .reconnect_delay_callback(reconnect_pause)
            .event_callback(move |event| {
                handle_event(event, &pending, &reports);
                std::future::ready(())
            });
        match &self.options.inbox_prefix {
            Some(prefix) => options.custom_inbox_prefix(&prefix.value),
            None => options,
        }
    }

    /// Why the server or the login itself refused, if that is the reason.
    fn unauthorized(&self, error: &ConnectError, login: &WithOrigin<Auth>) -> Option<String> {
        match error.kind() {
            ConnectErrorKind::AuthorizationViolation => Some(login::refused(login, None)),
            ConnectErrorKind::Authentication => Some(format!(
                "what is given by {} cannot sign what the server asks to be signed",
                login.origin
            )),
            _ => None,
        }
    }

    /// Waits until a connection that was lost is back.
    async fn connected(&self, client: &async_nats::Client, scope: &Scope) -> Result<(), Error> {
        let limit = tokio::time::sleep(self.options.timeout.min(scope.remaining()));
        tokio::pin!(limit);
        while client.connection_state() != State::Connected {
            tokio::select! {
                () = tokio::time::sleep(RECONNECT_POLL) => {}
                () = scope.stop.cancelled() => return Err(self.error(Cause::Stopped)),
                () = &mut limit => return Err(self.error(self.disconnect_cause().await)),
            }
        }
        Ok(())
    }

    /// Why the connection is not back. A cause that waiting does not change is reported as such.
    async fn disconnect_cause(&self) -> Cause {
        let (why, login_ended) = {
            let reports = lock(&self.reports);
            (
                reports.reconnect_failure.clone(),
                reports.login_ended.clone(),
            )
        };
        if why.is_some_and(|why| why.contains("authorization violation")) {
            let login = self.login(self.addresses().map_or(Auth::None, |parsed| parsed.auth));
            return Cause::Unauthorized(login::refused(&login, login_ended.as_deref()));
        }
        match self.inspect().await {
            Some(failure) if failure.kind.is_of_tls() => self.unreachable(failure),
            _ => Cause::Disconnected,
        }
    }

    async fn inspect(&self) -> Option<Failure> {
        let servers = self.addresses().ok()?.servers;
        let route = self.route(&servers).ok()?;
        inspect::all(
            &servers,
            &route,
            LONGEST_INSPECTION.min(self.options.timeout),
        )
        .await
    }

    fn silent(&self) -> Failure {
        let millis = self.options.connect_timeout.as_millis();
        let how = format!("{} within {millis} ms", inspect::SILENT);
        Failure::new(Unreachable::Silent, how)
    }

    fn unreachable(&self, failure: Failure) -> Cause {
        Cause::Unreachable {
            failure,
            origin: self.options.servers.origin.clone(),
        }
    }

    /// The login that was chosen, else the one that an address carries.
    fn login(&self, in_address: Auth) -> WithOrigin<Auth> {
        match &self.options.auth.value {
            Auth::None => WithOrigin::new(in_address, self.options.servers.origin.clone()),
            _ => self.options.auth.clone(),
        }
    }
}

fn reconnect_pause(attempt: usize) -> Duration {
    let attempt = u32::try_from(attempt).unwrap_or(u32::MAX).min(10);
    Duration::from_millis(1 << attempt).min(RECONNECT_PAUSE)
}

/// A failure of async-nats that does not show in a second attempt: in the operating system's or the server's words; the
/// addresses in them carry no login.
fn unexplained(error: &ConnectError) -> Failure {
    let how = error
        .source()
        .map_or_else(|| error.to_string(), |source| source.to_string());
    Failure::new(Unreachable::Refused, how)
}

/// What async-nats reported of the connection.
#[derive(Default)]
struct Reports {
    /// Why the last reconnect failed.
    reconnect_failure: Option<String>,
    /// What the server said before it ended the login.
    login_ended: Option<String>,
}

/// Takes what async-nats reports beside the answers.
fn handle_event(event: Event, pending: &Pending, reports: &Mutex<Reports>) {
    match event {
        Event::Connected => *lock(reports) = Reports::default(),
        Event::Disconnected | Event::Closed => pending.disconnected(),
        Event::ServerError(ServerError::Other(text)) if pending.reported(&text) => {
            debug!(text, "denied")
        }
        // "User Authentication Expired", "User Authentication Revoked" and their like.
        Event::ServerError(ServerError::Other(text)) if text.contains("Authentication ") => {
            warn!(text, "the NATS server ends the login");
            lock(reports).login_ended = Some(text);
        }
        Event::ServerError(error) => warn!(%error, "reported by the NATS server"),
        Event::ClientError(ClientError::Other(text)) => {
            lock(reports).reconnect_failure = Some(text)
        }
        other => debug!(event = %other, "reported by the NATS client"),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

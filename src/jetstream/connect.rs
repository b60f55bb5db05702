//! The one connection.
//!
//! Opened by the first question, shared by all. Concurrent first questions wait for the same dial and share its
//! failure; a later question dials again. Once open, async-nats reconnects by itself, and a question that comes while
//! it does waits: async-nats would queue it and send it whenever it is back, long after we gave up on it.

use std::error::Error as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::connection::State;
use async_nats::{ClientError, ConnectError, ConnectErrorKind, ConnectOptions, Event, ServerError};
use futures::future::{BoxFuture, FutureExt, Shared};
use tracing::{debug, warn};

use super::address::{self, Addresses};
use super::error::{Cause, Error};
use super::pending::Pending;
use super::{Auth, Options, Scope};

/// Between two attempts to reconnect, at most.
const RECONNECT_PAUSE: Duration = Duration::from_secs(1);
/// How often a question looks whether the connection is back.
const RECONNECT_LOOK: Duration = Duration::from_millis(20);

type Dialled = Result<async_nats::Client, Error>;

/// The connection, and what its server reports beside the answers.
pub struct Link {
    pub options: Options,
    /// The addresses as they may be shown.
    pub server: String,
    pub pending: Arc<Pending>,
    state: Mutex<Dial>,
    /// Why the last reconnect failed.
    lost: Arc<Mutex<Option<String>>>,
}

enum Dial {
    Idle,
    Dialling(Shared<BoxFuture<'static, Dialled>>),
    Open(async_nats::Client),
}

impl Link {
    pub fn new(options: Options) -> Arc<Link> {
        let server = address::redacted(&options.servers.value).join(", ");
        Arc::new(Link {
            options,
            server,
            pending: Arc::default(),
            state: Mutex::new(Dial::Idle),
            lost: Arc::default(),
        })
    }

    /// The connection; dials if nobody has, waits if it is being opened or was lost.
    pub async fn connection(self: &Arc<Self>, scope: &Scope) -> Dialled {
        let client = match self.open() {
            Some(client) => client,
            None => tokio::select! {
                dialled = self.dial() => dialled?,
                () = scope.stop.cancelled() => return Err(self.error(Cause::Stopped)),
            },
        };
        self.connected(&client, scope).await?;
        Ok(client)
    }

    /// The connection, if it was opened.
    pub fn open(&self) -> Option<async_nats::Client> {
        match &*lock(&self.state) {
            Dial::Open(client) => Some(client.clone()),
            Dial::Idle | Dial::Dialling(_) => None,
        }
    }

    pub fn error(&self, cause: Cause) -> Error {
        Error::new(cause, &self.server)
    }

    /// Joins the dial that is running, or starts one. It runs as a task of its own, so that whoever gives up waiting
    /// does not end it for the others.
    fn dial(self: &Arc<Self>) -> Shared<BoxFuture<'static, Dialled>> {
        let mut state = lock(&self.state);
        match &*state {
            Dial::Open(client) => {
                return futures::future::ready(Ok(client.clone())).boxed().shared();
            }
            Dial::Dialling(dial) => return dial.clone(),
            Dial::Idle => {}
        }
        let link = self.clone();
        let task = tokio::spawn(async move {
            let dialled = link.dialled().await;
            *lock(&link.state) = match &dialled {
                Ok(client) => Dial::Open(client.clone()),
                Err(_) => Dial::Idle,
            };
            dialled
        });
        let broken = self.error(self.unreachable("the attempt to connect broke off"));
        let dial = task
            .map(move |ended| ended.unwrap_or(Err(broken)))
            .boxed()
            .shared();
        *state = Dial::Dialling(dial.clone());
        dial
    }

    async fn dialled(&self) -> Dialled {
        let Addresses { servers, auth } = address::parse(&self.options.servers.value)
            .map_err(|why| self.error(self.unreachable(&why)))?;
        let auth = self.login(auth);
        // Every server gets its share of the time, or one that is silent would keep us from the next.
        let share = self.options.connect_timeout / u32::try_from(servers.len()).unwrap_or(1);
        let options = self.connect_options(share, auth)?;
        debug!(servers = self.server, "connecting");
        match tokio::time::timeout(self.options.connect_timeout, options.connect(servers)).await {
            Ok(Ok(client)) => Ok(client),
            Ok(Err(error)) => Err(self.error(self.cause(&error))),
            Err(_) => Err(self.error(self.silent())),
        }
    }

    fn connect_options(&self, share: Duration, auth: Auth) -> Result<ConnectOptions, Error> {
        let (pending, lost) = (self.pending.clone(), self.lost.clone());
        let options = ConnectOptions::new()
            .name(&self.options.name)
            .connection_timeout(share)
            .request_timeout(Some(self.options.timeout))
            .reconnect_delay_callback(|attempt| {
                let attempt = u32::try_from(attempt).unwrap_or(u32::MAX).min(10);
                Duration::from_millis(1 << attempt).min(RECONNECT_PAUSE)
            })
            .event_callback(move |event| {
                happened(event, &pending, &lost);
                std::future::ready(())
            });
        Ok(match auth {
            Auth::None => options,
            Auth::UserPassword { user, password } => options.user_and_password(user, password),
            Auth::Token(token) => options.token(token),
            Auth::NKey(seed) => options.nkey(seed),
            Auth::Jwt { .. } => {
                return Err(self.error(self.unreachable("logging in by JWT is not there yet")));
            }
            // The reason is dropped: it is made from the secret.
            Auth::Credentials(content) => options.credentials(&content).map_err(|_| {
                self.error(Cause::Unauthorized(format!(
                    "the credentials, given by {}, are not the content of a .creds file",
                    self.options.auth.origin
                )))
            })?,
        })
    }

    /// Waits until a connection that was lost is back.
    async fn connected(&self, client: &async_nats::Client, scope: &Scope) -> Result<(), Error> {
        let limit = tokio::time::sleep(self.options.timeout.min(scope.remaining()));
        tokio::pin!(limit);
        while client.connection_state() != State::Connected {
            tokio::select! {
                () = tokio::time::sleep(RECONNECT_LOOK) => {}
                () = scope.stop.cancelled() => return Err(self.error(Cause::Stopped)),
                () = &mut limit => return Err(self.error(self.still_lost())),
            }
        }
        Ok(())
    }

    fn still_lost(&self) -> Cause {
        match lock(&self.lost).clone() {
            Some(why) if why.contains("authorization violation") => {
                Cause::Unauthorized(self.refused())
            }
            _ => Cause::Disconnected,
        }
    }

    fn cause(&self, error: &ConnectError) -> Cause {
        match error.kind() {
            ConnectErrorKind::AuthorizationViolation => Cause::Unauthorized(self.refused()),
            ConnectErrorKind::Authentication => Cause::Unauthorized(format!(
                "the credentials, given by {}, cannot sign what the server asks to be signed",
                self.options.auth.origin
            )),
            ConnectErrorKind::TimedOut => self.silent(),
            ConnectErrorKind::Dns => self.unreachable("the name does not resolve"),
            // In the operating system's or the TLS library's words; the addresses in them carry no login.
            _ => match error.source() {
                Some(source) => self.unreachable(&source.to_string()),
                None => self.unreachable(&error.to_string()),
            },
        }
    }

    fn silent(&self) -> Cause {
        let millis = self.options.connect_timeout.as_millis();
        self.unreachable(&format!("no greeting of a NATS server within {millis} ms"))
    }

    fn unreachable(&self, how: &str) -> Cause {
        Cause::Unreachable {
            how: how.to_owned(),
            origin: self.options.servers.origin.clone(),
        }
    }

    /// The login that was chosen, else the one that an address carries.
    fn login(&self, in_address: Auth) -> Auth {
        match &self.options.auth.value {
            Auth::None => in_address,
            chosen => chosen.clone(),
        }
    }

    fn refused(&self) -> String {
        let in_address =
            address::parse(&self.options.servers.value).map_or(Auth::None, |parsed| parsed.auth);
        let what = match self.login(in_address) {
            Auth::None => {
                return "authorization violation; it wants a login, and none is given".to_owned();
            }
            Auth::UserPassword { user, .. } => format!("the user {user:?} with this password"),
            Auth::Token(_) => "this token".to_owned(),
            Auth::Credentials(_) => "these credentials".to_owned(),
            Auth::NKey(_) => "this nkey".to_owned(),
            Auth::Jwt { .. } => "this JWT".to_owned(),
        };
        let origin = match &self.options.auth.value {
            Auth::None => &self.options.servers.origin,
            _ => &self.options.auth.origin,
        };
        format!("authorization violation; it does not accept {what}, given by {origin}")
    }
}

/// Takes what async-nats reports beside the answers.
fn happened(event: Event, pending: &Pending, lost: &Mutex<Option<String>>) {
    match event {
        Event::Connected => *lock(lost) = None,
        Event::Disconnected | Event::Closed => pending.disconnected(),
        Event::ServerError(ServerError::Other(text)) if pending.reported(&text) => {
            debug!(text, "denied")
        }
        Event::ServerError(error) => warn!(%error, "reported by the NATS server"),
        Event::ClientError(ClientError::Other(text)) => *lock(lost) = Some(text),
        other => debug!(event = %other, "reported by the NATS client"),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

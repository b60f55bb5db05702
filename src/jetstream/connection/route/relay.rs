//! What stands between async-nats and the servers: async-nats connects to a port of this process, and the relay behind it
//! connects to the servers.
//!
//! A newcomer would let async-nats connect to the servers. Then it would follow the addresses that a server announces,
//! send one login to all servers, know no SOCKS proxy, and trust every byte (`server_bytes`). Here the relay chooses
//! among the configured servers, makes TLS, logs in, and checks what the server sends. async-nats gets to know neither
//! the servers nor the login; what is left to it are requests, answers and the wish to connect again.
//!
//! Other users of the machine can connect to the port too. A connection must begin with a word that only this process
//! knows, before anything is sent to a server or comes from one.
//!
//! The first connection does not wait for the answer to the login: requests follow it at once, which saves a round trip. If
//! the server then refuses the login, the connection ends, and [`Relay::is_refused`] says so: the next attempt waits for
//! the answer, as every later connection does, and knows why.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::ServerAddr;
use bytes::{Bytes, BytesMut};
use rustls::crypto::CryptoProvider;
use serde_json::{Map, Value};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf, copy, split};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;
use tracing::debug;

use crate::jetstream::connection::address::Server;
use crate::jetstream::connection::failure::{Failure, Unreachable};
use crate::jetstream::connection::login;
use crate::jetstream::connection::login::auth::Auth;
use crate::jetstream::connection::options::{Expected, WithOrigin};
use crate::jetstream::connection::route::dial::{Dialed, Route, is_of_tls, read};
use crate::jetstream::connection::route::io_stream::IoStream;
use crate::jetstream::connection::route::server_bytes::{
    Greeting, LONGEST_LINE, Operation, Rejected, ServerBytes,
};

/// Within this time a connection must have said the word.
const INTRODUCTION: Duration = Duration::from_secs(2);
/// Connections at once: async-nats has one, others are of strangers.
const CONNECTIONS: usize = 16;
/// What async-nats gets for a greeting. That of the server comes when the login has succeeded, and is kept here.
const GREETING: &[u8] =
    b"INFO {\"server_id\":\"relay\",\"proto\":1,\"headers\":true,\"max_payload\":67108864}\r\n";
/// What async-nats gets for its first ping, with which a server answers the login.
const PONG: &[u8] = b"PONG\r\n";

/// The relay of one connection. What it relays ends with it.
pub struct Relay {
    /// The address that async-nats connects to.
    pub address: ServerAddr,
    /// What a connection must be named by, behind its own name.
    pub word: String,
    upstream: Arc<Upstream>,
    task: JoinHandle<()>,
}

/// Why a server cannot be used.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// There is no connection.
    Unreachable(Failure),
    /// The login is not accepted, or cannot be used; a clause.
    Unauthorized(String),
}

/// The servers, and what is known of them.
struct Upstream {
    servers: Vec<Server>,
    route: Route,
    /// The login for all servers; without one each gets what its address carries.
    login: WithOrigin<Auth>,
    expected: Expected,
    /// Where a server answers who the user is.
    inbox: String,
    word: String,
    /// The time for one server, in milliseconds.
    share_millis: AtomicU64,
    /// The server with which the next connection begins.
    next: AtomicUsize,
    /// Whether a connection is used only after the server has answered the login.
    waits_for_login: AtomicBool,
    seen: Mutex<Seen>,
}

/// What was seen of the servers.
#[derive(Default)]
struct Seen {
    /// Of the last server that accepted the login, or has not answered it yet.
    greeting: Option<Greeting>,
    /// Whether a server has accepted a login.
    accepted: bool,
    /// Whether a connection that was used before its login was answered has ended with a refusal. Meanwhile
    /// nothing is relayed.
    refused: bool,
    /// By server: why the last attempt failed.
    refusals: Vec<Option<Refusal>>,
    /// What the server said before it ended the login, such as "User Authentication Expired".
    login_ended: Option<String>,
    /// Why the last connection ended, as a clause, if the server is the reason.
    ended: Option<String>,
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Relay {
    /// Opens a port. The login is for all servers; without one each gets what its address carries. Only servers that are
    /// as expected are used; what they are is answered to an inbox with this prefix.
    ///
    /// # Errors
    /// When the machine has no port or no randomness.
    pub async fn open(
        servers: Vec<Server>,
        route: Route,
        login: WithOrigin<Auth>,
        expected: Expected,
        inbox_prefix: &str,
    ) -> io::Result<Relay> {
        let new_word = || word(route.config.crypto_provider());
        let word = new_word()?;
        let inbox = format!("{inbox_prefix}.{}", new_word()?);
        let expects_account = expected.account.is_some();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("nats://{}", listener.local_addr()?).parse()?;
        let upstream = Arc::new(Upstream {
            servers,
            route,
            login,
            expected,
            inbox,
            word: word.clone(),
            share_millis: AtomicU64::new(0),
            next: AtomicUsize::new(0),
            // Nothing may be requested in an account that is not the expected one.
            waits_for_login: AtomicBool::new(expects_account),
            seen: Mutex::default(),
        });
        Ok(Relay {
            address,
            word,
            task: tokio::spawn(upstream.clone().serve(listener)),
            upstream,
        })
    }

    /// Sets the time for all servers together; every server gets its share, or one that is silent would keep us from
    /// the next.
    pub fn set_limit(&self, limit: Duration) {
        let servers = u32::try_from(self.upstream.servers.len()).unwrap_or(1);
        let millis = u64::try_from((limit / servers.max(1)).as_millis()).unwrap_or(u64::MAX);
        self.upstream.share_millis.store(millis, Ordering::Relaxed);
    }

    /// What the server says of itself; `None` before there was a connection.
    pub fn greeting(&self) -> Option<Greeting> {
        self.upstream.seen().greeting.clone()
    }

    /// Why no server can be used, if each of those that were tried has failed since the last connection.
    pub fn refusal(&self) -> Option<Refusal> {
        let seen = self.upstream.seen();
        let refusals = seen.refusals.iter().flatten();
        let unauthorized = refusals
            .clone()
            .find(|refusal| matches!(refusal, Refusal::Unauthorized(_)));
        if let Some(unauthorized) = unauthorized {
            return Some(unauthorized.clone());
        }
        let servers = self.upstream.servers.iter().zip(&seen.refusals);
        let failures: Vec<_> = servers
            .filter_map(|(server, refusal)| match refusal {
                Some(Refusal::Unreachable(failure)) => Some((server.shown(), failure.clone())),
                _ => None,
            })
            .collect();
        Failure::of_all(&failures).map(Refusal::Unreachable)
    }

    /// Why the last connection ended, as a clause, if the server is the reason.
    pub fn ended(&self) -> Option<String> {
        self.upstream.seen().ended.clone()
    }

    /// Whether a server has accepted a login, so that there was a connection.
    pub fn is_accepted(&self) -> bool {
        self.upstream.seen().accepted
    }

    /// Whether the first connection has ended since the server refused the login.
    pub fn is_refused(&self) -> bool {
        self.upstream.seen().refused
    }

    /// After [`Relay::is_refused`]: why the only server cannot be used, if another attempt would not change that.
    /// Otherwise the next connection may begin.
    pub fn final_refusal(&self) -> Option<Refusal> {
        let refusal = self.refusal();
        let mut seen = self.upstream.seen();
        let may_pass = match &refusal {
            Some(Refusal::Unauthorized(_)) => false,
            // It has greeted as a NATS server, so that it is not another one that is about to end.
            Some(Refusal::Unreachable(failure)) if failure.kind == Unreachable::Foreign => false,
            Some(Refusal::Unreachable(failure)) => failure.kind.may_pass(),
            None => true,
        };
        let is_final = seen.refused && self.upstream.servers.len() == 1 && !may_pass;
        seen.refused = is_final;
        refusal.filter(|_| is_final)
    }
}

fn word(provider: &CryptoProvider) -> io::Result<String> {
    let mut bytes = [0; 16];
    provider
        .secure_random
        .fill(&mut bytes)
        .map_err(|_| io::Error::other("no random bytes"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// What a client sends first.
struct Introduction {
    /// The fields of `CONNECT`, without the word.
    fields: Map<String, Value>,
    /// What follows.
    rest: Bytes,
}

/// A connection that can be used.
struct Accepted {
    stream: IoStream,
    received: ServerBytes,
    /// The login, if the server has not answered it yet.
    unanswered: Option<Login>,
}

/// A login that was sent.
struct Login {
    /// The server's place in the list.
    place: usize,
    auth: WithOrigin<Auth>,
    /// Whether the connection has TLS.
    secure: bool,
    /// The time for an answer.
    limit: Duration,
}

impl Upstream {
    async fn serve(self: Arc<Self>, listener: TcpListener) {
        // Ends with this task, and with it whatever it still relays.
        let mut relayed = JoinSet::new();
        while let Ok((client, _)) = listener.accept().await {
            while relayed.try_join_next().is_some() {}
            if relayed.len() < CONNECTIONS {
                relayed.spawn(self.clone().relay(client));
            }
        }
    }

    async fn relay(self: Arc<Self>, mut client: TcpStream) {
        if self.seen().refused {
            return;
        }
        let _ = client.set_nodelay(true);
        let introduction = timeout(INTRODUCTION, self.introduction(&mut client)).await;
        let Ok(Ok(Some(introduction))) = introduction else {
            debug!("refused a connection of another process");
            return;
        };
        // async-nats may give up meanwhile; then nobody needs the connection.
        let accepted = tokio::select! {
            accepted = self.log_in(&introduction) => accepted,
            _ = client.readable() => None,
        };
        let Some(accepted) = accepted else { return };
        if let Err(ended) = self.exchange(client, accepted).await {
            debug!(ended, "the connection ended");
        }
    }

    /// The first line of a client; nothing if it is a stranger's.
    async fn introduction(&self, client: &mut TcpStream) -> io::Result<Option<Introduction>> {
        client.write_all(GREETING).await?;
        let mut received = BytesMut::new();
        let end = loop {
            // A ping follows, and nothing after it before it is answered.
            let end = received.windows(2).position(|pair| pair == b"\r\n");
            if let Some(end) = end.filter(|_| received.ends_with(b"PING\r\n")) {
                break end;
            }
            if received.len() > LONGEST_LINE || client.read_buf(&mut received).await? == 0 {
                return Ok(None);
            }
        };
        let line = received.split_to(end + 2);
        let fields = self.without_word(&line);
        Ok(fields.map(|fields| Introduction {
            fields,
            rest: received.freeze(),
        }))
    }

    /// The fields of `CONNECT` under the connection's own name; nothing if the word is not in it.
    fn without_word(&self, line: &[u8]) -> Option<Map<String, Value>> {
        let text = std::str::from_utf8(line).ok()?.strip_prefix("CONNECT ")?;
        let mut fields: Map<String, Value> = serde_json::from_str(text).ok()?;
        let name = fields.get("name")?.as_str()?.strip_suffix(&self.word)?;
        let name = Value::from(name);
        fields.insert("name".to_owned(), name);
        Some(fields)
    }

    /// Logs in to the first server that lets us, beginning with another one each time.
    async fn log_in(&self, introduction: &Introduction) -> Option<Accepted> {
        let servers = self.servers.len();
        let first = self.next.fetch_add(1, Ordering::Relaxed);
        for place in (0..servers).map(|offset| (first + offset) % servers) {
            let Some(server) = self.servers.get(place) else {
                continue;
            };
            let share = Duration::from_millis(self.share_millis.load(Ordering::Relaxed));
            let logging_in = self.log_in_to(server, place, introduction, share);
            let refusal = match timeout(share, logging_in).await {
                Ok(Ok((greeting, accepted))) => {
                    self.seen().greeting = Some(greeting);
                    if accepted.unanswered.is_none() {
                        self.note_accepted();
                    }
                    return Some(accepted);
                }
                Ok(Err(refusal)) => refusal,
                Err(_) => Refusal::Unreachable(Failure::silent(share)),
            };
            self.note_refusal(place, refusal);
        }
        None
    }

    /// Notes that there is a connection.
    fn note_accepted(&self) {
        let mut seen = self.seen();
        *seen = Seen {
            greeting: seen.greeting.take(),
            accepted: true,
            ..Seen::default()
        };
    }

    /// Notes why a server cannot be used.
    fn note_refusal(&self, place: usize, refusal: Refusal) {
        let server = self.servers.get(place).map(Server::shown);
        debug!(server, ?refusal, "not connected");
        let mut seen = self.seen();
        seen.refusals.resize(self.servers.len(), None);
        if let Some(last) = seen.refusals.get_mut(place) {
            *last = Some(refusal);
        }
    }

    async fn log_in_to(
        &self,
        server: &Server,
        place: usize,
        introduction: &Introduction,
        limit: Duration,
    ) -> Result<(Greeting, Accepted), Refusal> {
        let dialed = self.route.dial(server, limit).await;
        let Dialed {
            mut stream,
            mut received,
            greeting,
            secure,
        } = dialed.map_err(Refusal::Unreachable)?;
        let as_expected = self.expected.check_cluster(&greeting);
        as_expected.map_err(Refusal::Unreachable)?;
        let auth = match &self.login.value {
            Auth::None => WithOrigin::new(server.auth.clone(), self.login.origin.clone()),
            _ => self.login.clone(),
        };
        let mut fields = introduction.fields.clone();
        let credentials = login::fields(&auth, &greeting.info.nonce);
        fields.extend(credentials.map_err(Refusal::Unauthorized)?);
        fields.insert("tls_required".to_owned(), secure.into());
        let connect = format!("CONNECT {}\r\n", Value::Object(fields));
        let hello = [connect.as_bytes(), &introduction.rest].concat();
        // A server that has ended the connection already may have said why, so that this may fail.
        if stream.write_all(&hello).await.is_ok() {
            let _ = stream.flush().await;
        }
        let login = Login {
            place,
            auth,
            secure,
            limit,
        };
        let waits = self.waits_for_login.swap(true, Ordering::Relaxed);
        let unanswered = match waits {
            true => {
                self.answered(&mut stream, &mut received, &login).await?;
                let checking =
                    self.expected
                        .check_account(&mut stream, &mut received, &self.inbox, limit);
                checking.await.map_err(Refusal::Unreachable)?;
                None
            }
            false => Some(login),
        };
        let accepted = Accepted {
            stream,
            received,
            unanswered,
        };
        Ok((greeting, accepted))
    }

    /// Waits for the answer to a login.
    async fn answered(
        &self,
        stream: &mut (impl AsyncRead + Unpin),
        received: &mut ServerBytes,
        login: &Login,
    ) -> Result<(), Refusal> {
        let why = match answer(stream, received).await {
            Ok(Ok(Operation::Error(error))) if is_about_login(&error) => {
                let told = self.seen().login_ended.clone();
                let why = login::refused(&login.auth, told.as_deref());
                return Err(Refusal::Unauthorized(why));
            }
            Ok(Ok(Operation::Error(error))) => format!("the server answers '{error}'"),
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(Rejected(what))) => {
                let how = format!("it is not a NATS server: {what}");
                return Err(Refusal::Unreachable(Failure::new(
                    Unreachable::Foreign,
                    how,
                )));
            }
            Err(error) if is_of_tls(&error) => {
                return Err(Refusal::Unreachable(self.route.tls_failure(&error)));
            }
            Err(error) => format!("the connection was lost: {error}"),
        };
        let rejection = match self.servers.get(login.place) {
            Some(server) if login.secure => self.route.rejection(server, login.limit / 2).await,
            _ => None,
        };
        let refused = Failure::new(Unreachable::Refused, why);
        Err(Refusal::Unreachable(rejection.unwrap_or(refused)))
    }

    /// Waits for the answer to a login on a connection that is used already, and says whether it is accepted; a refusal is
    /// noted for who used it.
    async fn confirm(
        &self,
        from_server: &mut ReadHalf<IoStream>,
        received: &mut ServerBytes,
        login: &Login,
    ) -> bool {
        let answered = timeout(login.limit, self.answered(from_server, received, login)).await;
        let refusal = match answered {
            Ok(Ok(())) => {
                self.note_accepted();
                return true;
            }
            Ok(Err(refusal)) => refusal,
            Err(_) => Refusal::Unreachable(Failure::silent(login.limit)),
        };
        self.note_refusal(login.place, refusal);
        self.seen().refused = true;
        false
    }

    /// Relays until one side ends the connection; the error says what the server did, if it is the reason.
    async fn exchange(&self, client: TcpStream, accepted: Accepted) -> Result<(), String> {
        let Accepted {
            stream,
            mut received,
            unanswered,
        } = accepted;
        let client: IoStream = Box::new(client);
        let (mut from_client, mut to_client) = split(client);
        let (mut from_server, mut to_server) = split(stream);
        let answered = to_client.write_all(PONG).await;
        if answered.is_err() || to_client.flush().await.is_err() {
            return Ok(());
        }
        let forwarding = copy(&mut from_client, &mut to_server);
        tokio::pin!(forwarding);
        if let Some(login) = unanswered {
            let confirming = self.confirm(&mut from_server, &mut received, &login);
            tokio::pin!(confirming);
            let confirmed = tokio::select! {
                confirmed = &mut confirming => confirmed,
                // A server that refuses the login takes nothing any more, but has said why.
                forwarded = &mut forwarding => {
                    if forwarded.is_err() {
                        confirming.await;
                    }
                    false
                }
            };
            if !confirmed {
                return Ok(());
            }
        }
        tokio::select! {
            ended = self.check(&mut from_server, &mut to_client, received) => {
                // Kept before async-nats notices the end, so that its requests fail with the reason.
                self.seen().ended = ended.clone().err();
                ended
            }
            _ = &mut forwarding => Ok(()),
        }
    }

    /// Passes on what the server sends, checked.
    async fn check(
        &self,
        from_server: &mut ReadHalf<IoStream>,
        to_client: &mut WriteHalf<IoStream>,
        mut received: ServerBytes,
    ) -> Result<(), String> {
        loop {
            while let Some(passed) = received.next().map_err(|Rejected(what)| {
                format!("the server violates the NATS protocol: {what}")
            })? {
                match passed.operation {
                    Operation::Info(greeting) => self.seen().greeting = Some(*greeting),
                    // "User Authentication Expired", "Account Authentication Revoked" and their like.
                    Operation::Error(error) if error.contains("Authentication ") => {
                        self.seen().login_ended = Some(error);
                    }
                    _ => {}
                }
                if to_client.write_all(&passed.bytes).await.is_err() {
                    return Ok(());
                }
            }
            if to_client.flush().await.is_err() {
                return Ok(());
            }
            match read(from_server, &mut received).await {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(error) if is_of_tls(&error) => {
                    return Err(self.route.tls_failure(&error).how);
                }
                Err(_) => return Ok(()),
            }
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a server answers to the login: to a ping, or an error.
async fn answer(
    stream: &mut (impl AsyncRead + Unpin),
    received: &mut ServerBytes,
) -> io::Result<Result<Operation, Rejected>> {
    loop {
        match received.next() {
            Ok(Some(passed)) if is_answer(&passed.operation) => return Ok(Ok(passed.operation)),
            Ok(Some(_)) => continue,
            Ok(None) => {}
            Err(rejected) => return Ok(Err(rejected)),
        }
        if read(stream, received).await? == 0 {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the server closed it without a reason",
            ));
        }
    }
}

fn is_answer(operation: &Operation) -> bool {
    matches!(operation, Operation::Pong | Operation::Error(_))
}

fn is_about_login(error: &str) -> bool {
    error.eq_ignore_ascii_case("authorization violation")
}

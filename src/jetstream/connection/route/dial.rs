//! One connection to one server: TCP or a SOCKS5 proxy, TLS, WebSocket and the server's greeting; or why there is none.
//!
//! A newcomer would let async-nats connect. It would follow addresses that a server announces, and for many failures it
//! says only that the connection ended. Here each failure has its reason, and where TLS is configured nothing leaves
//! before the server's certificate is verified.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use rustls::ClientConfig;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;

use crate::jetstream::connection::address::Server;
use crate::jetstream::connection::failure::{Failure, Unreachable};
use crate::jetstream::connection::options::Tls;
use crate::jetstream::connection::route::io_stream::IoStream;
use crate::jetstream::connection::route::server_bytes::{
    Greeting, Operation, Passed, Rejected, ServerBytes, excerpt,
};
use crate::jetstream::connection::route::socks::Socks;
use crate::jetstream::connection::route::tls::{self, ClientCertificate};
use crate::jetstream::connection::route::websocket;

/// What of the time for one server is kept for finding out why it does not greet, at most.
const LONGEST_PROBE: Duration = Duration::from_secs(1);
/// Read from a connection at once, in bytes.
const CHUNK: usize = 8 * 1024;
/// What a websocket begins with; the key is the example of RFC 6455.
const UPGRADE: &str = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
                       Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// The way to servers: directly or through a proxy, and what TLS there is.
#[derive(Clone)]
pub struct Route {
    pub socks: Option<Socks>,
    pub tls: Tls,
    pub config: Arc<ClientConfig>,
    /// What `config` presents; one connection is begun at a time.
    pub certificate: Arc<ClientCertificate>,
    /// TLS is required, whatever the server offers.
    pub tls_required: bool,
}

/// A server that has greeted.
pub struct Dialed {
    pub stream: IoStream,
    /// What arrived after the greeting.
    pub received: ServerBytes,
    pub greeting: Greeting,
    /// There is TLS between here and the server.
    pub secure: bool,
}

/// How long one server is waited for.
#[derive(Clone, Copy)]
struct Limits {
    limit: Duration,
    greeting: Instant,
    end: Instant,
}

impl Route {
    /// Connects as far as the greeting, within a limit.
    ///
    /// # Errors
    /// Why the server cannot be connected to.
    pub async fn dial(&self, server: &Server, limit: Duration) -> Result<Dialed, Failure> {
        let end = Instant::now() + limit;
        let greeting = end - (limit / 5).min(LONGEST_PROBE);
        let limits = Limits {
            limit,
            greeting,
            end,
        };
        if server.is_websocket() {
            self.websocket(server, limits).await
        } else {
            self.nats(server, limits).await
        }
    }

    async fn nats(&self, server: &Server, limits: Limits) -> Result<Dialed, Failure> {
        let stream = self.connect(server, limits.limit, limits.greeting).await?;
        if self.tls.first {
            return match self.secure(server, stream, limits.end).await {
                Ok(stream) => self.greeted(stream, true, limits).await,
                Err(failure) if failure.kind == Unreachable::NoTls => {
                    Err(self.greets_first(server, limits).await)
                }
                Err(failure) => Err(failure),
            };
        }
        let dialed = match self.greeted(stream, false, limits).await {
            Err(failure) if failure.kind == Unreachable::Silent => {
                return Err(self.silent(server, limits).await);
            }
            greeted => greeted?,
        };
        if !self.wants_tls(server, &dialed.greeting) {
            return Ok(dialed);
        }
        if !dialed.greeting.info.tls_required && !dialed.greeting.tls_available {
            return Err(no_tls());
        }
        if !dialed.received.unfinished().is_empty() {
            // Somebody between could have put it there, and it would count as the server's.
            let how = "the server sent more than a greeting before the TLS handshake";
            return Err(Failure::new(Unreachable::Foreign, how));
        }
        Ok(Dialed {
            stream: self.secure(server, dialed.stream, limits.end).await?,
            secure: true,
            ..dialed
        })
    }

    async fn websocket(&self, server: &Server, limits: Limits) -> Result<Dialed, Failure> {
        let secure = server.is_secure();
        if self.tls_required && !secure {
            return Err(no_tls());
        }
        let mut stream = self.connect(server, limits.limit, limits.greeting).await?;
        if secure {
            stream = self.secure(server, stream, limits.end).await?;
        }
        match timeout_at(limits.greeting, websocket::open(server, stream)).await {
            Ok(Ok(stream)) => self.greeted(stream, secure, limits).await,
            Ok(Err(tokio_websockets::Error::Io(error))) if is_of_tls(&error) => {
                Err(self.tls_failure(&error))
            }
            Ok(Err(_)) => Err(self.no_websocket(server, limits).await),
            Err(_) => Err(Failure::silent(limits.limit)),
        }
    }

    /// Connects, without a word.
    async fn connect(
        &self,
        server: &Server,
        limit: Duration,
        end: Instant,
    ) -> Result<IoStream, Failure> {
        let (host, port) = (server.address.host(), server.address.port());
        if let Some(socks) = &self.socks {
            let connected = timeout_at(end, socks.connect(host, port)).await;
            let stream = connected.unwrap_or_else(|_| Err(socks.silent(limit)))?;
            return Ok(Box::new(stream));
        }
        let found = timeout_at(end, tokio::net::lookup_host((host, port))).await;
        let found: Vec<_> = match found {
            Ok(found) => found.map(Iterator::collect).unwrap_or_default(),
            Err(_) => Vec::new(),
        };
        let mut failure = Failure::new(Unreachable::Name, "the name does not resolve");
        let addresses = found.len();
        for (place, address) in found.into_iter().enumerate() {
            let left = end.saturating_duration_since(Instant::now());
            let share = left / u32::try_from(addresses - place).unwrap_or(1);
            match timeout_at(Instant::now() + share, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    let _ = stream.set_nodelay(true);
                    return Ok(Box::new(stream));
                }
                Ok(Err(error)) => failure = Failure::new(Unreachable::Nobody, error.to_string()),
                Err(_) => failure = Failure::silent(limit),
            }
        }
        Err(failure)
    }

    /// Makes TLS, for the name of the server.
    async fn secure(
        &self,
        server: &Server,
        stream: IoStream,
        end: Instant,
    ) -> Result<IoStream, Failure> {
        let name = tls::name(server.address.host())
            .ok_or_else(|| Failure::new(Unreachable::Tls, "a certificate cannot have this name"))?;
        self.certificate.forget_request();
        let connector = TlsConnector::from(self.config.clone());
        match timeout_at(end, connector.connect(name, stream)).await {
            Ok(Ok(stream)) => Ok(Box::new(stream)),
            Ok(Err(error)) => Err(self.tls_failure(&error)),
            Err(_) => Err(Failure::new(
                Unreachable::Tls,
                "the server does not answer the TLS handshake",
            )),
        }
    }

    /// What an error of a connection with TLS means.
    pub fn tls_failure(&self, error: &io::Error) -> Failure {
        match error.get_ref().and_then(|error| error.downcast_ref()) {
            Some(error) => tls::error::failure(error, &self.tls, self.certificate.was_requested()),
            None => Failure::new(
                Unreachable::Tls,
                format!("the connection was lost in the TLS handshake: {error}"),
            ),
        }
    }

    /// Whether a server with this greeting is to be spoken to by TLS.
    fn wants_tls(&self, server: &Server, greeting: &Greeting) -> bool {
        self.tls_required || server.is_secure() || greeting.info.tls_required
    }

    /// Waits for the greeting.
    async fn greeted(
        &self,
        mut stream: IoStream,
        secure: bool,
        limits: Limits,
    ) -> Result<Dialed, Failure> {
        let mut received = ServerBytes::default();
        let reading = greeting(&mut stream, &mut received);
        let greeting = match timeout_at(limits.greeting, reading).await {
            Ok(Ok(Ok(Some(greeting)))) => greeting,
            Ok(Ok(Ok(None))) | Err(_) => return Err(Failure::silent(limits.limit)),
            Ok(Ok(Err(failure))) => return Err(failure),
            Ok(Err(error)) if is_of_tls(&error) => return Err(self.tls_failure(&error)),
            Ok(Err(error)) => {
                let how = format!("the connection was lost: {error}");
                return Err(Failure::new(Unreachable::Foreign, how));
            }
        };
        Ok(Dialed {
            stream,
            received,
            greeting,
            secure,
        })
    }

    /// A server that says nothing may wait for a handshake.
    async fn silent(&self, server: &Server, limits: Limits) -> Failure {
        let handshake = async {
            let stream = self.connect(server, limits.limit, limits.end).await?;
            self.secure(server, stream, limits.end).await
        };
        match handshake.await {
            Err(failure)
                if matches!(failure.kind, Unreachable::NoTls | Unreachable::Tls)
                    || !failure.kind.is_of_tls() =>
            {
                Failure::silent(limits.limit)
            }
            _ => Failure::new(
                Unreachable::HandshakeFirst,
                "the server sends no greeting before the TLS handshake",
            ),
        }
    }

    /// A server that does not answer a handshake by TLS may greet.
    async fn greets_first(&self, server: &Server, limits: Limits) -> Failure {
        let greeted = async {
            let stream = self.connect(server, limits.limit, limits.end).await?;
            self.greeted(stream, false, limits).await
        };
        match greeted.await {
            Ok(dialed) if dialed.greeting.info.tls_required || dialed.greeting.tls_available => {
                Failure::new(
                    Unreachable::GreetingFirst,
                    "the server sends its greeting before the TLS handshake",
                )
            }
            Ok(_) => no_tls(),
            Err(failure) => failure,
        }
    }

    /// Why a server ends a connection after its greeting, if it is about the client's certificate: it judges that after
    /// the handshake has succeeded for the client.
    pub async fn rejection(&self, server: &Server, limit: Duration) -> Option<Failure> {
        let end = Instant::now() + limit;
        let mut stream = match self.dial(server, limit).await {
            Ok(dialed) if dialed.secure => dialed.stream,
            Ok(_) => return None,
            Err(failure) => return failure.kind.is_of_tls().then_some(failure),
        };
        match timeout_at(end, stream.read_u8()).await {
            Ok(Err(error)) if is_of_tls(&error) => Some(self.tls_failure(&error)),
            _ => None,
        }
    }

    /// What is behind an address of WebSocket instead.
    async fn no_websocket(&self, server: &Server, limits: Limits) -> Failure {
        let visit = async {
            let mut stream = self.connect(server, limits.limit, limits.end).await?;
            if server.is_secure() {
                stream = self.secure(server, stream, limits.end).await?;
            }
            let host = server.address.host();
            let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\n{UPGRADE}");
            let _ = stream.write_all(request.as_bytes()).await;
            let _ = stream.flush().await;
            let mut answer = BytesMut::with_capacity(CHUNK);
            match timeout_at(limits.end, stream.read_buf(&mut answer)).await {
                Ok(Err(error)) if is_of_tls(&error) => Err(self.tls_failure(&error)),
                _ => Ok(answer.freeze()),
            }
        };
        let answer = match visit.await {
            Ok(answer) => answer,
            Err(failure) => return failure,
        };
        let how = if answer.starts_with(b"INFO ") {
            "this port of the server is not for WebSocket: use nats:// or tls://".to_owned()
        } else {
            let line = answer.split(|byte| *byte == b'\r').next();
            format!(
                "there is no WebSocket at this address: {}",
                excerpt(line.unwrap_or_default())
            )
        };
        Failure::new(Unreachable::Foreign, how)
    }
}

/// The greeting; nothing if the server closed the connection without one.
async fn greeting(
    stream: &mut IoStream,
    received: &mut ServerBytes,
) -> io::Result<Result<Option<Greeting>, Failure>> {
    let foreign = |what: String| {
        let how = format!("it is not a NATS server: {what}");
        Ok(Err(Failure::new(Unreachable::Foreign, how)))
    };
    loop {
        match received.next() {
            Ok(Some(Passed { operation, bytes })) => {
                return match operation {
                    Operation::Info(greeting) => Ok(Ok(Some(*greeting))),
                    Operation::Error(error) => {
                        let how = format!("the server answers '{error}'");
                        Ok(Err(Failure::new(Unreachable::Refused, how)))
                    }
                    Operation::Pong | Operation::Other => foreign(excerpt(&bytes)),
                };
            }
            Ok(None) => {}
            Err(Rejected(what)) => return foreign(what),
        }
        if read(stream, received).await? == 0 {
            return match received.unfinished() {
                [] => Ok(Ok(None)),
                begun => foreign(excerpt(begun)),
            };
        }
    }
}

/// Reads what has arrived, or waits for something to arrive; the number of bytes is 0 at the end.
pub async fn read<S: AsyncRead + Unpin>(
    stream: &mut S,
    received: &mut ServerBytes,
) -> io::Result<usize> {
    let mut chunk = [0; CHUNK];
    let length = stream.read(&mut chunk).await?;
    received.push(&chunk[..length]);
    Ok(length)
}

/// Whether an error of a connection is one of TLS.
pub fn is_of_tls(error: &io::Error) -> bool {
    error
        .get_ref()
        .is_some_and(|inner| inner.is::<rustls::Error>())
}

fn no_tls() -> Failure {
    Failure::new(
        Unreachable::NoTls,
        "TLS is configured, and the server does not offer it",
    )
}

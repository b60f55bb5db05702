//! One connection to one server, by our own hand: through a proxy, and to see why async-nats got none.

use std::io;
use std::sync::Arc;

use async_nats::ServerAddr;
use rustls::ClientConfig;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::jetstream::connection::failure::unreachable::{Failure, Unreachable};
use crate::jetstream::connection::options::Tls;
use crate::jetstream::connection::route::socks::Socks;
use crate::jetstream::connection::route::tls;

/// A greeting or a head of HTTP is shorter.
const LONGEST_HEAD: usize = 64 * 1024;

/// A connection, plain or private.
pub trait ByteStream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> ByteStream for T {}

/// A connection, plain or private.
pub type IoStream = Box<dyn ByteStream>;

/// The way to servers: directly or through a proxy, and what TLS there is.
#[derive(Clone)]
pub struct Route {
    pub socks: Option<Socks>,
    pub tls: Tls,
    pub config: Arc<ClientConfig>,
    /// TLS is required, whatever the server offers.
    pub tls_required: bool,
}

impl Route {
    /// Connects, without a word.
    pub async fn connect(&self, server: &ServerAddr) -> Result<IoStream, Failure> {
        if let Some(socks) = &self.socks {
            let stream = socks.connect(server.host(), server.port()).await?;
            return Ok(Box::new(stream));
        }
        let found = tokio::net::lookup_host((server.host(), server.port())).await;
        let found: Vec<_> = found.map(Iterator::collect).unwrap_or_default();
        let unresolved = Failure::new(Unreachable::Name, "the name does not resolve");
        let mut failure = unresolved;
        for address in found {
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(Box::new(stream)),
                Err(error) => failure = Failure::new(Unreachable::Nobody, error.to_string()),
            }
        }
        Err(failure)
    }

    /// Makes it private, for the name of the server.
    pub async fn secure(&self, server: &ServerAddr, stream: IoStream) -> Result<IoStream, Failure> {
        let name = tls::name(server.host())
            .ok_or_else(|| Failure::new(Unreachable::Tls, "no certificate can have that name"))?;
        let connected = TlsConnector::from(self.config.clone())
            .connect(name, stream)
            .await;
        match connected {
            Ok(stream) => Ok(Box::new(stream)),
            Err(error) => Err(self.failed(&error)),
        }
    }

    /// What an error of a private connection means.
    pub fn failed(&self, error: &io::Error) -> Failure {
        match error.get_ref().and_then(|error| error.downcast_ref()) {
            Some(error) => Failure::of_tls(error, &self.tls),
            None => Failure::new(
                Unreachable::Tls,
                format!("the connection breaks off in the TLS handshake: {error}"),
            ),
        }
    }

    /// Whether a server with this greeting is to be spoken to by TLS.
    pub fn wants_tls(&self, server: &ServerAddr, greeting: &Greeting) -> bool {
        self.tls_required || server.tls_required() || greeting.tls_required
    }
}

/// What of a server's greeting matters here.
pub struct Greeting {
    pub tls_required: bool,
    pub tls_available: bool,
    /// All of it.
    pub info: serde_json::Value,
}

impl Greeting {
    /// Reads the line `INFO {..}`; `None` if it is none.
    pub fn read(line: &str) -> Option<Greeting> {
        let info: serde_json::Value = serde_json::from_str(line.strip_prefix("INFO ")?).ok()?;
        let flag = |key: &str| info.get(key).and_then(serde_json::Value::as_bool);
        Some(Greeting {
            tls_required: flag("tls_required").unwrap_or_default(),
            tls_available: flag("tls_available").unwrap_or_default(),
            info,
        })
    }
}

/// Reads up to a line's or a head's end and not beyond; less if nothing more comes.
pub async fn read_until(stream: &mut IoStream, end: &[u8]) -> io::Result<Vec<u8>> {
    let mut read = Vec::new();
    while !read.ends_with(end) && read.len() < LONGEST_HEAD {
        match stream.read_u8().await {
            Ok(byte) => read.push(byte),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}

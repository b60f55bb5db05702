//! Where the plugin listens: a unix socket that only its owner reaches, or a TCP port on Windows.
//!
//! The socket's directory is what keeps other users out: 0700, created for it, removed at the end (`os::unix::socket`). A
//! TCP port on the loopback interface is open to every local user, so there only the pinned
//! client certificate protects, and Nagle's algorithm is off, which costs 40 ms a call otherwise.

pub(super) mod tls;

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::bail;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tracing::warn;

use crate::os::{self, UnixSocket};
use crate::plugin::host::Host;

/// Where a client connects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// A socket in the file system.
    Unix(PathBuf),
    /// A port of the loopback interface.
    Tcp(SocketAddr),
}

impl Address {
    /// The network as go-plugin calls it.
    pub(super) fn network(&self) -> &'static str {
        match self {
            Self::Unix(_) => "unix",
            Self::Tcp(_) => "tcp",
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => path.display().fmt(f),
            Self::Tcp(address) => address.fmt(f),
        }
    }
}

/// The kinds of address to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    /// A socket in the file system.
    Unix,
    /// A port of the loopback interface.
    Tcp,
}

impl Transport {
    /// What this system offers.
    pub(super) fn here() -> Self {
        match os::HAS_UNIX_SOCKETS {
            true => Self::Unix,
            false => Self::Tcp,
        }
    }
}

/// A byte stream to a client.
pub(super) trait ByteStream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> ByteStream for T {}

/// An open socket. Dropping it removes what it made in the file system.
pub(super) struct Listener {
    socket: Socket,
    address: Address,
}

enum Socket {
    Unix(UnixSocket),
    Tcp(TcpListener),
}

impl Listener {
    /// Opens the socket that is announced to the host.
    ///
    /// # Errors
    /// When no place for a socket, or no port, can be had.
    pub(super) async fn open(
        transport: Transport,
        name: &str,
        host: &Host,
    ) -> anyhow::Result<Self> {
        match transport {
            Transport::Unix => Self::unix(name, host),
            Transport::Tcp => Self::tcp(host.ports.clone()).await,
        }
    }

    fn unix(name: &str, host: &Host) -> anyhow::Result<Self> {
        let directory = host.socket_dir.as_deref();
        let socket = UnixSocket::bind(name, directory, host.socket_group.as_deref())?;
        let address = Address::Unix(socket.path().to_owned());
        Ok(Self {
            socket: Socket::Unix(socket),
            address,
        })
    }

    /// The first free port of the loopback interface in this range.
    async fn tcp(ports: RangeInclusive<u16>) -> anyhow::Result<Self> {
        for port in ports.clone() {
            if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
                let address = Address::Tcp(listener.local_addr()?);
                return Ok(Self {
                    socket: Socket::Tcp(listener),
                    address,
                });
            }
        }
        let (first, last) = (ports.start(), ports.end());
        bail!("no free port on 127.0.0.1 from {first} to {last} (PLUGIN_MIN_PORT, PLUGIN_MAX_PORT)")
    }

    /// Where clients find it.
    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    /// The next client.
    pub(super) async fn accept(&self) -> Box<dyn ByteStream> {
        loop {
            match self.try_accept().await {
                Ok(stream) => return stream,
                // Out of file descriptors, or a client that left at once. Neither is for ever.
                Err(error) => {
                    warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }

    async fn try_accept(&self) -> io::Result<Box<dyn ByteStream>> {
        match &self.socket {
            Socket::Unix(socket) => Ok(Box::new(socket.accept().await?)),
            Socket::Tcp(listener) => {
                let stream = listener.accept().await?.0;
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::*;

    #[tokio::test]
    async fn tcp_takes_the_first_free_port_of_the_range() {
        let taken = Listener::open(Transport::Tcp, "test", &Host::anyone())
            .await
            .expect("a port");
        let Address::Tcp(first) = *taken.address() else {
            panic!("{} is no port", taken.address())
        };
        let host = Host {
            ports: first.port()..=first.port().saturating_add(20),
            ..Host::anyone()
        };

        let listener = Listener::open(Transport::Tcp, "test", &host)
            .await
            .expect("a port");

        let Address::Tcp(second) = *listener.address() else {
            panic!("{} is no port", listener.address())
        };
        assert!(second.ip().is_loopback());
        assert!(second.port() > first.port() && host.ports.contains(&second.port()));
        let mut client = TcpStream::connect(second).await.expect("a connection");
        let mut stream = listener.accept().await;
        stream.write_all(b"hello").await.expect("written");
        drop(stream);
        let mut text = String::new();
        client.read_to_string(&mut text).await.expect("read");
        assert_eq!(text, "hello");
    }

    #[tokio::test]
    async fn a_range_without_a_free_port_is_an_error_that_names_it() {
        let taken = Listener::open(Transport::Tcp, "test", &Host::anyone())
            .await
            .expect("a port");
        let Address::Tcp(address) = *taken.address() else {
            panic!("{} is no port", taken.address())
        };
        let host = Host {
            ports: address.port()..=address.port(),
            ..Host::anyone()
        };

        let error = Listener::open(Transport::Tcp, "test", &host)
            .await
            .err()
            .expect("no port");

        assert!(
            error.to_string().contains(&address.port().to_string()),
            "{error}"
        );
    }
}

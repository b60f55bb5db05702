//! What stands between async-nats and a server behind a proxy: async-nats can only dial by itself.
//!
//! Each server gets a port of the loopback address. Whoever connects there must say a word that only this process
//! knows, before anything of his reaches the server: other users of the machine can connect to it too. TLS is made here
//! and not by async-nats, which would judge the certificate by the name 127.0.0.1; so between the two halves of this
//! process, and only there, everything is in the clear. The ports stay open as long as async-nats has the connection,
//! because it connects again by itself, and nobody else may take the port meanwhile.

use std::io;
use std::sync::Arc;

use async_nats::ServerAddr;
use rustls::crypto::CryptoProvider;
use serde_json::Value;
use tokio::io::{AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tracing::debug;

use crate::jetstream::connection::failure::unreachable::Failure;
use crate::jetstream::connection::route::dial::{Greeting, IoStream, Route, read_until};

/// The relays of one connection; they end with it.
pub struct Relays {
    /// The addresses that async-nats connects to.
    pub servers: Vec<ServerAddr>,
    /// What a connection must be named by, besides its own name.
    pub word: String,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for Relays {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Relays {
    /// Opens one for each server.
    ///
    /// # Errors
    /// When the machine has no port or no randomness.
    pub async fn open(servers: &[ServerAddr], route: &Route) -> io::Result<Relays> {
        let word = word(route.config.crypto_provider())?;
        let mut relays = Relays {
            servers: Vec::new(),
            word: word.clone(),
            tasks: Vec::new(),
        };
        for server in servers {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let place = listener.local_addr()?;
            let local = if server.is_websocket() {
                format!("ws://{place}/{word}")
            } else {
                format!("nats://{place}")
            };
            relays.servers.push(local.parse()?);
            let (server, route, word) = (server.clone(), route.clone(), word.clone());
            let relay = Arc::new(Relay {
                server,
                route,
                word,
            });
            relays.tasks.push(tokio::spawn(relay.serve(listener)));
        }
        Ok(relays)
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

struct Relay {
    server: ServerAddr,
    route: Route,
    word: String,
}

/// Why a connection was not relayed.
enum Refused {
    /// The server cannot be connected to.
    Unreachable(Failure),
    /// One of the two broke off.
    Ended(io::Error),
    /// The client does not send the word, or does not send what async-nats sends.
    Stranger,
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Refused::Unreachable(failure)
    }
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Refused::Ended(error)
    }
}

impl Relay {
    async fn serve(self: Arc<Self>, listener: TcpListener) {
        // Ends with this task, and with it whatever it still relays.
        let mut relayed = tokio::task::JoinSet::new();
        while let Ok((client, _)) = listener.accept().await {
            relayed.spawn(self.clone().relay(client));
            while relayed.try_join_next().is_some() {}
        }
    }

    async fn relay(self: Arc<Self>, client: TcpStream) {
        let _ = client.set_nodelay(true);
        let client: IoStream = Box::new(client);
        let introduced = if self.server.is_websocket() {
            self.websocket(client).await
        } else {
            self.nats(client).await
        };
        let server = format!("{}:{}", self.server.host(), self.server.port());
        match introduced {
            Ok((mut client, mut stream)) => {
                let _ = copy_bidirectional(&mut client, &mut stream).await;
            }
            Err(Refused::Unreachable(failure)) => debug!(server, how = failure.how, "not relayed"),
            Err(Refused::Ended(error)) => debug!(server, %error, "not relayed"),
            Err(Refused::Stranger) => debug!(server, "refused to relay for a stranger"),
        }
    }

    /// The greeting goes out without TLS, the answer comes back without the word.
    async fn nats(&self, mut client: IoStream) -> Result<(IoStream, IoStream), Refused> {
        let mut stream = self.route.connect(&self.server).await?;
        if self.route.tls.first {
            stream = self.route.secure(&self.server, stream).await?;
        }
        let line = read_until(&mut stream, b"\r\n").await?;
        let Some(mut greeting) = Greeting::read(String::from_utf8_lossy(&line).trim()) else {
            // Everything else is forwarded to async-nats.
            client.write_all(&line).await?;
            return Err(Refused::Stranger);
        };
        let tls = self.route.wants_tls(&self.server, &greeting);
        if tls && !self.route.tls.first {
            stream = self.route.secure(&self.server, stream).await?;
        }
        greeting.info["tls_required"] = Value::Bool(false);
        greeting.info["tls_available"] = Value::Bool(false);
        let line = format!("INFO {}\r\n", greeting.info);
        client.write_all(line.as_bytes()).await?;
        client.flush().await?;

        let login = read_until(&mut client, b"\r\n").await?;
        let login = self.without_word(&login, tls).ok_or(Refused::Stranger)?;
        stream.write_all(login.as_bytes()).await?;
        stream.flush().await?;
        Ok((client, stream))
    }

    /// `CONNECT {..}` under the connection's own name; nothing if the word is not in it.
    fn without_word(&self, line: &[u8], tls: bool) -> Option<String> {
        let text = std::str::from_utf8(line).ok()?.strip_prefix("CONNECT ")?;
        let mut login: Value = serde_json::from_str(text).ok()?;
        let name = login["name"].as_str()?.strip_suffix(&self.word)?.to_owned();
        login["name"] = Value::String(name);
        login["tls_required"] = Value::Bool(tls);
        Some(format!("CONNECT {login}\r\n"))
    }

    /// The head goes on under the server's own name and path.
    async fn websocket(&self, mut client: IoStream) -> Result<(IoStream, IoStream), Refused> {
        let head = read_until(&mut client, b"\r\n\r\n").await?;
        let head = self.own_head(&head).ok_or(Refused::Stranger)?;
        let mut stream = self.route.connect(&self.server).await?;
        if self.server.scheme() == "wss" {
            stream = self.route.secure(&self.server, stream).await?;
        }
        stream.write_all(head.as_bytes()).await?;
        stream.flush().await?;
        Ok((client, stream))
    }

    fn own_head(&self, head: &[u8]) -> Option<String> {
        let head = std::str::from_utf8(head).ok()?;
        let (first, rest) = head.split_once("\r\n")?;
        let asked = first
            .strip_prefix("GET /")?
            .strip_suffix(" HTTP/1.1")?
            .strip_prefix(&self.word)?;
        let url = self.server.clone().into_inner();
        let path = if asked.is_empty() {
            url.path()
        } else {
            return None;
        };
        let place = match url.port() {
            Some(port) => format!("{}:{port}", url.host_str()?),
            None => url.host_str()?.to_owned(),
        };
        let headers: Vec<String> = rest
            .split("\r\n")
            .map(|header| match header.split_once(':') {
                Some((name, _)) if name.eq_ignore_ascii_case("host") => format!("Host: {place}"),
                _ => header.to_owned(),
            })
            .collect();
        Some(format!("GET {path} HTTP/1.1\r\n{}", headers.join("\r\n")))
    }
}

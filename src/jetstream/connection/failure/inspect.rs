//! Checks why a server cannot be connected to, once async-nats has failed.
//!
//! async-nats reports the last server it tried, and for many failures only that the connection ended. So each server is
//! visited once more, without a login, as far as the greeting and TLS. It costs a moment of a failure and nothing else.

use std::time::Duration;

use async_nats::ServerAddr;
use futures::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::jetstream::connection::failure::unreachable::{Failure, Unreachable};
use crate::jetstream::connection::route::dial::{Greeting, IoStream, Route, read_until};

/// What a websocket begins with; the key is the example of RFC 6455.
const UPGRADE: &str = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
                       Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// Why none of the servers can be connected to, if that shows within the limit.
pub async fn all(servers: &[ServerAddr], route: &Route, limit: Duration) -> Option<Failure> {
    let visits = servers.iter().map(|server| one(server, route, limit));
    let failures: Vec<Failure> = join_all(visits).await.into_iter().collect::<Option<_>>()?;
    let telling = |failure: &&Failure| {
        !matches!(
            failure.kind,
            Unreachable::Nobody | Unreachable::Name | Unreachable::Silent
        )
    };
    let kind = failures
        .iter()
        .find(telling)
        .or_else(|| failures.first())?
        .kind;
    if let [only] = &failures[..] {
        return Some(only.clone());
    }
    let each = servers.iter().zip(&failures);
    let each: Vec<String> = each
        .map(|(server, failure)| format!("{} ({})", failure.how, shown(server)))
        .collect();
    Some(Failure::new(kind, each.join("; ")))
}

/// Why the server cannot be connected to; `None` if it can, or a time-out says it all.
async fn one(server: &ServerAddr, route: &Route, limit: Duration) -> Option<Failure> {
    let visit = async {
        match server.scheme() {
            "ws" | "wss" => websocket(server, route).await,
            _ => nats(server, route, limit / 2).await,
        }
    };
    match timeout(limit, visit).await {
        Ok(Ok(())) => None,
        Ok(Err(failure)) => Some(failure),
        Err(_) => Some(Failure::new(Unreachable::Silent, SILENT)),
    }
}

/// What is said of a server that does not greet; how long it was waited for is added where that is known.
pub const SILENT: &str = "no greeting of a NATS server";

async fn nats(server: &ServerAddr, route: &Route, limit: Duration) -> Result<(), Failure> {
    let mut stream = route.connect(server).await?;
    if route.tls.first {
        let secured = route.secure(server, stream).await;
        stream = match secured {
            Err(failure) if failure.kind == Unreachable::NoTls => {
                return Err(greets_first(server, route).await);
            }
            secured => secured?,
        };
        return rejection_after_handshake(route, stream, limit).await;
    }
    let Ok(line) = timeout(limit, read_until(&mut stream, b"\r\n")).await else {
        return Err(silent(server, route).await);
    };
    let greeting = match line.as_deref() {
        Ok([]) => return Err(silent(server, route).await),
        Ok(line) => greeting(&String::from_utf8_lossy(line))?,
        Err(error) => {
            let how = format!("the connection breaks off: {error}");
            return Err(Failure::new(Unreachable::Foreign, how));
        }
    };
    if !route.wants_tls(server, &greeting) {
        return Ok(());
    }
    if !greeting.tls_required && !greeting.tls_available {
        let how = "TLS is asked for, and the server offers none";
        return Err(Failure::new(Unreachable::NoTls, how));
    }
    let stream = route.secure(server, stream).await?;
    rejection_after_handshake(route, stream, limit).await
}

fn greeting(line: &str) -> Result<Greeting, Failure> {
    if let Some(error) = line.strip_prefix("-ERR ") {
        let how = format!("the server answers {}", error.trim());
        return Err(Failure::new(Unreachable::Refused, how));
    }
    Greeting::read(line.trim()).ok_or_else(|| {
        let how = format!("what answers is no NATS server: {}", excerpt(line));
        Failure::new(Unreachable::Foreign, how)
    })
}

/// The beginning of an answer, safe to print.
fn excerpt(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let plain: String = line
        .chars()
        .filter(|letter| !letter.is_control())
        .take(60)
        .collect();
    format!("{plain:?}")
}

/// A server that says nothing may wait for a handshake.
async fn silent(server: &ServerAddr, route: &Route) -> Failure {
    let handshake = async {
        let stream = route.connect(server).await?;
        route.secure(server, stream).await
    };
    match handshake.await {
        Err(failure) if failure.kind == Unreachable::NoTls || !failure.kind.is_of_tls() => {
            Failure::new(Unreachable::Silent, SILENT)
        }
        Err(failure) if failure.kind == Unreachable::Tls => {
            Failure::new(Unreachable::Silent, SILENT)
        }
        _ => Failure::new(
            Unreachable::HandshakeFirst,
            "the server does not greet before the TLS handshake",
        ),
    }
}

/// Whoever does not answer a handshake by TLS may greet.
async fn greets_first(server: &ServerAddr, route: &Route) -> Failure {
    let greeted = async {
        let mut stream = route.connect(server).await?;
        let line = read_until(&mut stream, b"\r\n").await;
        greeting(&String::from_utf8_lossy(&line.unwrap_or_default()))
    };
    match greeted.await {
        Ok(greeting) if greeting.tls_required || greeting.tls_available => Failure::new(
            Unreachable::GreetingFirst,
            "the server greets before the TLS handshake",
        ),
        Ok(_) => Failure::new(
            Unreachable::NoTls,
            "TLS is asked for, and the server offers none",
        ),
        Err(failure) => failure,
    }
}

/// Waits whether the server takes back the handshake: it judges a client's certificate after the handshake has
/// succeeded for the client.
async fn rejection_after_handshake(
    route: &Route,
    mut stream: IoStream,
    limit: Duration,
) -> Result<(), Failure> {
    match timeout(limit, stream.read_u8()).await {
        Ok(Err(error)) if error.get_ref().is_some() => Err(route.failed(&error)),
        _ => Ok(()),
    }
}

async fn websocket(server: &ServerAddr, route: &Route) -> Result<(), Failure> {
    let mut stream = route.connect(server).await?;
    if server.scheme() == "wss" {
        stream = route.secure(server, stream).await?;
    }
    let request = format!("GET / HTTP/1.1\r\nHost: {}\r\n{UPGRADE}", server.host());
    let written = stream.write_all(request.as_bytes()).await;
    let flushed = written.is_ok() && stream.flush().await.is_ok();
    let answer = match read_until(&mut stream, b"\r\n").await {
        Ok(answer) if flushed => answer,
        Ok(_) => Vec::new(),
        Err(error) if error.get_ref().is_some() => return Err(route.failed(&error)),
        Err(_) => Vec::new(),
    };
    let answer = String::from_utf8_lossy(&answer);
    match answer.split(' ').nth(1) {
        Some("101") => Ok(()),
        _ if answer.starts_with("INFO ") => Err(Failure::new(
            Unreachable::Foreign,
            "the server speaks NATS there without a websocket: write nats:// or tls://",
        )),
        _ => Err(Failure::new(
            Unreachable::Foreign,
            format!("no websocket is there: {}", excerpt(&answer)),
        )),
    }
}

fn shown(server: &ServerAddr) -> String {
    format!("{}://{}:{}", server.scheme(), server.host(), server.port())
}

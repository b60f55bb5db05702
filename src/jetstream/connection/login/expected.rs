//! Whether a server is the one that the user expects: its cluster by its greeting, before the login is sent, and the
//! account of the login by one request, before anything else is requested.
//!
//! A newcomer would read the account from a JWT. But a server without an operator accepts a login with a JWT and puts it
//! into another account, and this is about a server that is not the intended one.

use std::time::Duration;

use bytes::BytesMut;
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use crate::jetstream::connection::failure::{Failure, Unreachable};
use crate::jetstream::connection::options::{Expected, WithOrigin};
use crate::jetstream::connection::route::dial::{is_of_tls, read};
use crate::jetstream::connection::route::io_stream::IoStream;
use crate::jetstream::connection::route::server_bytes::{
    Greeting, Operation, Passed, Rejected, ServerBytes,
};

/// What a server tells a user of himself (nats-server 2.10 and newer).
const USER_INFO: &str = "$SYS.REQ.USER.INFO";
/// The subscription for its answer. async-nats counts from 1.
const SUBSCRIPTION: u64 = u32::MAX as u64;
/// The longest wait for the answer, which the server that we are connected to gives itself.
const PATIENCE: Duration = Duration::from_secs(2);

impl Expected {
    /// Refuses a server of another cluster.
    ///
    /// # Errors
    /// What the server says of its cluster, and what was expected.
    pub fn check_cluster(&self, greeting: &Greeting) -> Result<(), Failure> {
        let Some(expected) = &self.cluster else {
            return Ok(());
        };
        match &greeting.info.cluster {
            Some(cluster) if *cluster == expected.value => Ok(()),
            Some(cluster) => Err(other(
                format!("the server is in the cluster {cluster:?}"),
                expected,
            )),
            None => Err(other("the server is in no cluster".to_owned(), expected)),
        }
    }

    /// Refuses a login of another account, and one whose account the server does not tell. Nothing of the answer is left
    /// for who reads next.
    ///
    /// # Errors
    /// What the server says of the account, or why it does not, and what was expected.
    pub async fn check_account(
        &self,
        stream: &mut IoStream,
        received: &mut ServerBytes,
        inbox: &str,
        limit: Duration,
    ) -> Result<(), Failure> {
        let Some(expected) = &self.account else {
            return Ok(());
        };
        let limit = PATIENCE.min(limit / 2);
        let names = match timeout(limit, account_names(stream, received, inbox)).await {
            Ok(Ok(names)) => names,
            Ok(Err(why)) => return Err(unverified(&why, expected)),
            Err(_) => {
                let why = format!("no answer within {} ms", limit.as_millis());
                return Err(unverified(&why, expected));
            }
        };
        if names.contains(&expected.value) {
            return Ok(());
        }
        let names: Vec<_> = names.iter().map(|name| format!("{name:?}")).collect();
        let found = format!("the login is in the account {}", names.join(", named "));
        Err(other(found, expected))
    }
}

fn other(found: String, expected: &WithOrigin<String>) -> Failure {
    let WithOrigin { value, origin } = expected;
    let how = format!("{found}, and {origin} expects {value:?}");
    Failure::new(Unreachable::NotExpected, how)
}

fn unverified(why: &str, expected: &WithOrigin<String>) -> Failure {
    let WithOrigin { value, origin } = expected;
    let how = format!(
        "{origin} expects the account {value:?}, and the request to {USER_INFO} that verifies it failed: {why}"
    );
    Failure::new(Unreachable::NotVerified, how)
}

/// What the server calls the account of the user: its public key, and its name from 2.12 on; in most servers, one name.
async fn account_names(
    stream: &mut IoStream,
    received: &mut ServerBytes,
    inbox: &str,
) -> Result<Vec<String>, String> {
    let answer = user_info(stream, received, inbox).await?;
    let names = ["account", "account_name"].map(|key| answer["data"][key].as_str());
    let mut names: Vec<String> = names.into_iter().flatten().map(str::to_owned).collect();
    names.dedup();
    match names.is_empty() {
        true => Err("the answer has no account".to_owned()),
        false => Ok(names),
    }
}

/// Asks for what the server knows of the user, and reads to the end of it.
async fn user_info(
    stream: &mut IoStream,
    received: &mut ServerBytes,
    inbox: &str,
) -> Result<Value, String> {
    let request = format!("SUB {inbox} {SUBSCRIPTION}\r\nPUB {USER_INFO} {inbox} 0\r\n\r\n");
    send(stream, &request).await?;
    let mut message = BytesMut::new();
    let answer = loop {
        let Passed { operation, bytes } = next(stream, received).await?;
        match operation {
            Operation::Error(error) => return Err(format!("the server answers '{error}'")),
            Operation::Other => message.extend_from_slice(&bytes),
            Operation::Info(_) | Operation::Pong => {}
        }
        if let Some(payload) = payload(&message) {
            break payload?;
        }
    };
    send(stream, &format!("UNSUB {SUBSCRIPTION}\r\nPING\r\n")).await?;
    while next(stream, received).await?.operation != Operation::Pong {}
    Ok(answer)
}

async fn send(stream: &mut IoStream, text: &str) -> Result<(), String> {
    let sent = async {
        stream.write_all(text.as_bytes()).await?;
        stream.flush().await
    };
    sent.await
        .map_err(|error| format!("the connection was lost: {error}"))
}

async fn next(stream: &mut IoStream, received: &mut ServerBytes) -> Result<Passed, String> {
    loop {
        match received.next() {
            Ok(Some(passed)) => return Ok(passed),
            Ok(None) => {}
            Err(Rejected(what)) => return Err(format!("the server answers {what}")),
        }
        match read(stream, received).await {
            Ok(0) => return Err("the server closed the connection".to_owned()),
            Ok(_) => {}
            Err(error) if is_of_tls(&error) => return Err("the TLS connection was lost".to_owned()),
            Err(error) => return Err(format!("the connection was lost: {error}")),
        }
    }
}

/// The answer in a message that is complete; the error says that nobody has answered.
fn payload(message: &[u8]) -> Option<Result<Value, String>> {
    let end = message.windows(2).position(|pair| pair == b"\r\n")?;
    let (line, rest) = (
        std::str::from_utf8(&message[..end]).ok()?,
        &message[end + 2..],
    );
    let mut lengths = line.split(' ').rev().map(str::parse::<usize>);
    let total = lengths.next()?.ok()?;
    let content = rest.get(..total)?;
    if line.starts_with("HMSG ") {
        return Some(Err("no responders for this subject".to_owned()));
    }
    let answer = serde_json::from_slice(content);
    Some(answer.map_err(|_| "the server's answer is not JSON".to_owned()))
}

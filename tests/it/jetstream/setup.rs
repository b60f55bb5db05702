//! Clients, scopes and configurations, as the tests need them.

// The lint that forbids these outside tests knows only functions marked #[test].
#![allow(clippy::expect_used, clippy::panic)]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::time::Duration;

use serde_json::Value;
use terraform_provider_wasmcloud::testing::jetstream::{
    ApiPrefix, Auth, Client, Expected, Options, Scope, StreamConfig, Tls, WithOrigin,
};
use tokio_util::sync::CancellationToken;

use crate::support::block_on;

/// For one answer.
pub const TIMEOUT: Duration = Duration::from_secs(2);
/// To connect: an attempt that failed is not repeated.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// For one answer and to connect, where nothing is to be waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// Far below [`PATIENCE`].
pub const AT_ONCE: Duration = Duration::from_secs(10);

pub fn options(url: &str) -> Options {
    Options {
        servers: with_origin(vec![url.to_owned()]),
        auth: with_origin(Auth::None),
        tls: Tls::default(),
        name: "terraform-provider-wasmcloud/test".to_owned(),
        api_prefix: with_origin(ApiPrefix::Default),
        inbox_prefix: None,
        socks_proxy: None,
        expected: Expected::default(),
        connect_timeout: CONNECT_TIMEOUT,
        timeout: TIMEOUT,
    }
}

/// The same with [`PATIENCE`].
pub fn patient(options: Options) -> Options {
    Options {
        connect_timeout: PATIENCE,
        timeout: PATIENCE,
        ..options
    }
}

/// A value that the test gives.
pub fn with_origin<T>(value: T) -> WithOrigin<T> {
    WithOrigin::new(value, "the test")
}

pub fn client(url: &str) -> Client {
    Client::new(options(url))
}

pub fn client_as(url: &str, user: &str, password: &str) -> Client {
    Client::new(options_as(url, user, password))
}

pub fn options_as(url: &str, user: &str, password: &str) -> Options {
    let (user, password) = (user.to_owned(), password.to_owned());
    Options {
        auth: with_origin(Auth::UserPassword { user, password }),
        ..options(url)
    }
}

/// A minute, which no test that passes needs.
pub fn scope() -> Scope {
    within(Duration::from_secs(60))
}

pub fn within(limit: Duration) -> Scope {
    Scope::new(limit, CancellationToken::new())
}

pub fn config(value: Value) -> StreamConfig {
    StreamConfig::from_value(value).expect("an object")
}

/// Publishes a short message to each subject, and waits until the server has read them, not for an acknowledgement.
pub fn publish(url: &str, subjects: Vec<String>) {
    let url = url.to_owned();
    block_on(async move {
        let client = async_nats::connect(url).await.expect("a connection");
        for subject in subjects {
            client
                .publish(subject, "x".repeat(40).into())
                .await
                .expect("a message");
        }
        client.flush().await.expect("a flush");
    });
}

/// A relay between a client and a server, which can lose the answers to one kind of request.
pub struct Relay {
    port: u16,
    losing: Arc<AtomicU16>,
    lost: Arc<AtomicBool>,
}

impl Relay {
    /// Relays to a server. The answer to a request that carries `marked` in its bytes is lost, as often as
    /// [`Relay::lose`] says: from such a request to the next one nothing of what the server says arrives.
    pub fn start(server_port: u16, marked: &'static str) -> Relay {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let losing = Arc::new(AtomicU16::new(0));
        let lost = Arc::new(AtomicBool::new(false));
        let (shared, told) = (losing.clone(), lost.clone());
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(("127.0.0.1", server_port)) else {
                    continue;
                };
                relay(client, server, marked, shared.clone(), told.clone());
            }
        });
        Relay { port, losing, lost }
    }

    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Loses the next `times` answers to marked requests.
    pub fn lose(&self, times: u16) {
        self.losing.store(times, Ordering::SeqCst);
    }

    /// An answer was lost.
    pub fn has_lost(&self) -> bool {
        self.lost.load(Ordering::SeqCst)
    }
}

/// Drops what the server says after a marked request, until the next request.
fn relay(
    client: TcpStream,
    server: TcpStream,
    marked: &'static str,
    losing: Arc<AtomicU16>,
    lost: Arc<AtomicBool>,
) {
    let deaf = Arc::new(AtomicBool::new(false));
    let (mut from_client, mut to_server) = (
        client.try_clone().expect("a handle"),
        server.try_clone().expect("a handle"),
    );
    let (mut from_server, mut to_client) = (server, client);
    let hearing = deaf.clone();
    std::thread::spawn(move || {
        let mut bytes = vec![0; 64 * 1024];
        while let Ok(count @ 1..) = from_client.read(&mut bytes) {
            let text = String::from_utf8_lossy(&bytes[..count]);
            if text.contains(marked) && losing.load(Ordering::SeqCst) > 0 {
                losing.fetch_sub(1, Ordering::SeqCst);
                lost.store(true, Ordering::SeqCst);
                deaf.store(true, Ordering::SeqCst);
            } else if text.contains("PUB ") {
                deaf.store(false, Ordering::SeqCst);
            }
            if to_server.write_all(&bytes[..count]).is_err() {
                break;
            }
        }
        let _ = to_server.shutdown(Shutdown::Both);
    });
    std::thread::spawn(move || {
        let mut bytes = vec![0; 64 * 1024];
        while let Ok(count @ 1..) = from_server.read(&mut bytes) {
            if !hearing.load(Ordering::SeqCst) && to_client.write_all(&bytes[..count]).is_err() {
                break;
            }
        }
        let _ = to_client.shutdown(Shutdown::Both);
    });
}

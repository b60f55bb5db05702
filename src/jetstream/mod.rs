//! JetStream's language: streams and their configuration, as a NATS server speaks of them. Knows no Terraform.
//!
//! [`Client`] asks the server, over one connection that is opened at the first question. A stream's configuration is
//! [`StreamConfig`], the raw JSON object; what its keys mean stands once, in [`SETTINGS`], and [`diff`] says what
//! differs and what the server would do about it. A key/value bucket `b` is the stream `KV_b`: there is no other kind.
//!
//! A newcomer would get these wrong, and the server says nothing about them:
//! * an update replaces the whole configuration, so keys we do not know are sent back as read ([`StreamConfig::overlay`]);
//! * creating a stream that exists succeeds if the configuration is the same, so [`Client::create`] looks first;
//! * a request that timed out may still be applied, so the mutations read again before they say anything;
//! * a denied permission is not answered: it arrives beside the request ([`Error::denied_subject`]).

mod settings;
mod table;
mod config;
mod normal;
mod diff;
mod loss;
mod stream;
mod error;
mod address;
mod connect;
mod pending;
mod request;
mod client;
mod mutate;

use std::fmt;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

pub use self::client::{Account, Client, Limits};
pub use self::config::{StreamConfig, nanos};
pub use self::diff::{Change, Effect, diff, diff_at};
pub use self::error::{Error, Mismatch};
pub use self::loss::{Extent, Loss};
pub use self::mutate::Created;
pub use self::settings::{
    Absent, Bound, Edit, Kind, NEWEST_LEVEL, SETTINGS, Setting, setting, unsupported,
};
pub use self::stream::{Cluster, Replica, SourceState, StreamInfo, StreamState};

/// Where and how to connect.
#[derive(Clone)]
pub struct Options {
    /// Addresses, `nats://host:port` or `host:port`; user information in them is used if `auth` is [`Auth::None`].
    pub servers: Vec<String>,
    /// Where the addresses come from, as the reader knows it (an argument, a variable, "the default"); errors name it.
    pub servers_origin: String,
    /// Where `auth` comes from, for the reader: `the argument `token``; empty if there is none.
    pub auth_origin: String,
    /// The name of the connection, as `nats server report connections` shows it.
    pub name: String,
    /// How to authenticate.
    pub auth: Auth,
    /// The JetStream domain; absent means the one of the server that answers.
    pub domain: Option<String>,
    /// The bound of connecting, and of one request.
    pub timeout: Duration,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("servers", &address::redacted(&self.servers))
            .field("servers_origin", &self.servers_origin)
            .field("auth_origin", &self.auth_origin)
            .field("name", &self.name)
            .field("auth", &self.auth)
            .field("domain", &self.domain)
            .field("timeout", &self.timeout)
            .finish()
    }
}

/// How to authenticate. `Debug` shows the method, never the secret.
#[derive(Clone)]
pub enum Auth {
    /// Nothing, or what the server addresses carry.
    None,
    /// A user and a password.
    UserPassword {
        /// The user.
        user: String,
        /// The password.
        password: String,
    },
    /// A token.
    Token(String),
    /// The content of a `.creds` file.
    Credentials(String),
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Auth::None => "None",
            Auth::UserPassword { .. } => "UserPassword(..)",
            Auth::Token(_) => "Token(..)",
            Auth::Credentials(_) => "Credentials(..)",
        })
    }
}

/// The bounds of one operation: retries and waits end at the deadline, or at once when it is stopped.
#[derive(Clone, Debug)]
pub struct Scope {
    /// When to give up.
    pub deadline: Instant,
    /// Cancelled when Terraform asks us to stop.
    pub stop: CancellationToken,
}

/// That much later, or in a year: a clock does not reach as far as a duration.
fn after(limit: Duration) -> Instant {
    let year = Duration::from_secs(365 * 24 * 3600);
    Instant::now() + limit.min(year)
}

impl Scope {
    /// A scope that ends after `limit`, or when `stop` is cancelled.
    pub fn new(limit: Duration, stop: CancellationToken) -> Self {
        Scope {
            deadline: after(limit),
            stop,
        }
    }

    /// The time that is left.
    pub fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }
}

/// Whether server addresses can be understood, and if so, whether one of them carries a user.
///
/// # Errors
/// A clause that says which one cannot, by its position from 1: an address may hold a password.
pub fn check_servers(servers: &[String]) -> Result<bool, String> {
    address::parse(servers).map(|addresses| !matches!(addresses.auth, Auth::None))
}

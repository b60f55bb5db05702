//! Where and how to connect, each part with where it comes from, so that an error can say which line to edit.
//!
//! Secrets stay in memory: `Debug` shows of each only that it is there.

use std::fmt;
use std::time::Duration;

use crate::jetstream::connection::address;
use crate::jetstream::connection::login::auth::Auth;

/// A value, and where it comes from as the reader knows it: ``the argument `token` ``, `the environment variable
/// NATS_URL`, `the context "prod" (<file>)`, `the default`.
#[derive(Clone, PartialEq, Eq)]
pub struct WithOrigin<T> {
    /// The value; it may be a secret.
    pub value: T,
    /// Where it comes from.
    pub origin: String,
}

impl<T> WithOrigin<T> {
    /// A value from there.
    pub fn new(value: T, origin: impl Into<String>) -> Self {
        let origin = origin.into();
        Self { value, origin }
    }
}

/// Shows the origin only.
impl<T> fmt::Debug for WithOrigin<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "set by {}", self.origin)
    }
}

/// Where and how to connect.
#[derive(Clone)]
pub struct Options {
    /// Addresses, `nats://host:port`, also with `tls`, `ws` or `wss`, or `host:port`; user information in them is used
    /// if `auth` is [`Auth::None`].
    pub servers: WithOrigin<Vec<String>>,
    /// How to authenticate.
    pub auth: WithOrigin<Auth>,
    /// How to use TLS.
    pub tls: Tls,
    /// The name of the connection, as `nats server report connections` shows it.
    pub name: String,
    /// Where the JetStream API is; a client may use another
    /// ([`Client::with_api_prefix`](crate::jetstream::Client::with_api_prefix)).
    pub api_prefix: WithOrigin<ApiPrefix>,
    /// What the subjects of answers begin with, instead of `_INBOX`.
    pub inbox_prefix: Option<WithOrigin<String>>,
    /// A SOCKS5 proxy to connect through: `socks5://user:password@host:port`, or `host:port`.
    pub socks_proxy: Option<WithOrigin<String>>,
    /// Which servers alone may be requested anything.
    pub expected: Expected,
    /// The bound of connecting, over all servers.
    pub connect_timeout: Duration,
    /// The bound of one request.
    pub timeout: Duration,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("servers", &address::redacted(&self.servers.value))
            .field("servers_origin", &self.servers.origin)
            .field("auth", &self.auth.value)
            .field("auth_origin", &self.auth.origin)
            .field("tls", &self.tls)
            .field("name", &self.name)
            .field("space", &self.api_prefix.value)
            .field("inbox_prefix", &self.inbox_prefix)
            .field("socks_proxy", &self.socks_proxy)
            .field("expected", &self.expected)
            .field("connect_timeout", &self.connect_timeout)
            .field("timeout", &self.timeout)
            .finish()
    }
}

/// What is known of the servers that are meant.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// The name or the public key of the account of the login.
    pub account: Option<WithOrigin<String>>,
    /// The name of the cluster of the server.
    pub cluster: Option<WithOrigin<String>>,
}

/// How to use TLS. All in PEM, as content.
#[derive(Clone, Debug, Default)]
pub struct Tls {
    /// Certificates of the authorities to trust instead of the system's.
    pub ca: Option<WithOrigin<String>>,
    /// The client's certificate, and those between it and its authority.
    pub certificate: Option<WithOrigin<String>>,
    /// The private key of the client's certificate.
    pub key: Option<WithOrigin<String>>,
    /// Whether the handshake comes before the server's greeting (`handshake_first` on the server).
    pub first: bool,
}

/// Where the JetStream API is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum ApiPrefix {
    /// `$JS.API`: of the server that answers.
    #[default]
    Default,
    /// `$JS.<domain>.API`: of a JetStream domain.
    Domain(String),
    /// Another subject in front, as an account that imports the API has it.
    Custom(String),
}

impl ApiPrefix {
    /// What the subjects of the API begin with, such as `$JS.hub.API`.
    pub fn prefix(&self) -> String {
        match self {
            ApiPrefix::Default => "$JS.API".to_owned(),
            ApiPrefix::Domain(domain) => format!("$JS.{domain}.API"),
            ApiPrefix::Custom(prefix) => prefix.clone(),
        }
    }

    /// The domain, if it is one.
    pub fn domain(&self) -> Option<&str> {
        match self {
            ApiPrefix::Domain(domain) => Some(domain),
            ApiPrefix::Default | ApiPrefix::Custom(_) => None,
        }
    }
}

//! A SOCKS5 proxy between us and the servers. It resolves their names: ours may not know them.

use std::net::IpAddr;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio_socks::Error as SocksError;
use tokio_socks::tcp::Socks5Stream;

use crate::jetstream::connection::address;
use crate::jetstream::connection::failure::{Failure, Unreachable};
use crate::jetstream::connection::options::WithOrigin;

/// The port of a proxy that names none.
const PORT: u16 = 1080;

/// A proxy, and how to log in there. No `Debug`: it holds a password.
#[derive(Clone)]
pub struct Socks {
    host: String,
    port: u16,
    login: Option<(String, String)>,
    origin: String,
}

impl Socks {
    /// Reads `socks5://user:password@host:port`, or less of it.
    ///
    /// # Errors
    /// When it is no such address; the words do not repeat it.
    pub fn parse(given: &WithOrigin<String>) -> Result<Socks, Failure> {
        read(given).ok_or_else(|| {
            let how = format!(
                "the SOCKS proxy, set by {}, is not an address such as socks5://host:1080",
                given.origin
            );
            Failure::new(Unreachable::Address, how)
        })
    }

    /// Connects to a server through the proxy.
    pub async fn connect(&self, host: &str, port: u16) -> Result<TcpStream, Failure> {
        let stream = TcpStream::connect((self.host.as_str(), self.port))
            .await
            .map_err(|error| {
                self.failure(Unreachable::Proxy, &format!("cannot be reached: {error}"))
            })?;
        let _ = stream.set_nodelay(true);
        let connected = match (&self.login, host.parse::<IpAddr>()) {
            (None, Ok(ip)) => Socks5Stream::connect_with_socket(stream, (ip, port)).await,
            (None, Err(_)) => Socks5Stream::connect_with_socket(stream, (host, port)).await,
            (Some((user, password)), Ok(ip)) => {
                Socks5Stream::connect_with_password_and_socket(stream, (ip, port), user, password)
                    .await
            }
            (Some((user, password)), Err(_)) => {
                Socks5Stream::connect_with_password_and_socket(stream, (host, port), user, password)
                    .await
            }
        };
        connected.map(Socks5Stream::into_inner).map_err(|error| {
            let kind = match is_about_login(&error) {
                true => Unreachable::ProxyLogin,
                false => Unreachable::Proxy,
            };
            self.failure(kind, &words(&error))
        })
    }

    /// The proxy does not answer for so long.
    pub fn silent(&self, limit: Duration) -> Failure {
        let how = format!("does not answer within {} ms", limit.as_millis());
        self.failure(Unreachable::Proxy, &how)
    }

    fn failure(&self, kind: Unreachable, what: &str) -> Failure {
        let Socks {
            host, port, origin, ..
        } = self;
        let how = format!("the SOCKS proxy at {host}:{port}, set by {origin}, {what}");
        Failure::new(kind, how)
    }
}

/// Whether the proxy is there and another login, or none, would do: waiting changes nothing.
fn is_about_login(error: &SocksError) -> bool {
    matches!(
        error,
        SocksError::PasswordAuthFailure(_)
            | SocksError::NoAcceptableAuthMethods
            | SocksError::AuthorizationRequired
            | SocksError::UnknownAuthMethod
            | SocksError::InvalidAuthValues(_)
    )
}

fn words(error: &SocksError) -> String {
    match error {
        SocksError::PasswordAuthFailure(_) => {
            "does not accept the user and password in its address".to_owned()
        }
        SocksError::NoAcceptableAuthMethods
        | SocksError::AuthorizationRequired
        | SocksError::UnknownAuthMethod => {
            "requires an authentication method that the provider does not support".to_owned()
        }
        SocksError::InvalidAuthValues(_) => {
            "accepts only a user and password of 1 to 255 bytes each".to_owned()
        }
        SocksError::InvalidResponseVersion => "does not support SOCKS5".to_owned(),
        SocksError::Io(error) => format!("ended the connection: {error}"),
        error => format!("answers: {error}"),
    }
}

fn read(given: &WithOrigin<String>) -> Option<Socks> {
    let (scheme, rest) = given
        .value
        .split_once("://")
        .unwrap_or(("socks5", &given.value));
    let (login, place) = match rest.trim_end_matches('/').rsplit_once('@') {
        Some((login, place)) => (Some(login), place),
        None => (None, rest.trim_end_matches('/')),
    };
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()?),
        _ => (place, PORT),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let known = matches!(scheme, "socks5" | "socks5h") && !host.is_empty();
    known.then(|| Socks {
        host: host.to_owned(),
        port,
        login: login.map(|login| {
            let (user, password) = login.split_once(':').unwrap_or((login, ""));
            // What is no escape is meant as it stands.
            let [user, password] = [user, password]
                .map(|text| address::decoded(text).unwrap_or_else(|| text.to_owned()));
            (user, password)
        }),
        origin: given.origin.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_in_each_of_its_forms() {
        for (text, host, port, login) in [
            ("proxy", "proxy", 1080, None),
            ("proxy:99", "proxy", 99, None),
            ("socks5h://proxy:99/", "proxy", 99, None),
            ("socks5://[::1]", "::1", 1080, None),
            ("socks5://[::1]:99", "::1", 99, None),
            ("socks5://u:p%40@proxy", "proxy", 1080, Some(("u", "p@"))),
        ] {
            let socks = Socks::parse(&WithOrigin::new(text.to_owned(), "the test"))
                .ok()
                .unwrap();

            let read = socks.login.as_ref().map(|(u, p)| (u.as_str(), p.as_str()));
            assert_eq!((socks.host.as_str(), socks.port), (host, port), "{text}");
            assert_eq!(read, login, "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_not_repeated() {
        for text in [
            "http://u:secret@proxy",
            "socks5://u:secret@",
            "proxy:secret",
        ] {
            let failure = Socks::parse(&WithOrigin::new(text.to_owned(), "the test"))
                .err()
                .unwrap();

            assert!(!failure.how.contains("secret"), "{failure:?}");
        }
    }
}

//! Server addresses, and what of them may be shown.
//!
//! An address may carry a user and a password. async-nats does not use them and logs addresses as they are, so they are
//! taken out here, before anything else sees the address.

use std::io;

use async_nats::ServerAddr;

use crate::jetstream::connection::auth::Auth;

/// A server that the user configured.
#[derive(Clone)]
pub struct Server {
    /// Where to dial, without user information.
    pub address: ServerAddr,
    /// The login that the address carries. It is for this server only.
    pub auth: Auth,
}

impl Server {
    /// The address as it may be shown.
    pub fn shown(&self) -> String {
        let address = &self.address;
        format!(
            "{}://{}:{}",
            address.scheme(),
            address.host(),
            address.port()
        )
    }

    /// Whether the traffic is of WebSocket.
    pub fn is_websocket(&self) -> bool {
        self.address.is_websocket()
    }

    /// Whether the address itself demands TLS.
    pub fn is_secure(&self) -> bool {
        matches!(self.address.scheme(), "tls" | "wss")
    }
}

/// Parses addresses; each may be a list separated by commas, as in `NATS_URL`.
///
/// # Errors
/// A clause that says which address cannot be understood, by its position from 1. It does not repeat it: it may hold a
/// password.
pub fn parse(servers: &[String]) -> Result<Vec<Server>, String> {
    let parsed: Vec<Server> = split(servers)
        .enumerate()
        .map(|(place, text)| server(text).map_err(|why| bad(place, &why)))
        .collect::<Result<_, _>>()?;
    if parsed.is_empty() {
        return Err("no server address is given".to_owned());
    }
    Ok(parsed)
}

fn bad(place: usize, why: &str) -> String {
    format!(
        "address {} is not the address of a NATS server: {why}",
        place + 1
    )
}

fn server(text: &str) -> Result<Server, String> {
    let address: ServerAddr = text.parse().map_err(|why: io::Error| why.to_string())?;
    let auth = match address.username() {
        Some(user) => auth(user, address.password()),
        None => Auth::None,
    };
    let mut url = address.into_inner();
    url.set_password(None)
        .and_then(|()| url.set_username(""))
        .map_err(|()| "it has no host".to_owned())?;
    let address = ServerAddr::from_url(url).map_err(|why| why.to_string())?;
    Ok(Server { address, auth })
}

/// The addresses as they may be shown.
pub fn redacted(servers: &[String]) -> Vec<String> {
    split(servers)
        .map(|server| {
            let (scheme, rest) = server.split_once("://").unwrap_or(("nats", server));
            format!("{scheme}://{}", rest.rsplit('@').next().unwrap_or_default())
        })
        .collect()
}

fn split(servers: &[String]) -> impl Iterator<Item = &str> {
    servers
        .iter()
        .flat_map(|server| server.split(','))
        .map(str::trim)
        .filter(|server| !server.is_empty())
}

/// `user:password@` is a login, `token@` is a token.
fn auth(user: &str, password: Option<&str>) -> Auth {
    match password {
        Some(password) => Auth::UserPassword {
            user: decoded(user),
            password: decoded(password),
        },
        None => Auth::Token(decoded(user)),
    }
}

/// Resolves `%XX`, as user information in an address is written.
pub fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_in_an_address_is_for_that_server_and_never_shown() {
        let servers = ["nats://joe:p%40ss%2fword@a:4222, nats://tok@b, tls://c".to_owned()];

        let parsed = parse(&servers).unwrap();

        assert!(
            matches!(&parsed[0].auth, Auth::UserPassword { user, password } if user == "joe" && password == "p@ss/word")
        );
        assert!(matches!(&parsed[1].auth, Auth::Token(token) if token == "tok"));
        assert!(matches!(&parsed[2].auth, Auth::None));
        assert!(parsed.iter().all(|server| {
            !server.address.has_user_pass() && server.address.password().is_none()
        }));
        assert_eq!(
            redacted(&servers).join(" "),
            "nats://a:4222 nats://b tls://c"
        );
        assert_eq!(parsed[1].shown(), "nats://b:4222");
    }

    #[test]
    fn a_bad_address_is_counted_not_repeated() {
        let error = parse(&["nats://a".to_owned(), "http://joe:secret@b".to_owned()])
            .err()
            .unwrap();

        assert!(error.contains("address 2"), "{error}");
        assert!(!error.contains("secret"), "{error}");
    }
}

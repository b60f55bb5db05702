//! Server addresses, and what of them may be shown.
//!
//! An address may carry a user and a password. async-nats does not use them and logs addresses as they are, so they are
//! taken out here, before anything else sees the address.

use async_nats::ServerAddr;

use crate::jetstream::connection::auth::Auth;

/// The servers, without user information.
#[derive(Clone)]
pub struct Addresses {
    /// Where to dial.
    pub servers: Vec<ServerAddr>,
    /// How to authenticate, if an address says so.
    pub auth: Auth,
}

/// Parses addresses; each may be a list separated by commas, as in `NATS_URL`.
///
/// # Errors
/// A sentence that says which address cannot be understood. It does not repeat it: it may hold a password.
pub fn parse(servers: &[String]) -> Result<Addresses, String> {
    let mut parsed = Addresses {
        servers: Vec::new(),
        auth: Auth::None,
    };
    for (place, text) in split(servers).enumerate() {
        let bad = |why: &dyn std::fmt::Display| {
            format!(
                "address {} is not the address of a NATS server: {why}",
                place + 1
            )
        };
        let address: ServerAddr = text.parse().map_err(|why| bad(&why))?;
        if let (Auth::None, Some(user)) = (&parsed.auth, address.username()) {
            parsed.auth = auth(user, address.password());
        }
        let mut url = address.into_inner();
        let bare = url.set_password(None).and_then(|()| url.set_username(""));
        bare.map_err(|()| bad(&"it has no host"))?;
        parsed
            .servers
            .push(ServerAddr::from_url(url).map_err(|why| bad(&why))?);
    }
    if parsed.servers.is_empty() {
        return Err("no server address is given".to_owned());
    }
    Ok(parsed)
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
    fn a_login_in_an_address_is_used_and_never_shown() {
        let servers = ["nats://joe:p%40ss%2fword@a:4222, tls://b".to_owned()];

        let parsed = parse(&servers).unwrap();
        let shown = redacted(&servers).join(" ");

        assert!(
            matches!(&parsed.auth, Auth::UserPassword { user, password } if user == "joe" && password == "p@ss/word")
        );
        assert!(
            parsed
                .servers
                .iter()
                .all(|server| !server.has_user_pass() && server.password().is_none())
        );
        assert_eq!(shown, "nats://a:4222 tls://b");
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

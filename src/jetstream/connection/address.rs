//! Server addresses, and what of them may be shown.
//!
//! An address may carry a user and a password. async-nats does not use them and logs addresses as they are, so they are
//! taken out here, before anything else sees the address.

use std::io;

use async_nats::ServerAddr;

use crate::jetstream::connection::login::auth::Auth;

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
    let texts: Vec<&str> = split(servers).collect();
    if texts.is_empty() {
        return Err("no server address is set".to_owned());
    }
    for (place, pair) in texts.windows(2).enumerate() {
        if let [one, next] = pair
            && may_be_one(one, next)
        {
            return Err(bad(
                place,
                "a comma is in its user or password, or the next address has no scheme",
            ));
        }
    }
    let parsed = texts.iter().enumerate();
    parsed
        .map(|(place, text)| server(text).map_err(|why| bad(place, &why)))
        .collect()
}

/// Whether two addresses may be a single one with a comma in its login: `nats://joe:12` and `34@host`.
fn may_be_one(one: &str, next: &str) -> bool {
    let begins_a_login = one.contains("://") && !one.contains('@');
    begins_a_login && next.contains('@') && !next.contains("://")
}

fn bad(place: usize, why: &str) -> String {
    format!(
        "address {} is not the address of a NATS server: {why}",
        place + 1
    )
}

fn server(text: &str) -> Result<Server, String> {
    check_login(text)?;
    let address: ServerAddr = text.parse().map_err(|why: io::Error| why.to_string())?;
    let auth = match address.username() {
        Some(user) => auth(user, address.password()).ok_or("its login cannot be decoded")?,
        None => Auth::None,
    };
    let mut url = address.into_inner();
    url.set_password(None)
        .and_then(|()| url.set_username(""))
        .map_err(|()| "it has no host".to_owned())?;
    let address = ServerAddr::from_url(url).map_err(|why| why.to_string())?;
    Ok(Server { address, auth })
}

/// Refuses a login with characters that have a meaning in an address. Most of them would not fail: `nats://joe:12/3@host`
/// is port 12 of the server `joe`.
fn check_login(text: &str) -> Result<(), String> {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let Some((login, _)) = rest.rsplit_once('@') else {
        return Ok(());
    };
    if login.contains(['/', '?', '#', '\\']) {
        return Err("one of the characters / ? # \\ is before its `@`".to_owned());
    }
    // The parser leaves these out.
    if login.contains(char::is_control) {
        return Err("a control character is before its `@`".to_owned());
    }
    match decoded(login) {
        Some(_) => Ok(()),
        None => {
            Err("before its `@`, a % is not followed by two hexadecimal digits of UTF-8".to_owned())
        }
    }
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
fn auth(user: &str, password: Option<&str>) -> Option<Auth> {
    let user = decoded(user)?;
    Some(match password {
        Some(password) => Auth::UserPassword {
            user,
            password: decoded(password)?,
        },
        None => Auth::Token(user),
    })
}

/// Resolves `%XX`, as user information in an address is written; `None` if a `%` begins nothing of the kind, or what
/// they stand for is not UTF-8.
pub fn decoded(text: &str) -> Option<String> {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        let (hex, rest) = piece.split_at_checked(2)?;
        let is_hex = hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        bytes.push(u8::from_str_radix(hex, 16).ok().filter(|_| is_hex)?);
        bytes.extend(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
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
    fn a_login_that_would_not_arrive_as_it_is_written_is_refused() {
        for (address, why) in [
            ("nats://joe:s3/cret@a", "/ ? # \\"),
            ("nats://joe:12/s3cret@a", "/ ? # \\"),
            ("nats://joe:12?s3cret@a:4222", "/ ? # \\"),
            ("tls://joe:12#s3cret@a", "/ ? # \\"),
            ("wss://joe:12\\s3cret@a", "/ ? # \\"),
            ("nats://s3/cret@a", "/ ? # \\"),
            ("joe:12/s3cret@a", "/ ? # \\"),
            ("nats://joe:p@12/s3cret@a", "/ ? # \\"),
            ("nats://joe:s3%cret@a", "a % is not followed"),
            ("nats://joe:s3%+cret@a", "a % is not followed"),
            ("nats://joe:s3cret%@a", "a % is not followed"),
            ("nats://joe:s3%ffcret@a", "a % is not followed"),
            ("nats://joe:s3\tcret@a", "a control character"),
            ("nats://joe:12,s3cret@a", "a comma"),
            ("nats://joe:s3,cret@a", "a comma"),
        ] {
            let error = parse(&[address.to_owned()]).err().expect(address);

            assert!(
                error.contains("address 1") && error.contains(why),
                "{address}: {error}"
            );
            assert!(!error.contains("cret"), "{address}: {error}");
        }
    }

    #[test]
    fn a_login_that_can_be_understood_arrives_as_it_is_written() {
        for (written, meant) in [
            ("p@ss", "p@ss"),
            ("a:b", "a:b"),
            ("[x]", "[x]"),
            ("two words", "two words"),
            ("a|b^c;d=e&f!$'()*+~{}\"<>`", "a|b^c;d=e&f!$'()*+~{}\"<>`"),
            ("ключ", "ключ"),
            ("%2F%3f%23%40%3A%25%5B%20%2C%5C%C3%A9", "/?#@:%[ ,\\é"),
        ] {
            for scheme in ["nats", "tls", "ws", "wss"] {
                let address = format!("{scheme}://joe:{written}@a:4222");

                let parsed = parse(&[address]).unwrap_or_else(|why| panic!("{written}: {why}"));

                let [
                    Server {
                        auth: Auth::UserPassword { password, .. },
                        ..
                    },
                ] = &parsed[..]
                else {
                    panic!("{written}: a login")
                };
                assert_eq!(password, meant, "{scheme}");
            }
        }
    }

    #[test]
    fn a_path_and_several_addresses_are_not_mistaken_for_a_login() {
        for address in [
            "ws://a/path?x#y",
            "nats://a,nats://joe:s@b",
            "a,joe:s@b",
            "nats://joe:s@a,joe:s@b",
        ] {
            assert!(parse(&[address.to_owned()]).is_ok(), "{address}");
        }
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

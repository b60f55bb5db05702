//! What the value of one argument must be, whatever the others say.
//!
//! Each rule judges the text, so that variables and contexts are held against the same one. A rule about a secret never
//! repeats it.

use crate::jetstream;
use crate::provider::credentials::{self, CredentialPart};
use crate::provider::files;
use crate::resources::object::domain;
use crate::terraform::language::Value;
use crate::terraform::language::duration;
use crate::text::capitalised;

/// Nothing, or what is wrong and what to do, as a sentence.
type Validation = Result<(), String>;

/// A rule for the value of one argument.
pub type ArgumentRule = fn(&Value) -> Validation;

pub fn servers(value: &Value) -> Validation {
    let servers = value.as_list().unwrap_or_default();
    if servers.iter().any(Value::is_unknown) {
        return Ok(());
    }
    let servers: Vec<_> = servers
        .iter()
        .map(|server| server.as_str().unwrap_or_default().to_owned())
        .collect();
    if servers.iter().any(|server| server.trim().is_empty()) {
        return Err("An address is empty. Remove it, or set an address such as \"nats://nats.example.com:4222\".".to_owned());
    }
    // What may have a secret in it is refused elsewhere, without the line of the configuration.
    match may_hold_login(&servers) {
        true => Ok(()),
        false => addresses(&servers).map(drop),
    }
}

/// Whether a login may stand in one of some addresses, which may be ones that cannot be understood.
pub fn may_hold_login(servers: &[String]) -> bool {
    servers.iter().any(|server| server.contains('@'))
}

/// Whether one of some addresses carries a login.
///
/// # Errors
/// What is wrong with one of them, or with all together, as a sentence.
pub fn addresses(servers: &[String]) -> Result<bool, String> {
    let has_login = jetstream::check_servers(servers).map_err(|problem| {
        let advice = match may_hold_login(servers) {
            false => "Set addresses such as \"nats://nats.example.com:4222\".",
            true => "In the user and password, percent-encode all characters except letters and digits (`/` is %2F, `?` is %3F, `#` is %23, `@` is %40, `:` is %3A, `%` is %25, `,` is %2C, a space is %20), or remove them from the address and set `user` and `password`, or `token`.",
        };
        format!("{}. {advice}", capitalised(&problem))
    })?;
    let mut schemes: Vec<_> = split(servers).map(scheme).collect();
    schemes.sort();
    schemes.dedup();
    if let [one, other, ..] = &schemes[..] {
        return Err(format!(
            "The addresses have different schemes ({one} and {other}), so the connection could be less secure than one of them requires, or of another kind. Use the same scheme in every address."
        ));
    }
    Ok(has_login)
}

/// Whether some addresses are of WebSocket, with TLS or without.
pub fn websockets(servers: &[String]) -> bool {
    split(servers).any(|address| matches!(scheme(address).as_str(), "ws" | "wss"))
}

/// Whether some addresses are of WebSocket without TLS.
pub fn plain_websockets(servers: &[String]) -> bool {
    split(servers).any(|address| scheme(address) == "ws")
}

fn split(servers: &[String]) -> impl Iterator<Item = &str> {
    let all = servers.iter().flat_map(|server| server.split(','));
    all.map(str::trim).filter(|server| !server.is_empty())
}

/// The scheme of an address, which is `nats` where it has none.
fn scheme(address: &str) -> String {
    address
        .split_once("://")
        .map_or("nats", |(scheme, _)| scheme)
        .to_ascii_lowercase()
}

pub fn credentials(value: &Value) -> Validation {
    content(&credentials::CREDENTIALS, value)
}

pub fn nkey(value: &Value) -> Validation {
    content(&credentials::NKEY, value)
}

pub fn jwt(value: &Value) -> Validation {
    content(&credentials::JWT, value)
}

pub fn seed(value: &Value) -> Validation {
    content(&credentials::SEED, value)
}

pub fn tls_ca(value: &Value) -> Validation {
    content(&credentials::CA, value)
}

pub fn tls_certificate(value: &Value) -> Validation {
    content(&credentials::CERTIFICATE, value)
}

pub fn tls_key(value: &Value) -> Validation {
    content(&credentials::KEY, value)
}

/// The check of a part; who gave a path instead learns where it goes.
fn content(part: &CredentialPart, value: &Value) -> Validation {
    let text = value.as_str().unwrap_or_default();
    let verdict = (part.check)(text);
    verdict.map(drop).map_err(|problem| match part.file {
        Some(file) if !text.contains('\n') => {
            format!("{problem} For the path of a file, set `{file}`.")
        }
        _ => problem,
    })
}

pub fn prefix(value: &Value) -> Validation {
    let text = value.as_str().unwrap_or_default();
    domain::plain(text)
        .map_err(|why| format!("{why} Set the prefix of the subjects, such as \"JS.acme.API\"."))?;
    if text.split('.').any(str::is_empty) {
        return Err(format!(
            "{text:?} has an empty token. Remove the dot at its beginning or end, or the second of two dots."
        ));
    }
    Ok(())
}

pub fn connection_name(value: &Value) -> Validation {
    let text = value.as_str().unwrap_or_default();
    domain::plain(text).map_err(|why| format!("{why} Set a name such as \"platform-ci\"."))
}

/// It may hold a password, so it is not repeated.
pub fn socks_proxy(value: &Value) -> Validation {
    let text = value.as_str().unwrap_or_default();
    if text.eq_ignore_ascii_case("none") {
        return Ok(());
    }
    let (scheme, rest) = text.split_once("://").unwrap_or(("socks5", text));
    let address = rest
        .rsplit('@')
        .next()
        .unwrap_or_default()
        .trim_end_matches('/');
    // An IPv6 address has colons of its own, in brackets.
    let (host, port) = match address.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().unwrap_or(0)),
        _ => (address, 1080_u16),
    };
    match scheme {
        "socks5" | "socks5h" if !host.is_empty() && port > 0 => Ok(()),
        "socks5" | "socks5h" => {
            Err("It has no host, or no valid port. Set an address such as \"socks5://proxy.example.com:1080\".".to_owned())
        }
        _ => Err("It is not a SOCKS5 address. Set an address such as \"socks5://proxy.example.com:1080\".".to_owned()),
    }
}

pub fn timeout(value: &Value) -> Validation {
    duration::wait(value.as_str().unwrap_or_default()).map(drop)
}

pub fn context(value: &Value) -> Validation {
    match value.as_str() {
        // What looks like content is refused elsewhere, without the line of the configuration.
        Some(name) if files::looks_like_content(name) => Ok(()),
        Some(name) if !name.is_empty() && !is_context_name(name) => Err(format!(
            "{name:?} is not a valid name of a context. Set only the name, such as \"prod\", as `nats context ls` shows it, and not a path."
        )),
        _ => Ok(()),
    }
}

/// Whether a name is one, and not a way to another folder.
pub fn is_context_name(name: &str) -> bool {
    !(name.is_empty() || name.contains("..") || name.contains(['/', '\\']))
}

//! How to log in: from what is given to what async-nats needs, and what to say when the server refuses it.
//!
//! A server says "authorization violation" whatever the reason is. What can be read from a JWT without a server, that
//! it has expired and whose it is, is said here.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use async_nats::{AuthError, ConnectOptions};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nkeys::KeyPair;
use serde_json::Value;

use crate::jetstream::connection::auth::Auth;
use crate::jetstream::connection::failure::unreachable::time;
use crate::jetstream::connection::options::WithOrigin;

/// Adds the login to the options.
///
/// # Errors
/// When it cannot be used; the words repeat nothing of it.
pub fn log_in(options: ConnectOptions, login: &WithOrigin<Auth>) -> Result<ConnectOptions, String> {
    let origin = &login.origin;
    // The reasons are dropped: they are made from the secrets.
    Ok(match login.value.clone() {
        Auth::None => options,
        Auth::UserPassword { user, password } => options.user_and_password(user, password),
        Auth::Token(token) => options.token(token),
        Auth::NKey(seed) => {
            user_key(&seed).ok_or_else(|| no_seed("the nkey", origin))?;
            options.nkey(seed.trim().to_owned())
        }
        Auth::Jwt { jwt, seed } => {
            let key = user_key(&seed).ok_or_else(|| no_seed("the seed of the JWT", origin))?;
            signing(options, jwt.trim().to_owned(), key)
        }
        Auth::Credentials(content) => options.credentials(&content).map_err(|_| {
            format!("the credentials, given by {origin}, are not the content of a .creds file")
        })?,
    })
}

fn user_key(seed: &str) -> Option<KeyPair> {
    KeyPair::from_seed(seed.trim()).ok()
}

fn no_seed(what: &str, origin: &str) -> String {
    format!("{what}, given by {origin}, is no seed of an nkey (`SU...`)")
}

fn signing(options: ConnectOptions, jwt: String, key: KeyPair) -> ConnectOptions {
    let key = Arc::new(key);
    options.jwt(jwt, move |nonce| {
        let signed = key.sign(&nonce).map_err(AuthError::new);
        std::future::ready(signed)
    })
}

/// Why the server may have refused the login, as a clause. `told` is the error with which it ended an earlier
/// connection.
pub fn refused(login: &WithOrigin<Auth>, told: Option<&str>) -> String {
    let what = match &login.value {
        Auth::None => {
            return "authorization violation; it wants a login, and none is given".to_owned();
        }
        Auth::UserPassword { user, .. } => format!("the user {user:?} with this password"),
        Auth::Token(_) => "this token".to_owned(),
        Auth::NKey(seed) => match user_key(seed) {
            Some(key) => format!("this nkey ({})", key.public_key()),
            None => "this nkey".to_owned(),
        },
        Auth::Credentials(_) => "these credentials".to_owned(),
        Auth::Jwt { .. } => "this JWT".to_owned(),
    };
    let mut text = format!(
        "authorization violation; it does not accept {what}, given by {}",
        login.origin
    );
    if let Some(user) = user(&login.value) {
        text.push_str(&format!("; the user is {user}"));
    }
    if let Some(expired) = expired(&login.value) {
        text.push_str(&format!("; the JWT expired at {}", time(expired)));
    }
    if let Some(told) = told {
        text.push_str(&format!("; before, it said {told:?}"));
    }
    text
}

/// The user that a JWT is about.
fn user(auth: &Auth) -> Option<String> {
    let claims = claims(jwt(auth)?)?;
    claims["sub"].as_str().map(str::to_owned)
}

/// When the JWT expired, in seconds since 1970; `None` if it did not.
fn expired(auth: &Auth) -> Option<u64> {
    let expires = claims(jwt(auth)?)?["exp"].as_u64()?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    (expires > 0 && expires <= now).then_some(expires)
}

/// The JWT of a login. In the content of a `.creds` file it is the line after the first one of dashes.
fn jwt(auth: &Auth) -> Option<&str> {
    match auth {
        Auth::Jwt { jwt, .. } => Some(jwt.trim()),
        Auth::Credentials(content) => content
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty() && !line.starts_with("---")),
        _ => None,
    }
}

fn claims(jwt: &str) -> Option<Value> {
    let body = jwt.split('.').nth(1)?;
    let body = URL_SAFE_NO_PAD.decode(body.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&body).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(auth: Auth) -> WithOrigin<Auth> {
        WithOrigin::new(auth, "the test")
    }

    fn jwt_with(claims: &str) -> String {
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn an_expired_jwt_is_said_in_both_of_its_forms() {
        let jwt = jwt_with(r#"{"sub":"UABC","exp":1000}"#);
        let content = format!("-----BEGIN NATS USER JWT-----\r\n{jwt}\r\n------END\r\n");
        let seed = String::new();

        for auth in [Auth::Jwt { jwt, seed }, Auth::Credentials(content)] {
            let said = refused(&given(auth), None);

            assert!(said.contains("expired at 1970-01-01T00:16:40Z"), "{said}");
            assert!(said.contains("the user is UABC"), "{said}");
        }
    }

    #[test]
    fn a_jwt_that_still_counts_or_never_ends_is_not_said_to_have_expired() {
        for claims in [r#"{"exp":99999999999}"#, r#"{"exp":0}"#, "{}", "nonsense"] {
            let (jwt, seed) = (jwt_with(claims), String::new());

            let said = refused(&given(Auth::Jwt { jwt, seed }), None);

            assert!(!said.contains("expired"), "{claims}: {said}");
        }
    }

    #[test]
    fn a_bad_seed_is_said_and_not_shown() {
        let seed = "SUSECRET".to_owned();
        let jwt = jwt_with("{}");

        for auth in [Auth::NKey(seed.clone()), Auth::Jwt { jwt, seed }] {
            let why = log_in(ConnectOptions::new(), &given(auth)).err().unwrap();

            assert!(why.contains("no seed") && why.contains("the test"), "{why}");
            assert!(!why.contains("SECRET"), "{why}");
        }
    }
}

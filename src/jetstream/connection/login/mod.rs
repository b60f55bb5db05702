//! How to log in: from what is given to what async-nats needs, and what to say when the server refuses it.
//!
//! A server says "authorization violation" whatever the reason is. What can be read from a JWT without a server, that
//! it has expired and whose it is, is said here.

pub mod auth;
pub mod expected;

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nkeys::KeyPair;
use serde_json::{Map, Value, json};

use crate::jetstream::connection::failure::time;
use crate::jetstream::connection::login::auth::Auth;
use crate::jetstream::connection::options::WithOrigin;

/// What `CONNECT` says of the login, to a server whose greeting has this nonce.
///
/// # Errors
/// When the login cannot be used; the words repeat nothing of it.
pub fn fields(login: &WithOrigin<Auth>, nonce: &str) -> Result<Map<String, Value>, String> {
    let origin = &login.origin;
    let signed = |seed: &str, what: &str| {
        let key = user_key(seed).ok_or_else(|| {
            format!("{what}, set by {origin}, is not the seed of an nkey (`SU...`)")
        })?;
        // The reason is dropped: it is made from the secret.
        let signature = key
            .sign(nonce.as_bytes())
            .map_err(|_| format!("what is set by {origin} cannot sign the server's challenge"))?;
        Ok::<_, String>((key.public_key(), URL_SAFE_NO_PAD.encode(signature)))
    };
    let fields = match &login.value {
        Auth::None => json!({}),
        Auth::UserPassword { user, password } => json!({ "user": user, "pass": password }),
        Auth::Token(token) => json!({ "auth_token": token }),
        Auth::NKey(seed) => {
            let (key, signature) = signed(seed, "the nkey")?;
            json!({ "nkey": key, "sig": signature })
        }
        Auth::Jwt { jwt, seed } => {
            let (_, signature) = signed(seed, "the seed of the JWT")?;
            json!({ "jwt": jwt.trim(), "sig": signature })
        }
        Auth::Credentials(content) => {
            let parts = section(content, "NATS USER JWT").zip(section(content, "USER NKEY SEED"));
            let (jwt, seed) = parts.ok_or_else(|| {
                format!("the credentials, set by {origin}, are not the content of a .creds file")
            })?;
            let (_, signature) = signed(seed, "the seed of the credentials")?;
            json!({ "jwt": jwt, "sig": signature })
        }
    };
    Ok(fields.as_object().cloned().unwrap_or_default())
}

fn user_key(seed: &str) -> Option<KeyPair> {
    KeyPair::from_seed(seed.trim()).ok()
}

/// The line of a `.creds` file that follows the one with a title.
fn section<'a>(content: &'a str, title: &str) -> Option<&'a str> {
    let mut lines = content.lines().map(str::trim);
    lines.find(|line| line.starts_with("---") && line.contains(title))?;
    lines.find(|line| !line.is_empty())
}

/// Why the server may have refused the login, as a clause. `told` is the error with which it ended an earlier
/// connection.
pub fn refused(login: &WithOrigin<Auth>, told: Option<&str>) -> String {
    let what = match &login.value {
        Auth::None => {
            return "authorization violation; the server requires a login, and none is set"
                .to_owned();
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
        "authorization violation; the server does not accept {what}, set by {}",
        login.origin
    );
    if let Some(user) = user(&login.value) {
        text.push_str(&format!("; the user is {user}"));
    }
    if let Some(expired) = expired(&login.value) {
        text.push_str(&format!("; the JWT expired at {}", time(expired)));
    }
    if let Some(told) = told {
        text.push_str(&format!(
            "; the server ended an earlier connection with {told:?}"
        ));
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

/// The JWT of a login.
fn jwt(auth: &Auth) -> Option<&str> {
    match auth {
        Auth::Jwt { jwt, .. } => Some(jwt.trim()),
        Auth::Credentials(content) => section(content, "NATS USER JWT"),
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
    fn each_login_is_what_the_protocol_calls_it() {
        let key = KeyPair::new_user();
        let seed = key.seed().unwrap();
        let (jwt, public) = (jwt_with("{}"), key.public_key());
        let signature = URL_SAFE_NO_PAD.encode(key.sign(b"nonce").unwrap());
        let credentials = format!(
            "-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n*** IMPORTANT ***\n\
             -----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
        );
        let (user, password) = ("joe".to_owned(), "s".to_owned());

        for (auth, expected) in [
            (Auth::None, json!({})),
            (
                Auth::UserPassword { user, password },
                json!({ "user": "joe", "pass": "s" }),
            ),
            (Auth::Token("t".to_owned()), json!({ "auth_token": "t" })),
            (
                Auth::NKey(format!("{seed}\n")),
                json!({ "nkey": public, "sig": signature }),
            ),
            (
                Auth::Jwt {
                    jwt: jwt.clone(),
                    seed,
                },
                json!({ "jwt": jwt, "sig": signature }),
            ),
            (
                Auth::Credentials(credentials),
                json!({ "jwt": jwt, "sig": signature }),
            ),
        ] {
            let fields = fields(&given(auth), "nonce").unwrap();

            assert_eq!(Value::Object(fields), expected);
        }
    }

    #[test]
    fn a_bad_seed_is_said_and_not_shown() {
        let seed = "SUSECRET".to_owned();
        let jwt = jwt_with("{}");

        for auth in [Auth::NKey(seed.clone()), Auth::Jwt { jwt, seed }] {
            let why = fields(&given(auth), "nonce").err().unwrap();

            assert!(
                why.contains("not the seed") && why.contains("the test"),
                "{why}"
            );
            assert!(!why.contains("SECRET"), "{why}");
        }
    }
}

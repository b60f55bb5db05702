//! Seeds of nkeys, JWTs and credentials files: what can be known to be wrong with them before a server is asked.
//!
//! No sentence from here repeats what it judges, not even in part: it may be the secret with one letter too many. A public
//! key may be named, and so may a date.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use nkeys::{KeyPair, KeyPairType};
use serde_json::Value;

const SEED_LETTERS: usize = 58;
const PUBLIC_KEY_LETTERS: usize = 56;

/// The JWT and the seed of a credentials file, in the form that every client reads.
///
/// # Errors
/// What is wrong with it.
pub fn credentials(text: &str) -> Result<String, String> {
    let (jwt_part, seed_part) = (
        section(text, "NATS USER JWT"),
        section(text, "USER NKEY SEED"),
    );
    let missing = match (jwt_part, seed_part) {
        (Some(jwt_part), Some(seed_part)) => {
            let (jwt, seed) = (jwt(jwt_part)?, seed(seed_part)?);
            belong_together(&jwt, &seed)?;
            return Ok(format!(
                "-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n\
                 -----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
            ));
        }
        (Some(_), None) => "the second is missing, so there is no key of the user",
        (None, Some(_)) => "the first is missing, so there is no JWT of the user",
        (None, None) => "both are missing",
    };
    Err(format!(
        "It is not the content of a credentials file, which has a part \"BEGIN NATS USER JWT\" and a part \"BEGIN USER NKEY SEED\": {missing}. `nsc generate creds` creates one."
    ))
}

/// What stands between the lines that begin and end a part.
fn section<'a>(text: &'a str, title: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("BEGIN {title}"))?;
    let (_, rest) = rest.split_once('\n')?;
    let (inside, _) = rest.split_once(&format!("END {title}"))?;
    Some(inside.trim_end_matches('-').trim())
}

/// The seed of a user's nkey, alone or in a file with other lines.
///
/// # Errors
/// What it is instead.
pub fn seed(text: &str) -> Result<String, String> {
    let seed = section(text, "USER NKEY SEED").unwrap_or_else(|| seed_line(text));
    match KeyPair::from_seed(seed).map(|pair| pair.key_pair_type()) {
        Ok(KeyPairType::User) => Ok(seed.to_owned()),
        Ok(other) => Err(format!(
            "It is the seed of {}. Set the seed of a user, which begins with SU.",
            owner(&other)
        )),
        Err(_) => Err(no_seed(seed)),
    }
}

/// The first line that looks like a seed, else the whole text.
fn seed_line(text: &str) -> &str {
    let mut lines = text.lines().map(str::trim);
    lines
        .find(|line| line.starts_with('S') && line.len() == SEED_LETTERS)
        .unwrap_or(text.trim())
}

fn no_seed(text: &str) -> String {
    let is_base32 = text
        .bytes()
        .all(|letter| letter.is_ascii_uppercase() || (b'2'..=b'7').contains(&letter));
    if let Ok(public) = KeyPair::from_public_key(text) {
        return format!(
            "It is the public key of {}. Set the seed of a user, which begins with SU.",
            owner(&public.key_pair_type())
        );
    }
    match (text.len(), text.bytes().next()) {
        (SEED_LETTERS, Some(b'S')) if is_base32 => {
            "Its checksum is wrong, so at least one character of the seed is wrong. Copy the seed again.".to_owned()
        }
        (PUBLIC_KEY_LETTERS, Some(b'U' | b'A' | b'O')) if is_base32 => {
            "It is a public key with a wrong checksum. Set the seed of a user, which begins with SU.".to_owned()
        }
        (PUBLIC_KEY_LETTERS, Some(b'P')) if is_base32 => {
            "It is a private key and not a seed. Set the seed of a user, which begins with SU.".to_owned()
        }
        _ => format!(
            "It is not the seed of an nkey, which has {SEED_LETTERS} capital letters and digits and begins with SU. `nsc generate nkey --user` creates one."
        ),
    }
}

fn owner(kind: &KeyPairType) -> &'static str {
    match kind {
        KeyPairType::User => "a user",
        KeyPairType::Account => "an account",
        KeyPairType::Operator => "an operator",
        KeyPairType::Server => "a server",
        KeyPairType::Cluster => "a cluster",
        KeyPairType::Module => "a wasmCloud module",
        KeyPairType::Service => "a wasmCloud service",
        KeyPairType::Curve => "an encryption key",
    }
}

/// A user's JWT that is valid now, alone or in a file with other lines.
///
/// # Errors
/// What it is instead, or since when it is not valid any more.
pub fn jwt(text: &str) -> Result<String, String> {
    let jwt = section(text, "NATS USER JWT").unwrap_or(text.trim());
    let claims = claims(jwt).ok_or(
        "It is not a JWT, which has three parts in base64 with dots between them. `nsc describe user --raw` shows the JWT of a user.",
    )?;
    let subject = subject(&claims)?;
    match KeyPair::from_public_key(subject).map(|key| key.key_pair_type()) {
        Ok(KeyPairType::User) => {}
        Ok(other) => {
            return Err(format!(
                "It is the JWT of {}. Set the JWT of a user.",
                owner(&other)
            ));
        }
        Err(_) => {
            return Err(
                "It is not a JWT of NATS: its subject is not an nkey. Set the JWT of a NATS user."
                    .to_owned(),
            );
        }
    }
    valid_now(&claims)?;
    Ok(jwt.to_owned())
}

fn claims(jwt: &str) -> Option<Value> {
    let parts: Vec<_> = jwt.split('.').collect();
    let [header, claims, _signature] = parts[..] else {
        return None;
    };
    let decoded = [header, claims].map(|part| {
        let json = URL_SAFE_NO_PAD.decode(part).ok()?;
        serde_json::from_slice::<Value>(&json)
            .ok()
            .filter(Value::is_object)
    });
    let [Some(_), Some(claims)] = decoded else {
        return None;
    };
    Some(claims)
}

fn subject(claims: &Value) -> Result<&str, String> {
    claims["sub"].as_str().ok_or_else(|| {
        "It is not a JWT of NATS: it has no subject. Set the JWT of a NATS user.".to_owned()
    })
}

fn valid_now(claims: &Value) -> Result<(), String> {
    let now = Timestamp::now();
    // 0 is how some tools write that there is no such date.
    let date = |name: &str| {
        let seconds = claims[name].as_i64().filter(|seconds| *seconds > 0)?;
        Timestamp::from_second(seconds).ok()
    };
    match (date("exp"), date("nbf")) {
        (Some(end), _) if end <= now => Err(format!("Its JWT expired at {end}. Create a new one.")),
        (_, Some(start)) if start > now => Err(format!(
            "Its JWT is not valid before {start}, and the time on this machine is {}. Check the clock of this machine, or create a new JWT.",
            Timestamp::from_second(now.as_second()).unwrap_or(now)
        )),
        _ => Ok(()),
    }
}

/// Whether a checked JWT is about the key of a checked seed.
///
/// # Errors
/// That it is not, with both public keys.
pub fn belong_together(jwt: &str, seed: &str) -> Result<(), String> {
    let claims = claims(jwt).unwrap_or_default();
    let subject = subject(&claims)?;
    match KeyPair::from_seed(seed).map(|pair| pair.public_key()) {
        Ok(public) if public == subject => Ok(()),
        Ok(public) => Err(format!(
            "The seed does not belong to the JWT: the JWT is for {subject}, and the seed is for {public}. Set the JWT and the seed of the same user."
        )),
        Err(_) => Err(no_seed(seed)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const DAY: i64 = 24 * 3600;

    fn now() -> i64 {
        Timestamp::now().as_second()
    }

    /// A JWT about `subject` with more claims.
    fn jwt_about(subject: &KeyPair, claims: &Value) -> String {
        let mut body =
            json!({ "sub": subject.public_key(), "nats": { "type": "user", "version": 2 } });
        for (name, value) in claims.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        let header = json!({ "typ": "JWT", "alg": "ed25519-nkey" });
        let parts = [header.to_string(), body.to_string(), "signature".to_owned()];
        parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".")
    }

    fn creds(jwt: &str, seed: &str) -> String {
        format!(
            "-----BEGIN NATS USER JWT-----\r\n{jwt}\r\n------END NATS USER JWT------\r\n\r\nWords.\r\n\
             -----BEGIN USER NKEY SEED-----\r\n{seed}\r\n------END USER NKEY SEED------"
        )
    }

    /// What is wrong, which never has a line of the secret in it.
    fn complaint(check: fn(&str) -> Result<String, String>, text: &str) -> String {
        let complaint = check(text).expect_err("something is wrong");
        let shown = text
            .lines()
            .any(|line| line.len() > 20 && complaint.contains(line));
        assert!(!shown || text.starts_with(['U', 'A', 'O']), "{complaint}");
        complaint
    }

    #[test]
    fn a_users_seed_is_found_alone_with_comments_and_decorated() {
        let seed_text = KeyPair::new_user().seed().unwrap();
        let forms = [
            seed_text.clone(),
            format!("{seed_text}\n"),
            format!("# of the pipeline\n  {seed_text}  \n"),
            format!(
                "-----BEGIN USER NKEY SEED-----\n{seed_text}\n------END USER NKEY SEED------\n"
            ),
        ];

        for form in forms {
            assert_eq!(seed(&form), Ok(seed_text.clone()), "{form}");
        }
    }

    #[test]
    fn what_is_no_users_seed_is_named_for_what_it_is() {
        let user = KeyPair::new_user();
        let mut damaged = user.seed().unwrap();
        let last = if damaged.ends_with('A') { "B" } else { "A" };
        damaged.replace_range(20..21, if &damaged[20..21] == last { "C" } else { last });
        let cases = [
            (
                KeyPair::new_account().seed().unwrap(),
                "the seed of an account",
            ),
            (
                KeyPair::new_operator().seed().unwrap(),
                "the seed of an operator",
            ),
            (user.public_key(), "the public key of a user"),
            (
                KeyPair::new_account().public_key(),
                "the public key of an account",
            ),
            (
                KeyPair::new_operator().public_key(),
                "the public key of an operator",
            ),
            (damaged, "Its checksum is wrong"),
            ("hunter2".to_owned(), "not the seed of an nkey"),
            (
                user.seed().unwrap()[..50].to_owned(),
                "not the seed of an nkey",
            ),
            (String::new(), "not the seed of an nkey"),
        ];

        for (text, said) in cases {
            let complaint = complaint(seed, &text);
            assert!(
                complaint.contains(said) && complaint.contains("SU") || said.starts_with("Its"),
                "{complaint}"
            );
        }
    }

    #[test]
    fn a_users_jwt_is_taken_while_it_is_valid() {
        let user = KeyPair::new_user();
        for claims in [
            json!({}),
            json!({ "exp": now() + DAY, "nbf": now() - DAY }),
            json!({ "exp": 0, "nbf": 0 }),
        ] {
            let text = jwt_about(&user, &claims);
            assert_eq!(jwt(&format!(" {text}\n")), Ok(text));
        }
    }

    #[test]
    fn what_is_no_valid_jwt_of_a_user_is_named_for_what_it_is() {
        let (user, account) = (KeyPair::new_user(), KeyPair::new_account());
        let cases = [
            (jwt_about(&account, &json!({})), "the JWT of an account"),
            (
                jwt_about(&KeyPair::new_operator(), &json!({})),
                "the JWT of an operator",
            ),
            (
                jwt_about(&user, &json!({ "exp": 1_700_000_000 })),
                "expired at 2023-11-14T22:13:20Z",
            ),
            (
                jwt_about(&user, &json!({ "nbf": 4_102_444_800_i64 })),
                "not valid before 2100-01-01T00:00:00Z",
            ),
            (
                jwt_about(&user, &json!({ "sub": "joe" })),
                "its subject is not an nkey",
            ),
            (
                jwt_about(&user, &json!({ "sub": null })),
                "it has no subject",
            ),
            ("hunter2".to_owned(), "It is not a JWT"),
            ("a.b.c".to_owned(), "It is not a JWT"),
            (user.seed().unwrap(), "It is not a JWT"),
        ];

        for (text, said) in cases {
            let complaint = complaint(jwt, &text);
            assert!(complaint.contains(said), "{complaint}");
        }
    }

    #[test]
    fn credentials_are_given_in_the_form_that_every_client_reads() {
        let user = KeyPair::new_user();
        let (jwt, seed) = (jwt_about(&user, &json!({})), user.seed().unwrap());

        let canonical = credentials(&creds(&jwt, &seed)).unwrap();

        assert_eq!(credentials(&canonical).unwrap(), canonical);
        assert!(
            canonical.contains(&format!("-----\n{jwt}\n-----")),
            "{canonical}"
        );
        assert!(canonical.ends_with(&format!("-----\n{seed}\n------END USER NKEY SEED------\n")));
    }

    #[test]
    fn half_or_foreign_credentials_are_told() {
        let (user, other) = (KeyPair::new_user(), KeyPair::new_user());
        let whole = creds(&jwt_about(&user, &json!({})), &user.seed().unwrap());
        let (first, second) = whole.split_once("Words.").unwrap();
        let foreign = creds(&jwt_about(&user, &json!({})), &other.seed().unwrap());
        let expired = creds(
            &jwt_about(&user, &json!({ "exp": 1 })),
            &user.seed().unwrap(),
        );
        let account = creds(
            &jwt_about(&user, &json!({})),
            &KeyPair::new_account().seed().unwrap(),
        );

        assert!(complaint(credentials, first).contains("there is no key of the user"));
        assert!(complaint(credentials, second).contains("there is no JWT of the user"));
        assert!(complaint(credentials, "hunter2").contains("both are missing"));
        let told = complaint(credentials, &foreign);
        assert!(
            told.contains(&user.public_key()) && told.contains(&other.public_key()),
            "{told}"
        );
        assert!(complaint(credentials, &expired).contains("expired at 1970-01-01T00:00:01Z"));
        assert!(complaint(credentials, &account).contains("the seed of an account"));
    }
}

//! Every form in which a secret could be found.

use aho_corasick::AhoCorasick;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// Shorter texts would be found by chance.
const SHORTEST: usize = 12;

/// What to look for.
pub struct Search {
    /// In words which form of which secret.
    names: Vec<String>,
    needles: AhoCorasick,
}

impl Search {
    /// For all of these, each with a name that may be shown.
    pub fn of<'a>(secrets: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let secrets = secrets.into_iter();
        let (names, needles): (Vec<_>, Vec<_>) = secrets
            .flat_map(|(name, secret)| {
                let parts = parts(name, secret).into_iter();
                parts.flat_map(move |part| forms(name, part))
            })
            .unzip();
        let needles = AhoCorasick::new(&needles).expect("a search");
        Self { names, needles }
    }

    /// Which forms of which secrets are in these bytes.
    pub fn found_in(&self, bytes: &[u8]) -> Vec<&str> {
        let found = self.needles.find_overlapping_iter(bytes);
        let mut found: Vec<usize> = found.map(|found| found.pattern().as_usize()).collect();
        found.sort_unstable();
        found.dedup();
        found
            .into_iter()
            .map(|place| self.names[place].as_str())
            .collect()
    }
}

/// A secret, its lines if it has several, and the password if it is an address.
fn parts<'a>(name: &str, secret: &'a str) -> Vec<&'a str> {
    assert!(secret.len() >= SHORTEST, "{name} is too short to look for");
    let lines = secret.lines().map(str::trim);
    // A line between dashes is the same in all such files.
    let lines = lines.filter(|line| line.len() >= SHORTEST && !line.starts_with("--"));
    let mut parts: Vec<&str> = lines.collect();
    parts.extend(password_in(secret).filter(|password| password.len() >= SHORTEST));
    parts.push(secret);
    parts.sort_unstable();
    parts.dedup();
    parts
}

/// What stands between user and host, as it is written.
fn password_in(address: &str) -> Option<&str> {
    let (_scheme, place) = address.split_once("://")?;
    let (login, _host) = place.rsplit_once('@')?;
    login.split_once(':').map(|(_user, password)| password)
}

/// How often one text is in another.
pub fn count(bytes: &[u8], needle: &[u8]) -> usize {
    // Nearly every place differs in the first byte.
    let (first, rest) = needle.split_first().expect("a needle");
    let starts = bytes.iter().enumerate().filter(|(_, byte)| *byte == first);
    starts
        .filter(|(place, _)| bytes[place + 1..].starts_with(rest))
        .count()
}

fn forms(name: &str, secret: &str) -> Vec<(String, String)> {
    let mut forms = vec![
        ("itself".to_owned(), secret.to_owned()),
        ("in JSON".to_owned(), json(secret)),
        ("in JSON as Go writes it".to_owned(), go_json(secret)),
        ("as Debug shows it".to_owned(), escaped(secret)),
        ("percent-encoded".to_owned(), percent(secret, "%X")),
        (
            "percent-encoded in small letters".to_owned(),
            percent(secret, "%x"),
        ),
        (
            "in hexadecimal".to_owned(),
            bytes(secret, "", |byte| format!("{byte:02x}")),
        ),
        (
            "in capital hexadecimal".to_owned(),
            bytes(secret, "", |byte| format!("{byte:02X}")),
        ),
        (
            "as a list of bytes".to_owned(),
            bytes(secret, ", ", |byte| byte.to_string()),
        ),
    ];
    for offset in 0..3 {
        let middle = base64_middle(secret, offset);
        forms.push((format!("in base64 at {offset}"), middle.clone()));
        let url_safe = middle.replace('+', "-").replace('/', "_");
        forms.push((format!("in URL-safe base64 at {offset}"), url_safe));
    }
    // In most secrets some forms are the same.
    let mut seen = Vec::new();
    forms.retain(|(_, form)| {
        let is_new = !seen.contains(form);
        seen.push(form.clone());
        is_new
    });
    let named = forms.into_iter();
    named
        .map(|(form, text)| (format!("{name} {form}"), text))
        .collect()
}

fn json(secret: &str) -> String {
    let quoted = serde_json::to_string(secret).expect("a text");
    quoted.trim_matches('"').to_owned()
}

/// Go escapes what could end a script in a web page.
fn go_json(secret: &str) -> String {
    json(secret)
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
}

fn escaped(secret: &str) -> String {
    let quoted = format!("{secret:?}");
    quoted.trim_matches('"').to_owned()
}

fn percent(secret: &str, format: &str) -> String {
    let encoded = secret.bytes().map(|byte| match (byte, format) {
        (b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~', _) => {
            char::from(byte).to_string()
        }
        (_, "%x") => format!("%{byte:02x}"),
        _ => format!("%{byte:02X}"),
    });
    encoded.collect()
}

fn bytes(secret: &str, between: &str, form: impl Fn(u8) -> String) -> String {
    let all: Vec<String> = secret.bytes().map(form).collect();
    all.join(between)
}

/// What of a secret's base64 is the same whatever stands before and after it, if `offset` bytes modulo three stand
/// before. Padding and what shares a letter with a neighbour are left out.
fn base64_middle(secret: &str, offset: usize) -> String {
    let mut text = vec![0; offset];
    text.extend(secret.as_bytes());
    let encoded = STANDARD.encode(&text);
    let start = [0, 2, 3][offset];
    let end = text.len() / 3 * 4 + [0, 1, 2][text.len() % 3];
    encoded[start..end].to_owned()
}

const SECRET: &str = "p@ss/word\"<with>&\\everything?~>>>???";

#[test]
fn base64_is_found_at_every_place_in_a_longer_text() {
    let search = Search::of([("it", SECRET)]);

    for before in 0..7 {
        for after in 0..4 {
            let text = format!("{}{SECRET}{}", "x".repeat(before), "y".repeat(after));
            let encoded = [
                STANDARD.encode(&text),
                STANDARD.encode(&text).trim_end_matches('=').to_owned(),
                URL_SAFE.encode(&text),
                URL_SAFE.encode(&text).trim_end_matches('=').to_owned(),
            ];
            for encoded in encoded {
                let found = search.found_in(format!("log: {encoded} end").as_bytes());
                assert!(!found.is_empty(), "{before} {after} {encoded}");
            }
        }
    }
}

#[test]
fn every_other_form_is_found_and_a_part_is_not() {
    let search = Search::of([("it", SECRET)]);
    let written = [
        SECRET.to_owned(),
        serde_json::json!({ "password": SECRET }).to_string(),
        "p@ss/word\\\"\\u003cwith\\u003e\\u0026\\\\everything?~\\u003e\\u003e\\u003e???".to_owned(),
        format!("{:?}", Some(SECRET)),
        format!("{:?}", SECRET.as_bytes()),
        "nats://u:p%40ss%2Fword%22%3Cwith%3E%26%5Ceverything%3F~%3E%3E%3E%3F%3F%3F@host".to_owned(),
    ];

    for text in written {
        assert!(!search.found_in(text.as_bytes()).is_empty(), "{text}");
    }
    assert_eq!(search.found_in(&SECRET.as_bytes()[1..]), [] as [&str; 0]);
}

#[test]
fn the_password_of_an_address_is_found_alone() {
    let search = Search::of([("it", "nats://joe:Passw0rd%2Fencoded@host:4222")]);

    assert!(!search.found_in(b"joe, Passw0rd%2Fencoded").is_empty());
    assert!(search.found_in(b"nats://host:4222, joe").is_empty());
}

#[test]
fn a_line_of_a_longer_secret_is_found_and_a_line_that_all_have_is_not() {
    let key = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\nAgEGCCqGSM49AwEHBG0w\n-----END PRIVATE KEY-----\n";
    let search = Search::of([("it", key)]);

    assert!(!search.found_in(b"x AgEGCCqGSM49AwEHBG0w y").is_empty());
    assert!(search.found_in(b"-----BEGIN PRIVATE KEY-----").is_empty());
}

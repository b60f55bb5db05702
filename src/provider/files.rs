//! Files that the provider reads: how a path is meant, and who else may read what is in it.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::provider::environment::Environment;
use crate::terraform::language::{Diagnostic, Path as Place};

/// More than any credentials or certificates have, in bytes; a disk image is a mistake.
const LARGEST: u64 = 1024 * 1024;
/// A path has no name in it that is longer, in bytes.
const LONGEST_NAME: usize = 255;
/// The letters of an nkey's seed, fewer than the whole: it may be cut off.
const SEED_LETTERS: usize = 20;

/// The user's home folder.
///
/// # Errors
/// A sentence that names the variable, when it is not text.
pub fn home(environment: &Environment) -> Result<Option<PathBuf>, String> {
    for name in ["HOME", "USERPROFILE"] {
        if let Some(path) = environment.get(name)? {
            return Ok(Some(PathBuf::from(path)));
        }
    }
    Ok(None)
}

/// The file that a path means: `~/` is the home folder, and what is relative starts where Terraform runs.
///
/// # Errors
/// As [`home`].
pub fn path(text: &str, environment: &Environment) -> Result<PathBuf, String> {
    let Some(rest) = text.strip_prefix("~/") else {
        return Ok(PathBuf::from(text));
    };
    let home = home(environment)?;
    Ok(home.map_or_else(|| PathBuf::from(text), |home| home.join(rest)))
}

/// The content of a file.
///
/// # Errors
/// Why it cannot be read, without the path.
pub fn read(path: &Path) -> Result<String, String> {
    let reason = |cause: io::Error| cause.to_string();
    // Opening a pipe would wait for its other end.
    is_readable(&fs::metadata(path).map_err(reason)?)?;
    let file = fs::File::open(path).map_err(reason)?;
    is_readable(&file.metadata().map_err(reason)?)?;
    let mut content = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut content)
        .map_err(reason)?;
    if content.len() as u64 > LARGEST {
        return Err(TOO_LARGE.to_owned());
    }
    match String::from_utf8(content) {
        Ok(text) if text.trim().is_empty() => Err("it is empty".to_owned()),
        Ok(text) => Ok(text),
        Err(_) => Err("it is not text".to_owned()),
    }
}

const TOO_LARGE: &str = "it is larger than 1 MiB, the most that such a file may have";

fn is_readable(metadata: &fs::Metadata) -> Result<(), String> {
    if metadata.is_dir() {
        return Err("it is a folder, not a file".to_owned());
    }
    if !metadata.is_file() {
        return Err("it is not a regular file but a device, a pipe or a socket".to_owned());
    }
    match metadata.len() > LARGEST {
        true => Err(TOO_LARGE.to_owned()),
        false => Ok(()),
    }
}

/// Whether a text that should be a path is what belongs into the file: a key, a seed, a JWT, PEM. It must not be shown.
pub fn looks_like_content(text: &str) -> bool {
    let text = text.trim();
    let is_long = text
        .split(['/', '\\'])
        .any(|name| name.len() > LONGEST_NAME);
    let is_seed = text.len() >= SEED_LETTERS
        && text.starts_with('S')
        && text
            .chars()
            .all(|letter| matches!(letter, 'A'..='Z' | '2'..='7'));
    let is_jwt = text.starts_with("eyJ");
    let is_pem = text.starts_with("---") || text.contains("-----");
    is_long || is_seed || is_jwt || is_pem || text.chars().any(char::is_control)
}

/// The warning about a file that others may read.
pub fn too_open(what: &str, file: &Path, mode: &str, at: Place) -> Diagnostic {
    Diagnostic::warning(
        format!("{what} is readable by other users"),
        format!(
            "{} contains a secret, and its mode is {mode}: other users than its owner can read or change it. Run `chmod 600 {}`.",
            file.display(),
            file.display()
        ),
    )
    .at(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_regular_file_or_too_large_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, length: u64| {
            let path = folder.path().join(name);
            let file = fs::File::create(&path).unwrap();
            file.set_len(length).unwrap();
            path
        };

        for (path, why) in [
            (folder.path().to_owned(), "it is a folder, not a file"),
            (file("large", LARGEST + 1), TOO_LARGE),
            (file("huge", 2 << 30), TOO_LARGE),
            (file("empty", 0), "it is empty"),
        ] {
            assert_eq!(read(&path).unwrap_err(), why);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_without_an_end_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();

        for path in [Path::new("/dev/zero"), Path::new("/dev/null"), &socket] {
            let why = read(path).unwrap_err();

            assert!(why.contains("not a regular file"), "{why}");
        }
    }

    #[test]
    fn content_is_told_from_a_path() {
        let seed = nkeys::KeyPair::new_user().seed().unwrap();
        let pem = "-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n";
        let without_lines = pem.replace('\n', " ");
        let long = "QUJD".repeat(80);
        for content in [
            seed.as_str(),
            &seed[..40],
            &format!("{seed}\n"),
            pem,
            &without_lines,
            &pem[..20],
            "eyJ0eXAiOiJKV1QiLCJhbGciOiJlZDI1NTE5LW5rZXkifQ.e30.c2ln",
            &long,
        ] {
            assert!(looks_like_content(content), "{content}");
        }
        for path in [
            "/etc/nats/user.creds",
            "~/creds",
            "SYSTEM",
            "./SUAMY.nk",
            "C:\\keys\\user.nk",
            "keys/user--prod.pem",
        ] {
            assert!(!looks_like_content(path), "{path}");
        }
    }
}

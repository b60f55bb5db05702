//! Files that the provider reads: how a path is meant, and who else may read what is in it.
//!
//! The home folder comes from the environment that the provider was given, never from the process: tests have one of
//! their own.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::terraform::language::{Diagnostic, Path as Place};

/// More than any certificate bundle; a disk image or `/dev/zero` is a mistake.
const LARGEST: u64 = 4 * 1024 * 1024;

/// Variables by name.
pub type Environment = HashMap<String, String>;

/// The user's home folder.
pub fn home(environment: &Environment) -> Option<PathBuf> {
    let variables = ["HOME", "USERPROFILE"];
    let mut set = variables.iter().filter_map(|name| environment.get(*name));
    set.find(|path| !path.is_empty()).map(PathBuf::from)
}

/// The file that a path means: `~/` is the home folder, and what is relative starts where Terraform runs.
pub fn path(text: &str, environment: &Environment) -> PathBuf {
    match (text.strip_prefix("~/"), home(environment)) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(text),
    }
}

/// The content of a file.
///
/// # Errors
/// Why it cannot be read, without the path.
pub fn read(path: &Path) -> Result<String, String> {
    let reason = |cause: std::io::Error| cause.to_string();
    let size = fs::metadata(path).map_err(reason)?;
    // What is no regular file may be endless.
    if size.len() > LARGEST || !(size.is_file() || size.is_dir() || size.len() == 0) {
        return Err("it is too large for what is needed".to_owned());
    }
    let content = fs::read(path).map_err(reason)?;
    match String::from_utf8(content) {
        Ok(text) if text.trim().is_empty() => Err("it is empty".to_owned()),
        Ok(text) => Ok(text),
        Err(_) => Err("it is not text".to_owned()),
    }
}

/// How far a file is open to others than its owner, as a mode: `0644`. `None` if it is not.
#[cfg(unix)]
pub fn openness(path: &Path) -> Option<String> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then(|| format!("{mode:04o}"))
}

/// As on Unix; other systems have no such mode.
#[cfg(not(unix))]
pub fn openness(_: &Path) -> Option<String> {
    None
}

/// The warning about a file that others may read.
pub fn too_open(what: &str, file: &Path, mode: &str, at: Place) -> Diagnostic {
    Diagnostic::warning(
        format!("{what} is open to others"),
        format!(
            "{} holds a secret, and its mode is {mode}: others than its owner may read or change it. `chmod 600 {}` keeps them out.",
            file.display(),
            file.display()
        ),
    )
    .at(at)
}

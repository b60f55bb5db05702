//! The environment that the provider was given, never the process's own: tests have one of their own.
//!
//! A newcomer would take what is not UTF-8 for unset, as the standard library's iterator invites to. Then a login would be
//! left out in silence, and another server be asked than the one that somebody has named.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};

/// Variables by name. There is no `Debug`: some are secrets.
#[derive(Default)]
pub struct Environment(HashMap<OsString, OsString>);

impl Environment {
    /// The value of a variable; `None` if it is not set or empty.
    ///
    /// # Errors
    /// A sentence that names the variable, when its value is not text. The value is not shown.
    pub fn get(&self, name: &str) -> Result<Option<&str>, String> {
        let value = self.0.get(OsStr::new(name));
        match value.filter(|value| !value.is_empty()) {
            None => Ok(None),
            Some(value) => value.to_str().map(Some).ok_or_else(|| {
                format!("The value of the environment variable {name} is not UTF-8.")
            }),
        }
    }

    /// Whether a variable is set to anything but nothing, be it text or not.
    pub fn has(&self, name: &str) -> bool {
        !matches!(self.get(name), Ok(None))
    }
}

impl<N: Into<OsString>, V: Into<OsString>> FromIterator<(N, V)> for Environment {
    fn from_iter<T: IntoIterator<Item = (N, V)>>(variables: T) -> Self {
        let variables = variables.into_iter();
        Self(
            variables
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use super::*;

    #[test]
    fn what_is_not_text_is_neither_unset_nor_shown() {
        let secret = OsString::from_vec(b"hunter2\xff".to_vec());
        let variables = [
            ("TOKEN", secret),
            ("USER", "app".into()),
            ("EMPTY", "".into()),
        ];
        let environment: Environment = variables.into_iter().collect();

        assert_eq!(environment.get("USER"), Ok(Some("app")));
        assert_eq!(environment.get("EMPTY"), Ok(None));
        let why = environment.get("TOKEN").unwrap_err();
        assert!(why.contains("TOKEN is not UTF-8") && !why.contains("hunter2"));
        assert!(environment.has("TOKEN") && !environment.has("EMPTY"));
    }
}

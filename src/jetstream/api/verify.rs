//! What answers is checked once per connection and API prefix, with the first request there.
//!
//! Most of it would show sooner or later in an answer that is hard to read, or not at all: a server that is too old
//! takes a stream and drops what it does not know. The answer is kept, because the limits of the account are in it. A
//! user who may not ask is not held up: reading streams needs no more than the permission to read streams.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::OnceCell;

use crate::jetstream::config::version::major_minor;
use crate::jetstream::connection::options::{ApiPrefix, WithOrigin};
use crate::jetstream::error::{Cause, Error, Unsupported};

/// The oldest version of a server that stores the streams: before it there was no `allow_direct`, which every bucket
/// has. What is newer than the server is refused where it is configured.
const OLDEST: (u64, u64) = (2, 9);

/// The request whose answer is checked.
pub const INFO: &str = "INFO";

/// The check of one API prefix.
#[derive(Default)]
pub struct Check {
    /// Whether it was done.
    pub done: OnceCell<()>,
    answer: Mutex<Option<Value>>,
}

impl Check {
    /// Keeps the answer for the next caller.
    pub fn keep(&self, answer: Value) {
        *lock(&self.answer) = Some(answer);
    }

    /// The kept answer, once: a second caller needs a new one.
    pub fn take(&self) -> Option<Value> {
        lock(&self.answer).take()
    }
}

/// The checks of one connection.
#[derive(Default)]
pub struct Checks(Mutex<HashMap<ApiPrefix, Arc<Check>>>);

impl Checks {
    /// The check of an API prefix.
    pub fn of(&self, api_prefix: &ApiPrefix) -> Arc<Check> {
        let mut checks = lock(&self.0);
        checks.entry(api_prefix.clone()).or_default().clone()
    }

    /// Something is about to change: what was answered before is no answer any more.
    pub fn forget_answers(&self) {
        for check in lock(&self.0).values() {
            check.take();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why what answers is not what was configured; `None` if it is. `version`: that of the connected server.
pub fn unsupported(
    answer: &Value,
    api_prefix: &WithOrigin<ApiPrefix>,
    version: Option<&str>,
) -> Option<Cause> {
    let domain = answer["domain"].as_str().unwrap_or_default();
    match &api_prefix.value {
        ApiPrefix::Domain(asked) if asked != domain && !domain.is_empty() => {
            Some(Cause::Unsupported {
                kind: Unsupported::Domain,
                absent_domain: None,
                how: format!(
                    "the JetStream domain {asked:?} is set by {}, but the domain {domain:?} answers",
                    api_prefix.origin
                ),
            })
        }
        ApiPrefix::Default => version.filter(|version| too_old(version)).map(|version| {
            Cause::Unsupported {
                kind: Unsupported::Version,
                absent_domain: None,
                how: format!(
                    "the NATS server has version {version}, and the provider needs {}.{} or newer",
                    OLDEST.0, OLDEST.1
                ),
            }
        }),
        _ => None,
    }
}

/// What the lack of an answer means; `None` if nothing, because it may come late, or not be for us.
///
/// # Errors
/// The error itself, if it says more.
pub fn unanswered(
    error: Error,
    api_prefix: &WithOrigin<ApiPrefix>,
) -> Result<Option<Cause>, Error> {
    Ok(match (error.cause(), &api_prefix.value) {
        (Cause::NoResponders { .. }, ApiPrefix::Custom(_)) => {
            Some(no_prefix("no JetStream answers to", api_prefix))
        }
        (Cause::Timeout { .. }, ApiPrefix::Custom(_)) => {
            Some(no_prefix("no answer in time to", api_prefix))
        }
        (Cause::NoResponders { server_domain, .. }, ApiPrefix::Domain(domain)) => Some(no_domain(
            domain,
            server_domain.as_deref(),
            &api_prefix.origin,
        )),
        (
            Cause::Timeout { .. }
            | Cause::Disconnected { .. }
            | Cause::Denied { publish: true, .. },
            _,
        ) => None,
        _ => return Err(error),
    })
}

fn no_prefix(what: &str, api_prefix: &WithOrigin<ApiPrefix>) -> Cause {
    let subject = format!("{}.{INFO}", api_prefix.value.prefix());
    let how = format!(
        "{what} {subject}: there is no JetStream API with this prefix, which comes from {}",
        api_prefix.origin
    );
    Cause::Unsupported {
        kind: Unsupported::Prefix,
        how,
        absent_domain: None,
    }
}

fn no_domain(domain: &str, own: Option<&str>, origin: &str) -> Cause {
    let own = match own {
        Some(own) => format!("the connected server is in the domain {own:?}"),
        None => "the connected server is in no domain".to_owned(),
    };
    let how = format!(
        "no JetStream answers to $JS.{domain}.API.>: the JetStream domain {domain:?} does not exist or is offline, and \
         {own}; the domain is set by {origin}"
    );
    Cause::Unsupported {
        kind: Unsupported::Domain,
        how,
        absent_domain: Some(domain.to_owned()),
    }
}

/// Whether a version such as `2.9.25` is below the oldest; one that cannot be read is not.
fn too_old(version: &str) -> bool {
    major_minor(version).is_some_and(|version| version < OLDEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        for (version, old) in [
            ("2.8.4", true),
            ("2.9.25", false),
            ("1.4.1", true),
            ("2.10.0", false),
            ("2.15.1-dev", false),
            ("3.0", false),
            ("unknown", false),
        ] {
            assert_eq!(too_old(version), old, "{version}");
        }
    }
}

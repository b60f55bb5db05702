//! What was reached, looked at once per connection and place of the JetStream API, with the first question there.
//!
//! Most of it would show sooner or later in an answer that is hard to read, or not at all: a server that is too old takes
//! a stream and drops what it does not know. The answer is kept, because the limits of the account are in it. Whoever may
//! not ask is not held up: reading streams needs no more than the permission to read streams.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::OnceCell;

use crate::jetstream::Scope;
use crate::jetstream::api::request::{Api, Ask};
use crate::jetstream::connection::options::ApiPrefix;
use crate::jetstream::error::{Cause, Error, Unfit};

/// The oldest version of a server that keeps the streams: before it there was no `allow_direct`, which every bucket has.
/// What is newer than the server is refused where it is asked for.
const OLDEST: (u64, u64) = (2, 9);

/// What is asked.
const INFO: &str = "INFO";

/// A look at one place.
#[derive(Default)]
pub struct Look {
    done: OnceCell<()>,
    answer: Mutex<Option<Value>>,
}

/// The looks of one connection.
#[derive(Default)]
pub struct Looks(Mutex<HashMap<ApiPrefix, Arc<Look>>>);

impl Looks {
    fn at(&self, api_prefix: &ApiPrefix) -> Arc<Look> {
        let mut looks = lock(&self.0);
        looks.entry(api_prefix.clone()).or_default().clone()
    }

    /// Something is about to change: what was answered before is no answer any more.
    pub fn forget(&self) {
        for look in lock(&self.0).values() {
            lock(&look.answer).take();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Api {
    /// Looks at what answers, if nobody has.
    ///
    /// # Errors
    /// When it is not what was asked for. A server that does not say is none.
    pub async fn verify(&self, scope: &Scope) -> Result<(), Error> {
        let look = self.link.looks.at(&self.api_prefix.value);
        if look.done.initialized() || scope.is_over() {
            return Ok(());
        }
        // Those who wait for a connection share its failure; those who wait here would fail one after the other.
        self.link.connection(scope).await?;
        tokio::select! {
            looked = look.done.get_or_try_init(|| self.look(&look, scope)) => looked.copied(),
            () = scope.stop.cancelled() => Err(self.link.error(Cause::Stopped)),
        }
    }

    /// Whether a look asks the same.
    pub fn is_looked_at_by(&self, ask: &Ask) -> bool {
        ask.api == INFO
    }

    /// The answer that a look brought, once: whoever asks again wants to know what is new.
    pub fn answered(&self, ask: &Ask) -> Option<Value> {
        let look = self.link.looks.at(&self.api_prefix.value);
        self.is_looked_at_by(ask)
            .then(|| lock(&look.answer).take())?
    }

    async fn look(&self, look: &Look, scope: &Scope) -> Result<(), Error> {
        let ask = Ask {
            asked: "read the JetStream account".to_owned(),
            api: INFO.to_owned(),
            stream: String::new(),
            body: Value::Null,
            mutates: false,
            vain: false,
        };
        match self.attempt(&ask, scope).await {
            Ok(answer) => match self.unfit(&answer) {
                Some(cause) => Err(self.link.error(cause)),
                None => {
                    *lock(&look.answer) = Some(answer);
                    Ok(())
                }
            },
            Err(error) => self.unanswered(error),
        }
    }

    /// What the lack of an answer means. It may come late, or not be for us.
    fn unanswered(&self, error: Error) -> Result<(), Error> {
        let cause = match (error.cause(), &self.api_prefix.value) {
            (Cause::NoResponders { .. }, ApiPrefix::Custom(_)) => {
                self.no_prefix("nobody answers to")
            }
            (Cause::Timeout { .. }, ApiPrefix::Custom(_)) => self.no_prefix("no answer in time to"),
            (Cause::NoResponders { server_domain, .. }, ApiPrefix::Domain(domain)) => {
                self.no_domain(domain, server_domain.as_deref())
            }
            (
                Cause::Timeout { .. } | Cause::Disconnected | Cause::Denied { publish: true, .. },
                _,
            ) => return Ok(()),
            _ => return Err(error),
        };
        Err(self.link.error(cause))
    }

    fn unfit(&self, answer: &Value) -> Option<Cause> {
        let server = self.link.open().and_then(|client| client.try_server_info());
        let domain = answer["domain"].as_str().unwrap_or_default();
        match &self.api_prefix.value {
            ApiPrefix::Domain(asked) if asked != domain && !domain.is_empty() => {
                Some(Cause::Unfit {
                    kind: Unfit::Domain,
                    how: format!(
                        "the JetStream domain {asked:?} was asked for, given by {}, and what answers is the domain \
                     {domain:?}",
                        self.api_prefix.origin
                    ),
                })
            }
            ApiPrefix::Default => server
                .filter(|server| too_old(&server.version))
                .map(|server| Cause::Unfit {
                    kind: Unfit::Version,
                    how: format!(
                        "the NATS server has version {}, and the provider needs {}.{} or newer",
                        server.version, OLDEST.0, OLDEST.1
                    ),
                }),
            _ => None,
        }
    }

    fn no_prefix(&self, what: &str) -> Cause {
        let subject = self.subject("INFO");
        let how = format!(
            "{what} {subject}: no JetStream API is there; its prefix is given by {}",
            self.api_prefix.origin
        );
        Cause::Unfit {
            kind: Unfit::Prefix,
            how,
        }
    }

    fn no_domain(&self, domain: &str, own: Option<&str>) -> Cause {
        let own = match own {
            Some(own) => format!("that server's own is {own:?}"),
            None => "that server itself is in no domain".to_owned(),
        };
        let how = format!(
            "nobody answers to $JS.{domain}.API.>: the JetStream domain {domain:?} is not there, and {own}; the \
             domain is given by {}",
            self.api_prefix.origin
        );
        Cause::Unfit {
            kind: Unfit::Domain,
            how,
        }
    }
}

/// Whether a version such as `2.9.25` is below the oldest; one that cannot be read is not.
fn too_old(version: &str) -> bool {
    let mut numbers = version.split('.').map(|number| number.parse::<u64>().ok());
    match (numbers.next().flatten(), numbers.next().flatten()) {
        (Some(major), Some(minor)) => (major, minor) < OLDEST,
        _ => false,
    }
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

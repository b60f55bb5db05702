//! What was reached, looked at once per connection and place of the JetStream API, before the first question there.
//!
//! Most of it would show sooner or later in an answer that is hard to read, or not at all: a server that is too old takes
//! a stream and drops what it does not know. The answer is kept, because the limits of the account are in it. Whoever may
//! not ask is not held up: reading streams needs no more than the permission to read streams.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use super::client::Account;
use super::error::{Cause, Error, Unfit};
use super::request::{Api, Ask};
use super::{Scope, Space};

/// The oldest version of a server that keeps the streams.
const OLDEST: (u64, u64) = (2, 10);

/// What a look brought; nothing if the server did not say.
pub type Look = Arc<OnceCell<Option<Account>>>;

/// The looks of one connection.
#[derive(Default)]
pub struct Looks(Mutex<HashMap<Space, Look>>);

impl Looks {
    pub fn at(&self, space: &Space) -> Look {
        let mut looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        looks.entry(space.clone()).or_default().clone()
    }
}

impl Api {
    /// Looks at what answers, if nobody has.
    ///
    /// # Errors
    /// When it is not what was asked for. A server that does not say is none.
    pub async fn verify(&self, scope: &Scope) -> Result<(), Error> {
        // Those who wait for a connection share its failure; those who wait here would fail one after the other.
        self.link.connection(scope).await?;
        let look = self.link.looks.at(&self.space.value);
        tokio::select! {
            looked = look.get_or_try_init(|| self.look(scope)) => looked.map(drop),
            () = scope.stop.cancelled() => Err(self.link.error(Cause::Stopped)),
        }
    }

    async fn look(&self, scope: &Scope) -> Result<Option<Account>, Error> {
        let error = match self.attempt(&Ask::account(), scope).await {
            Ok(answer) => {
                let account = Account::read(&answer);
                return match self.unfit(&account) {
                    Some(cause) => Err(self.link.error(cause)),
                    None => Ok(Some(account)),
                };
            }
            Err(error) => error,
        };
        match (error.cause(), &self.space.value) {
            (Cause::NoResponders { .. }, Space::Prefix(_)) => {
                Err(self.link.error(self.no_prefix("nobody answers to")))
            }
            (Cause::Timeout { .. }, Space::Prefix(_)) => {
                Err(self.link.error(self.no_prefix("no answer in time to")))
            }
            (Cause::NoResponders { server_domain, .. }, Space::Domain(domain)) => Err(self
                .link
                .error(self.no_domain(domain, server_domain.as_deref()))),
            (
                Cause::Timeout { .. } | Cause::Disconnected | Cause::Denied { publish: true, .. },
                _,
            ) => Ok(None),
            _ => Err(error),
        }
    }

    fn unfit(&self, account: &Account) -> Option<Cause> {
        let server = self.link.server_info();
        match (&self.space.value, &account.domain) {
            (Space::Domain(asked), Some(domain)) if asked != domain => Some(Cause::Unfit {
                kind: Unfit::Domain,
                how: format!(
                    "the JetStream domain {asked:?} was asked for, given by {}, and what answers is the domain \
                     {domain:?}",
                    self.space.origin
                ),
            }),
            (Space::Own, _) => server.filter(|server| too_old(&server.version)).map(|server| {
                Cause::Unfit {
                    kind: Unfit::Version,
                    how: format!(
                        "the NATS server has version {}, and the provider needs {}.{} or newer",
                        server.version, OLDEST.0, OLDEST.1
                    ),
                }
            }),
            _ => None,
        }
    }

    fn no_prefix(&self, what: &str) -> Cause {
        let subject = self.subject("INFO");
        let how = format!(
            "{what} {subject}: no JetStream API is there; its prefix is given by {}",
            self.space.origin
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
            "nobody answers to $JS.{domain}.API.>: the JetStream domain {domain:?}, given by {}, is not there, and \
             {own}",
            self.space.origin
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
            ("2.9.25", true),
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

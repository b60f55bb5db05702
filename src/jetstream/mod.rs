//! Streams and their configuration as JetStream defines them. Knows nothing of Terraform.
//!
//! [`Client`] sends requests over one connection that the first of them opens. A stream's configuration is
//! [`StreamConfig`], the raw JSON object; what its keys mean stands once, in [`SETTINGS`], and [`diff`] says what
//! differs and what the server would do about it. A key/value bucket `b` is the stream `KV_b`: there is no other kind.
//!
//! A newcomer would get these wrong, and the server says nothing about them:
//! * an update replaces the whole configuration, so keys we do not know are sent back as read ([`StreamConfig::overlay`]);
//! * creating a stream that exists succeeds if the configuration is the same, so [`Client::create`] reads first;
//! * a request that timed out may still be applied, so the mutations read again before they say anything;
//! * a denied permission is not answered: it arrives beside the request ([`Error::denied_subject`]).

mod config;
mod connection;
mod api;
mod error;
#[cfg(test)]
pub(crate) mod fuzz;
#[cfg(test)]
pub(crate) mod texts;

use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

#[cfg(test)]
pub use self::api::account::Limits;
pub use self::api::account::{Account, Usage};
pub use self::api::client::{Client, Unsettled};
pub use self::api::mutate::{Created, request_bytes};
pub use self::api::permissions::OperationKind;
pub use self::api::stream_info::{StreamInfo, StreamState};
pub use self::config::data_loss::{DataLoss, Extent, Revisions};
pub use self::config::diff::{SettingChange, diff, diff_at};
pub use self::config::effect::{Conditions, Effect, depends_on_consumers};
pub use self::config::settings::{Bound, Edit, NEWEST_LEVEL, Setting, SettingKind};
pub use self::config::stream_config::{StreamConfig, nanos};
#[cfg(not(without_tests))]
pub use self::config::table::SETTINGS;
pub use self::config::table::{FREEZING, row_of, setting};
pub use self::config::version::unsupported_by;
pub use self::connection::failure::Unreachable;
pub use self::connection::login::auth::Auth;
pub use self::connection::options::{ApiPrefix, Expected, Options, Tls, WithOrigin};
pub use self::connection::server_info::ServerInfo;
pub use self::error::{Error, NoServers, Unsupported};

/// How long after its timeout an operation may still find out what became of what it sent.
const AFTERMATH: Duration = Duration::from_millis(1500);
/// Of this, how long it waits for the answer to a change that was sent right before the timeout.
const LATE_ANSWER: Duration = Duration::from_millis(700);

/// The bounds of one operation: retries and waits end at the deadline, or at once when it is stopped.
#[derive(Clone, Debug)]
pub struct Scope {
    /// When to give up.
    deadline: Instant,
    /// When even reading what was done ends: at most 2 seconds after the timeout.
    end: Instant,
    /// Cancelled when the user wants to stop.
    pub stop: CancellationToken,
    /// Cancelled when nobody waits for the outcome any more: nothing is sent then, not even to find something out.
    pub abandoned: CancellationToken,
}

/// That much later, or in a year: a clock does not reach as far as a duration.
fn after(limit: Duration) -> Instant {
    let year = Duration::from_secs(365 * 24 * 3600);
    Instant::now() + limit.min(year)
}

impl Scope {
    /// A scope that ends after `limit`, or when `stop` is cancelled.
    pub fn new(limit: Duration, stop: CancellationToken) -> Self {
        Scope {
            deadline: after(limit),
            end: after(limit) + AFTERMATH,
            stop,
            abandoned: CancellationToken::new(),
        }
    }

    /// The same, but what is begun ends `reserve` earlier, so that there is time to take it back.
    pub fn reserving(self, reserve: Duration) -> Self {
        let deadline = self.deadline.checked_sub(reserve);
        Scope {
            deadline: deadline.unwrap_or(self.deadline),
            ..self
        }
    }

    /// The same, which ends after `limit` already.
    pub fn at_most(&self, limit: Duration) -> Self {
        Scope {
            deadline: after(limit).min(self.deadline),
            ..self.clone()
        }
    }

    /// The same, which also ends when nobody waits for the outcome any more.
    pub fn unless_abandoned(self, abandoned: CancellationToken) -> Self {
        Scope { abandoned, ..self }
    }

    /// A scope to find out in, or to take back: it outlives being stopped, and ends after `limit`, but not after the
    /// operation's own end.
    pub fn aftermath(&self, limit: Duration) -> Self {
        Scope {
            deadline: after(limit).min(self.end),
            ..self.unstoppable()
        }
    }

    /// The same, which the user does not stop.
    pub fn unstoppable(&self) -> Self {
        Scope {
            stop: CancellationToken::new(),
            ..self.clone()
        }
    }

    /// Whether nothing more is to be begun.
    pub fn is_over(&self) -> bool {
        self.is_stopped() || self.remaining().is_zero()
    }

    /// Whether the user wants to stop, or nobody waits.
    pub fn is_stopped(&self) -> bool {
        self.stop.is_cancelled() || self.abandoned.is_cancelled()
    }

    /// Ends when the user wants to stop, or nobody waits.
    pub async fn stopped(&self) {
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = self.abandoned.cancelled() => {}
        }
    }

    /// The time that is left.
    pub fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// The time that is left for the answer to a change.
    fn remaining_for_change(&self) -> Duration {
        let until = (self.deadline + LATE_ANSWER).min(self.end);
        until.saturating_duration_since(Instant::now())
    }

    /// Ends when there is no time left, or when it is stopped.
    async fn over(&self) {
        tokio::select! {
            () = tokio::time::sleep(self.remaining()) => {}
            () = self.stopped() => {}
        }
    }
}

/// Whether server addresses can be understood, and if so, whether one of them carries a user.
///
/// # Errors
/// A clause that says which one cannot, by its position from 1: an address may hold a password.
pub fn check_servers(servers: &[String]) -> Result<bool, String> {
    let servers = connection::address::parse(servers)?;
    Ok(servers.iter().any(|server| server.auth != Auth::None))
}

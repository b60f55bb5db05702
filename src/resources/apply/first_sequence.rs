//! Making a stream anew while another sources from it.
//!
//! The reader remembers the last sequence that it has read. On nats-server 2.12 to 2.14 it skips whatever the new stream
//! has up to there, without an error and with a lag of 0: wadm would miss as many events as it had ever seen. Servers
//! before lose those of ten seconds, 2.15 notices. So the new stream begins beyond every sequence that the former one can
//! have had; then no server loses any, and each reads on within twenty seconds (seen on 2.10 to 2.15). The beginning
//! counts only when a stream is created, and is taken out of its configuration at once: wadm's own stream has none.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::jetstream::{Client, Scope};
use crate::resources::messages::failure::{Attempt, failure};
use crate::resources::object::member::Member;
use crate::resources::{Found, Outcome, Walk};
use crate::terraform::language::Value;

impl Walk {
    /// The first sequence of a stream that is made where `former` was the last one, as far as anybody knows; `None` if
    /// nothing reads from it yet.
    pub(crate) async fn beginning(
        &self,
        client: &Client,
        member: &Member,
        former: u64,
        scope: &Scope,
    ) -> Option<u64> {
        let reader = self.members.iter().find(|other| {
            let mut sources = other.row.sources().iter();
            sources.any(|source| source.key == member.row.key)
        })?;
        let sight = self
            .session
            .stream_just_now(client, &reader.stream(), scope)
            .await
            .ok()?;
        sight.info?;
        // More than a message in each millisecond since 1970 no stream of events has had.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
        let now = u64::try_from(now.as_millis()).unwrap_or_default();
        Some(now.max(former + 1))
    }

    /// Takes the first sequence out of the configuration of a stream that was made with one.
    pub(crate) async fn forget_beginning(
        &self,
        client: &Client,
        member: &Member,
        mut outcome: Outcome,
        planned: &Value,
        scope: &Scope,
    ) -> Outcome {
        let Found::Stream(info) = &outcome.found else {
            return outcome;
        };
        let config = info.config.overlaid(&[("first_seq", json!(0))]);
        self.session.forget(&member.stream());
        match client.update(&config, scope).await {
            Ok(info) => outcome.found = Found::Stream(Box::new(info)),
            Err(error) => {
                let diagnostic = failure(member, Attempt::Update, &error, planned);
                outcome.diagnostics.push(diagnostic);
            }
        }
        outcome
    }
}

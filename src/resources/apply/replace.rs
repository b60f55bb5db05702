//! Making an asset anew, alone, where the server cannot change it in place.
//!
//! It happens only if the plan has shown it. That `created` is unknown does not tell: it is so too for an asset that
//! somebody else has made anew, so the plan notes it in the private state. What may not be lost is looked at once more,
//! right before it would be deleted: a plan, and even an answer of a second ago, is too old for that.

use std::time::{Duration, Instant};

use crate::jetstream::{Client, Scope, StreamInfo};
use crate::resources::apply::create::{is_resurrected, tell_resurrected};
use crate::resources::apply::update::{Step, changed_since, is_another};
use crate::resources::messages::costs;
use crate::resources::messages::failure::{Attempt, failure};
use crate::resources::object::member::Member;
use crate::resources::plan::changes::Changes;
use crate::resources::{Found, Outcome, Walk};
use crate::terraform::framework::Call;

/// The longest time for emptying a stream: it is only a precaution.
const EMPTYING: Duration = Duration::from_secs(10);

impl Walk {
    /// Replaces a stream whose replacement was planned; if somebody has made it unnecessary, changes it in place.
    pub(crate) async fn replace(&self, client: &Client, step: Step<'_>, scope: &Scope) -> Outcome {
        let Step {
            member, planned, ..
        } = step;
        let live = match self.session.stream(client, &member.stream(), scope).await {
            Ok(Some(live)) => live,
            Ok(None) => return Outcome::failed(Found::Gone, changed_since(member, "was deleted")),
            Err(error) => {
                let failure = failure(member, Attempt::Update, &error, planned);
                return Outcome::failed(Found::AsBefore, failure);
            }
        };
        if is_another(step.before(), &live) {
            let again = changed_since(member, "was deleted and made again");
            return Outcome::failed(Found::Stream(Box::new(live)), again);
        }
        let wanted = member.wanted(planned.attribute(member.row.key)).config;
        let changes = Changes::between(member, &wanted, &live.config, live.api_level());
        match changes.refused() {
            None => self.bring(client, step, live, scope).await,
            Some(change) if live.state.messages > 0 && !costs::may_lose(member, planned) => {
                let refused = costs::refused(member, change, &live, planned);
                Outcome::failed(Found::Stream(Box::new(live)), refused)
            }
            Some(_) => self.make_anew(client, step, &live, scope).await,
        }
    }

    /// Empties and deletes a stream, and makes it anew, without a stop in between.
    async fn make_anew(
        &self,
        client: &Client,
        step: Step<'_>,
        live: &StreamInfo,
        scope: &Scope,
    ) -> Outcome {
        let Step {
            member, planned, ..
        } = step;
        let scope = &Scope {
            stop: Call::default().stop,
            ..scope.clone()
        };
        self.session.forget(&member.stream());
        if live.state.messages > 0 && !forbids_purge(live) {
            // An emptied stream leaves nothing that the server could bring back.
            empty(client, member, None).await;
        }
        if let Err(error) = client.delete(&member.stream(), scope).await {
            let found = self.look_again(client, member, Found::AsBefore).await;
            return Outcome::failed(found, failure(member, Attempt::Delete, &error, planned));
        }
        let last = live.state.last_seq;
        let made = self.make(client, member, planned, last, Instant::now(), scope);
        self.verify_empty(client, member, made.await, scope).await
    }

    /// Purges what the server has brought back into a stream that was just made.
    async fn verify_empty(
        &self,
        client: &Client,
        member: &Member,
        mut outcome: Outcome,
        scope: &Scope,
    ) -> Outcome {
        let Found::Stream(info) = &outcome.found else {
            return outcome;
        };
        if !is_resurrected(member, info) {
            return outcome;
        }
        let last = info.state.last_seq;
        empty(client, member, Some(last + 1)).await;
        let stream = member.stream();
        if let Ok(Some(info)) = self.session.stream(client, &stream, scope).await {
            outcome.found = Found::Stream(Box::new(info));
        }
        tell_resurrected(member, outcome)
    }
}

/// Purges a stream, as far as it is allowed.
async fn empty(client: &Client, member: &Member, below: Option<u64>) {
    let scope = Scope::new(EMPTYING, Call::default().stop);
    if let Err(error) = client.purge(&member.stream(), below, &scope).await {
        tracing::debug!(%error, stream = member.stream(), "not purged");
    }
}

fn forbids_purge(live: &StreamInfo) -> bool {
    ["sealed", "deny_purge"]
        .iter()
        .any(|key| live.config.get(key).and_then(serde_json::Value::as_bool) == Some(true))
}

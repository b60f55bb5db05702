//! Bringing the assets of an object to what was planned: in place, and only what differs.
//!
//! The only stream that an update deletes is one that the server cannot change in place, whose contents do not matter,
//! and whose replacement the plan has shown. That `created` is unknown does not tell: it is so too for an asset that
//! somebody else has made anew, so the plan notes it in the private state.

use std::time::Instant;

use futures::future::join_all;

use crate::catalogue::Contents;
use crate::framework::private::Private;
use crate::framework::{Applied, Call};
use crate::jetstream::{Change, Client, Effect, Scope, StreamInfo};
use crate::resources::asset::{Member, retired_keys};
use crate::resources::diagnose::{Attempt, capitalised, failure};
use crate::resources::{Found, Outcome, Walk, common, remarks};
use crate::terraform::{Diagnostic, Path, Value};

impl Walk {
    /// Changes every asset that differs from what was planned; makes those that are missing.
    pub async fn update(
        &self,
        prior: &Value,
        planned: &Value,
        private: Private,
        call: &Call,
    ) -> Applied {
        let client = match self.session.client() {
            Ok(client) => client,
            Err(error) => return Applied::unchanged(prior, private, error),
        };
        let scope = common::scope(planned, "update", call);
        let mut outcomes: Vec<Outcome> = self
            .members
            .iter()
            .map(|_| Outcome::quiet(Found::AsBefore))
            .collect();
        for stage in self.stages() {
            let done = join_all(stage.iter().map(|place| {
                self.update_one(&client, &self.members[*place], prior, planned, &scope)
            }))
            .await;
            for (place, outcome) in stage.into_iter().zip(done) {
                outcomes[place] = outcome;
            }
            if outcomes.iter().any(Outcome::has_failed) {
                break;
            }
        }
        self.answer(prior, planned, private, outcomes)
    }

    async fn update_one(
        &self,
        client: &Client,
        member: &Member,
        prior: &Value,
        planned: &Value,
        scope: &Scope,
    ) -> Outcome {
        let (before, after) = (
            prior.attribute(member.row.key),
            planned.attribute(member.row.key),
        );
        let mode = prior.attribute("multitenant") == planned.attribute("multitenant");
        if before == after && mode {
            return Outcome::quiet(Found::AsBefore);
        }
        let sight = match self
            .session
            .stream_just_now(client, &member.stream(), scope)
            .await
        {
            Ok(sight) => sight,
            Err(error) => {
                return Outcome::failed(
                    Found::AsBefore,
                    failure(member, Attempt::Update, &error, planned),
                );
            }
        };
        let adopts = planned.attribute("adopt_existing").as_bool() == Some(true);
        match sight.info {
            None if before.is_null() => {
                self.make(client, member, planned, 0, sight.asked, scope)
                    .await
            }
            None => Outcome::failed(Found::Gone, changed_since(member, "was deleted")),
            Some(_) if before.is_null() && !adopts => self.in_the_way(member),
            Some(info)
                if after
                    .attribute("created")
                    .as_str()
                    .is_some_and(|created| created != info.created) =>
            {
                Outcome::failed(
                    Found::Stream(Box::new(info)),
                    changed_since(member, "was deleted and made again"),
                )
            }
            Some(info) => {
                self.converge(client, member, info, before, planned, scope)
                    .await
            }
        }
    }

    /// Brings an existing stream to what was planned, in place if the server can.
    pub(super) async fn converge(
        &self,
        client: &Client,
        member: &Member,
        live: StreamInfo,
        before: &Value,
        planned: &Value,
        scope: &Scope,
    ) -> Outcome {
        let after = planned.attribute(member.row.key);
        let kept = after.attribute("drift");
        let mut changes = member
            .wanted(after)
            .changes(&live, &retired_keys(before, after));
        // What the plan said would stay, stays; where it could not know, what cannot be changed stays.
        changes.retain(|change| {
            kept.attribute(&change.key).is_null()
                && !(kept.is_unknown() && is_refused_drift(member, change))
        });
        let replaces = self.replacing.contains(&member.row.key)
            && changes
                .iter()
                .any(|change| may_replace(member, change, planned));
        match changes
            .iter()
            .find(|change| matches!(change.effect, Effect::Refused(_)))
        {
            _ if replaces => {
                let last = live.state.last_seq;
                self.replace(client, member, planned, last, scope).await
            }
            None => {
                self.change(client, member, live, changes, planned, scope)
                    .await
            }
            Some(change) if is_refused_drift(member, change) => Outcome::failed(
                Found::Stream(Box::new(live)),
                remarks::unforeseen(member, change),
            ),
            Some(change) => Outcome::failed(
                Found::Stream(Box::new(live)),
                remarks::refused(member, change, planned),
            ),
        }
    }

    async fn change(
        &self,
        client: &Client,
        member: &Member,
        live: StreamInfo,
        changes: Vec<Change>,
        planned: &Value,
        scope: &Scope,
    ) -> Outcome {
        let mut outcome = Outcome::stream(live);
        let mut steps = steps(changes).into_iter().peekable();
        while let Some(step) = steps.next() {
            let Found::Stream(info) = outcome.found else {
                break;
            };
            let overlay: Vec<_> = step
                .iter()
                .map(|change| (change.key.as_str(), change.desired.clone()))
                .collect();
            let moves = step
                .iter()
                .any(|change| matches!(change.key.as_str(), "num_replicas" | "placement"));
            self.session.forget(&member.stream());
            match client.update(&info.config.overlaid(&overlay), scope).await {
                Ok(info) if moves => {
                    // What stalls between two moves is seen, and healed, after the second.
                    let last = steps.peek().is_none();
                    let settled = self.settle(client, member, info, last, scope).await;
                    outcome.found = settled.found;
                    outcome.diagnostics.extend(settled.diagnostics);
                }
                Ok(info) => outcome.found = Found::Stream(Box::new(info)),
                Err(error) => {
                    outcome
                        .diagnostics
                        .push(failure(member, Attempt::Update, &error, planned));
                    outcome.found = self.look_again(client, member, Found::Stream(info)).await;
                    break;
                }
            }
        }
        outcome
    }

    /// Deletes a stream, whose last sequence is `last`, and makes it anew, without a stop in between.
    async fn replace(
        &self,
        client: &Client,
        member: &Member,
        planned: &Value,
        last: u64,
        scope: &Scope,
    ) -> Outcome {
        let scope = &Scope {
            stop: Call::default().stop,
            ..scope.clone()
        };
        self.session.forget(&member.stream());
        if let Err(error) = client.delete(&member.stream(), scope).await {
            let found = self.look_again(client, member, Found::AsBefore).await;
            return Outcome::failed(found, failure(member, Attempt::Delete, &error, planned));
        }
        self.make(client, member, planned, last, Instant::now(), scope)
            .await
    }
}

/// Whether an update may delete the stream to make it anew for a change that the server refuses. What is precious is
/// never deleted to repair what somebody else did, only for what the user asks.
pub(super) fn may_replace(member: &Member, change: &Change, planned: &Value) -> bool {
    let forced = planned.attribute("force_destroy").as_bool() == Some(true);
    matches!(change.effect, Effect::Refused(_))
        && match member.row.contents {
            Contents::Kept => false,
            Contents::Precious => forced && !is_refused_drift(member, change),
            Contents::Transient => true,
        }
}

/// A difference that has no argument and that the server does not change back.
pub(super) fn is_refused_drift(member: &Member, change: &Change) -> bool {
    member.argument(&change.key).is_none() && matches!(change.effect, Effect::Refused(_))
}

/// Changes of one update each: the server refuses a scale and a move at once (JetStream 10123). The move comes while
/// there are fewer replicas, since each placement need only have room for the replicas that are planned with it.
fn steps(changes: Vec<Change>) -> Vec<Vec<Change>> {
    let scale = changes.iter().find(|change| change.key == "num_replicas");
    let grows = scale.is_some_and(|scale| scale.desired.as_u64() > scale.live.as_u64());
    let scales = scale.is_some();
    let (moves, rest): (Vec<_>, Vec<_>) = changes
        .into_iter()
        .partition(|change| scales && change.key == "placement");
    let order = if grows { [moves, rest] } else { [rest, moves] };
    order.into_iter().filter(|step| !step.is_empty()).collect()
}

/// The plan is stale.
pub(super) fn changed_since(member: &Member, what: &str) -> Diagnostic {
    let summary = format!(
        "{} {what} after the plan was made",
        capitalised(&member.title())
    );
    let detail = format!(
        "What the plan said of stream {} is no longer true, so nothing was done to it. Plan again.",
        member.stream()
    );
    Diagnostic::error(summary, detail).at(Path::attribute(member.row.key))
}

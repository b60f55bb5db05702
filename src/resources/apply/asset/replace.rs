//! Recreating an asset, alone, where the server cannot change it in place.
//!
//! It happens only if the plan has shown it. That `created` is unknown does not tell: it is so too for an asset that
//! somebody else has recreated, so the plan notes it in the private state. What may not be lost is read once more,
//! right before it would be deleted: a plan, and even an answer of a second ago, is too old for that.

use std::time::{Duration, Instant};

use crate::jetstream::StreamInfo;
use crate::resources::apply::Operation;
use crate::resources::apply::asset::change::change_in_place;
use crate::resources::apply::asset::create::{create_one, is_resurrected, warn_if_resurrected};
use crate::resources::apply::asset::read_again;
use crate::resources::apply::outcome::{Live, Outcome};
use crate::resources::messages::changes::refused;
use crate::resources::messages::drift::{changed_since, deletes_more_than_planned};
use crate::resources::messages::failure::failure;
use crate::resources::messages::setting::path;
use crate::resources::object::changes::{Changes, may_delete_contents};
use crate::resources::object::common::Crud;
use crate::resources::object::member::Member;
use crate::resources::plan::planned_change::{PlannedChange, is_another};

/// The longest time for purging a stream: it is only a precaution.
const PURGE: Duration = Duration::from_secs(10);

/// Replaces a stream whose replacement was planned; if another client has made it unnecessary, changes it in place.
pub async fn replace(operation: &Operation<'_>, planned: PlannedChange<'_>) -> Outcome {
    let Operation {
        client,
        scope,
        session,
        state,
        ..
    } = *operation;
    let member = planned.member;
    let live = match session.cache.stream(client, &member.stream(), scope).await {
        Ok(Some(live)) => live,
        Ok(None) => return Outcome::failed(Live::Absent, changed_since(member, "was deleted")),
        Err(error) => {
            let failure = failure(member, Crud::Update, &error, state);
            return Outcome::failed(Live::Unchanged, failure);
        }
    };
    if is_another(planned.before(), &live) {
        let again = changed_since(member, "was recreated");
        return Outcome::failed(Live::Stream(Box::new(live)), again);
    }
    let wanted = planned.whole(&live);
    let changes = Changes::between(member, &wanted, &live.config, member.conditions(&live));
    match changes.refused() {
        None => change_in_place(operation, planned, live).await,
        Some(change) if live.state.messages > 0 && !may_delete_contents(member, planned.prior) => {
            let refused = refused(member, change, &live, state);
            Outcome::failed(Live::Stream(Box::new(live)), refused)
        }
        Some(change) => match planned.contents.values {
            Some(shown) if live.state.messages > shown => {
                let path = path(member, change, state);
                let more = deletes_more_than_planned(member, shown, live.state.messages, path);
                Outcome::failed(Live::Stream(Box::new(live)), more)
            }
            _ => recreate(operation, member, &live).await,
        },
    }
}

/// Purges and deletes a stream, and creates it again, without a stop in between.
async fn recreate(operation: &Operation<'_>, member: &Member, live: &StreamInfo) -> Outcome {
    let scope = &operation.scope.unstoppable();
    let operation = &Operation {
        scope,
        ..*operation
    };
    operation.session.cache.forget(&member.stream());
    if live.state.messages > 0 && !live.config.forbids_purge() {
        // A purged stream leaves nothing that the server could bring back.
        purge(operation, member, None).await;
    }
    if let Err(error) = operation.client.delete(&member.stream(), scope).await {
        let live = read_again(operation, member, Live::Unchanged).await;
        let failure = failure(member, Crud::Delete, &error, operation.state);
        return Outcome::failed(live, failure);
    }
    let last = live.state.last_seq;
    let created = create_one(operation, member, last, Instant::now()).await;
    purge_resurrected(operation, member, created).await
}

/// Purges what the server has brought back into a stream that was just created.
async fn purge_resurrected(
    operation: &Operation<'_>,
    member: &Member,
    mut outcome: Outcome,
) -> Outcome {
    let Operation {
        client,
        scope,
        session,
        ..
    } = *operation;
    let Live::Stream(info) = &outcome.live else {
        return outcome;
    };
    if !is_resurrected(member, info) {
        return outcome;
    }
    let last = info.state.last_seq;
    purge(operation, member, Some(last + 1)).await;
    let stream = member.stream();
    if let Ok(Some(info)) = session.cache.stream(client, &stream, scope).await {
        outcome.live = Live::Stream(Box::new(info));
    }
    warn_if_resurrected(member, outcome)
}

/// Purges a stream, as far as it is allowed.
async fn purge(operation: &Operation<'_>, member: &Member, below: Option<u64>) {
    let scope = operation.scope.aftermath(PURGE);
    let client = operation.client;
    if let Err(error) = client.purge(&member.stream(), below, &scope).await {
        tracing::debug!(%error, stream = member.stream(), "the stream could not be purged");
    }
}

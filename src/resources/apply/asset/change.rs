//! Changing one asset in place, and only what the plan has shown.

use crate::jetstream::{DataLoss, SettingChange, StreamInfo, StreamState};
use crate::resources::apply::Operation;
use crate::resources::apply::asset::read_again;
use crate::resources::apply::asset::receives::ensure_receives;
use crate::resources::apply::asset::wait::wait;
use crate::resources::apply::outcome::{Live, Outcome};
use crate::resources::messages::changes::cannot_adopt;
use crate::resources::messages::drift::{
    deletes_more_than_planned, found_besides, no_longer_as_planned,
};
use crate::resources::messages::failure::failure;
use crate::resources::messages::replicas as messages;
use crate::resources::messages::setting::path;
use crate::resources::object::changes::{adoption_changes, is_refused, is_worse, kept_per_subject};
use crate::resources::object::common::Crud;
use crate::resources::object::member::Member;
use crate::resources::plan::planned_change::PlannedChange;
use crate::terraform::language::Diagnostic;

/// The window for duplicates.
const WINDOW: &str = "duplicate_window";

/// Brings an existing stream that the state does not have to what was planned, in place; what the server does not
/// change back stays.
pub async fn adopt(operation: &Operation<'_>, member: &Member, live: StreamInfo) -> Outcome {
    let changes = adoption_changes(member, operation.state, &live);
    match changes.refused() {
        None => send(operation, member, live, changes.requested).await,
        Some(change) => {
            let refused = cannot_adopt(member, change, operation.state);
            Outcome::failed(Live::Stream(Box::new(live)), refused)
        }
    }
}

/// Makes the planned changes of a stream, and reports what else is not as the plan knew it.
pub async fn change_in_place(
    operation: &Operation<'_>,
    planned: PlannedChange<'_>,
    live: StreamInfo,
) -> Outcome {
    let member = planned.member;
    let shown = planned.shown();
    let now = planned.now(&shown, &live);
    let as_shown = |change: &SettingChange| shown.iter().find(|shown| shown.key == change.key);
    let worse = |change: &&SettingChange| {
        is_refused(change) || as_shown(change).is_some_and(|shown| is_worse(change, shown))
    };
    if let Some(change) = now.iter().find(worse) {
        let worse = no_longer_as_planned(member, change);
        return Outcome::failed(Live::Stream(Box::new(live)), worse);
    }
    if let Some(more) = deletes_more(operation, planned, &now, &live).await {
        return Outcome::failed(Live::Stream(Box::new(live)), more);
    }
    let unplanned = planned.unplanned(&shown, &live);
    let overwritten = now.iter().filter_map(|change| {
        let shown = as_shown(change)?;
        let differs = shown.live != change.live && change.key != "metadata";
        differs.then(|| (change.clone(), shown.live.clone()))
    });
    let found = found_besides(member, &unplanned, &overwritten.collect::<Vec<_>>());
    let mut outcome = send(operation, member, live, now).await;
    if !outcome.has_failed() {
        outcome.diagnostics.extend(found);
    }
    outcome
}

/// An error if a smaller history would delete more than when it was planned, of what exists nowhere else.
async fn deletes_more(
    operation: &Operation<'_>,
    planned: PlannedChange<'_>,
    changes: &[SettingChange],
    live: &StreamInfo,
) -> Option<Diagnostic> {
    let (member, revisions) = (planned.member, planned.contents.revisions.as_ref()?);
    let mut changes = changes.iter();
    let change = changes.find(|change| change.key == "max_msgs_per_subject")?;
    let now = match DataLoss::of(change, live) {
        Some(loss) => loss.messages,
        None => {
            let (client, stream) = (operation.client, member.stream());
            let counts = client.subject_counts(&stream, operation.scope).await;
            counts.ok()?.beyond(kept_per_subject(change)?)
        }
    };
    let shown = revisions.beyond(change.desired.as_u64()?);
    let path = path(member, change, operation.state);
    (now > shown).then(|| deletes_more_than_planned(member, shown, now, path))
}

/// Sends changes to the server, in as many updates as they need.
async fn send(
    operation: &Operation<'_>,
    member: &Member,
    live: StreamInfo,
    changes: Vec<SettingChange>,
) -> Outcome {
    let Operation {
        client,
        scope,
        session,
        state: planned,
        ..
    } = *operation;
    let mut outcome = Outcome::stream(live);
    let reconnects = changes.iter().any(moves_subscriptions);
    let mut updates = updates(changes).into_iter().peekable();
    while let Some(update) = updates.next() {
        let Live::Stream(info) = outcome.live else {
            break;
        };
        let overlay: Vec<_> = update
            .iter()
            .map(|change| (change.key.as_str(), change.desired.clone()))
            .collect();
        let moves = update
            .iter()
            .any(|change| matches!(change.key.as_str(), "num_replicas" | "placement"));
        let before = match grows(&update) {
            // What is written until the replicas are filled must not hide a loss, so it is read now.
            true => session.cache.stream(client, &member.stream(), scope).await,
            false => Ok(None),
        };
        let before = before.ok().flatten().map(|info| info.state);
        let mut config = info.config.overlaid(&overlay);
        if leaves_window(&update) && !config.is_mirror() {
            config.remove(WINDOW);
        }
        session.cache.forget(&member.stream());
        match client.update(&config, scope).await {
            Ok(updated) if grows(&update) && is_alone(operation, &updated).await => {
                let reverted = revert(operation, member, &info, &updated).await;
                outcome.live = reverted.live;
                outcome.diagnostics.extend(reverted.diagnostics);
                break;
            }
            Ok(info) if moves => {
                // What stalls between two moves is seen, and healed, after the second.
                let last = updates.peek().is_none();
                let waited = wait(operation, member, info, last).await;
                outcome.live = match &before {
                    // The wait may have ended without an answer: what the update answered says nothing of the contents.
                    Some(_) if !waited.diagnostics.is_empty() => {
                        read_again(operation, member, waited.live).await
                    }
                    _ => waited.live,
                };
                outcome.diagnostics.extend(waited.diagnostics);
                outcome
                    .diagnostics
                    .extend(before.and_then(|before| lost_data(member, &before, &outcome.live)));
                if outcome.has_failed() {
                    break;
                }
            }
            Ok(info) => outcome.live = Live::Stream(Box::new(info)),
            Err(error) => {
                outcome
                    .diagnostics
                    .push(failure(member, Crud::Update, &error, planned));
                outcome.live = read_again(operation, member, Live::Stream(info)).await;
                break;
            }
        }
    }
    if let (true, false, Live::Stream(info)) = (reconnects, outcome.has_failed(), &outcome.live) {
        let deaf = ensure_receives(operation, member, info).await;
        outcome.diagnostics.extend(deaf);
    }
    outcome
}

/// Whether the server is to choose the window for duplicates again: it knows its limit, and that of the age. (It gives
/// a mirror none.)
fn leaves_window(update: &[SettingChange]) -> bool {
    let mut keys = update.iter().map(|change| change.key.as_str());
    keys.any(|key| matches!(key, WINDOW | "max_age"))
}

/// Whether a change makes servers subscribe anew.
fn moves_subscriptions(change: &SettingChange) -> bool {
    matches!(
        change.key.as_str(),
        "subjects" | "num_replicas" | "placement"
    )
}

/// Whether an update adds replicas.
fn grows(update: &[SettingChange]) -> bool {
    let replicas = |change: &SettingChange| {
        change.key == "num_replicas" && change.desired.as_u64() > change.live.as_u64()
    };
    update.iter().any(replicas)
}

/// Whether the replicas that an update has asked for will never be: servers 2.10 to 2.12 accept them without a cluster,
/// and lose the stream at the next restart.
async fn is_alone(operation: &Operation<'_>, updated: &StreamInfo) -> bool {
    if updated.has_followers() {
        return false;
    }
    let scope = operation.scope.unstoppable();
    !operation
        .client
        .can_replicate(&updated.config, &scope)
        .await
}

/// Takes back replicas that will never be.
async fn revert(
    operation: &Operation<'_>,
    member: &Member,
    before: &StreamInfo,
    updated: &StreamInfo,
) -> Outcome {
    let replicas = before.config.num_replicas();
    let config = updated
        .config
        .overlaid(&[("num_replicas", replicas.into())]);
    let scope = operation.scope.unstoppable();
    match operation.client.update(&config, &scope).await {
        Ok(info) => {
            let error = messages::never_assigned(member, replicas, operation.state);
            Outcome::failed(Live::Stream(Box::new(info)), error)
        }
        Err(error) => {
            let error = messages::not_reverted(member, replicas, &error, operation.state);
            Outcome::failed(Live::Stream(Box::new(updated.clone())), error)
        }
    }
}

/// An error if a stream that got more replicas does not contain any more what it contained before.
fn lost_data(member: &Member, before: &StreamState, live: &Live) -> Option<Diagnostic> {
    let Live::Stream(info) = live else {
        return None;
    };
    let lost = info.state.has_lost(before, info.config.expires());
    lost.then(|| messages::lost(member, before, &info.state))
}

/// Changes of one update each.
///
/// What a stream receives changes first: nats-server 2.10 and 2.11 leave it without its new subscriptions if its replicas
/// change in the same update. A scale and a move at once are refused (JetStream 10123). The move comes while there are
/// fewer replicas, since each placement need only have room for the replicas that are planned with it.
fn updates(changes: Vec<SettingChange>) -> Vec<Vec<SettingChange>> {
    let has = |keys: &[&str]| {
        changes
            .iter()
            .any(|change| keys.contains(&change.key.as_str()))
    };
    let grows = grows(&changes);
    let scales = has(&["num_replicas"]);
    let apart = has(&["num_replicas", "placement"]) && has(&["subjects", "sources"]);
    // What needs storage goes with the replicas: before fewer of them there may be too little.
    let sizes = |change: &SettingChange| {
        matches!(
            change.key.as_str(),
            "num_replicas" | "placement" | "max_bytes"
        )
    };
    let (first, changes): (Vec<_>, Vec<_>) = changes
        .into_iter()
        .partition(|change| apart && !sizes(change));
    let (moves, rest): (Vec<_>, Vec<_>) = changes
        .into_iter()
        .partition(|change| scales && change.key == "placement");
    let order = match grows {
        true => [first, moves, rest],
        false => [first, rest, moves],
    };
    order
        .into_iter()
        .filter(|update| !update.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::jetstream::{Effect, setting};

    fn change(key: &str, live: Json, desired: Json) -> SettingChange {
        SettingChange {
            key: key.to_owned(),
            setting: setting(key),
            live,
            desired,
            effect: Effect::InPlace,
            cause: None,
        }
    }

    fn order(changes: Vec<SettingChange>) -> Vec<Vec<String>> {
        let keys = |update: Vec<SettingChange>| update.into_iter().map(|change| change.key);
        let updates = updates(changes).into_iter();
        updates.map(|update| keys(update).collect()).collect()
    }

    #[test]
    fn subjects_change_before_replicas_with_what_they_need() {
        let changes = vec![
            change("num_replicas", json!(1), json!(3)),
            change("no_ack", json!(false), json!(true)),
            change("subjects", json!(["a"]), json!(["b"])),
            change("max_bytes", json!(-1), json!(1000)),
        ];

        let order = order(changes);

        assert_eq!(
            order,
            [["no_ack", "subjects"], ["num_replicas", "max_bytes"]]
        );
    }

    #[test]
    fn a_move_comes_while_there_are_fewer_replicas() {
        let placed = || change("placement", json!(null), json!({"tags": ["x"]}));
        let more = vec![placed(), change("num_replicas", json!(1), json!(3))];
        let fewer = vec![placed(), change("num_replicas", json!(3), json!(1))];

        assert_eq!(order(more), [["placement"], ["num_replicas"]]);
        assert_eq!(order(fewer), [["num_replicas"], ["placement"]]);
    }

    #[test]
    fn what_does_not_move_anything_is_one_update() {
        let changes = vec![
            change("subjects", json!(["a"]), json!(["b"])),
            change("max_bytes", json!(-1), json!(1000)),
        ];

        assert_eq!(order(changes), [["subjects", "max_bytes"]]);
    }
}

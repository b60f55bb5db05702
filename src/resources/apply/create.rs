//! Creating the assets of an object, or adopting those that exist if that was asked for.
//!
//! All are read before the first is created, so that an asset that exists stops the create before it did anything. A
//! create that fails deletes exactly what it created; what it cannot delete, and what may still be created, stays in the
//! state.

use crate::jetstream::StreamInfo;
use crate::resources::apply::asset::change::adopt;
use crate::resources::apply::asset::create::{create_one, warn_if_resurrected};
use crate::resources::apply::outcome::{Live, Outcome, applied};
use crate::resources::apply::{Operation, note_contents};
use crate::resources::messages::existing::{exist_already, has_another};
use crate::resources::messages::failure::failure;
use crate::resources::object::common::{self, Crud, ROLLBACK};
use crate::resources::object::member::Member;
use crate::resources::object::{Object, stages};
use crate::resources::session::DomainSession;
use crate::resources::session::cache::Snapshot;
use crate::resources::session::claims::Claims;
use crate::terraform::framework::private::Private;
use crate::terraform::framework::{Applied, Call};
use crate::terraform::language::{Diagnostic, Diagnostics, Value};
use crate::text::capitalised;
use futures::future::join_all;

/// Creates every asset.
pub async fn create(
    object: &Object,
    session: &DomainSession,
    planned: &Value,
    mut private: Private,
    call: &Call,
) -> Applied {
    let nothing = |diagnostics: Diagnostics| Applied {
        state: None,
        private: private.clone(),
        diagnostics,
    };
    let client = match session.client() {
        Ok(client) => client,
        Err(error) => return nothing(error.into()),
    };
    let scope = common::scope(planned, Crud::Create, call);
    let operation = Operation {
        client: &client,
        scope: &scope,
        session,
        object,
        state: planned,
    };
    let existing = match read_all(&operation).await {
        Ok(existing) => existing,
        Err(diagnostics) => return nothing(diagnostics),
    };
    let mut outcomes: Vec<Outcome> = existing
        .iter()
        .map(|_| Outcome::quiet(Live::Absent))
        .collect();
    // What goes with the first asset is not stopped any more: an interrupted create is one that is done.
    let begun = scope.unstoppable();
    for (turn, stage) in create_stages(&object.members).into_iter().enumerate() {
        let operation = Operation {
            scope: if turn == 1 { &begun } else { &scope },
            ..operation
        };
        let created =
            join_all(stage.iter().map(|place| {
                create_or_adopt(&operation, &object.members[*place], &existing[*place])
            }))
            .await;
        for (place, outcome) in stage.into_iter().zip(created) {
            outcomes[place] = outcome;
        }
        if outcomes.iter().any(Outcome::has_failed) {
            outcomes = roll_back(&operation, &existing, outcomes).await;
            break;
        }
    }
    let found = outcomes.iter().map(Outcome::info).collect();
    note_contents(&operation, found, &mut private).await;
    applied(object, &Value::Null, planned, private, outcomes)
}

/// The assets by position, in the order in which they are created. The first alone: of two processes that create the same
/// object at once, the one that creates this asset creates the others too, and the other process stops here, with
/// nothing to take back.
fn create_stages(members: &[Member]) -> Vec<Vec<usize>> {
    let [mut first, then] = stages(members);
    let rest = first.split_off(first.len().min(1));
    vec![first, rest, then]
}

/// Each asset as it is; an error if one exists that is not to be adopted.
async fn read_all(operation: &Operation<'_>) -> Result<Vec<Snapshot>, Diagnostics> {
    let Operation {
        client,
        scope,
        session,
        object,
        state: planned,
    } = *operation;
    let adopts = planned.attribute("adopt_existing").as_bool() == Some(true);
    let requests = object.members.iter().map(|member| async {
        let stream = member.stream();
        session.cache.snapshot(client, &stream, scope).await
    });
    let mut diagnostics = Diagnostics::new();
    let (mut existing, mut foreign) = (Vec::new(), Vec::new());
    for (member, snapshot) in object.members.iter().zip(join_all(requests).await) {
        match snapshot {
            Ok(Snapshot {
                info: Some(live), ..
            }) if !adopts => foreign.push((member, live)),
            Ok(snapshot) => existing.push(snapshot),
            Err(error) => diagnostics.push(failure(member, Crud::Create, &error, planned)),
        }
    }
    let found: Vec<_> = foreign.iter().map(|(_, live)| live).collect();
    let taken = Claims::of_this_run().taken(&found).await;
    let (taken, foreign): (Vec<_>, Vec<_>) = foreign
        .iter()
        .map(|(member, _)| *member)
        .partition(|member| taken.contains(&member.stream()));
    diagnostics.extend(has_another(object, &taken).or_else(|| exist_already(object, &foreign)));
    if !diagnostics.has_error() {
        diagnostics.extend(claim_adopted(object, &existing).await);
    }
    match diagnostics.has_error() {
        true => Err(diagnostics),
        false => Ok(existing),
    }
}

/// Claims what is to be adopted.
async fn claim_adopted(object: &Object, existing: &[Snapshot]) -> Option<Diagnostic> {
    let found: Vec<_> = existing
        .iter()
        .filter_map(|snapshot| snapshot.info.as_ref())
        .collect();
    let taken = Claims::of_this_run().claim_found(&found).await?;
    let mut members = object.members.iter();
    let member = members.find(|member| member.stream() == taken.config.name())?;
    has_another(object, &[member])
}

async fn create_or_adopt(
    operation: &Operation<'_>,
    member: &Member,
    snapshot: &Snapshot,
) -> Outcome {
    match &snapshot.info {
        // Boxed, since it is rare, and every create would take its memory.
        Some(live) => Box::pin(adopt(operation, member, live.clone())).await,
        None => {
            let created = create_one(operation, member, 0, snapshot.requested).await;
            warn_if_resurrected(member, created)
        }
    }
}

/// Deletes what a failed create created itself, unless something was written into it. What was there before stays.
async fn roll_back(
    operation: &Operation<'_>,
    existing: &[Snapshot],
    outcomes: Vec<Outcome>,
) -> Vec<Outcome> {
    let scope = &operation.scope.aftermath(ROLLBACK);
    let operation = &Operation {
        scope,
        ..*operation
    };
    let members = operation.object.members.iter();
    let each = members.zip(existing).zip(outcomes);
    join_all(each.map(|((member, existing), outcome)| async move {
        match &outcome.live {
            // It was there before and stays, without being in the state.
            _ if existing.info.is_some() => Outcome {
                live: Live::Absent,
                ..outcome
            },
            Live::Stream(live) => {
                let live = live.clone();
                roll_back_one(operation, member, live, outcome).await
            }
            _ => outcome,
        }
    }))
    .await
}

async fn roll_back_one(
    operation: &Operation<'_>,
    member: &Member,
    created: Box<StreamInfo>,
    outcome: Outcome,
) -> Outcome {
    let Operation {
        client,
        scope,
        session,
        ..
    } = *operation;
    let Outcome {
        ours,
        mut diagnostics,
        ..
    } = outcome;
    // A stream that sources is filled by the server, not by a client that relies on it.
    let unused = |messages: u64| messages == 0 || !member.row.sources().is_empty();
    let stream = member.stream();
    let live = match session.cache.stream(client, &stream, scope).await {
        Ok(None) => Live::Absent,
        Ok(Some(info))
            if ours && info.created == created.created && unused(info.state.messages) =>
        {
            session.cache.forget(&stream);
            match client.delete(&stream, scope).await {
                Ok(_) => Live::Absent,
                Err(error) => {
                    diagnostics.push(failure(member, Crud::Delete, &error, &Value::Null));
                    Live::Stream(Box::new(info))
                }
            }
        }
        Ok(Some(info)) => Live::Stream(Box::new(info)),
        // It was confirmed, so it counts as there until somebody has seen that it is not.
        Err(error) => {
            diagnostics.push(failure(member, Crud::Read, &error, &Value::Null));
            Live::Stream(created)
        }
    };
    if matches!(live, Live::Stream(_)) {
        diagnostics.push(stays(member));
    }
    Outcome {
        diagnostics,
        ..Outcome::quiet(live)
    }
}

/// What a failed create has created is still there.
pub fn stays(member: &Member) -> Diagnostic {
    Diagnostic::warning(
        format!(
            "{} was not deleted after the failed create",
            capitalised(&member.title())
        ),
        "What the failed create had created could not be deleted, or another client has already written to it. It is in the state, and Terraform has marked the object as tainted. To keep it, run `terraform untaint <address>`: the next apply then creates only what is missing. Otherwise the next apply replaces the object, which is refused while a bucket contains keys.",
    )
}

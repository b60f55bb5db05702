//! Creating one asset that does not exist.

use std::time::Instant;

use serde_json::Value as Json;

use crate::jetstream::{Created, StreamInfo};
use crate::resources::apply::Operation;
use crate::resources::apply::asset::first_sequence::first_sequence;
use crate::resources::apply::asset::read_again;
use crate::resources::apply::asset::wait::wait;
use crate::resources::apply::outcome::{Live, Outcome, exists_already, has_another_owner};
use crate::resources::messages::contents;
use crate::resources::messages::failure::failure;
use crate::resources::object::common::Crud;
use crate::resources::object::member::Member;
use crate::resources::session::claims::Claims;
use crate::terraform::language::{Diagnostic, Path};
use crate::text::{capitalised, shell_word};

/// Creates one asset that was seen not to exist at `absent_since`; `former_last` is the last sequence of the stream
/// that was there before, 0 if that is not known.
pub async fn create_one(
    operation: &Operation<'_>,
    member: &Member,
    former_last: u64,
    absent_since: Instant,
) -> Outcome {
    let Operation {
        client,
        scope,
        session,
        state: planned,
        ..
    } = *operation;
    let mut config = member
        .wanted(planned.attribute(member.row.key))
        .new_stream();
    let first = first_sequence(operation, member, former_last).await;
    if let Some(first) = first {
        config.set("first_seq", Json::from(first));
    }
    session.cache.forget(&member.stream());
    let error = match client.create_absent(&config, absent_since, scope).await {
        Ok(created) => {
            Claims::of_this_run().claim(&member.stream(), &created.info.created);
            return settled(operation, member, created).await;
        }
        Err(error) if error.is_exists() => return made_by_another(operation, member).await,
        Err(error) => error,
    };
    let live = match error.is_unknown_outcome() {
        // What is not there may still come: the server may have the request, and no time for it.
        true => match read_again(operation, member, Live::Unknown).await {
            Live::Absent => Live::Unknown,
            found => found,
        },
        false => Live::Absent,
    };
    Outcome {
        ours: matches!(&live, Live::Stream(info) if client.is_creating(info)),
        ..Outcome::failed(live, failure(member, Crud::Create, &error, planned))
    }
}

/// Somebody else created it before us, perhaps a resource of another provider block.
async fn made_by_another(operation: &Operation<'_>, member: &Member) -> Outcome {
    let Operation {
        client,
        scope,
        session,
        object,
        ..
    } = *operation;
    let found = session.cache.stream(client, &member.stream(), scope).await;
    let taken = match &found {
        Ok(Some(live)) => Claims::of_this_run().taken(&[live]).await,
        _ => Vec::new(),
    };
    match taken.is_empty() {
        true => exists_already(object, member),
        false => has_another_owner(object, member),
    }
}

/// Waits until a new stream works.
async fn settled(operation: &Operation<'_>, member: &Member, created: Created) -> Outcome {
    let mut outcome = match created.unfinished {
        None => Box::pin(wait(operation, member, created.info, false)).await,
        Some(error) => {
            let failure = failure(member, Crud::Update, &error, operation.state);
            Outcome::failed(Live::Stream(Box::new(created.info)), failure)
        }
    };
    outcome.ours = created.ours;
    outcome
}

/// Warns of older messages in a new asset.
pub fn warn_if_resurrected(member: &Member, mut outcome: Outcome) -> Outcome {
    if let Live::Stream(info) = &outcome.live
        && is_resurrected(member, info)
    {
        let warning = resurrected(member, info);
        outcome.diagnostics.push(warning);
    }
    outcome
}

/// It is new, and what it holds is older. Where it imports from others, that is only what they hold.
pub fn is_resurrected(member: &Member, info: &StreamInfo) -> bool {
    member.row.sources().is_empty() && info.holds_older_messages()
}

/// Seen on nats-server 2.10 to 2.15: a file store that was deleted twice within a moment leaves its blocks to the next,
/// and so does one whose files the server found damaged when it started. Of such a one the metadata stays damaged, so
/// that the next start may not restore the new stream either.
fn resurrected(member: &Member, info: &StreamInfo) -> Diagnostic {
    let stream = member.stream();
    let stream = shell_word(&stream);
    let summary = format!(
        "{} is new and contains older messages",
        capitalised(&member.title())
    );
    let detail = format!(
        "The server has found contents of an earlier stream of the same name on disk. It contains {}. Either that stream was not restored when the server was restarted, and this may be the only copy of its contents; or it was deleted a moment ago. Keep the contents until you know which: look for the stream's name in the server's log, and make a backup before the server is restarted (`nats stream backup {stream} <folder>`), since it may not restore the stream at its next start either.",
        contents(member, info)
    );
    Diagnostic::warning(summary, detail).at(Path::attribute(member.row.key))
}

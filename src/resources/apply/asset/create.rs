//! Creating one asset that does not exist.

use std::time::Instant;

use serde_json::Value as Json;

use crate::jetstream::{Created, StreamInfo};
use crate::resources::apply::Operation;
use crate::resources::apply::asset::first_sequence::first_sequence;
use crate::resources::apply::asset::read_again;
use crate::resources::apply::asset::wait::wait;
use crate::resources::apply::outcome::{Live, Outcome, exists_already};
use crate::resources::messages::failure::failure;
use crate::resources::object::common::Crud;
use crate::resources::object::member::Member;
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
        object,
        state: planned,
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
        Ok(created) => return settled(operation, member, created).await,
        Err(error) if error.is_exists() => return exists_already(object, member),
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
        outcome.diagnostics.push(resurrected(member));
    }
    outcome
}

/// It is new, and what it holds is older. Where it imports from others, that is only what they hold.
pub fn is_resurrected(member: &Member, info: &StreamInfo) -> bool {
    member.row.sources().is_empty() && info.holds_older_messages()
}

/// Seen on nats-server 2.10 to 2.15: a file store that was deleted twice within a moment leaves its blocks to the next.
fn resurrected(member: &Member) -> Diagnostic {
    let stream = member.stream();
    let stream = shell_word(&stream);
    let summary = format!(
        "{} is new and holds older messages",
        capitalised(&member.title())
    );
    let detail = format!(
        "The server has brought back what a deleted stream of the same name held, which it may do when one is deleted and made again within a moment. Look at it (`nats stream info {stream}`), and purge it if you do not want them (`nats stream purge {stream}`)."
    );
    Diagnostic::warning(summary, detail).at(Path::attribute(member.row.key))
}

//! Recreating a stream while another sources from it.
//!
//! The reader remembers the last sequence that it has read. On nats-server 2.12 to 2.14 it skips whatever the new stream
//! has up to there, without an error and with a lag of 0: wadm would miss as many events as it had ever seen. Servers
//! before lose those of ten seconds, 2.15 notices. So the new stream begins beyond every sequence that the former one can
//! have had; then no server loses any, and each reads on within twenty seconds (seen on 2.10 to 2.15). The beginning
//! counts only when a stream is created, and is taken out of its configuration at once: wadm's own stream has none.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::resources::apply::Operation;
use crate::resources::object::member::Member;

/// The first sequence of a stream that is created where `former_last` was the last one, as far as anybody knows; `None`
/// if nothing reads from it yet.
pub async fn first_sequence(
    operation: &Operation<'_>,
    member: &Member,
    former_last: u64,
) -> Option<u64> {
    let reader = operation.object.members.iter().find(|other| {
        let mut sources = other.row.sources().iter();
        sources.any(|source| source.key == member.row.key)
    })?;
    let (cache, stream) = (&operation.session.cache, reader.stream());
    let snapshot = cache.snapshot(operation.client, &stream, operation.scope);
    snapshot.await.ok()?.info?;
    // More than a message in each millisecond since 1970 no stream of events has had.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    let now = u64::try_from(now.as_millis()).unwrap_or_default();
    Some(now.max(former_last + 1))
}

//! After a change of subjects, replicas or placement: whether the stream still receives what is published to it.
//!
//! Nothing is published for that ([`Client::receives`](crate::jetstream::Client::receives)). A stream that receives nothing
//! gets another leader, which subscribes to all of its subjects.

use std::time::{Duration, Instant};

use crate::jetstream::StreamInfo;
use crate::resources::apply::Operation;
use crate::resources::messages::replicas as messages;
use crate::resources::object::member::Member;
use crate::terraform::language::Diagnostic;

/// How long the servers may take to tell each other of a subscription.
const PROPAGATION: Duration = Duration::from_secs(3);
/// How long a new leader may take to subscribe.
const ELECTION: Duration = Duration::from_secs(15);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(300);

/// A warning if the stream receives nothing, and another leader does not help.
pub async fn ensure_receives(
    operation: &Operation<'_>,
    member: &Member,
    info: &StreamInfo,
) -> Option<Diagnostic> {
    if receives_within(operation, info, PROPAGATION).await {
        return None;
    }
    tracing::info!(
        stream = member.stream(),
        "the stream receives no messages, requesting a new leader"
    );
    let Operation { client, scope, .. } = *operation;
    match client.step_down(&member.stream(), scope).await {
        Ok(()) if receives_within(operation, info, ELECTION).await => None,
        Ok(()) => Some(messages::receives_nothing(member, None)),
        Err(error) => Some(messages::receives_nothing(member, Some(&error))),
    }
}

/// Whether it receives, or that cannot be known.
async fn receives_within(operation: &Operation<'_>, info: &StreamInfo, limit: Duration) -> bool {
    let Operation { client, scope, .. } = *operation;
    let since = Instant::now();
    loop {
        if client.receives(info, scope).await != Some(false) {
            return true;
        }
        if since.elapsed() > limit || scope.is_over() {
            return false;
        }
        tokio::time::sleep(LOOK).await;
    }
}

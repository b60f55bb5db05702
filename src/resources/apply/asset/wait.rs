//! Waiting until what was created or changed works: all replicas current, and sourcing alive.
//!
//! That replicas are behind is no failure: the configuration is as planned. Sourcing that stopped is worse, because
//! the server says nothing: after `wadm_event_consumer` got more replicas, its sourcing may stop for good, without an
//! error and with a lag of 0 (seen on nats-server 2.10 to 2.15; nats-server issue 8323). Only the time since the
//! source was last active grows, and only a new leader heals it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::jetstream::{StreamInfo, Unsettled};
use crate::resources::apply::Operation;
use crate::resources::apply::outcome::Outcome;
use crate::resources::messages::replicas as messages;
use crate::resources::object::member::Member;
use crate::resources::preflight::survey::requests::unsettled_key;
use crate::terraform::language::{Diagnostic, Path};
use crate::text::{capitalised, shell_word};

/// A healthy source is active about every second; one that is inactive for longer has stalled.
const INACTIVITY: Duration = Duration::from_secs(5);
/// How long a new leader may take to receive from the sources: a source whose first set-up fails is looked for again
/// after ten seconds.
const RECOVERY: Duration = Duration::from_secs(30);
/// Two times at which a source was active are at least so far apart; what is less is the clock.
const LEAST_INTERVAL: Duration = Duration::from_millis(300);
/// Between two requests.
const POLL_INTERVAL: Duration = Duration::from_millis(500);
/// How long replicas must not be all current before a refresh says so.
const UNSETTLED: Duration = Duration::from_secs(2);
/// Inactivity that makes a refresh poll.
const SUSPICIOUS: Duration = Duration::from_secs(10);

/// Waits for what follows a create or (`moved`) the last of the changes of replicas and placement.
pub async fn wait(
    operation: &Operation<'_>,
    member: &Member,
    info: StreamInfo,
    moved: bool,
) -> Outcome {
    let Operation { client, scope, .. } = *operation;
    let replicas = info.config.num_replicas();
    if replicas < 2 && !info.has_followers() {
        return Outcome::stream(info);
    }
    let waited = client
        .wait_current(
            &member.stream(),
            usize::try_from(replicas).unwrap_or(1),
            scope,
        )
        .await;
    let (info, remark) = match waited {
        Ok(settled) => (settled, None),
        Err(Unsettled { error, last }) => {
            let info = last.unwrap_or(info);
            let remark = match info.has_leader() {
                true => messages::not_current(member, replicas, &error),
                false => messages::leaderless(member, replicas, &error),
            };
            (info, Some(remark))
        }
    };
    let mut outcome = Outcome::stream(info);
    outcome.diagnostics.extend(remark);
    if moved && !member.row.sources().is_empty() {
        outcome
            .diagnostics
            .extend(heal_sources(operation, member).await);
    }
    outcome
}

/// Watches the sources, and asks for a new leader when they are inactive.
async fn heal_sources(operation: &Operation<'_>, member: &Member) -> Option<Diagnostic> {
    let Operation { client, scope, .. } = *operation;
    if is_sourcing(operation, member, INACTIVITY).await? {
        return None;
    }
    tracing::info!(
        stream = member.stream(),
        "the stream receives nothing from its sources, requesting a new leader"
    );
    if let Err(error) = client.step_down(&member.stream(), scope).await {
        return Some(stalled_warning(
            member,
            &format!("A new leader would solve this, but the request for one failed. {error}"),
        ));
    }
    match is_sourcing(operation, member, RECOVERY).await? {
        true => None,
        false if scope.remaining().is_zero() => Some(stalled_warning(
            member,
            "The provider requested a new leader, and the timeout ended before the stream received anything.",
        )),
        false => Some(stalled_warning(
            member,
            "The provider requested a new leader, and the stream still receives nothing.",
        )),
    }
}

/// Whether every source is active again and again within `limit`; `None` if the user wants to stop.
///
/// Once is not enough: a source that is set up again and then stalls looks as if it had been active at that moment.
async fn is_sourcing(operation: &Operation<'_>, member: &Member, limit: Duration) -> Option<bool> {
    let Operation {
        client,
        scope,
        session,
        ..
    } = *operation;
    let since = Instant::now();
    let mut activity: BTreeMap<String, Vec<Duration>> = BTreeMap::new();
    while since.elapsed() < limit && !scope.remaining().is_zero() {
        tokio::select! {
            () = tokio::time::sleep(POLL_INTERVAL) => {}
            () = scope.stopped() => return None,
        }
        let stream = member.stream();
        // A new leader may keep an answer away; the next request asks again.
        let Ok(Some(info)) = session.cache.stream(client, &stream, scope).await else {
            continue;
        };
        for source in info.sources {
            let when = source
                .active
                .and_then(|active| since.elapsed().checked_sub(active));
            let times = activity.entry(source.name).or_default();
            let last = times.last().copied().unwrap_or_default();
            times.extend(when.filter(|when| *when > last + LEAST_INTERVAL));
        }
        let active = activity.values().filter(|times| times.len() > 1).count();
        if active >= member.row.sources().len() {
            return Some(true);
        }
    }
    Some(false)
}

/// On a refresh: a warning if a source is inactive and stays so.
pub async fn stalled(
    operation: &Operation<'_>,
    member: &Member,
    info: &StreamInfo,
) -> Option<Diagnostic> {
    let sources = !member.row.sources().is_empty();
    if !sources || inactive_sources(info).is_empty() {
        return None;
    }
    match is_sourcing(operation, member, INACTIVITY).await? {
        true => None,
        false => Some(stalled_warning(
            member,
            "It has received nothing from a source for more than 10 seconds.",
        )),
    }
}

/// The sources from which a stream has received nothing for so long that it may have stalled.
pub fn inactive_sources(info: &StreamInfo) -> Vec<&str> {
    let inactive = |active: Option<Duration>| match active {
        Some(active) => active > SUSPICIOUS,
        None => info.age().is_none_or(|age| age > SUSPICIOUS),
    };
    let sources = info.sources.iter();
    sources
        .filter(|source| inactive(source.active))
        .map(|source| source.name.as_str())
        .collect()
}

/// On a refresh: a warning if the replicas are not all current, and stay so for a while. Right after a write they may be
/// behind for a moment.
pub async fn unsettled(
    operation: &Operation<'_>,
    member: &Member,
    info: &StreamInfo,
) -> Option<Diagnostic> {
    let Operation {
        client,
        scope,
        session,
        ..
    } = *operation;
    let mut missing = info.unsettled()?;
    let since = Instant::now();
    while since.elapsed() < UNSETTLED && !scope.remaining().is_zero() {
        tokio::select! {
            () = tokio::time::sleep(POLL_INTERVAL) => {}
            () = scope.stopped() => return None,
        }
        if let Ok(Some(info)) = session.cache.stream(client, &member.stream(), scope).await {
            missing = info.unsettled()?;
        }
    }
    let is_new = session.cache.report_once(&unsettled_key(member));
    is_new.then(|| messages::unsettled(member, &missing))
}

/// A stream gets nothing from the streams that it sources from. `what`: what was seen or tried.
pub fn stalled_warning(member: &Member, what: &str) -> Diagnostic {
    let stream = member.stream();
    let summary = format!(
        "{} receives nothing from its sources",
        capitalised(&member.title())
    );
    let word = shell_word(&stream);
    let detail = format!(
        "{what} wadm then answers requests, but handles no events. Run `nats stream cluster step-down {word}`, for which you need permission to publish to $JS.API.STREAM.LEADER.STEPDOWN.{stream}, and check with `nats stream info {word}` that the sources are active."
    );
    Diagnostic::warning(summary, detail).at(Path::attribute(member.row.key))
}

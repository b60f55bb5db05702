//! What is wrong with the copies of an asset on several servers.

use crate::jetstream::{Error, StreamState};
use crate::resources::object::argument_path;
use crate::resources::object::member::Member;
use crate::terraform::language::{Diagnostic, Path, Value};
use crate::text::{capitalised, count, shell_word};

/// Not every replica is current.
pub fn unsettled(member: &Member, missing: &str) -> Diagnostic {
    let summary = format!("Replicas of {} are not all current", member.title());
    let detail = format!(
        "If one more server is lost now, the stream may stop, or data that only that server stores may be lost. {}. Wait until all replicas are current before you change replicas or placement; `nats stream info {}` shows them.",
        capitalised(missing),
        shell_word(&member.stream())
    );
    Diagnostic::warning(summary, detail).at(Path::attribute(member.row.key))
}

/// The wait for the replicas of a new or changed asset has ended too early.
pub fn not_current(member: &Member, replicas: u64, error: &Error) -> Diagnostic {
    let summary = format!("Replicas of {} are not all current yet", member.title());
    let detail = format!(
        "The server accepted the configuration with {}, but not every replica has all data yet. {error} `nats stream info {}` shows the state.",
        count(replicas, "replica"),
        shell_word(&member.stream())
    );
    Diagnostic::warning(summary, detail)
}

/// The wait for the replicas has ended, and nobody answers for the asset.
pub fn leaderless(member: &Member, replicas: u64, error: &Error) -> Diagnostic {
    let summary = format!("{} has no leader", capitalised(&member.title()));
    let detail = format!(
        "The server accepted the configuration with {}, but now the stream cannot be read or written. {error} Start the servers that are offline, then wait until `nats stream info {}` shows a leader.",
        count(replicas, "replica"),
        shell_word(&member.stream())
    );
    Diagnostic::error(summary, detail).at(Path::attribute(member.row.key))
}

/// The asset has its subjects, but no server passes messages with them to it. `error`: why it has no other leader.
pub fn receives_nothing(member: &Member, error: Option<&Error>) -> Diagnostic {
    let stream = member.stream();
    let word = shell_word(&stream);
    let tried = match error {
        None => "The provider requested a new leader, and the stream still receives no messages."
            .to_owned(),
        Some(error) => {
            format!("A new leader would receive them, but the request for one failed. {error}")
        }
    };
    let detail = format!(
        "The server has accepted the change, but the stream does not receive messages that are published to its subjects: publishers get \"no responders\". {tried} Run `nats stream cluster step-down {word}`, for which you need permission to publish to $JS.API.STREAM.LEADER.STEPDOWN.{stream}."
    );
    let summary = format!("{} receives no messages", capitalised(&member.title()));
    Diagnostic::warning(summary, detail).at(Path::attribute(member.row.key))
}

/// More replicas were accepted and will never be, and that was taken back.
pub fn never_assigned(member: &Member, replicas: u64, config: &Value) -> Diagnostic {
    let detail = format!(
        "The JetStream that stores it runs on a single server. It accepted more replicas, but would never create them, and would lose the stream at its next restart. The provider has set `replicas` back to {replicas} on the server. Set `replicas = {replicas}`, or connect to a cluster."
    );
    no_replicas(member, config, detail)
}

/// As [`never_assigned`], but taking it back failed.
pub fn not_reverted(member: &Member, replicas: u64, error: &Error, config: &Value) -> Diagnostic {
    let stream = member.stream();
    let word = shell_word(&stream);
    let detail = format!(
        "The JetStream that stores it runs on a single server. It accepted more replicas, will never create them, and loses the stream at its next restart. Setting `replicas` back failed. {error} Before the server is restarted, set `replicas = {replicas}` and apply, or run `nats stream edit {word} --replicas={replicas}`."
    );
    no_replicas(member, config, detail)
}

fn no_replicas(member: &Member, config: &Value, detail: String) -> Diagnostic {
    let summary = format!("{} cannot have more replicas", capitalised(&member.title()));
    Diagnostic::error(summary, detail).at(argument_path(member, "replicas", config))
}

/// What an asset contained before it got more replicas is not all there.
pub fn lost(member: &Member, before: &StreamState, after: &StreamState) -> Diagnostic {
    let title = member.title();
    let summary = format!("{} lost data when replicas were added", capitalised(&title));
    let detail = format!(
        "A server may have failed while data was copied to the new replicas, and a server without all data became the leader. It contained {} before the change and contains {} now. Do not apply again yet: if the former leader is offline, start it, and check whether the data comes back (`nats stream info {}`). Otherwise restore the contents from a backup.",
        extent(before),
        extent(after),
        shell_word(&member.stream()),
    );
    Diagnostic::error(summary, detail).at(Path::attribute(member.row.key))
}

/// How many messages, and their sequences.
fn extent(state: &StreamState) -> String {
    let StreamState {
        messages,
        first_seq,
        last_seq,
        ..
    } = state;
    format!(
        "{} (sequences {first_seq} to {last_seq})",
        count(*messages, "message")
    )
}

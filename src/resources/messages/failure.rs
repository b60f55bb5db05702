//! A failed operation on an asset: from what JetStream answered to the attribute to edit and what to do.

use crate::jetstream::{Error, setting};
use crate::resources::messages::connection::{connection_failure, with_advice};
use crate::resources::object::argument_path;
use crate::resources::object::common::Crud;
use crate::resources::object::member::Member;
use crate::terraform::language::{Diagnostic, Path, Value};
use crate::text::capitalised;

/// The diagnostic of a failed operation. `config` shows at which level the user set an argument.
pub fn failure(member: &Member, operation: Crud, error: &Error, config: &Value) -> Diagnostic {
    if error.is_of_the_connection() {
        return connection_failure(error);
    }
    let summary = format!(
        "{} could not be {}",
        capitalised(&member.title()),
        operation.done()
    );
    let (path, advice) = remedy(member, error, config);
    Diagnostic::error(summary, with_advice(error.to_string(), &advice)).at(path)
}

/// Where to point, and what to do. Codes: nats-server `server/errors.json`.
fn remedy(member: &Member, error: &Error, config: &Value) -> (Path, String) {
    let argument = |name: &str| argument_path(member, name, config);
    let (path, advice) = match error.code() {
        Some(10074) => (
            argument("replicas"),
            "This server is not part of a cluster: set `replicas = 1`, or connect to a cluster.",
        ),
        Some(10005) => (
            argument("replicas"),
            "Lower `replicas`, change `placement`, or add servers to the cluster.",
        ),
        Some(10047 | 10028 | 10002 | 10023) => (
            argument("max_bytes"),
            "`max_bytes` reserves that much, in the account and on the server: lower it, free space, or raise the limits of the account or the server's `max_file_store` or `max_memory_store`.",
        ),
        Some(10113) => (
            argument("max_bytes"),
            "This account demands a limit on every stream: set `max_bytes`.",
        ),
        Some(10122) => (
            argument("max_bytes"),
            "Lower `max_bytes` to what the account allows for one stream.",
        ),
        Some(10026 | 10027) => (
            Path::root(),
            "The account has as many streams as it may have: delete some, or raise its `max_streams`.",
        ),
        Some(10065) => (
            Path::root(),
            "Another stream of the account takes the same subjects: `nats stream find --subject` shows which. Delete it or change its subjects.",
        ),
        _ if error.is_timeout() => (
            Path::root(),
            "Plan again once the server answers: the next refresh shows what exists.",
        ),
        _ => (Path::root(), ""),
    };
    if let Some((name, advice)) = newer(member, error) {
        return (name.map_or(Path::root(), argument), advice);
    }
    match error.denied_subject() {
        Some(subject) => (Path::root(), grant(subject)),
        None => (path, advice.to_owned()),
    }
}

/// The server version that a setting needs which this server drops silently, and the argument that sets the first such
/// setting.
fn newer(member: &Member, error: &Error) -> Option<(Option<&'static str>, String)> {
    let dropped: Vec<_> = error
        .mismatches()
        .iter()
        .filter_map(|mismatch| Some((mismatch, setting(&mismatch.key)?.since_for(&mismatch.sent))))
        .collect();
    let (first, _) = dropped.first()?;
    let needs: Vec<_> = dropped
        .iter()
        .map(|(mismatch, since)| format!("{} needs nats-server {since} or newer", mismatch.key))
        .collect();
    let argument = member.argument(&first.key).map(|argument| argument.name);
    let advice = format!(
        "A server drops in silence what it does not know: {}.",
        needs.join(", ")
    );
    Some((argument, advice))
}

fn grant(subject: &str) -> String {
    let all = match subject.rsplit_once('.') {
        Some((operation, _)) => format!(", or to {operation}.> for all streams"),
        None => String::new(),
    };
    format!("Grant the provider's user permission to publish to {subject}{all}, then apply again.")
}

//! From what JetStream answered to what a practitioner reads: the attribute to edit, and the way out.

use crate::jetstream::{Error, setting};
use crate::resources::asset::Member;
use crate::terraform::{Diagnostic, Path, Value};

/// What was tried with an asset.
#[derive(Clone, Copy, Debug)]
pub enum Attempt {
    /// Reading it.
    Read,
    /// Making it.
    Create,
    /// Changing it.
    Update,
    /// Deleting it.
    Delete,
}

impl Attempt {
    fn done(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Create => "created",
            Self::Update => "updated",
            Self::Delete => "deleted",
        }
    }
}

/// The diagnostic of a failed attempt. `config` tells at which level the user set an argument.
pub fn failure(member: &Member, attempt: Attempt, error: &Error, config: &Value) -> Diagnostic {
    if error.is_of_the_connection() {
        return no_way_to_ask(error);
    }
    let summary = format!(
        "{} could not be {}",
        capitalised(&member.title()),
        attempt.done()
    );
    let (path, advice) = remedy(member, error, config);
    Diagnostic::error(summary, with_advice(error.to_string(), &advice)).at(path)
}

/// The diagnostic of a failure that has nothing to do with the asset that was asked for. It is the same for all assets,
/// so that the reader gets it once.
pub fn no_way_to_ask(error: &Error) -> Diagnostic {
    let (summary, advice) = if error.is_unreachable() {
        (
            "NATS cannot be reached",
            "Check that it runs and can be reached from here, or set `servers` in the provider block, or NATS_URL, to where it is.",
        )
    } else if error.is_unauthorized() {
        (
            "NATS refuses the login",
            "The provider block takes `user` and `password`, `token`, `credentials` or `credentials_file`; without them NATS_USER and NATS_PASSWORD, NATS_TOKEN or NATS_CREDS count.",
        )
    } else if error.is_inbox_denied() {
        (
            "Answers of NATS cannot be received",
            "Grant the provider's user permission to subscribe to _INBOX.>.",
        )
    } else if error.absent_domain().is_some() {
        (
            "The JetStream domain is not there",
            "Correct `jetstream_domain` in the provider block, or see to it that the domain's servers run and their leaf node is connected.",
        )
    } else if error.code().is_some() {
        (
            "JetStream is not enabled",
            "Log in as a user of an account that has JetStream, or enable it (`jetstream: enabled` in the account, `jetstream {}` on the server).",
        )
    } else {
        (
            "JetStream does not answer",
            "Enable it on the server (`jetstream {}` in its configuration), connect to another one, or, to reach JetStream through a leaf node, set `jetstream_domain` in the provider block.",
        )
    };
    Diagnostic::error(summary, with_advice(error.reason(), advice))
}

fn with_advice(what: String, advice: &str) -> String {
    match advice {
        "" => what,
        advice => format!("{what} {advice}"),
    }
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

/// What a server that drops a setting in silence would need to be, and the argument that asks for the first one.
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

/// The attribute where the user sets an argument of an asset: its own if that is another one than the common. `config`
/// may as well be a planned state, in which an asset has every argument.
pub fn argument_path(member: &Member, name: &str, config: &Value) -> Path {
    let own = config.attribute(member.row.key).attribute(name);
    let path = Path::attribute(member.row.key);
    let is_common = config.as_map().is_some_and(|root| root.contains_key(name));
    match (own.is_null(), is_common) {
        (_, true) if own.is_null() || own == config.attribute(name) => Path::attribute(name),
        (true, false) => path,
        _ => path.then(name),
    }
}

/// With a capital, as a title begins.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

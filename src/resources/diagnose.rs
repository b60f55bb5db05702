//! From what JetStream answered to what a practitioner reads: the attribute to edit, and the way out.

use crate::jetstream::Error;
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
    let summary = format!(
        "{} could not be {}",
        capitalised(&member.title()),
        attempt.done()
    );
    let (path, advice) = remedy(member, error, config);
    let detail = match advice {
        Some(advice) => format!("{error} {advice}"),
        None => error.to_string(),
    };
    Diagnostic::error(summary, detail).at(path)
}

/// Where to point, and what to do. Codes: nats-server `server/errors.json`.
fn remedy(member: &Member, error: &Error, config: &Value) -> (Path, Option<&'static str>) {
    let argument = |name: &str| argument_path(member, name, config);
    match error.code() {
        Some(10074) => (
            argument("replicas"),
            Some(
                "This server is not part of a cluster: set `replicas = 1`, or connect to a cluster.",
            ),
        ),
        Some(10005) => (
            argument("replicas"),
            Some("Lower `replicas`, change `placement`, or add servers to the cluster."),
        ),
        Some(10047 | 10028 | 10002) => (
            argument("max_bytes"),
            Some("Lower `max_bytes`, free space in the account, or raise its limits."),
        ),
        Some(10113) => (
            argument("max_bytes"),
            Some("This account demands a limit on every stream: set `max_bytes`."),
        ),
        Some(10122) => (
            argument("max_bytes"),
            Some("Lower `max_bytes` to what the account allows for one stream."),
        ),
        Some(10065) => (
            Path::root(),
            Some(
                "Another stream of the account takes the same subjects: `nats stream find --subject` shows which. Delete it or change its subjects.",
            ),
        ),
        _ if error.denied_subject().is_some() => (
            Path::root(),
            Some("Grant the provider's user this permission, then apply again."),
        ),
        _ if error.is_unreachable() => (
            Path::root(),
            Some("Check that the server runs and that the address is right."),
        ),
        _ => (Path::root(), None),
    }
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

//! Permissions that the apply needs and the user does not have, in one error that holds every line to add.
//!
//! NATS answers a denied subject with a report beside the request, not with an answer. That JetStream may be asked about
//! the account and about names is needed too where the plan depends on it: without the answer it would only guess.

use std::collections::BTreeSet;

use crate::jetstream::Error;
use crate::terraform::Diagnostic;

/// One error that names every denied subject; none if nothing is denied.
pub fn missing<'a>(errors: impl Iterator<Item = &'a Error>) -> Option<Diagnostic> {
    let denied: Vec<_> = errors.filter(|error| !error.is_inbox_denied()).collect();
    let subjects: BTreeSet<_> = denied
        .iter()
        .filter_map(|error| error.denied_subject())
        .collect();
    let (first, reason) = (subjects.first()?, denied.first()?.reason());
    let summary = match subjects.len() {
        1 => format!("NATS denies this user to publish to {first}"),
        many => format!("NATS denies this user to publish to {many} subjects that the apply needs"),
    };
    let lines: Vec<_> = subjects
        .iter()
        .map(|subject| format!("  \"{subject}\""))
        .collect();
    let reason = match subjects.len() {
        1 => format!("{reason} The apply would fail there."),
        _ => "The apply would fail there.".to_owned(),
    };
    let detail = format!(
        "{reason} Add to `permissions.publish.allow` of the provider's user (or take out of `deny`), and plan again:\n{}\n(`{}` allows it for all streams.)",
        lines.join("\n"),
        pattern(first),
    );
    Some(Diagnostic::error(summary, detail))
}

/// The same for every stream.
fn pattern(subject: &str) -> String {
    ["STREAM.CREATE.", "STREAM.UPDATE."]
        .iter()
        .find_map(|operation| {
            let (prefix, _) = subject.split_once(operation)?;
            Some(format!("{prefix}{operation}>"))
        })
        .unwrap_or_else(|| subject.to_owned())
}

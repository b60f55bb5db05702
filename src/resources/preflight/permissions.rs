//! Permissions that the apply needs and the user does not have, in one error that holds every line to add.
//!
//! NATS answers a denied subject with a report beside the request, not with an answer. That JetStream may be asked about
//! the account and about names is needed too where the plan depends on it: without the answer it would only guess.

use std::collections::BTreeSet;

use crate::jetstream::Error;
use crate::terraform::language::Diagnostic;

/// One error that names every denied subject; none if nothing is denied.
pub fn missing<'a>(errors: impl Iterator<Item = &'a Error>, server: &str) -> Option<Diagnostic> {
    let subjects: BTreeSet<_> = errors
        .filter(|error| !error.is_inbox_denied())
        .filter_map(Error::denied_subject)
        .collect();
    let first = subjects.first()?;
    let summary = match subjects.len() {
        1 => format!("NATS denies this user to publish to {first}"),
        many => format!("NATS denies this user to publish to {many} subjects"),
    };
    let lines: String = subjects
        .iter()
        .map(|subject| format!("  \"{subject}\"\n"))
        .collect();
    let pattern = subjects.iter().find_map(|subject| pattern(subject));
    let pattern = pattern
        .map(|pattern| format!("; `{pattern}` allows it for all streams"))
        .unwrap_or_default();
    let detail = format!(
        "The NATS server at {server} denies what the apply needs, or what the plan must know to be true:\n{lines}Add each line to `permissions.publish.allow` of the provider's user, or take it out of `deny`, and plan again{pattern}. To see only what differs, without these permissions: `terraform plan -refresh-only`."
    );
    Some(Diagnostic::error(summary, detail))
}

/// The same for every stream.
fn pattern(subject: &str) -> Option<String> {
    let operations = ["STREAM.CREATE.", "STREAM.UPDATE.", "STREAM.DELETE."];
    operations.iter().find_map(|operation| {
        let (prefix, _) = subject.split_once(operation)?;
        Some(format!("{prefix}{operation}>"))
    })
}

//! Why a data source has no value: what it reads does not exist, or could not be read.

use crate::jetstream::Error;
use crate::resources::messages::connection::{connection_failure, with_advice};
use crate::resources::object::member::Member;
use crate::terraform::language::{Diagnostic, Diagnostics, Path};
use crate::text::{alternatives, capitalised};

/// What could not be read, each with its error: one diagnostic for all permissions that are missing.
pub fn unreadable(failures: Vec<(String, Error)>) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let mut denied = Vec::new();
    for (what, error) in failures {
        if error.is_of_the_connection() {
            diagnostics.push(connection_failure(&error));
        } else if let Some(subject) = error.denied_subject() {
            denied.push(subject.to_owned());
        } else {
            let summary = format!("{} could not be read", capitalised(&what));
            let advice = match error.is_timeout() || error.is_transient() {
                true => "Plan again when the server answers.",
                false => "",
            };
            let detail = with_advice(error.to_string(), advice);
            diagnostics.push(Diagnostic::error(summary, detail));
        }
    }
    denied.dedup();
    if !denied.is_empty() {
        let subjects = denied.iter().map(|subject| format!("\n  - {subject}"));
        let detail = format!(
            "The data source needs them to read. Grant the provider's user permission to publish to:{}",
            subjects.collect::<String>()
        );
        let summary = "Permissions to read are missing";
        diagnostics.push(Diagnostic::error(summary, detail));
    }
    diagnostics
}

/// Some or all of what the data source reads does not exist.
pub fn missing(members: &[&Member], all: usize, identity: Path) -> Diagnostic {
    let summary = match members {
        [member] => format!("{} does not exist", capitalised(&member.title())),
        [_, _] if all == 2 => "Neither of the two buckets exists".to_owned(),
        members if members.len() == all => {
            format!("None of the {all} buckets and streams exists")
        }
        members => format!(
            "{} of {all} buckets and streams do not exist",
            members.len()
        ),
    };
    let streams: Vec<_> = members.iter().map(|member| member.stream()).collect();
    let (it, it_is) = match members {
        [_] => ("it", "it is"),
        _ => ("them", "they are"),
    };
    let detail = format!(
        "There is no stream {} in this account and JetStream domain. Check the arguments of the data source, and the server and the login of the provider block. If a resource of this configuration creates {it}, set `depends_on` in the data source, so that {it_is} read afterwards.",
        alternatives(&streams)
    );
    Diagnostic::error(summary, detail).at(identity)
}

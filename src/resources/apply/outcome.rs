//! What is known of each asset after an operation, and the state that follows from it.

use crate::jetstream::StreamInfo;
use crate::resources::messages::existing::{exist_already, has_another};
use crate::resources::object::Object;
use crate::resources::object::member::{METADATA, Member};
use crate::resources::object::private_facts::{PrivateFact, keep_name};
use crate::terraform::framework::Applied;
use crate::terraform::framework::private::Private;
use crate::terraform::language::{Diagnostic, Diagnostics, Value};

/// What is known of one asset after something was tried with it.
pub enum Live {
    /// It exists like this.
    Stream(Box<StreamInfo>),
    /// It does not exist.
    Absent,
    /// Nobody knows, or nothing was done; the state stays as it was.
    Unchanged,
    /// It was to be created, and nobody knows whether it was, or will be: the state has it, so that the next refresh
    /// finds it, or the next plan creates it.
    Unknown,
}

/// One asset after an attempt.
pub struct Outcome {
    /// What is known of it now.
    pub live: Live,
    /// Whether it was created in this call, by this provider.
    pub ours: bool,
    /// What the user must know.
    pub diagnostics: Diagnostics,
}

impl Outcome {
    /// It exists like this.
    pub fn stream(info: StreamInfo) -> Self {
        Self::quiet(Live::Stream(Box::new(info)))
    }

    /// Nothing to report.
    pub fn quiet(live: Live) -> Self {
        Self {
            live,
            ours: false,
            diagnostics: Diagnostics::new(),
        }
    }

    /// It failed.
    pub fn failed(live: Live, diagnostic: Diagnostic) -> Self {
        Self {
            diagnostics: diagnostic.into(),
            ..Self::quiet(live)
        }
    }

    /// Whether it failed.
    pub fn has_failed(&self) -> bool {
        self.diagnostics.has_error()
    }
}

/// The state that exists now, with all diagnostics.
pub fn applied(
    object: &Object,
    prior: &Value,
    planned: &Value,
    mut private: Private,
    outcomes: Vec<Outcome>,
) -> Applied {
    let failed = outcomes.iter().any(Outcome::has_failed);
    // What was not achieved for every asset stays as it was, so that the next plan shows it again.
    let mut state = if failed && !prior.is_null() {
        prior.clone()
    } else {
        planned.clone()
    };
    let mut diagnostics = Diagnostics::new();
    for (member, outcome) in object.members.iter().zip(outcomes) {
        let key = member.row.key;
        keep_name(&mut private, member);
        PrivateFact::Replacing.write(&mut private, key, None);
        let (before, after) = (prior.attribute(key), planned.attribute(key));
        if !failed && before.attribute(METADATA) != after.attribute(METADATA) {
            PrivateFact::FoundMetadata.write(&mut private, key, None);
        }
        let like = if failed && !before.is_null() {
            before
        } else {
            after
        };
        let value = match outcome.live {
            Live::Stream(info) => {
                let (created, level) = (info.created.clone(), info.api_level().to_string());
                PrivateFact::Created.write(&mut private, key, Some(created));
                PrivateFact::ApiLevel.write(&mut private, key, Some(level));
                let found = member.object(&info, like);
                // What else differs, the next refresh shows: Terraform demands what was planned.
                if failed { found } else { filled(after, &found) }
            }
            Live::Absent => Value::Null,
            Live::Unchanged => before.clone(),
            Live::Unknown => filled(after, &Value::Null),
        };
        state.set_attribute(key, value);
        diagnostics.extend(outcome.diagnostics);
    }
    let deleted = object
        .members
        .iter()
        .all(|member| state.attribute(member.row.key).is_null());
    Applied {
        state: (!deleted).then_some(state),
        private,
        diagnostics,
    }
}

/// What was planned, with what was found in place of what was not known.
fn filled(planned: &Value, found: &Value) -> Value {
    match planned {
        Value::Unknown => found.clone(),
        Value::Map(parts) => Value::object(
            parts
                .iter()
                .map(|(name, part)| (name.clone(), filled(part, found.attribute(name)))),
        ),
        _ => planned.clone(),
    }
}

/// Somebody else created it before us: it is not the object's.
pub fn exists_already(object: &Object, member: &Member) -> Outcome {
    not_ours(exist_already(object, &[member]))
}

/// A resource of another provider block has it.
pub fn has_another_owner(object: &Object, member: &Member) -> Outcome {
    not_ours(has_another(object, &[member]))
}

fn not_ours(reason: Option<Diagnostic>) -> Outcome {
    Outcome {
        diagnostics: reason.into_iter().collect(),
        ..Outcome::quiet(Live::Absent)
    }
}

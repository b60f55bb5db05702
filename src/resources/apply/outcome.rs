//! What is known of each asset after an operation, and the state that follows from it.

use serde_json::Value as Json;

use crate::jetstream::StreamInfo;
use crate::resources::messages::existing::{exist_already, has_another};
use crate::resources::object::Object;
use crate::resources::object::member::Member;
use crate::resources::object::owned_texts::OwnedTexts;
use crate::resources::object::private_facts::{
    PrivateFact, keep_conditions, keep_name, keep_window, with_window,
};
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

    /// The asset as it is, if it exists and that is known.
    pub fn info(&self) -> Option<&StreamInfo> {
        match &self.live {
            Live::Stream(info) => Some(info),
            Live::Absent | Live::Unchanged | Live::Unknown => None,
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
        for of_plan in [
            PrivateFact::Replacing,
            PrivateFact::Deleted,
            PrivateFact::Unseen,
        ] {
            of_plan.write(&mut private, key, None);
        }
        let (before, after) = (prior.attribute(key), planned.attribute(key));
        let like = if failed && !before.is_null() {
            before
        } else {
            after
        };
        let has_failed = outcome.has_failed();
        let value = match outcome.live {
            Live::Stream(info) => {
                PrivateFact::Created.write(&mut private, key, Some(info.created.clone()));
                keep_conditions(&mut private, member, &info);
                if outcome.ours || !has_failed && chose_window(before, after, &info) {
                    keep_window(&mut private, member, &info.config);
                }
                let member = with_window(member.clone(), &private);
                let found = member.object(&info, like);
                // What else differs, the next refresh shows: Terraform demands what was planned.
                if failed { found } else { filled(after, &found) }
            }
            Live::Absent => Value::Null,
            Live::Unchanged => before.clone(),
            Live::Unknown => filled(after, &Value::Null),
        };
        if !has_failed {
            let owned = OwnedTexts::of_prior(&private, member, prior);
            let owned = owned.of_object(member, &value);
            owned.write(&mut private, member, &value);
        }
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

/// Whether the server has chosen the window for duplicates of a stream that was created, adopted or changed: it was left
/// out then.
fn chose_window(before: &Value, after: &Value, live: &StreamInfo) -> bool {
    let differs = |name: &str| before.attribute(name) != after.attribute(name);
    let drift = before.attribute("drift").attribute("duplicate_window");
    let now = live.config.get("duplicate_window").map(Json::to_string);
    let is_new = before.attribute("created").as_str() != Some(&live.created);
    is_new || differs("max_age") || !drift.is_null() && drift.as_str() != now.as_deref()
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

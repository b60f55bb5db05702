//! Streams that break the users of an object, reported once in a run of Terraform.
//!
//! They are looked for by name, because permissions rarely include a stream that hardly any account has.

use crate::resources::messages::messages;
use crate::resources::plan::object_plan::ObjectPlan;
use crate::resources::preflight::survey::{Present, Survey};
use crate::terraform::language::{Diagnostic, Diagnostics};

/// Warns of each that exists.
pub fn check(survey: &Survey<'_>, _: &ObjectPlan<'_>) -> Diagnostics {
    warnings(&survey.harmful)
}

/// The same for a refresh.
pub fn warnings(present: &[Present]) -> Diagnostics {
    Diagnostics(present.iter().map(warning).collect())
}

fn warning(Present { stream, info }: &Present) -> Diagnostic {
    let contains = match info {
        Some(info) => format!("It contains {}. ", messages(info)),
        None => String::new(),
    };
    let summary = format!("Stream {} is in the account", stream.name);
    let detail = format!("{contains}{}", stream.effect.replace("{}", stream.name));
    Diagnostic::warning(summary, detail)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resources::object_type::ObjectType;
    use crate::resources::preflight::fixture::{Case, contents, exists, only, survey};
    use crate::resources::wadm::WadmJetStream;

    #[test]
    fn a_stream_of_an_old_wadm_is_a_warning_with_what_it_contains() {
        let case = Case::create(WadmJetStream, json!({}));
        let plan = case.plan();
        let mut survey = survey(&plan);
        assert!(check(&survey, &plan).is_empty());

        let stream = WadmJetStream.harmful_streams()[0];
        survey.harmful = vec![Present { stream, info: None }];
        assert_eq!(
            only(&check(&survey, &plan), &["`nats stream rm wadm_mirror`"]),
            "warning: Stream wadm_mirror is in the account ()"
        );
        exists(&mut survey, "events", json!({}), contents(2));
        let info = survey.existing().next().map(|(_, info)| info.clone());
        survey.harmful = vec![Present { stream, info }];
        only(&check(&survey, &plan), &["It contains 2 messages."]);
    }
}

//! Whether the connected server takes a message as long as the configuration of an asset.

use crate::jetstream::{StreamInfo, request_bytes};
use crate::resources::object::argument_path;
use crate::resources::object::member::{Member, metadata_edits};
use crate::resources::object::owned_texts::OwnedTexts;
use crate::resources::plan::object_plan::ObjectPlan;
use crate::resources::preflight::survey::Survey;
use crate::terraform::language::{Diagnostic, Diagnostics, Path};
use crate::text::capitalised;

/// An error for each asset whose request would be longer than the server allows.
pub fn check(survey: &Survey<'_>, plan: &ObjectPlan<'_>) -> Diagnostics {
    let Some(limit) = survey.max_payload else {
        return Diagnostics::new();
    };
    let errors = survey.assets.iter().filter_map(|asset| {
        let snapshot = asset.result.as_ref().ok()?;
        let bytes = bytes(asset.member, snapshot.info.as_ref(), plan);
        (bytes > limit).then(|| too_large(asset.member, bytes, limit, plan))
    });
    errors.collect()
}

/// How many bytes the request has.
fn bytes(member: &Member, live: Option<&StreamInfo>, plan: &ObjectPlan<'_>) -> usize {
    let planned = plan.plan.planned.attribute(member.row.key);
    let wanted = member.wanted(planned);
    let Some(live) = live else {
        return request_bytes(&wanted.new_stream());
    };
    let prior = plan.plan.prior.attribute(member.row.key);
    let owned = OwnedTexts::of_prior(&plan.plan.private, member, &plan.plan.prior);
    let retired = metadata_edits(prior, planned, |key| owned.owns_key(key)).1;
    let whole = wanted.whole(live, &retired);
    let changes: Vec<_> = whole
        .iter()
        .map(|(key, value)| (key, value.clone()))
        .collect();
    request_bytes(&live.config.overlaid(&changes))
}

fn too_large(member: &Member, bytes: usize, limit: usize, plan: &ObjectPlan<'_>) -> Diagnostic {
    let title = capitalised(&member.title());
    let detail = format!(
        "The NATS server accepts messages of at most {limit} bytes (`max_payload`). The request with the configuration has {bytes} bytes. Shorten the longest values, such as `metadata`, or raise `max_payload` of the server."
    );
    let summary = format!("{title} has a configuration that is too large");
    Diagnostic::error(summary, detail).at(longest(member, plan))
}

/// The attribute that takes the most room.
fn longest(member: &Member, plan: &ObjectPlan<'_>) -> Path {
    let planned = plan.plan.planned.attribute(member.row.key);
    let arguments = member.row.arguments().iter();
    let settable = arguments.filter(|argument| !argument.shape.is_shown_only());
    let longest =
        settable.max_by_key(|argument| planned.attribute(argument.name).to_string().len());
    match longest {
        Some(argument) => argument_path(member, argument.name, &plan.plan.config),
        None => Path::attribute(member.row.key),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resources::lattice_buckets::LatticeBuckets;
    use crate::resources::preflight::fixture::{Case, only, survey};

    #[test]
    fn a_configuration_that_no_message_holds_is_an_error_with_both_numbers() {
        let metadata = json!({ "note": "x".repeat(2000) });
        let config = json!({ "config_data": { "metadata": metadata } });
        for case in [
            Case::create(LatticeBuckets, config.clone()),
            Case::update(LatticeBuckets, json!({}), config),
        ] {
            let plan = case.plan();
            let mut survey = survey(&plan);
            assert!(check(&survey, &plan).is_empty());
            survey.max_payload = Some(8 << 10);
            assert!(check(&survey, &plan).is_empty());

            survey.max_payload = Some(2048);
            let text = only(&check(&survey, &plan), &["at most 2048 bytes", "has 2"]);

            assert_eq!(
                text,
                "error: Bucket CONFIGDATA_default has a configuration that is too large (config_data.metadata)"
            );
        }
    }
}

//! What the connected server is too old for. Servers before 2.12 drop what they do not know without a word, so nothing
//! else would tell before wasmCloud or wadm does not find it.

use crate::jetstream::unsupported_by;
use crate::resources::messages::grouped;
use crate::resources::object::argument_path;
use crate::resources::object::member::Member;
use crate::resources::plan::object_plan::ObjectPlan;
use crate::resources::preflight::survey::Survey;
use crate::terraform::language::{Diagnostic, Diagnostics, Path};

/// A setting that the server does not know.
#[derive(PartialEq)]
struct UnsupportedSetting {
    name: &'static str,
    since: &'static str,
    settable: bool,
}

/// An error for each setting that the server does not know.
pub fn check(survey: &Survey<'_>, plan: &ObjectPlan<'_>) -> Diagnostics {
    let Some(server) = &survey.server_info else {
        return Diagnostics::new();
    };
    let members = survey.assets.iter().map(|answer| answer.member);
    let found = members.flat_map(|member| unsupported(member, &server.version, plan));
    let errors = grouped(found)
        .into_iter()
        .map(|(path, unsupported, titles)| {
            error(&unsupported, &titles, &survey.server, &server.version).at(path)
        });
    Diagnostics(errors.collect())
}

fn unsupported<'m>(
    member: &'m Member,
    version: &str,
    plan: &ObjectPlan<'_>,
) -> Vec<(Path, UnsupportedSetting, &'m Member)> {
    let planned = plan.plan.planned.attribute(member.row.key);
    let config = member.wanted(planned).new_stream();
    let settings = unsupported_by(version, &config).into_iter();
    let found = settings.map(|(setting, since)| {
        let argument = member.argument(setting.key);
        let settable = argument.is_some_and(|argument| !argument.shape.is_shown_only());
        let name = argument.map_or(setting.key, |argument| argument.name);
        let path = match settable {
            true => argument_path(member, name, &plan.plan.config),
            false => Path::attribute(member.row.key),
        };
        let unsupported = UnsupportedSetting {
            name,
            since,
            settable,
        };
        (path, unsupported, member)
    });
    found.collect()
}

fn error(
    unsupported: &UnsupportedSetting,
    titles: &str,
    server: &str,
    version: &str,
) -> Diagnostic {
    let UnsupportedSetting {
        name,
        since,
        settable,
    } = unsupported;
    let out = match settable {
        true => format!(", or remove `{name}`"),
        false => String::new(),
    };
    let what = match *name {
        "sources" => "subject transforms of `sources`".to_owned(),
        _ => format!("`{name}`"),
    };
    let detail = format!(
        "The NATS server at {server} has version {version}, which ignores {what} without an error; {since} is the first version that supports it. Upgrade the server to {since} or newer{out}. This applies to {titles}."
    );
    Diagnostic::error(format!("{name} needs nats-server {since}"), detail)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::jetstream::ServerInfo;
    use crate::resources::lattice_buckets::LatticeBuckets;
    use crate::resources::object_type::ObjectType;
    use crate::resources::preflight::fixture::{Case, only, reported, single_server, survey};
    use crate::resources::wadm::WadmJetStream;

    fn check_on(
        version: &str,
        object_type: impl ObjectType,
        config: serde_json::Value,
    ) -> Diagnostics {
        let case = Case::create(object_type, config);
        let plan = case.plan();
        let survey = Survey {
            server_info: Some(ServerInfo {
                version: version.to_owned(),
                ..single_server()
            }),
            ..survey(&plan)
        };
        check(&survey, &plan)
    }

    #[test]
    fn an_argument_that_the_server_does_not_know_is_an_error_at_the_argument() {
        let compressed = json!({ "compression": "s2" });

        let old = check_on("2.9.25", LatticeBuckets, compressed.clone());

        assert_eq!(
            only(
                &old,
                &[
                    "version 2.9.25",
                    "or remove `compression`",
                    "bucket CONFIGDATA_default"
                ]
            ),
            "error: compression needs nats-server 2.10 (compression)"
        );
        assert!(check_on("2.10.0", LatticeBuckets, compressed).is_empty());
        assert!(check_on("2.9.25", LatticeBuckets, json!({})).is_empty());
    }

    #[test]
    fn what_wadm_needs_and_nobody_sets_is_an_error_at_the_asset() {
        let old = check_on("2.9.25", WadmJetStream, json!({}));

        assert_eq!(
            reported(&old),
            ["error: sources needs nats-server 2.10 (event_consumer)"]
        );
        assert!(check_on("2.10.0", WadmJetStream, json!({})).is_empty());
    }
}

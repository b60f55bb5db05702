//! Assets about which the server did not answer: a warning if it cannot be reached, because it may be created by the
//! same apply; an error if it answers "no", be it to TLS, to the login or to the request.

use crate::jetstream::Error;
use crate::resources::messages::connection::connection_failure;
use crate::resources::messages::failure::failure;
use crate::resources::object::common::Crud;
use crate::resources::object::member::Member;
use crate::resources::plan::object_plan::ObjectPlan;
use crate::resources::preflight::survey::Survey;
use crate::terraform::language::{Diagnostic, Diagnostics, Value};
use crate::text::capitalised;

/// Each asset that is created or changed and was not read.
pub fn check(survey: &Survey<'_>, plan: &ObjectPlan<'_>) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for asset in &survey.assets {
        if let Err(error) = &asset.result {
            diagnostics.push(warning(asset.member, error, &plan.plan.config));
        }
    }
    diagnostics
}

/// One asset that was not read. `config` shows at which level the user set an argument.
pub fn warning(member: &Member, error: &Error, config: &Value) -> Diagnostic {
    if !is_unavailable(error) {
        return failure(member, Crud::Read, error, config);
    }
    if error.is_of_the_connection() {
        let Diagnostic { detail, .. } = connection_failure(error);
        return Diagnostic::warning(
            "The plan was not checked against the server",
            format!("The plan is valid, but the server may refuse it. {detail}"),
        );
    }
    let summary = format!(
        "{} was not checked against the server",
        capitalised(&member.title())
    );
    Diagnostic::warning(
        summary,
        format!("The plan is valid, but the server may refuse it. {error}"),
    )
}

/// Whether an error says that nothing could answer yet, in which case the plan continues.
fn is_unavailable(error: &Error) -> bool {
    error.may_be_reachable_later() || error.is_timeout() || error.is_transient()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::jetstream::Unreachable;
    use crate::resources::lattice_buckets::LatticeBuckets;
    use crate::resources::preflight::fixture::{Case, only, survey};

    fn check_with(error: Error) -> Diagnostics {
        let case = Case::create(LatticeBuckets, json!({}));
        let plan = case.plan();
        let mut survey = survey(&plan);
        assert!(check(&survey, &plan).is_empty());
        survey.assets[0].result = Err(error);
        check(&survey, &plan)
    }

    #[test]
    fn a_server_that_cannot_be_reached_is_a_warning() {
        assert_eq!(
            only(&check_with(Error::not_reachable()), &["The plan is valid"]),
            "warning: The plan was not checked against the server ()"
        );
    }

    #[test]
    fn a_server_that_is_there_and_says_no_is_an_error() {
        for (kind, title) in [
            (
                Unreachable::UnknownAuthority,
                "The NATS server's certificate has an unknown CA",
            ),
            (Unreachable::Tls, "The TLS handshake fails"),
            (
                Unreachable::CertificateDemanded,
                "The NATS server requires a client certificate",
            ),
            (Unreachable::NoTls, "The NATS server does not use TLS"),
            (
                Unreachable::HandshakeFirst,
                "The NATS server expects the TLS handshake first",
            ),
            (
                Unreachable::NotExpected,
                "This is not the expected NATS server",
            ),
            (
                Unreachable::ProxyLogin,
                "The SOCKS proxy refuses the connection",
            ),
        ] {
            assert_eq!(
                only(&check_with(Error::unconnected(kind)), &["that is how"]),
                format!("error: {title} ()")
            );
        }
    }

    #[test]
    fn a_server_that_does_not_answer_in_time_is_a_warning_about_the_asset() {
        assert_eq!(
            only(&check_with(Error::timed_out()), &["The plan is valid"]),
            "warning: Bucket LATTICEDATA_default was not checked against the server ()"
        );
    }

    #[test]
    fn a_server_that_refuses_is_an_error() {
        let refused = Error::of_jetstream(10049, "stream is corrupt");

        assert_eq!(
            only(&check_with(refused), &["stream is corrupt", "10049"]),
            "error: Bucket LATTICEDATA_default could not be read ()"
        );
    }
}

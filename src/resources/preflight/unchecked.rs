//! Assets about which the server did not answer: a warning if it cannot be reached, because it may be created by the same
//! apply; an error if it answers "no".

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

/// One asset that was not read. `config` tells at which level the user set an argument.
pub fn warning(member: &Member, error: &Error, config: &Value) -> Diagnostic {
    if !is_unavailable(error) {
        return failure(member, Crud::Read, error, config);
    }
    if error.is_of_the_connection() {
        let Diagnostic { detail, .. } = connection_failure(error);
        return Diagnostic::warning(
            "The plan was not checked on the server",
            format!("It stands, but whether the server would accept it is not known. {detail}"),
        );
    }
    let summary = format!(
        "{} was not checked on the server",
        capitalised(&member.title())
    );
    Diagnostic::warning(
        summary,
        format!("The plan stands, but whether the server would accept it is not known. {error}"),
    )
}

/// Whether an error says that nobody could answer, which a plan survives.
fn is_unavailable(error: &Error) -> bool {
    error.is_unreachable() || error.is_timeout() || error.is_transient()
}

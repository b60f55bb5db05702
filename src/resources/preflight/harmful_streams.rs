//! Streams that break the users of an object, reported once in a run of Terraform.
//!
//! They are looked for by name, because nobody is allowed to read a stream that hardly anybody has.

use crate::resources::messages::contents::messages;
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
        Some(info) => format!("It holds {}. ", messages(info)),
        None => String::new(),
    };
    let summary = format!("Stream {} is in the account", stream.name);
    let detail = format!("{contains}{}", stream.effect.replace("{}", stream.name));
    Diagnostic::warning(summary, detail)
}

//! Streams that break the users of an object, reported once in a run of Terraform.
//!
//! They are looked for by name, because nobody is allowed to read a stream that hardly anybody has.

use crate::jetstream::StreamInfo;
use crate::resources::messages::contents::messages;
use crate::resources::plan::object_plan::ObjectPlan;
use crate::resources::preflight::survey::Survey;
use crate::terraform::language::{Diagnostic, Diagnostics};

/// A stream that breaks the users of an object when it exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HarmfulStream {
    /// Its name.
    pub name: &'static str,
    /// What happens, and what to do: sentences; `{}` stands for the name.
    pub effect: &'static str,
}

/// One that exists.
#[derive(Clone, Debug)]
pub struct Present {
    /// Which.
    pub stream: HarmfulStream,
    /// What it contains; absent if it could not be read.
    pub info: Option<StreamInfo>,
}

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

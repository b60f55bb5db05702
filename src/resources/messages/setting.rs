//! A setting and its values as a reader knows them.

use serde_json::Value as Json;

use crate::jetstream::{Effect, SettingChange, SettingKind};
use crate::resources::object::argument::codec::age_text;
use crate::resources::object::argument_path;
use crate::resources::object::member::Member;
use crate::terraform::language::{Diagnostic, Path, Value};
use crate::text::{capitalised, printable};

/// As the user knows it, where the user does.
pub fn argument_name<'a>(member: &Member, change: &'a SettingChange) -> &'a str {
    member
        .argument(&change.key)
        .map_or(change.key.as_str(), |argument| argument.name)
}

/// The same at the beginning of a sentence. A name with `_` stays as it is, so that a search for it finds it.
pub fn argument_title(member: &Member, change: &SettingChange) -> String {
    match argument_name(member, change) {
        name if name.contains('_') => name.to_owned(),
        name => capitalised(name),
    }
}

/// A value of the setting that changes, as one reads it: durations are nanoseconds on the wire.
pub fn shown(change: &SettingChange, value: &Json) -> String {
    let is_time = change
        .setting
        .is_some_and(|setting| matches!(setting.kind, SettingKind::Nanos { .. }));
    match value.as_u64() {
        Some(nanos) if is_time => format!("{:?}", age_text(nanos)),
        _ => printable(&value.to_string()).into_owned(),
    }
}

/// What the server does, or why not, in the words of the setting's row.
pub fn reason(change: &SettingChange) -> &'static str {
    match change.effect {
        Effect::Refused(why)
        | Effect::Destructive(why)
        | Effect::OneWay(why)
        | Effect::NoEffect(why) => why,
        Effect::InPlace | Effect::Unknown => "",
    }
}

/// How to avoid what a change does: whole sentences; empty if it is always in place.
pub fn avoid(change: &SettingChange) -> &'static str {
    change.setting.map_or("", |setting| setting.avoid)
}

/// The attribute to edit for a change.
pub fn path(member: &Member, change: &SettingChange, config: &Value) -> Path {
    match member.argument(&change.key) {
        Some(argument) if !argument.shape.is_shown_only() => {
            argument_path(member, argument.name, config)
        }
        _ => Path::attribute(member.row.key),
    }
}

/// Every asset sets these common arguments itself.
pub fn no_effect(members: &[Member], arguments: &[&str]) -> Option<Diagnostic> {
    let first = arguments.first()?;
    let names = quoted(arguments.iter().copied());
    let blocks = quoted(members.iter().map(|member| member.row.key));
    let (summary, all) = match arguments {
        [one] => (
            format!("Common argument {one} has no effect"),
            "the common argument",
        ),
        _ => (
            "Common arguments have no effect".to_owned(),
            "the common arguments",
        ),
    };
    let detail = format!(
        "Each block sets {names} itself: {blocks}. Remove {all}, or remove {names} from the blocks that should follow {all}."
    );
    Some(Diagnostic::warning(summary, detail).at(Path::attribute(*first)))
}

fn quoted<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

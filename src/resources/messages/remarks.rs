//! What a practitioner is told about an asset: what somebody else did to it, what stays, what a destroy loses. What a
//! change costs is in `costs`.

use serde_json::Value as Json;

use crate::catalogue::{self, Contents};
use crate::jetstream::{self, Effect, SettingChange, StreamInfo};
use crate::resources::object::codec::age_text;
use crate::resources::object::member::Member;
use crate::terraform::language::{Diagnostic, Path, Value};
use crate::text::capitalised;

/// It differs from what its users need, has no argument, and stays; whether it breaks them. `with_it`: what differs only
/// because of it.
pub fn lasting(member: &Member, change: &SettingChange, with_it: &[&str]) -> (bool, Diagnostic) {
    let means = member.row.means(&change.key);
    let summary = format!(
        "{} has {} = {}, which cannot be changed back",
        capitalised(&member.title()),
        change.key,
        change.live
    );
    let follow = match with_it {
        [] => String::new(),
        keys => format!(
            " Because of it {} cannot be changed either.",
            keys.join(", ")
        ),
    };
    let save = match member.row.contents {
        Contents::Transient => "",
        Contents::Precious => "save the contents, ",
    };
    let detail = format!(
        "{words} It should be {desired}, but {reason}. It stays as it is, in `drift`, and the rest is kept as planned.{follow} To be rid of it, {save}delete stream {stream} (`nats stream rm {stream}`) and apply again, which makes it anew. {then}",
        words = means.words.replace("{}", member.row.when_read_only),
        desired = change.desired,
        reason = reason(change),
        stream = member.stream(),
        then = member.row.when_recreated,
    );
    let said = Diagnostic::warning(summary, detail).at(Path::attribute(member.row.key));
    (means.breaks, said)
}

/// What an apply found besides what was planned, and left alone; or changed all the same, because it was planned.
pub fn found_besides(
    member: &Member,
    left: &[SettingChange],
    overwritten: &[(SettingChange, Json)],
) -> Option<Diagnostic> {
    if left.is_empty() && overwritten.is_empty() {
        return None;
    }
    let summary = format!(
        "{} is not as it was when the plan was made",
        capitalised(&member.title())
    );
    let mut words: Vec<String> = Vec::new();
    for change in left {
        words.push(format!(
            "{} is {} instead of {} and was left so",
            argument_name(member, change),
            shown(change, &change.live),
            shown(change, &change.desired)
        ));
    }
    for (change, prior) in overwritten {
        words.push(format!(
            "{} was {} instead of {} and is now {}, as planned",
            argument_name(member, change),
            shown(change, &change.live),
            shown(change, prior),
            shown(change, &change.desired)
        ));
    }
    let next = if left.is_empty() {
        ""
    } else {
        " The next plan shows what is left."
    };
    let detail = format!(
        "Only what was planned was done. Found besides: {}.{next}",
        words.join("; ")
    );
    Some(Diagnostic::warning(summary, detail).at(Path::attribute(member.row.key)))
}

/// The asset was deleted and made again by somebody else.
pub fn recreation(member: &Member, made: Option<&str>, found: Option<&str>) -> Diagnostic {
    let summary = format!(
        "{} was deleted and made again outside Terraform",
        capitalised(&member.title())
    );
    let detail = format!(
        "The apply does not make it anew: it notes when this one was made, and changes what the plan shows besides. The one that Terraform knew was created {}; this one was created {}. What the former held is gone. {}{}",
        made.unwrap_or("earlier"),
        found.unwrap_or("later"),
        member.row.when_recreated,
        skipping(member)
    );
    Diagnostic::warning(summary, detail).at(Path::attribute(member.row.key))
}

/// What happens to those who read a stream that somebody else has made anew: see `succession`.
fn skipping(member: &Member) -> String {
    let readers = catalogue::CATALOGUE.iter().filter(|row| {
        let mut sources = row.sources().iter();
        sources.any(|source| source.key == member.row.key)
    });
    let words = readers.map(|row| {
        let (stream, reader) = (member.stream(), row.name);
        format!(" But {reader}, which reads it, skips on nats-server 2.12 to 2.14 as many of its events as it had read of the former one, and wadm misses them. If {reader} does not get what {stream} gets, delete {reader} (`nats stream rm {reader}`) and apply again.")
    });
    words.collect()
}

/// The asset was deleted by somebody else.
pub fn disappearance(member: &Member) -> Diagnostic {
    let summary = format!(
        "{} was deleted outside Terraform",
        capitalised(&member.title())
    );
    let detail = format!(
        "The apply makes it again, empty. {}",
        member.row.when_recreated
    );
    Diagnostic::warning(summary, detail).at(Path::attribute(member.row.key))
}

/// Why a destroy will not delete it, if it will not.
pub fn refuses_destroy(member: &Member, info: &StreamInfo, prior: &Value) -> Option<Diagnostic> {
    let forced = prior.attribute("force_destroy").as_bool() == Some(true);
    if forced || member.row.contents == Contents::Transient || info.state.messages == 0 {
        return None;
    }
    let summary = format!("{} holds {}", capitalised(&member.title()), keys(info));
    let detail = format!(
        "Nothing of this object is deleted while it holds keys: {}. To delete it with its contents, set `force_destroy = true`, apply that, and try again. To keep it on the server and only forget it here, do the same with `skip_destroy = true`. (A key that was deleted counts until its marker is purged.)",
        member.row.holds
    );
    Some(Diagnostic::error(summary, detail).at(Path::attribute("force_destroy")))
}

/// What a destroy loses.
pub fn destroys(member: &Member, info: &StreamInfo) -> Option<Diagnostic> {
    if info.state.messages == 0 || member.row.contents == Contents::Transient {
        return None;
    }
    let summary = format!(
        "{} is deleted with {}",
        capitalised(&member.title()),
        keys(info)
    );
    let detail = format!(
        "{} bytes are lost: {}. Whoever still uses them loses them. To keep the bucket on the server and only forget it here, set `skip_destroy = true`, apply that, and try again.",
        info.state.bytes, member.row.holds
    );
    Some(Diagnostic::warning(summary, detail).at(Path::attribute("force_destroy")))
}

/// How many keys a bucket holds, delete markers included.
pub fn keys(info: &StreamInfo) -> String {
    match info
        .state
        .num_subjects
        .max(u64::from(info.state.messages > 0))
    {
        1 => "1 key".to_owned(),
        many => format!("{many} keys"),
    }
}

/// How many messages a stream holds.
pub fn messages(info: &StreamInfo) -> String {
    match info.state.messages {
        1 => "1 message".to_owned(),
        many => format!("{many} messages"),
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

/// A value of the setting that changes, as one reads it: durations are nanoseconds on the wire.
pub fn shown(change: &SettingChange, value: &Json) -> String {
    let is_time = change
        .setting
        .is_some_and(|setting| matches!(setting.kind, jetstream::SettingKind::Nanos { .. }));
    match value.as_u64() {
        Some(nanos) if is_time => format!("{:?}", age_text(nanos)),
        _ => value.to_string(),
    }
}

/// As the user knows it, where the user does.
pub fn argument_name<'a>(member: &Member, change: &'a SettingChange) -> &'a str {
    member
        .argument(&change.key)
        .map_or(change.key.as_str(), |argument| argument.name)
}

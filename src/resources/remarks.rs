//! What a practitioner is told about a plan: what is lost, what cannot be, and the way out.

use crate::catalogue::{self, Contents, Kind};
use crate::jetstream::{Change, Effect, StreamInfo};
use crate::resources::asset::Member;
use crate::resources::diagnose::{argument_path, capitalised};
use crate::terraform::{Diagnostic, Path, Value};

/// The server will not change it, and it is the user's to decide how to go on.
pub fn refused(member: &Member, change: &Change, config: &Value) -> Diagnostic {
    let name = argument_name(member, change);
    let forces = match member.row.contents {
        Contents::Precious => {
            " Or set `force_destroy = true`, which deletes it with its contents and makes it anew."
        }
        Contents::Kept | Contents::Transient => "",
    };
    let summary = format!(
        "{} of {} cannot change from {} to {}",
        capitalised(name),
        member.title(),
        change.live,
        change.desired
    );
    let detail = format!(
        "{reason}, and the provider deletes nothing to make it pass. Either set `{name}` of `{key}` to {live}, which keeps the contents; or save the contents, delete stream {stream} yourself (`nats stream rm {stream}`), and apply again, which makes it new and empty.{forces}",
        reason = capitalised(reason(change)),
        key = member.row.key,
        live = change.live,
        stream = member.stream(),
    );
    Diagnostic::error(summary, detail).at(path(member, change, config))
}

/// It has no argument, and the plan, which promised to change it back, was made before it became what it is.
pub fn unforeseen(member: &Member, change: &Change) -> Diagnostic {
    let summary = format!(
        "{} has {} = {} since the plan was made",
        capitalised(&member.title()),
        change.key,
        change.live
    );
    let detail = format!(
        "The plan says that it is {}, and the server will not change it back, so nothing was done to stream {}. Plan again: the next plan keeps it in `drift`.",
        change.desired,
        member.stream()
    );
    Diagnostic::error(summary, detail).at(Path::attribute(member.row.key))
}

/// It differs from what its users need, has no argument, and stays.
pub fn unrepairable(member: &Member, change: &Change) -> Diagnostic {
    let summary = format!(
        "{} has {} = {}, which cannot be changed back",
        capitalised(&member.title()),
        change.key,
        change.live
    );
    let detail = format!(
        "Its users need {}, and the server refuses the change: {}. It stays in `drift`. To be rid of it, save the contents, delete stream {} and apply again.",
        change.desired,
        reason(change),
        member.stream()
    );
    Diagnostic::warning(summary, detail).at(Path::attribute(member.row.key))
}

/// The stream is deleted and made anew within the update.
pub fn replaced(
    member: &Member,
    change: &Change,
    info: Option<&StreamInfo>,
    config: &Value,
) -> Diagnostic {
    let name = argument_name(member, change);
    let summary = format!(
        "{} is replaced to change {name} from {} to {}",
        capitalised(&member.title()),
        change.live,
        change.desired
    );
    let holds = member.row.holds;
    let lost = match info {
        Some(info) if info.state.messages == 0 => "It is empty now".to_owned(),
        Some(info) if member.row.kind == Kind::Bucket => {
            format!("It is lost with {}: {holds}", keys(info))
        }
        Some(info) => format!("It is lost with {}: {holds}", messages(info)),
        None => format!("What it holds is lost: {holds}"),
    };
    let detail = format!(
        "{}. So {} alone is deleted and made anew. {lost}. {}",
        capitalised(reason(change)),
        member.title(),
        member.row.when_recreated
    );
    Diagnostic::warning(summary, detail).at(path(member, change, config))
}

/// A change that cannot be taken back, or does not work yet.
pub fn noteworthy(member: &Member, change: &Change, config: &Value) -> Option<Diagnostic> {
    let (what, why) = match change.effect {
        Effect::OneWay(why) => ("cannot be taken back", why),
        Effect::NoEffect(why) => ("has no effect yet", why),
        _ => return None,
    };
    let summary = format!(
        "{} of {} {what}",
        capitalised(argument_name(member, change)),
        member.title()
    );
    let detail = format!(
        "It changes from {} to {}: {why}.",
        change.live, change.desired
    );
    Some(Diagnostic::warning(summary, detail).at(path(member, change, config)))
}

/// A change in place that deletes something, or imports it again; `None` if it is known that it deletes nothing.
/// `lost`: how many messages go, if anybody knows.
pub fn loss(
    member: &Member,
    change: &Change,
    info: Option<&StreamInfo>,
    lost: Option<u64>,
    config: &Value,
) -> Option<Diagnostic> {
    let what = match change.effect {
        Effect::Destructive(what) => what,
        _ => "",
    };
    let count = match (lost, info) {
        (Some(0), _) => return None,
        (_, Some(info)) if info.state.messages == 0 && change.key != "sources" => return None,
        (Some(lost), Some(info)) => {
            format!(
                "Of {} stored values, {lost} are deleted.",
                info.state.messages
            )
        }
        (_, Some(info)) => format!("It holds {} now.", messages(info)),
        _ => "How many could not be asked.".to_owned(),
    };
    let title = member.title();
    let summary = match change.key.as_str() {
        "sources" => format!("{} reads its sources anew", capitalised(&title)),
        _ => format!(
            "{} of {title} from {} to {} deletes data",
            capitalised(argument_name(member, change)),
            change.live,
            change.desired
        ),
    };
    let detail = format!("{}. {count}", capitalised(what));
    Some(Diagnostic::warning(summary, detail).at(path(member, change, config)))
}

/// Two objects of one configuration want the same streams.
pub fn claimed_twice(streams: &[String], identity: &Path) -> Option<Diagnostic> {
    let first = streams.first()?;
    let summary = format!("Another resource of this configuration makes stream {first} too");
    let detail = format!(
        "An account and JetStream domain has one stream of a name, and two resources would make {}. Remove one of them, or give it another identity or a provider configuration for another account.",
        streams.join(", ")
    );
    Some(Diagnostic::error(summary, detail).at(identity.clone()))
}

/// The asset was deleted and made again by somebody else.
pub fn recreation(member: &Member, made: Option<&str>, found: Option<&str>) -> Diagnostic {
    let summary = format!(
        "{} was deleted and made again outside Terraform",
        capitalised(&member.title())
    );
    let detail = format!(
        "The one that Terraform knew was created {}; this one was created {}. What the former held is gone. {}{}",
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
        "{} bytes are lost: {}. {}",
        info.state.bytes, member.row.holds, member.row.when_recreated
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

fn reason(change: &Change) -> &'static str {
    match change.effect {
        Effect::Refused(reason) => reason,
        _ => "",
    }
}

/// As the user knows it, where the user does.
pub fn argument_name<'a>(member: &Member, change: &'a Change) -> &'a str {
    member
        .argument(&change.key)
        .map_or(change.key.as_str(), |argument| argument.name)
}

fn path(member: &Member, change: &Change, config: &Value) -> Path {
    match member.argument(&change.key) {
        Some(argument) if !argument.shape.is_shown_only() => {
            argument_path(member, argument.name, config)
        }
        _ => Path::attribute(member.row.key),
    }
}

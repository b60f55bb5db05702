//! What another client did to an asset, and what of it stays.

use serde_json::Value as Json;

use crate::catalogue::{self, Contents};
use crate::jetstream::SettingChange;
use crate::resources::messages::setting::{argument_name, reason, shown};
use crate::resources::object::member::Member;
use crate::terraform::language::{Diagnostic, Path};
use crate::text::{self, capitalised, count, printable, shell_word};

/// Drift that stays because the server does not change it back.
pub struct LastingDrift {
    /// Whether it breaks the asset's users.
    pub breaks: bool,
    /// The warning.
    pub warning: Diagnostic,
}

/// It differs from what its users need, has no argument, and stays. `with_it`: what differs only
/// because of it.
pub fn lasting(member: &Member, change: &SettingChange, with_it: &[&str]) -> LastingDrift {
    let lasting = member.row.lasting_setting(&change.key);
    let summary = format!(
        "{} has {} = {}, which cannot be changed back",
        capitalised(&member.title()),
        change.key,
        printable(&change.live.to_string())
    );
    let follow = match with_it {
        [] => String::new(),
        keys => format!(
            " Because of this, {} cannot be changed either.",
            keys.join(", ")
        ),
    };
    let readers = readers(member);
    let save = match member.row.contents {
        Contents::Transient => "",
        Contents::Precious => "save the contents, ",
    };
    let detail = format!(
        "{words} It should be {desired}, but {reason}. It stays as it is and is shown in `drift`; everything else is applied as planned.{follow} To remove this setting, {save}delete stream {stream} (`nats stream rm {stream}`), then apply, which creates the stream again. {then}",
        words = lasting.words.replace("{}", &readers),
        desired = change.desired,
        reason = reason(change),
        stream = shell_word(&member.stream()),
        then = member.row.when_recreated,
    );
    LastingDrift {
        breaks: lasting.breaks,
        warning: Diagnostic::warning(summary, detail).at(Path::attribute(member.row.key)),
    }
}

/// What the users of an asset fail to do when it accepts no message, as a sentence begins.
pub fn readers(member: &Member) -> String {
    match member.row.when_read_only {
        wadm if wadm.starts_with("wadm") => wadm.to_owned(),
        hosts => capitalised(hosts),
    }
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
        "{} differs from what the plan showed",
        capitalised(&member.title())
    );
    let mut words: Vec<String> = Vec::new();
    for change in left {
        words.push(format!(
            "{} is {} instead of {} and was not changed",
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
        " The next plan shows what still differs."
    };
    let detail = format!(
        "The apply changed only what was planned. It also found: {}.{next}",
        words.join("; ")
    );
    Some(Diagnostic::warning(summary, detail).at(Path::attribute(member.row.key)))
}

/// The asset was recreated by another client.
pub fn recreation(member: &Member, made: Option<&str>, found: Option<&str>) -> Diagnostic {
    let summary = format!(
        "{} was recreated outside Terraform",
        capitalised(&member.title())
    );
    let detail = format!(
        "The apply does not recreate it. It records the new time of creation, and makes the other changes of the plan. The former one was created {}; this one was created {}. It is not known whether it has the contents of the former one. {}{}",
        made.unwrap_or("earlier"),
        found.unwrap_or("later"),
        member.row.when_recreated,
        skipped_events(member)
    );
    Diagnostic::warning(summary, detail).at(Path::attribute(member.row.key))
}

/// What happens to the readers of a stream that another client has recreated: see `apply::first_sequence`.
fn skipped_events(member: &Member) -> String {
    let readers = catalogue::CATALOGUE.iter().filter(|row| {
        let mut sources = row.sources().iter();
        sources.any(|source| source.key == member.row.key)
    });
    let words = readers.map(|row| {
        let (stream, reader) = (member.stream(), row.name);
        format!(" On nats-server 2.12 to 2.14, {reader}, which sources from it, skips as many new events as it had read from the former one, and wadm does not receive them. If {reader} does not receive the messages of {stream}, delete {reader} (`nats stream rm {reader}`), then apply again.")
    });
    words.collect()
}

/// Assets of the state are not on the server any more. `all`: how many the object has.
///
/// A server that finds the files of a stream damaged when it starts says so in its log, and answers as if there had never
/// been such a stream. A stream that is then created under its name contains what is on disk, until the next restart.
pub fn disappearance(members: &[&Member], all: usize) -> Option<Diagnostic> {
    let (first, path) = match members {
        [] => return None,
        [member] => (member, Path::attribute(member.row.key)),
        [member, ..] => (member, Path::root()),
    };
    let summary = match (members.len(), all) {
        (1, _) => format!("{} no longer exists", capitalised(&first.title())),
        (2, 2) => "Both buckets no longer exist".to_owned(),
        (some, all) if some == all => format!("All {all} buckets and streams no longer exist"),
        (some, all) => format!("{some} of {all} buckets and streams no longer exist"),
    };
    let streams: Vec<_> = members.iter().map(|member| member.stream()).collect();
    let (it, name, folder) = match members {
        [_] => ("it", "its name", "its folder"),
        _ => ("them", "their names", "their folders"),
    };
    let effects = match members {
        [member] => format!(" {}", member.row.when_recreated),
        _ => members
            .iter()
            .map(|member| format!("\n  - {}: {}", member.title(), member.row.when_recreated))
            .collect(),
    };
    let detail = format!(
        "The server answers that there is no stream {}. The reason is not known: another client may have deleted {it}, or the server may not have restored {it} when it was restarted. In the second case the data is still on disk, and may be the only copy. Before you apply, look for {name} in the server's log, and for {folder} in `store_dir` of the server; save what you find there. The apply creates {it} again, without contents, or with those that the server finds on disk.{effects}",
        text::alternatives(&streams),
    );
    Some(Diagnostic::warning(summary, detail).at(path))
}

/// The plan is stale.
pub fn changed_since(member: &Member, what: &str) -> Diagnostic {
    let summary = format!(
        "{} {what} after the plan was made",
        capitalised(&member.title())
    );
    let detail = format!(
        "The plan is no longer correct for stream {}, so the apply did not change it. Plan again: the next plan shows what is left to do.",
        member.stream()
    );
    Diagnostic::error(summary, detail).at(Path::attribute(member.row.key))
}

/// What was planned would now delete more than the plan has said, of what exists nowhere else.
pub fn deletes_more_than_planned(member: &Member, shown: u64, now: u64, path: Path) -> Diagnostic {
    let summary = format!(
        "{} contains more than the plan showed",
        capitalised(&member.title())
    );
    let detail = format!(
        "Keys were written after the plan was made, so the apply did not change stream {stream}. The change would have deleted {} then, and deletes {now} now. Plan again, with a refresh, and apply that plan if what it shows may be deleted.",
        count(shown, "revision"),
        stream = member.stream()
    );
    Diagnostic::error(summary, detail).at(path)
}

/// What was planned would now do something else.
pub fn no_longer_as_planned(member: &Member, change: &SettingChange) -> Diagnostic {
    let summary = format!(
        "{} was changed after the plan was made",
        capitalised(&member.title())
    );
    let detail = format!(
        "Its {} is now {}. To change it to {}, as planned, would do more than the plan showed: {}. So the apply did not change stream {}. Plan again.",
        argument_name(member, change),
        shown(change, &change.live),
        shown(change, &change.desired),
        reason(change),
        member.stream()
    );
    Diagnostic::error(summary, detail).at(Path::attribute(member.row.key))
}

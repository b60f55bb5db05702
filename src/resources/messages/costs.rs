//! What a change costs, in the words of the person who must decide: which asset, what happens, how much it concerns now,
//! how to avoid it. The words about a setting are in its row of `SETTINGS`; the numbers come from the server.

use crate::catalogue::{AssetKind, Contents};
use crate::jetstream::{
    Client, DataLoss, Effect, Extent, Scope, SettingChange, StreamInfo, diff_at,
};
use crate::resources::messages::failure::argument_path;
use crate::resources::messages::remarks::{argument_name, reason, shown};
use crate::resources::object::argument::Argument;
use crate::resources::object::member::Member;
use crate::resources::plan::changes::is_refused;
use crate::terraform::framework::Plan;
use crate::terraform::language::{Diagnostic, Diagnostics, Path, Value};
use crate::text::capitalised;

/// A change of an existing asset that costs something; how much, only the server knows.
pub(crate) struct Costly {
    pub member: Member,
    pub change: SettingChange,
}

/// Whether what an asset holds may be deleted to make it anew. `object`: the configuration, or a planned state.
pub(crate) fn may_lose(member: &Member, object: &Value) -> bool {
    member.row.contents == Contents::Transient
        || object.attribute("force_destroy").as_bool() == Some(true)
}

/// What the changes of an asset cost that is on the server like this. `counted`: for each of them, how many messages it
/// deletes, where that took a question.
pub(crate) fn costs(
    member: &Member,
    info: &StreamInfo,
    plan: &Plan,
    costly: &[Costly],
    counted: &[Option<u64>],
) -> Diagnostics {
    let mut said = Diagnostics::new();
    let own = costly
        .iter()
        .zip(counted)
        .filter(|(costly, _)| costly.member.row.key == member.row.key);
    for (costly, counted) in own {
        let costly = by_live_rules(costly, info, plan);
        let counted = counted.map(|beyond| DataLoss::messages(beyond, info));
        let loss = DataLoss::of(&costly.change, info).or(counted);
        said.extend(cost(&costly, Some(info), loss, &plan.config));
    }
    said
}

/// The same while nobody can be asked.
pub(crate) fn unasked(member: &Member, costly: &[Costly], config: &Value) -> Diagnostics {
    let own = costly
        .iter()
        .filter(|costly| costly.member.row.key == member.row.key);
    Diagnostics(
        own.filter_map(|costly| cost(costly, None, None, config))
            .collect(),
    )
}

/// The change as the server that answers now makes it: the state may come from a server of another version.
fn by_live_rules(costly: &Costly, info: &StreamInfo, plan: &Plan) -> Costly {
    let Costly { member, change } = costly;
    let mut wanted = member.wanted(plan.planned.attribute(member.row.key)).config;
    for (key, _) in plan
        .planned
        .attribute(member.row.key)
        .attribute("drift")
        .as_map()
        .into_iter()
        .flatten()
    {
        wanted.remove(key);
    }
    let mut live = diff_at(&wanted, &info.config, info.api_level()).into_iter();
    let now = live.find(|now| now.key == change.key && !is_refused(now) && !is_refused(change));
    Costly {
        member: member.clone(),
        change: now.unwrap_or_else(|| change.clone()),
    }
}

/// What a change deletes; absent if the server could not say.
pub(crate) async fn loss(
    client: &Client,
    change: &SettingChange,
    info: &StreamInfo,
    scope: &Scope,
) -> Option<DataLoss> {
    match (DataLoss::of(change, info), change.desired.as_u64()) {
        (None, Some(kept)) => {
            let beyond = client
                .messages_beyond(info.config.name(), kept, scope)
                .await;
            beyond.ok().map(|beyond| DataLoss::messages(beyond, info))
        }
        (loss, _) => loss,
    }
}

/// What one change costs; nothing if it is known to cost nothing.
pub(crate) fn cost(
    costly: &Costly,
    info: Option<&StreamInfo>,
    loss: Option<DataLoss>,
    config: &Value,
) -> Option<Diagnostic> {
    let Costly { member, change } = costly;
    match change.effect {
        Effect::Refused(_) => Some(match info.filter(|info| info.state.messages > 0) {
            Some(info) if !may_lose(member, config) => refused(member, change, info, config),
            _ => replaced(member, change, info, config),
        }),
        Effect::Destructive(_) => deleting(member, change, info, loss, config),
        Effect::OneWay(why) => Some(noteworthy(
            member,
            change,
            ("cannot be taken back", why),
            info,
            config,
        )),
        Effect::NoEffect(why) => Some(noteworthy(
            member,
            change,
            ("has no effect yet", why),
            info,
            config,
        )),
        Effect::InPlace | Effect::Unknown => None,
    }
}

/// Only a new asset can have it, and what this one holds would be lost.
pub(crate) fn refused(
    member: &Member,
    change: &SettingChange,
    info: &StreamInfo,
    config: &Value,
) -> Diagnostic {
    let detail = format!(
        "{}, so {} would have to be deleted and made anew, and it holds {}: {}. {} Or save the contents, delete stream {stream} yourself (`nats stream rm {stream}`), and apply again, which makes it new and empty. Or set `force_destroy = true`, which deletes it with its contents and makes it anew.",
        capitalised(reason(change)),
        member.title(),
        amount(member, info),
        member.row.holds,
        way_back(member, change, "Either set", ", which keeps the contents"),
        stream = member.stream(),
    );
    Diagnostic::error(cannot_change(member, change), detail).at(path(member, change, config))
}

/// An asset that is to be taken over cannot become what is planned.
pub(crate) fn cannot_take_over(
    member: &Member,
    change: &SettingChange,
    config: &Value,
) -> Diagnostic {
    let detail = format!(
        "{}, and nothing is deleted to take an asset over. {} Or save the contents, delete stream {stream} yourself (`nats stream rm {stream}`), and apply again, which makes it new and empty.",
        capitalised(reason(change)),
        way_back(member, change, "Either set", ", which keeps the contents"),
        stream = member.stream(),
    );
    Diagnostic::error(cannot_change(member, change), detail).at(path(member, change, config))
}

fn cannot_change(member: &Member, change: &SettingChange) -> String {
    format!(
        "{} of {} cannot change from {} to {}",
        capitalised(argument_name(member, change)),
        member.title(),
        shown(change, &change.live),
        shown(change, &change.desired)
    )
}

/// How to leave a setting as it is, if the user can set it.
fn way_back(member: &Member, change: &SettingChange, set: &str, so: &str) -> String {
    match member.argument(&change.key) {
        Some(argument) if !argument.shape.is_shown_only() => format!(
            "{set} `{}` of `{}` to {}{so}.",
            argument.name,
            member.row.key,
            shown(change, &change.live)
        ),
        _ => String::new(),
    }
}

/// The asset is deleted and made anew within the update.
fn replaced(
    member: &Member,
    change: &SettingChange,
    info: Option<&StreamInfo>,
    config: &Value,
) -> Diagnostic {
    let title = member.title();
    let summary = format!(
        "{} is replaced to change {} from {} to {}",
        capitalised(&title),
        argument_name(member, change),
        shown(change, &change.live),
        shown(change, &change.desired)
    );
    let holds = member.row.holds;
    let lost = match info {
        Some(info) if info.state.messages == 0 => {
            format!(
                "It is empty now{}",
                if may_lose(member, config) {
                    ""
                } else {
                    "; if it is not when the plan is applied, the apply leaves it as it is and fails"
                }
            )
        }
        Some(info) => format!(
            "What it holds is deleted with it, {}: {holds}",
            amount(member, info)
        ),
        None if may_lose(member, config) => format!("What it holds is lost: {holds}"),
        None => format!(
            "What it holds could not be asked: it is replaced only if it is empty when the plan is applied, else the apply leaves it as it is and fails, so that no {holds} are lost"
        ),
    };
    let detail = format!(
        "{}. So {title} alone is deleted and made anew. {lost}. {} {}",
        capitalised(reason(change)),
        member.row.when_recreated,
        way_back(member, change, "To avoid it, set", ""),
    );
    Diagnostic::warning(summary, detail.trim_end()).at(path(member, change, config))
}

/// Whether the asset is deleted and made anew shows only when the plan is applied.
pub(crate) fn perhaps_replaced(member: &Member, argument: &Argument, config: &Value) -> Diagnostic {
    let title = member.title();
    let summary = format!(
        "{} is replaced if {} turns out different",
        capitalised(&title),
        argument.name
    );
    let when = if may_lose(member, config) {
        "with what it holds by then"
    } else {
        "if it is empty by then; else the apply fails and leaves it as it is"
    };
    let detail = format!(
        "`{}` is known only when the plan is applied. If it is another than now, {title} alone is deleted and made anew, {when}. {}",
        argument.name, member.row.when_recreated
    );
    Diagnostic::warning(summary, detail).at(argument_path(member, argument.name, config))
}

/// A change that cannot be taken back, or does not work yet.
fn noteworthy(
    member: &Member,
    change: &SettingChange,
    (what, why): (&str, &str),
    info: Option<&StreamInfo>,
    config: &Value,
) -> Diagnostic {
    let summary = format!(
        "{} of {} {what}",
        capitalised(argument_name(member, change)),
        member.title()
    );
    let holds = match info {
        Some(info) => format!("It holds {} now.", amount(member, info)),
        None => "What it holds could not be asked.".to_owned(),
    };
    let detail = format!(
        "It changes from {} to {}: {why}. {holds} {}",
        shown(change, &change.live),
        shown(change, &change.desired),
        avoid(change)
    );
    Diagnostic::warning(summary, detail.trim_end()).at(path(member, change, config))
}

/// A change in place that deletes something, or imports it again; `None` if it is known that it deletes nothing.
pub(crate) fn deleting(
    member: &Member,
    change: &SettingChange,
    info: Option<&StreamInfo>,
    loss: Option<DataLoss>,
    config: &Value,
) -> Option<Diagnostic> {
    let title = member.title();
    let again = change.key == "sources";
    let count = match (info, loss) {
        (Some(info), _) if again => format!("It holds {} now.", amount(member, info)),
        (_, Some(loss)) if loss.messages == 0 => return None,
        (Some(info), Some(loss)) => share(member, info, loss),
        (Some(info), None) => format!("It holds {} now.", amount(member, info)),
        (None, _) => "How many could not be asked.".to_owned(),
    };
    let summary = if again {
        format!("{} reads its sources anew", capitalised(&title))
    } else {
        format!(
            "{} of {title} from {} to {} deletes data",
            capitalised(argument_name(member, change)),
            shown(change, &change.live),
            shown(change, &change.desired)
        )
    };
    let detail = format!(
        "{}. {count} {}",
        capitalised(&worded(member, reason(change))),
        worded(member, avoid(change))
    );
    Some(Diagnostic::warning(summary, detail.trim_end()).at(path(member, change, config)))
}

fn share(member: &Member, info: &StreamInfo, loss: DataLoss) -> String {
    let stored = match member.row.kind {
        AssetKind::Bucket => "values",
        AssetKind::Stream(_) => "messages",
    };
    let (all, bytes) = (info.state.messages, info.state.bytes);
    let are = if loss.messages == 1 { "is" } else { "are" };
    match loss.extent {
        Extent::Exactly => format!(
            "Of {all} stored {stored} in {bytes} bytes, {} {are} deleted, about {} bytes.",
            loss.messages, loss.bytes
        ),
        Extent::About => format!(
            "Of {all} stored {stored} in {bytes} bytes, about {} {are} deleted, about {} bytes.",
            loss.messages, loss.bytes
        ),
        Extent::UpTo => format!(
            "Of {all} stored {stored} in {bytes} bytes, up to {all} are deleted; the oldest is of {}.",
            info.state.first_ts
        ),
    }
}

/// What an asset holds: keys or messages, and bytes.
pub(crate) fn amount(member: &Member, info: &StreamInfo) -> String {
    let number = |count: u64, what: &str| match count {
        1 => format!("1 {what}"),
        many => format!("{many} {what}s"),
    };
    let state = &info.state;
    let count = match member.row.kind {
        AssetKind::Bucket => number(state.num_subjects.max(u64::from(state.messages > 0)), "key"),
        AssetKind::Stream(_) => number(state.messages, "message"),
    };
    format!("{count} ({})", number(state.bytes, "byte"))
}

/// The words about a setting as one speaks of the asset: messages of a bucket are values, and its subjects are keys.
fn worded(member: &Member, words: &str) -> String {
    match member.row.kind {
        AssetKind::Bucket => words.replace("message", "value").replace("subject", "key"),
        AssetKind::Stream(_) => words.to_owned(),
    }
}

fn avoid(change: &SettingChange) -> &'static str {
    change.setting.map_or("", |setting| setting.avoid)
}

fn path(member: &Member, change: &SettingChange, config: &Value) -> Path {
    match member.argument(&change.key) {
        Some(argument) if !argument.shape.is_shown_only() => {
            argument_path(member, argument.name, config)
        }
        _ => Path::attribute(member.row.key),
    }
}

//! What a change does to an asset: what happens, how much it concerns now, how to avoid it. The words about a setting
//! are in its row of `SETTINGS`; the numbers come from the server.

use crate::catalogue::AssetKind;
use crate::jetstream::{DataLoss, Effect, Extent, SettingChange, StreamInfo};
use crate::resources::messages::contents;
use crate::resources::messages::setting::{
    argument_name, argument_title, avoid, path, reason, shown,
};
use crate::resources::object::argument::Argument;
use crate::resources::object::argument_path;
use crate::resources::object::changes::{CostlyChange, may_delete_contents};
use crate::resources::object::member::Member;
use crate::terraform::framework::Plan;
use crate::terraform::language::{Diagnostic, Value};
use crate::text::{capitalised, shell_word};

/// What one change costs; nothing if it is known to cost nothing.
pub fn cost_of(
    costly: &CostlyChange,
    info: Option<&StreamInfo>,
    loss: Option<DataLoss>,
    plan: &Plan,
) -> Option<Diagnostic> {
    let CostlyChange { member, change } = costly;
    let config = &plan.config;
    match change.effect {
        Effect::Refused(_) => Some(match info.filter(|info| info.state.messages > 0) {
            Some(info) if !may_delete_contents(member, &plan.prior) => {
                refused(member, change, info, config)
            }
            _ => replaced(member, change, info, plan),
        }),
        Effect::Destructive(_) => deleting(member, change, info, loss, config),
        Effect::OneWay(why) => Some(noteworthy(
            member,
            change,
            ("cannot be undone", why),
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

/// Only a new asset can have it, and what this one contains would be lost.
pub fn refused(
    member: &Member,
    change: &SettingChange,
    info: &StreamInfo,
    config: &Value,
) -> Diagnostic {
    let detail = format!(
        "{}. {} {} would have to be deleted and recreated. It contains {}: {}. Choose one:{}\n  - recreate it empty: save the contents, run `nats stream rm {stream}`, then apply\n  - delete the contents: set `force_destroy = true`, apply it without this change, then apply this change",
        capitalised(reason(change)),
        from_to(member, change, "would change"),
        capitalised(&member.title()),
        contents(member, info),
        member.row.holds,
        keeping(member, change),
        stream = shell_word(&member.stream()),
    );
    Diagnostic::error(cannot_change(member, change), detail).at(path(member, change, config))
}

/// An asset that is to be adopted cannot become what is planned.
pub fn cannot_adopt(member: &Member, change: &SettingChange, config: &Value) -> Diagnostic {
    let detail = format!(
        "{}. {} The provider deletes nothing to adopt what exists. Choose one:{}\n  - recreate it empty: save the contents, run `nats stream rm {stream}`, then apply",
        capitalised(reason(change)),
        from_to(member, change, "would change"),
        keeping(member, change),
        stream = shell_word(&member.stream()),
    );
    Diagnostic::error(cannot_change(member, change), detail).at(path(member, change, config))
}

fn cannot_change(member: &Member, change: &SettingChange) -> String {
    format!(
        "{} of {} cannot be changed",
        argument_title(member, change),
        member.title()
    )
}

/// What changes, from what to what. `verb`: `changes`, or `would change` in a plan that is refused.
fn from_to(member: &Member, change: &SettingChange, verb: &str) -> String {
    format!(
        "`{}` {verb} from {} to {}.",
        argument_name(member, change),
        shown(change, &change.live),
        shown(change, &change.desired)
    )
}

/// How to leave a setting as it is, if the user can set it.
fn way_back(member: &Member, change: &SettingChange) -> Option<String> {
    let argument = member.argument(&change.key)?;
    let settable = !argument.shape.is_shown_only();
    settable.then(|| {
        format!(
            "set `{}` of `{}` to {}",
            argument.name,
            member.row.key,
            shown(change, &change.live)
        )
    })
}

/// The same as one of several choices.
fn keeping(member: &Member, change: &SettingChange) -> String {
    let choice = |set| format!("\n  - keep the contents: {set}");
    way_back(member, change).map_or(String::new(), choice)
}

/// The asset is deleted and recreated within the update.
fn replaced(
    member: &Member,
    change: &SettingChange,
    info: Option<&StreamInfo>,
    plan: &Plan,
) -> Diagnostic {
    let title = member.title();
    let summary = format!(
        "{} is replaced to change {}",
        capitalised(&title),
        argument_name(member, change)
    );
    let contains = match (info, may_delete_contents(member, &plan.prior)) {
        (Some(info), true) if info.state.messages == 0 => {
            format!("{} is empty now.", capitalised(&title))
        }
        (Some(info), false) if info.state.messages == 0 => format!(
            "{} is empty now; if it is not when the plan is applied, the apply fails and does not delete it.",
            capitalised(&title)
        ),
        (Some(info), _) => format!(
            "It contains {}, which the apply deletes: {}.",
            contents(member, info),
            member.row.holds
        ),
        (None, true) => format!("Its contents are deleted: {}.", member.row.holds),
        (None, false) => "What it contains is not known; if it is not empty when the plan is applied, the apply fails and does not delete it.".to_owned(),
    };
    let avoid = way_back(member, change).map(|set| format!(" To avoid this, {set}."));
    let detail = format!(
        "{}. {} Only {title} is deleted and recreated. {contains} {}{}",
        capitalised(reason(change)),
        from_to(member, change, "changes"),
        member.row.when_recreated,
        avoid.unwrap_or_default(),
    );
    Diagnostic::warning(summary, detail).at(path(member, change, &plan.config))
}

/// Whether the asset is deleted and recreated shows only when the plan is applied.
pub fn may_be_replaced(member: &Member, argument: &Argument, plan: &Plan) -> Diagnostic {
    let title = member.title();
    let summary = format!(
        "{} may be replaced to change {}",
        capitalised(&title),
        argument.name
    );
    let when = if may_delete_contents(member, &plan.prior) {
        "with what it contains then"
    } else {
        "if it is empty then; otherwise the apply fails and does not delete it"
    };
    let detail = format!(
        "`{}` is known only when the plan is applied. If it differs from the current value, only {title} is deleted and recreated, {when}. {}",
        argument.name, member.row.when_recreated
    );
    Diagnostic::warning(summary, detail).at(argument_path(member, argument.name, &plan.config))
}

/// A change that cannot be changed back, or does not work yet.
fn noteworthy(
    member: &Member,
    change: &SettingChange,
    (what, why): (&str, &str),
    info: Option<&StreamInfo>,
    config: &Value,
) -> Diagnostic {
    let summary = format!(
        "Change of {} of {} {what}",
        argument_name(member, change),
        member.title()
    );
    let detail = format!(
        "{}. {} {} {}",
        capitalised(why),
        from_to(member, change, "changes"),
        contains_now(member, info),
        avoid(change)
    );
    Diagnostic::warning(summary, detail.trim_end()).at(path(member, change, config))
}

/// A change in place that deletes something, or imports it again; `None` if it is known that it deletes nothing.
pub fn deleting(
    member: &Member,
    change: &SettingChange,
    info: Option<&StreamInfo>,
    loss: Option<DataLoss>,
    config: &Value,
) -> Option<Diagnostic> {
    let title = member.title();
    let again = change.key == "sources";
    let count = match (info, loss) {
        (_, Some(loss)) if loss.messages == 0 && !again => return None,
        (Some(info), Some(loss)) if !again => share(member, info, loss),
        (None, _) if !again => "How many is not known; the apply deletes all of them.".to_owned(),
        (info, _) => contains_now(member, info),
    };
    let (summary, changes) = match again {
        true => (
            format!("{} reads its sources again", capitalised(&title)),
            String::new(),
        ),
        false => (
            format!(
                "Change of {} deletes data of {title}",
                argument_name(member, change)
            ),
            from_to(member, change, "changes") + " ",
        ),
    };
    let detail = format!(
        "{}. {changes}{count} {}",
        capitalised(&in_terms_of(member, reason(change))),
        in_terms_of(member, avoid(change))
    );
    Some(Diagnostic::warning(summary, detail.trim_end()).at(path(member, change, config)))
}

fn contains_now(member: &Member, info: Option<&StreamInfo>) -> String {
    match info {
        Some(info) => format!("It contains {} now.", contents(member, info)),
        None => "What it contains is not known.".to_owned(),
    }
}

fn share(member: &Member, info: &StreamInfo, loss: DataLoss) -> String {
    let stored = match member.row.kind {
        AssetKind::Bucket => "revisions",
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
            "Of {all} stored {stored} in {bytes} bytes, up to {all} are deleted; the oldest was stored {}.",
            info.state.first_ts
        ),
    }
}

/// The words about a setting in the terms of the asset: messages of a bucket are revisions, and its subjects are keys.
fn in_terms_of(member: &Member, words: &str) -> String {
    match member.row.kind {
        AssetKind::Bucket => words
            .replace("message", "revision")
            .replace("subject", "key"),
        AssetKind::Stream(_) => words.to_owned(),
    }
}

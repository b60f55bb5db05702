//! What a destroy does to an asset, or why it is refused.

use crate::catalogue::Contents;
use crate::jetstream::StreamInfo;
use crate::resources::messages::{contents, keys};
use crate::resources::object::member::Member;
use crate::resources::session::cache::InState;
use crate::terraform::language::diagnostics::Severity;
use crate::terraform::language::{Diagnostic, Diagnostics, Path, Value};
use crate::text::capitalised;

/// Why a destroy will not delete it, if it will not.
pub fn refuses_destroy(member: &Member, info: &StreamInfo, prior: &Value) -> Option<Diagnostic> {
    let forced = prior.attribute("force_destroy").as_bool() == Some(true);
    if forced || !is_precious(member, info) {
        return None;
    }
    let detail = format!(
        "A bucket with keys is not deleted, because its contents would be lost. It contains {}: {}. Choose one:\n  - if the resource was only renamed in the configuration, keep everything: add a `moved` block\n  - keep it on the server and remove it from the state: set `skip_destroy = true`, apply, then repeat this plan\n  - delete it with its contents: set `force_destroy = true`, apply, then repeat this plan\nDeleted keys count until their delete markers are purged.",
        contents(member, info),
        member.row.holds
    );
    Some(holds_keys(member, info, detail))
}

/// Why a tainted object, or one that `-replace` names, will not be replaced, if it will not.
pub fn refuses_replacement(
    member: &Member,
    info: &StreamInfo,
    in_state: InState,
) -> Option<Diagnostic> {
    if in_state.force_destroy || !is_precious(member, info) {
        return None;
    }
    let detail = format!(
        "The replacement would delete the contents. It contains {}: {}. Choose one:\n  - if the resource was only renamed in the configuration, keep everything: add a `moved` block\n  - keep the contents: run `terraform untaint <address>`, or plan without `-replace`\n  - delete them: do the same, set `force_destroy = true`, apply, then run `terraform taint <address>` and `terraform apply`; before it is applied, `force_destroy` has no effect",
        contents(member, info),
        member.row.holds
    );
    Some(holds_keys(member, info, detail))
}

fn holds_keys(member: &Member, info: &StreamInfo, detail: String) -> Diagnostic {
    let summary = format!("{} contains {}", capitalised(&member.title()), keys(info));
    Diagnostic::error(summary, detail).at(Path::attribute("force_destroy"))
}

/// Whether something would be lost with it that does not come back by itself.
fn is_precious(member: &Member, info: &StreamInfo) -> bool {
    member.row.contents == Contents::Precious && info.state.messages > 0
}

/// What a destroy loses.
pub fn destroys(member: &Member, info: &StreamInfo) -> Option<Diagnostic> {
    if !is_precious(member, info) {
        return None;
    }
    let summary = format!(
        "{} is deleted with {}",
        capitalised(&member.title()),
        keys(info)
    );
    let detail = format!(
        "The contents are lost. It contains {}: {}. To keep it on the server and remove it from the state, set `skip_destroy = true`, apply, then repeat this plan.",
        contents(member, info),
        member.row.holds
    );
    Some(Diagnostic::warning(summary, detail).at(Path::attribute("force_destroy")))
}

/// What a destroy loses that comes back by itself, or is of no use after a minute: one warning for all of it.
pub fn loses(lost: &[(&Member, &StreamInfo)]) -> Option<Diagnostic> {
    let lost = lost.iter().filter(|(_, info)| info.state.messages > 0);
    let lost: Vec<_> = lost
        .filter(|(member, info)| !is_precious(member, info))
        .collect();
    let lines: Vec<_> = lost
        .iter()
        .map(|(member, info)| {
            let (title, contents) = (member.title(), contents(member, info));
            format!(
                "\n  - {title}: {contents}: {}. {}",
                member.row.holds, member.row.when_recreated
            )
        })
        .collect();
    let summary = match lost[..] {
        [] => return None,
        [(member, _)] => format!(
            "{} is deleted with its contents",
            capitalised(&member.title())
        ),
        _ => format!(
            "{} buckets and streams are deleted with their contents",
            lost.len()
        ),
    };
    let detail = format!("These contents are deleted:{}", lines.concat());
    Some(Diagnostic::warning(summary, detail))
}

/// What a replacement has lost that Terraform has shown no warning of.
pub fn was_deleted(member: &Member, info: &StreamInfo) -> Option<Diagnostic> {
    if !is_precious(member, info) {
        return None;
    }
    let summary = format!(
        "{} was deleted with {}",
        capitalised(&member.title()),
        keys(info)
    );
    let detail = format!(
        "The contents are lost. It contained {}: {}. Terraform does not show this warning in a plan with `-replace`. To see what is lost before it is deleted, do not use `-replace`: run `terraform taint <address>`, then plan.",
        contents(member, info),
        member.row.holds
    );
    Some(Diagnostic::warning(summary, detail).at(Path::attribute("force_destroy")))
}

/// Nothing is deleted, because the user wants to keep it.
pub fn kept(members: &[&Member]) -> Diagnostic {
    let streams: Vec<_> = members.iter().map(|member| member.stream()).collect();
    let detail = format!(
        "`skip_destroy` is set: Terraform removes {} from its state, and does not change them on the server.",
        streams.join(", ")
    );
    Diagnostic::warning("Nothing is deleted on the server", detail)
        .at(Path::attribute("skip_destroy"))
}

/// Terraform plans an object before it destroys it, so that what refuses the plan refuses the destroy too.
pub fn say_how_to_destroy(diagnostics: &mut Diagnostics) {
    let mut all = diagnostics.0.iter_mut();
    if let Some(error) = all.find(|one| one.severity == Severity::Error) {
        error.detail += "\n\nTo destroy the object instead, run `terraform destroy -refresh=false`. Without `-refresh=false`, Terraform first plans the configuration, and stops at this error.";
    }
}

//! Assets that exist on the server and are not in the state.

use crate::resources::object::Object;
use crate::resources::object::member::Member;
use crate::terraform::language::Diagnostic;
use crate::text::{capitalised, shell_word};

/// Assets are on the server and not in the state.
pub fn exist_already(object: &Object, members: &[&Member]) -> Option<Diagnostic> {
    let id = &object.import_id;
    let (summary, these, them) = match members {
        [] => return None,
        [member] => (
            format!("{} already exists", capitalised(&member.title())),
            format!("Stream {} is", member.stream()),
            "it",
        ),
        many => {
            let streams: Vec<_> = many.iter().map(|member| member.stream()).collect();
            let summary = match (many.len(), object.members.len()) {
                (2, 2) => "Both buckets already exist".to_owned(),
                (some, all) => format!("{some} of {all} buckets and streams already exist"),
            };
            (
                summary,
                format!("The streams {} are", streams.join(", ")),
                "them",
            )
        }
    };
    let as_is = if them == "it" { "it is" } else { "they are" };
    let singleton = object.singleton;
    let detail = format!(
        "{these} on the server and not in Terraform's state. Choose one:\n  - manage {them} as {as_is}: run `terraform import <address> {}`, or add an `import` block with id {id:?}\n  - adopt {them} with the contents, and change in place what differs: set `adopt_existing = true`\n  - if another resource of this configuration managed {them} until now: add a `moved` block{singleton}",
        shell_word(id),
    );
    Some(Diagnostic::error(summary, detail).at(object.identity.clone()))
}

/// Assets that a resource of another provider block has, in this run of Terraform.
pub fn has_another(object: &Object, members: &[&Member]) -> Option<Diagnostic> {
    let streams: Vec<_> = members.iter().map(|member| member.stream()).collect();
    let summary = format!("Another resource manages stream {}", streams.first()?);
    let detail = format!(
        "In this run of Terraform, a resource with another provider block manages {}. Two resources would repeatedly revert each other's changes. Choose one:\n  - remove one of the two resources\n  - if this resource was only renamed, add a `moved` block\n  - if the other resource should no longer manage the streams, set `skip_destroy = true` there, apply, remove it, apply, then add this one\n  - connect one of the two to another account or JetStream domain",
        streams.join(", ")
    );
    Some(Diagnostic::error(summary, detail).at(object.identity.clone()))
}

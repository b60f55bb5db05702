//! The sentences of diagnostics about assets.
//!
//! A message gets what it reports as arguments: whether it is reported is decided by its caller.

pub mod setting;
pub mod contents;
pub mod changes;
pub mod drift;
pub mod destroy;
pub mod existing;
pub mod failure;
pub mod connection;

use crate::resources::object::member::Member;
use crate::terraform::language::Path;

/// Findings with the same attribute and cause, together: they are one diagnostic that lists the assets.
pub fn grouped<'m, C: PartialEq>(
    findings: impl IntoIterator<Item = (Path, C, &'m Member)>,
) -> Vec<(Path, C, String)> {
    let mut groups: Vec<(Path, C, Vec<String>)> = Vec::new();
    for (path, cause, member) in findings {
        let title = member.title();
        let group = groups
            .iter_mut()
            .find(|(other, of, _)| *other == path && *of == cause);
        match group {
            Some((.., titles)) => titles.push(title),
            None => groups.push((path, cause, vec![title])),
        }
    }
    let groups = groups.into_iter();
    groups
        .map(|(path, cause, titles)| (path, cause, titles.join(", ")))
        .collect()
}

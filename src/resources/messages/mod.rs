//! The sentences of diagnostics about assets.
//!
//! A message gets what it reports as arguments: whether it is reported is decided by its caller.

pub mod setting;
pub mod changes;
pub mod drift;
pub mod destroy;
pub mod existing;
pub mod failure;
pub mod connection;
pub mod replicas;

use crate::catalogue::AssetKind;
use crate::jetstream::StreamInfo;
use crate::resources::object::member::Member;
use crate::terraform::language::Path;
use crate::text::count;

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

/// Keys or messages, and bytes.
pub fn contents(member: &Member, info: &StreamInfo) -> String {
    let what = match member.row.kind {
        AssetKind::Bucket => keys(info),
        AssetKind::Stream(_) => messages(info),
    };
    format!("{what} ({})", count(info.state.bytes, "byte"))
}

/// How many keys a bucket contains, delete markers included.
pub fn keys(info: &StreamInfo) -> String {
    let state = &info.state;
    let keys = state.num_subjects.max(u64::from(state.messages > 0));
    count(keys, "key")
}

/// How many messages a stream contains.
pub fn messages(info: &StreamInfo) -> String {
    count(info.state.messages, "message")
}

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

/// Findings with the same cause, together: they are one diagnostic that lists the assets, with the argument of each where
/// they have not the same one.
pub fn grouped<'m, C: PartialEq>(
    findings: impl IntoIterator<Item = (Path, C, &'m Member)>,
) -> Vec<(Path, C, String)> {
    let mut groups: Vec<(C, Vec<(Path, &Member)>)> = Vec::new();
    for (path, cause, member) in findings {
        match groups.iter_mut().find(|(of, _)| *of == cause) {
            Some((_, found)) => found.push((path, member)),
            None => groups.push((cause, vec![(path, member)])),
        }
    }
    let groups = groups.into_iter().map(|(cause, found)| {
        let path = common_path(found.iter().map(|(path, _)| path));
        let titles = found
            .iter()
            .map(|(own, member)| member_at(member, own, &path));
        (path.clone(), cause, titles.collect::<Vec<_>>().join(", "))
    });
    groups.collect()
}

/// The path that all have, or else the root.
pub fn common_path<'p>(paths: impl IntoIterator<Item = &'p Path>) -> Path {
    let mut paths = paths.into_iter();
    let first = paths.next();
    match first.filter(|first| paths.all(|path| path == *first)) {
        Some(path) => path.clone(),
        None => Path::root(),
    }
}

/// An asset, with its argument if that is not where the diagnostic points, and is not its whole block.
pub fn member_at(member: &Member, argument: &Path, diagnostic: &Path) -> String {
    match argument == diagnostic || argument.0.len() < 2 {
        true => member.title(),
        false => format!("{} (`{argument}`)", member.title()),
    }
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

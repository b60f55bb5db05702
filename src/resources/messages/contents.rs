//! How much an asset contains, counted in one place.

use crate::catalogue::AssetKind;
use crate::jetstream::StreamInfo;
use crate::resources::object::member::Member;
use crate::text::count;

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

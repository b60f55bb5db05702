//! What an apply and a refresh do: read, create, update, replace, delete, and the wait until it works.
//!
//! A newcomer would get this wrong: an error from a create makes Terraform taint the object and destroy it at the next
//! apply. So a create that fails deletes what it created itself, and only what it cannot delete stays in the state.

pub mod read;
pub mod create;
pub mod update;
pub mod delete;
pub mod asset;
pub mod outcome;

use futures::future::join_all;

use crate::catalogue;
use crate::jetstream::{Client, Revisions, Scope, StreamInfo};
use crate::resources::object::Object;
use crate::resources::object::argument::LONGEST_HISTORY;
use crate::resources::object::member::Member;
use crate::resources::object::private_facts::Contents;
use crate::resources::session::DomainSession;
use crate::terraform::framework::private::Private;
use crate::terraform::language::Value;

/// One operation on an object: what all its steps need.
#[derive(Clone, Copy)]
pub struct Operation<'o> {
    /// The connection, in the object's JetStream domain.
    pub client: &'o Client,
    /// Its bounds.
    pub scope: &'o Scope,
    /// What the process has seen in that domain.
    pub session: &'o DomainSession,
    /// The object, with its assets.
    pub object: &'o Object,
    /// What was planned; of a delete and a read, the state.
    pub state: &'o Value,
}

/// Notes what those assets contain that were read, for a later apply that must not delete more of what exists nowhere
/// else.
pub async fn note_contents(
    operation: &Operation<'_>,
    infos: Vec<Option<&StreamInfo>>,
    private: &mut Private,
) {
    let members = operation.object.members.iter().zip(infos);
    let precious = members.filter_map(|(member, info)| {
        let is_precious = member.row.contents == catalogue::Contents::Precious;
        Some((member, info.filter(|_| is_precious)?))
    });
    let contents = precious.map(|(member, info)| async move {
        let contents = contents(operation, member, info).await;
        (member, contents)
    });
    for (member, contents) in join_all(contents).await {
        contents.note(private, member);
    }
}

async fn contents(operation: &Operation<'_>, member: &Member, info: &StreamInfo) -> Contents {
    let Operation {
        client,
        scope,
        state,
        ..
    } = *operation;
    let revisions = match info.state.messages == info.state.num_subjects {
        true => Some(Revisions::default()),
        false => {
            let counts = client.subject_counts(&member.stream(), scope).await;
            counts.ok().map(|counts| counts.revisions(LONGEST_HISTORY))
        }
    };
    let forced = state.attribute("force_destroy").as_bool() == Some(true);
    Contents {
        revisions,
        values: forced.then_some(info.state.messages),
    }
}

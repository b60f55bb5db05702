//! Deleting the assets of an object: all of them, or none when one contains what is not to be lost.

use futures::future::join_all;

use crate::jetstream::StreamInfo;
use crate::resources::apply::Operation;
use crate::resources::apply::asset::delete::delete_one;
use crate::resources::apply::outcome::{Live, Outcome, applied};
use crate::resources::messages::destroy::{refuses_destroy, was_deleted};
use crate::resources::messages::drift::{changed_since, deletes_more_than_planned};
use crate::resources::messages::failure::failure;
use crate::resources::object::common::{self, Crud};
use crate::resources::object::private_facts::{PrivateFact, noted_deleted};
use crate::resources::object::{Object, stages};
use crate::resources::plan::planned_change::is_another;
use crate::resources::session::DomainSession;
use crate::resources::session::claims::Claims;
use crate::terraform::framework::private::Private;
use crate::terraform::framework::{Applied, Call};
use crate::terraform::language::{Diagnostics, Path, Value};

/// Deletes every asset of the state. An asset that the state does not have is not touched.
pub async fn delete(
    object: &Object,
    session: &DomainSession,
    prior: &Value,
    private: Private,
    call: &Call,
) -> Applied {
    if prior.attribute("skip_destroy").as_bool() == Some(true) {
        for (stream, created) in object.streams_of(prior) {
            Claims::of_this_run().give_up(&stream, created);
        }
        return Applied {
            state: None,
            private,
            diagnostics: Diagnostics::new(),
        };
    }
    let client = match session.client() {
        Ok(client) => client,
        Err(error) => return Applied::unchanged(prior, private, error),
    };
    let scope = common::scope(prior, Crud::Delete, call);
    let operation = Operation {
        client: &client,
        scope: &scope,
        session,
        object,
        state: prior,
    };
    let exist = match read_all(&operation, &private).await {
        Ok(exist) => exist,
        Err(diagnostics) => return Applied::unchanged(prior, private, diagnostics),
    };
    let mut outcomes: Vec<Outcome> = exist
        .iter()
        .map(|_| Outcome::quiet(Live::Unchanged))
        .collect();
    // What sources from others goes first.
    for stage in stages(&object.members).into_iter().rev() {
        let deleted = join_all(stage.iter().map(|place| async {
            let member = &object.members[*place];
            match &exist[*place] {
                Some(info) => {
                    let mut outcome = delete_one(&operation, member).await;
                    let unseen = PrivateFact::Unseen.read(&private, member.row.key).is_some();
                    if unseen && !outcome.has_failed() {
                        outcome.diagnostics.extend(was_deleted(member, info));
                    }
                    outcome
                }
                None => Outcome::quiet(Live::Absent),
            }
        }))
        .await;
        for (place, outcome) in stage.into_iter().zip(deleted) {
            outcomes[place] = outcome;
        }
        if outcomes.iter().any(Outcome::has_failed) {
            break;
        }
    }
    applied(object, prior, prior, private, outcomes)
}

/// Reads every asset before the first one is deleted: those that are there and the object's.
async fn read_all(
    operation: &Operation<'_>,
    private: &Private,
) -> Result<Vec<Option<StreamInfo>>, Diagnostics> {
    let Operation {
        client,
        scope,
        session,
        object,
        state: prior,
    } = *operation;
    let requests = object.members.iter().map(|member| async {
        let stream = member.stream();
        session.cache.stream(client, &stream, scope).await
    });
    let mut diagnostics = Diagnostics::new();
    let mut exist = Vec::new();
    for (member, info) in object.members.iter().zip(join_all(requests).await) {
        let known = prior.attribute(member.row.key);
        match info {
            Ok(Some(_)) if known.is_null() => exist.push(None),
            Ok(Some(info)) if is_another(known, &info) => {
                diagnostics.push(changed_since(member, "was recreated"));
            }
            Ok(Some(info)) => {
                let refused = refuses_destroy(member, &info, prior);
                diagnostics.extend(refused.or_else(|| {
                    let (shown, now) = (noted_deleted(private, member)?, info.state.messages);
                    let path = Path::attribute("force_destroy");
                    (now > shown).then(|| deletes_more_than_planned(member, shown, now, path))
                }));
                exist.push(Some(info));
            }
            Ok(None) => exist.push(None),
            Err(error) => diagnostics.push(failure(member, Crud::Delete, &error, prior)),
        }
    }
    match diagnostics.has_error() {
        true => Err(diagnostics),
        false => Ok(exist),
    }
}

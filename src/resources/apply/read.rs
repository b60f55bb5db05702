//! Reading the assets of an object.

use futures::future::join_all;

use crate::resources::apply::Operation;
use crate::resources::apply::asset::wait::{stalled, unsettled};
use crate::resources::messages::failure::failure;
use crate::resources::object::Object;
use crate::resources::object::common::{self, Crud};
use crate::resources::object::common_arguments::{fill_imported, follow_drift, is_imported};
use crate::resources::object::private_facts::{PrivateFact, keep_name};
use crate::resources::preflight::harmful_streams::warnings;
use crate::resources::preflight::survey::HarmfulStream;
use crate::resources::preflight::survey::requests::harmful_streams;
use crate::resources::session::DomainSession;
use crate::terraform::framework::private::Private;
use crate::terraform::framework::{Applied, Call};
use crate::terraform::language::{Diagnostics, Value};

/// What exists now. An asset that no longer exists has a null object; when none does, there is no state.
pub async fn read(
    object: &Object,
    session: &DomainSession,
    harmful: &'static [HarmfulStream],
    state: &Value,
    mut private: Private,
    call: &Call,
) -> Applied {
    let client = match session.client() {
        Ok(client) => client,
        Err(error) => return Applied::unchanged(state, private, error),
    };
    let scope = common::scope(state, Crud::Read, call);
    let operation = Operation {
        client: &client,
        scope: &scope,
        session,
        object,
        state,
    };
    let infos = join_all(object.members.iter().map(|member| async {
        let stream = member.stream();
        session.cache.stream(&client, &stream, &scope).await
    }));
    let harmful = harmful_streams(&client, session, harmful, &scope);
    let (infos, harmful) = futures::join!(infos, harmful);
    let mut read = state.clone();
    let mut diagnostics = Diagnostics::new();
    let mut deleted = true;
    let complete = infos.iter().all(|info| matches!(info, Ok(Some(_))));
    let unsettled = object.members.iter().zip(&infos).map(|(member, info)| {
        let operation = &operation;
        async move {
            match info {
                Ok(Some(info)) => unsettled(operation, member, info).await,
                _ => None,
            }
        }
    });
    let unsettled = join_all(unsettled).await;
    for (member, info) in object.members.iter().zip(infos) {
        let key = member.row.key;
        keep_name(&mut private, member);
        match info {
            Ok(Some(info)) => {
                deleted = false;
                let level = info.api_level().to_string();
                PrivateFact::ApiLevel.write(&mut private, key, Some(level));
                if is_imported(state) {
                    let found = Some("true".to_owned());
                    PrivateFact::FoundMetadata.write(&mut private, key, found);
                }
                // Right after an import nothing is known of it but perhaps its name.
                let known = state.attribute(key);
                let known = if known.attribute("created").is_null() {
                    &Value::Null
                } else {
                    known
                };
                let found = match is_imported(state) {
                    true => member.imported(&info),
                    false => member.object(&info, known),
                };
                read.set_attribute(key, found);
                // Without a source it receives nothing, which the next plan reports better.
                if complete {
                    diagnostics.extend(stalled(&operation, member, &info).await);
                }
            }
            Ok(None) => read.set_attribute(key, Value::Null),
            Err(error) => diagnostics.push(failure(member, Crud::Read, &error, state)),
        }
    }
    diagnostics.extend(unsettled.into_iter().flatten());
    match is_imported(state) {
        true => fill_imported(&object.members, &mut read),
        false => follow_drift(&object.members, &private, state, &mut read),
    }
    let deleted = deleted && !diagnostics.has_error();
    if !deleted {
        diagnostics.extend(warnings(&harmful));
    }
    Applied {
        state: (!deleted).then_some(read),
        private,
        diagnostics,
    }
}

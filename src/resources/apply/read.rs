//! Reading the assets of an object.

use futures::future::join_all;

use crate::jetstream::{Error, StreamInfo};
use crate::resources::apply::asset::wait::{stalled, unsettled};
use crate::resources::apply::{Operation, note_contents};
use crate::resources::messages::drift::disappearance;
use crate::resources::messages::failure::failure;
use crate::resources::object::Object;
use crate::resources::object::argument::common::{fill_imported, follow_drift, is_imported};
use crate::resources::object::common::{self, Crud};
use crate::resources::object::member::Member;
use crate::resources::object::owned_texts::OwnedTexts;
use crate::resources::object::private_facts::{
    Contents, keep_conditions, keep_name, keep_window, with_window,
};
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
    let is_import = is_imported(state);
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
    let found = infos.iter().map(|info| info.as_ref().ok()?.as_ref());
    let found: Vec<_> = match is_noted(object, &private, &infos) {
        true => found.collect(),
        false => Vec::new(),
    };
    let noted = note_contents(&operation, found, &mut private);
    let (unsettled, ()) = futures::join!(join_all(unsettled), noted);
    for (member, info) in object.members.iter().zip(infos) {
        let key = member.row.key;
        keep_name(&mut private, member);
        match info {
            Ok(Some(info)) => {
                deleted = false;
                keep_conditions(&mut private, member, &info);
                if is_import {
                    // Whether it is the server's choice nobody knows; what others change from now on is drift.
                    keep_window(&mut private, member, &info.config);
                }
                let member = &with_window(member.clone(), &private);
                // Right after an import nothing is known of it but perhaps its name.
                let known = state.attribute(key);
                let known = if known.attribute("created").is_null() {
                    &Value::Null
                } else {
                    known
                };
                let found = match is_import {
                    true => member.imported(&info),
                    false => member.object(&info, known),
                };
                note_texts_of_others(&mut private, member, (state, &found), is_import);
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
    match is_import {
        true => fill_imported(&object.members, &mut read),
        false => follow_drift(&object.members, &private, state, &mut read),
    }
    let deleted = deleted && !diagnostics.has_error();
    match deleted {
        // The plan that follows sees an object that was never there. Right after an import it was not.
        true => diagnostics.extend(disappearance(&known(object, state), object.members.len())),
        false => diagnostics.extend(warnings(&harmful)),
    }
    Applied {
        state: (!deleted).then_some(read),
        private,
        diagnostics,
    }
}

/// A description that differs from that of the state is another client's, and so is all that an import finds.
fn note_texts_of_others(
    private: &mut Private,
    member: &Member,
    (state, found): (&Value, &Value),
    is_import: bool,
) {
    let before = state.attribute(member.row.key).attribute("description");
    let owned = match is_import {
        true => OwnedTexts::default(),
        false if before == found.attribute("description") => return,
        false => OwnedTexts::of_prior(private, member, state).without_description(),
    };
    owned.write(private, member, found);
}

/// Whether contents are noted: a state of an earlier build stays as it is, to the byte, while there is nothing to lose.
fn is_noted(
    object: &Object,
    private: &Private,
    infos: &[Result<Option<StreamInfo>, Error>],
) -> bool {
    let mut members = object.members.iter();
    let was_noted = members.any(|member| Contents::noted(private, member).revisions.is_some());
    let mut infos = infos.iter().flatten().flatten();
    was_noted || infos.any(|info| info.state.messages > 0)
}

/// The assets that the state has, and has seen.
fn known<'o>(object: &'o Object, state: &Value) -> Vec<&'o Member> {
    let created = |member: &Member| state.attribute(member.row.key).attribute("created");
    let members = object.members.iter();
    members
        .filter(|member| !created(member).is_null())
        .collect()
}

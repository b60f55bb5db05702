//! Deleting the assets of an object: all of them, or none when one holds what is not to be lost.

use futures::future::join_all;

use crate::jetstream::{Client, Scope};
use crate::resources::apply::update::changed_since;
use crate::resources::messages::failure::{Attempt, failure};
use crate::resources::messages::remarks;
use crate::resources::object::common;
use crate::resources::object::member::Member;
use crate::resources::{Found, Outcome, Walk};
use crate::terraform::framework::private::Private;
use crate::terraform::framework::{Applied, Call};
use crate::terraform::language::{Diagnostics, Value};

impl Walk {
    /// Deletes every asset of the state. An asset that the state does not have is not touched.
    pub async fn delete(&self, prior: &Value, private: Private, call: &Call) -> Applied {
        if prior.attribute("skip_destroy").as_bool() == Some(true) {
            return Applied {
                state: None,
                private,
                diagnostics: Diagnostics::new(),
            };
        }
        let client = match self.session.client() {
            Ok(client) => client,
            Err(error) => return Applied::unchanged(prior, private, error),
        };
        let scope = common::scope(prior, "delete", call);
        let doomed = match self.before_delete(&client, prior, &scope).await {
            Ok(doomed) => doomed,
            Err(diagnostics) => return Applied::unchanged(prior, private, diagnostics),
        };
        let mut outcomes: Vec<Outcome> = doomed
            .iter()
            .map(|_| Outcome::quiet(Found::AsBefore))
            .collect();
        // What sources from others goes first.
        for stage in self.stages().into_iter().rev() {
            let gone = join_all(stage.iter().map(|place| {
                self.delete_one(
                    &client,
                    &self.members[*place],
                    prior,
                    doomed[*place],
                    &scope,
                )
            }))
            .await;
            for (place, outcome) in stage.into_iter().zip(gone) {
                outcomes[place] = outcome;
            }
            if outcomes.iter().any(Outcome::has_failed) {
                break;
            }
        }
        self.answer(prior, prior, private, outcomes)
    }

    /// Reads every asset before the first one is deleted.
    async fn before_delete(
        &self,
        client: &Client,
        prior: &Value,
        scope: &Scope,
    ) -> Result<Vec<bool>, Diagnostics> {
        let infos =
            join_all(self.members.iter().map(|member| async {
                self.session.stream(client, &member.stream(), scope).await
            }))
            .await;
        let mut diagnostics = Diagnostics::new();
        let mut doomed = Vec::new();
        for (member, info) in self.members.iter().zip(infos) {
            let known = prior.attribute(member.row.key);
            match info {
                Ok(Some(_)) if known.is_null() => doomed.push(false),
                Ok(Some(info))
                    if known
                        .attribute("created")
                        .as_str()
                        .is_some_and(|created| created != info.created) =>
                {
                    diagnostics.push(changed_since(member, "was deleted and made again"));
                }
                Ok(Some(info)) => {
                    diagnostics.extend(remarks::refuses_destroy(member, &info, prior));
                    doomed.push(true);
                }
                Ok(None) => doomed.push(false),
                Err(error) => diagnostics.push(failure(member, Attempt::Delete, &error, prior)),
            }
        }
        if diagnostics.has_error() {
            Err(diagnostics)
        } else {
            Ok(doomed)
        }
    }

    async fn delete_one(
        &self,
        client: &Client,
        member: &Member,
        prior: &Value,
        doomed: bool,
        scope: &Scope,
    ) -> Outcome {
        if !doomed {
            return Outcome::quiet(Found::Gone);
        }
        self.session.forget(&member.stream());
        match client.delete(&member.stream(), scope).await {
            Ok(_) => {
                self.session.recount();
                Outcome::quiet(Found::Gone)
            }
            Err(error) => {
                let found = if error.is_unknown_outcome() {
                    self.look_again(client, member, Found::AsBefore).await
                } else {
                    Found::AsBefore
                };
                Outcome::failed(found, failure(member, Attempt::Delete, &error, prior))
            }
        }
    }
}

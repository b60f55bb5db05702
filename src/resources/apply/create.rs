//! Making the assets of an object, or taking over those that exist if that was asked for.
//!
//! All are read before the first is made, so that an asset that exists stops the create before it did anything. A
//! create that fails takes back exactly what it made.

use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::Value as Json;

use crate::jetstream::{Client, Scope, StreamInfo};
use crate::resources::messages::failure::{Attempt, failure};
use crate::resources::object::common;
use crate::resources::object::member::Member;
use crate::resources::session::Sight;
use crate::resources::{Found, Outcome, Walk};
use crate::terraform::framework::private::Private;
use crate::terraform::framework::{Applied, Call};
use crate::terraform::language::{Diagnostic, Diagnostics, Path, Value};
use crate::text::capitalised;

/// Time to look again, and to take back what a failed create made, also when the user wants to stop.
const ROLLBACK: Duration = Duration::from_secs(15);

impl Walk {
    /// Makes every asset.
    pub async fn create(&self, planned: &Value, private: Private, call: &Call) -> Applied {
        let nothing = |diagnostics: Diagnostics| Applied {
            state: None,
            private: private.clone(),
            diagnostics,
        };
        let client = match self.session.client() {
            Ok(client) => client,
            Err(error) => return nothing(error.into()),
        };
        let scope = common::scope(planned, "create", call);
        let adopts = planned.attribute("adopt_existing").as_bool() == Some(true);
        let existing = match self.before_create(&client, planned, adopts, &scope).await {
            Ok(existing) => existing,
            Err(diagnostics) => return nothing(diagnostics),
        };
        let mut outcomes: Vec<Outcome> = existing
            .iter()
            .map(|_| Outcome::quiet(Found::Gone))
            .collect();
        for stage in self.stages() {
            let made = join_all(stage.iter().map(|place| {
                self.create_one(
                    &client,
                    &self.members[*place],
                    &existing[*place],
                    planned,
                    &scope,
                )
            }))
            .await;
            for (place, outcome) in stage.into_iter().zip(made) {
                outcomes[place] = outcome;
            }
            if outcomes.iter().any(Outcome::has_failed) {
                outcomes = self.take_back(&client, &existing, outcomes).await;
                break;
            }
        }
        self.answer(&Value::Null, planned, private, outcomes)
    }

    async fn before_create(
        &self,
        client: &Client,
        planned: &Value,
        adopts: bool,
        scope: &Scope,
    ) -> Result<Vec<Sight>, Diagnostics> {
        let infos = self.sights(client, &self.members, scope).await;
        let mut diagnostics = Diagnostics::new();
        let (mut existing, mut foreign) = (Vec::new(), Vec::new());
        for (member, info) in self.members.iter().zip(infos) {
            match info {
                Ok(Sight { info: Some(_), .. }) if !adopts => foreign.push(member),
                Ok(sight) => existing.push(sight),
                Err(error) => diagnostics.push(failure(member, Attempt::Create, &error, planned)),
            }
        }
        diagnostics.extend(self.exists(&foreign));
        if diagnostics.has_error() {
            Err(diagnostics)
        } else {
            Ok(existing)
        }
    }

    async fn create_one(
        &self,
        client: &Client,
        member: &Member,
        sight: &Sight,
        planned: &Value,
        scope: &Scope,
    ) -> Outcome {
        match &sight.info {
            Some(live) => {
                self.take_over(client, member, live.clone(), planned, scope)
                    .await
            }
            None => {
                let made = self.make(client, member, planned, 0, sight.asked, scope);
                tell_resurrected(member, made.await)
            }
        }
    }

    /// Makes one asset that was seen not to exist at `absent_since`; `former` is the last sequence of the stream that
    /// was there before, 0 if nobody knows.
    pub(crate) async fn make(
        &self,
        client: &Client,
        member: &Member,
        planned: &Value,
        former: u64,
        absent_since: Instant,
        scope: &Scope,
    ) -> Outcome {
        let mut config = member
            .wanted(planned.attribute(member.row.key))
            .new_stream();
        let beginning = self.beginning(client, member, former, scope).await;
        if let Some(first) = beginning {
            config.set("first_seq", Json::from(first));
        }
        self.session.forget(&member.stream());
        match client.create_absent(&config, absent_since, scope).await {
            Ok(created) => {
                let mut outcome = self
                    .settle(client, member, created.info, false, scope)
                    .await;
                if beginning.is_some() {
                    outcome = self
                        .forget_beginning(client, member, outcome, planned, scope)
                        .await;
                }
                outcome.ours = created.ours;
                outcome
            }
            Err(error) if error.is_exists() => self.in_the_way(member),
            Err(error) => {
                let diagnostic = failure(member, Attempt::Create, &error, planned);
                let found = if error.is_unknown_outcome() {
                    self.look_again(client, member, Found::Gone).await
                } else {
                    Found::Gone
                };
                // Nobody else made it within this call, as far as anybody can tell.
                Outcome {
                    ours: true,
                    ..Outcome::failed(found, diagnostic)
                }
            }
        }
    }

    /// What a stream is after something went wrong with it.
    pub(crate) async fn look_again(
        &self,
        client: &Client,
        member: &Member,
        otherwise: Found,
    ) -> Found {
        let scope = Scope::new(ROLLBACK, Call::default().stop);
        match self.session.stream(client, &member.stream(), &scope).await {
            Ok(Some(info)) => Found::Stream(Box::new(info)),
            Ok(None) => Found::Gone,
            Err(_) => otherwise,
        }
    }

    /// Deletes what a failed create made itself, as long as nobody wrote into it. What was there before stays.
    async fn take_back(
        &self,
        client: &Client,
        existing: &[Sight],
        outcomes: Vec<Outcome>,
    ) -> Vec<Outcome> {
        let scope = &Scope::new(ROLLBACK, Call::default().stop);
        let each = self.members.iter().zip(existing).zip(outcomes);
        join_all(each.map(|((member, existing), outcome)| async move {
            match &outcome.found {
                // It was there before and stays, without being in the state.
                _ if existing.info.is_some() => Outcome {
                    found: Found::Gone,
                    ..outcome
                },
                Found::Stream(made) => {
                    let created = made.created.clone();
                    self.take_back_one(client, member, &created, outcome, scope)
                        .await
                }
                _ => outcome,
            }
        }))
        .await
    }

    async fn take_back_one(
        &self,
        client: &Client,
        member: &Member,
        created: &str,
        outcome: Outcome,
        scope: &Scope,
    ) -> Outcome {
        let Outcome {
            ours,
            mut diagnostics,
            ..
        } = outcome;
        // A stream that sources is filled by the server, not by somebody who relies on it.
        let unused = |messages: u64| messages == 0 || !member.row.sources().is_empty();
        let found = match self.session.stream(client, &member.stream(), scope).await {
            Ok(None) => Found::Gone,
            Ok(Some(info)) if ours && info.created == created && unused(info.state.messages) => {
                self.session.forget(&member.stream());
                match client.delete(&member.stream(), scope).await {
                    Ok(_) => Found::Gone,
                    Err(error) => {
                        diagnostics.push(failure(member, Attempt::Delete, &error, &Value::Null));
                        Found::Stream(Box::new(info))
                    }
                }
            }
            Ok(Some(info)) => Found::Stream(Box::new(info)),
            Err(error) => {
                diagnostics.push(failure(member, Attempt::Read, &error, &Value::Null));
                Found::AsBefore
            }
        };
        if matches!(found, Found::Stream(_)) {
            diagnostics.push(stays(member));
        }
        Outcome {
            diagnostics,
            ..Outcome::quiet(found)
        }
    }
}

/// Warns of older messages in a new asset.
pub(crate) fn tell_resurrected(member: &Member, mut outcome: Outcome) -> Outcome {
    if let Found::Stream(info) = &outcome.found
        && is_resurrected(member, info)
    {
        outcome.diagnostics.push(resurrected(member));
    }
    outcome
}

/// It is new, and what it holds is older. Where it imports from others, that is only what they hold.
pub(crate) fn is_resurrected(member: &Member, info: &StreamInfo) -> bool {
    member.row.sources().is_empty() && info.holds_older_messages()
}

/// Seen on nats-server 2.10 to 2.15: a file store that was deleted twice within a moment leaves its blocks to the next.
fn resurrected(member: &Member) -> Diagnostic {
    let stream = member.stream();
    let summary = format!(
        "{} is new and holds older messages",
        capitalised(&member.title())
    );
    let detail = format!(
        "The server has brought back what a deleted stream of the same name held, which it may do when one is deleted and made again within a moment. Look at it (`nats stream info {stream}`), and purge it if you do not want them (`nats stream purge {stream}`)."
    );
    Diagnostic::warning(summary, detail).at(Path::attribute(member.row.key))
}

fn stays(member: &Member) -> Diagnostic {
    Diagnostic::warning(
        format!("{} was made and stays", capitalised(&member.title())),
        "The create failed, and this part of it could not be deleted again, or somebody has written into it already. It is in the state, which Terraform marks as tainted: the next apply replaces it, or, after `terraform untaint <address>`, keeps it and makes what is missing.",
    )
}

//! The walk over the assets of one object: refresh all, compare all, create or change all, destroy all, and keep what
//! was achieved when one fails. It exists once; a resource says only which assets it has and how its attributes fill them.
//!
//! A newcomer would get this wrong: an error from a create makes Terraform taint the object and destroy it at the next
//! apply. So a create that fails takes back what it made itself, and only what it cannot take back stays in the state.

pub mod argument;
pub mod asset;
pub mod common;
pub mod diagnose;
pub mod lattice_buckets;
pub mod plan;
pub mod preflight;
pub mod session;

use std::time::{Duration, Instant};

use futures::future::join_all;

use crate::framework::private::Private;
use crate::framework::{Applied, Call};
use crate::jetstream::{Change, Client, Effect, Error, Scope, StreamInfo};
use crate::resources::asset::{Member, retired_keys};
use crate::resources::diagnose::{Attempt, capitalised, failure};
use crate::resources::session::{Session, Sight};
use crate::terraform::{Diagnostic, Diagnostics, Path, Value};

/// Time to take back what a failed create made, also when the user wants to stop.
const ROLLBACK: Duration = Duration::from_secs(15);

/// The assets of one object, and the way to the server.
pub struct Walk<'a> {
    /// What the provider shares.
    pub session: &'a Session,
    /// The assets, in the order of the docs.
    pub members: Vec<Member>,
}

/// What is known of one asset after something was tried with it.
enum Found {
    /// It exists like this.
    Stream(Box<StreamInfo>),
    /// It does not exist.
    Gone,
    /// Nobody knows; the state stays as it was.
    AsBefore,
}

/// One asset after an attempt.
struct Outcome {
    found: Found,
    /// Whether it was made in this call, by us and nobody else.
    ours: bool,
    diagnostics: Diagnostics,
}

impl Outcome {
    fn stream(info: StreamInfo) -> Self {
        Self::quiet(Found::Stream(Box::new(info)))
    }

    fn quiet(found: Found) -> Self {
        Self {
            found,
            ours: false,
            diagnostics: Diagnostics::new(),
        }
    }

    fn failed(found: Found, diagnostic: Diagnostic) -> Self {
        Self {
            diagnostics: diagnostic.into(),
            ..Self::quiet(found)
        }
    }
}

impl Walk<'_> {
    /// What exists now. An asset that is gone has a null object; when all are gone, so is the state.
    pub async fn read(&self, state: &Value, private: Private, call: &Call) -> Applied {
        let client = match self.session.client() {
            Ok(client) => client,
            Err(error) => return Applied::unchanged(state, private, error),
        };
        let scope = common::scope(state, "read", call);
        let infos =
            join_all(self.members.iter().map(|member| async {
                self.session.stream(&client, &member.stream(), &scope).await
            }))
            .await;
        let mut read = state.clone();
        let mut diagnostics = Diagnostics::new();
        let mut gone = true;
        for (member, info) in self.members.iter().zip(infos) {
            let known = state.attribute(member.row.key);
            match info {
                Ok(Some(info)) => {
                    gone = false;
                    read.set_attribute(member.row.key, member.object(&info, known));
                }
                Ok(None) => read.set_attribute(member.row.key, Value::Null),
                Err(error) => diagnostics.push(failure(member, Attempt::Read, &error, state)),
            }
        }
        common::fill_from_members(&mut read, &self.members);
        let gone = gone && !diagnostics.has_error();
        Applied {
            state: (!gone).then_some(read),
            private,
            diagnostics,
        }
    }

    /// Makes every asset, or takes over those that exist if that was asked for.
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
        let outcomes = join_all(
            self.members
                .iter()
                .zip(&existing)
                .map(|(member, sight)| async {
                    match &sight.info {
                        Some(live) => {
                            self.converge(
                                &client,
                                member,
                                live.clone(),
                                &Value::Null,
                                planned,
                                &scope,
                            )
                            .await
                        }
                        None => {
                            self.make(&client, member, planned, sight.asked, &scope)
                                .await
                        }
                    }
                }),
        )
        .await;
        let failed = outcomes
            .iter()
            .any(|outcome| outcome.diagnostics.has_error());
        let outcomes = if failed {
            self.take_back(&client, &existing, outcomes).await
        } else {
            outcomes
        };
        self.answer(&Value::Null, planned, private, outcomes, failed)
    }

    /// Changes every asset that differs from what was planned; makes those that are missing.
    pub async fn update(
        &self,
        prior: &Value,
        planned: &Value,
        private: Private,
        call: &Call,
    ) -> Applied {
        let client = match self.session.client() {
            Ok(client) => client,
            Err(error) => return Applied::unchanged(prior, private, error),
        };
        let scope = common::scope(planned, "update", call);
        let outcomes = join_all(
            self.members
                .iter()
                .map(|member| self.update_one(&client, member, prior, planned, &scope)),
        )
        .await;
        let failed = outcomes
            .iter()
            .any(|outcome| outcome.diagnostics.has_error());
        self.answer(prior, planned, private, outcomes, failed)
    }

    /// Deletes every asset of the state, or none if one holds what is not to be lost.
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
        let outcomes = join_all(
            self.members
                .iter()
                .zip(doomed)
                .map(|(member, doomed)| self.delete_one(&client, member, prior, doomed, &scope)),
        )
        .await;
        let failed = outcomes
            .iter()
            .any(|outcome| outcome.diagnostics.has_error());
        let mut answer = self.answer(prior, prior, private, outcomes, true);
        if !failed {
            answer.state = None;
        }
        answer
    }

    /// Reads every asset before the first one is made: an asset that exists stops the create before it did anything.
    async fn before_create(
        &self,
        client: &Client,
        planned: &Value,
        adopts: bool,
        scope: &Scope,
    ) -> Result<Vec<Sight>, Diagnostics> {
        let infos = join_all(self.members.iter().map(|member| async {
            self.session
                .stream_just_now(client, &member.stream(), scope)
                .await
        }))
        .await;
        let mut diagnostics = Diagnostics::new();
        let mut existing = Vec::new();
        for (member, info) in self.members.iter().zip(infos) {
            match info {
                Ok(Sight { info: Some(_), .. }) if !adopts => {
                    diagnostics.push(preflight::exists(member, planned))
                }
                Ok(sight) => existing.push(sight),
                Err(error) => diagnostics.push(failure(member, Attempt::Create, &error, planned)),
            }
        }
        if diagnostics.has_error() {
            Err(diagnostics)
        } else {
            Ok(existing)
        }
    }

    async fn make(
        &self,
        client: &Client,
        member: &Member,
        planned: &Value,
        absent_since: Instant,
        scope: &Scope,
    ) -> Outcome {
        let config = member
            .wanted(planned.attribute(member.row.key))
            .new_stream();
        self.session.forget(&member.stream());
        match client.create_absent(&config, absent_since, scope).await {
            Ok(created) => Outcome {
                ours: created.ours,
                ..self.settle(client, member, created.info, scope).await
            },
            Err(error) if error.is_exists() => {
                Outcome::failed(Found::Gone, preflight::exists(member, planned))
            }
            Err(error) => {
                let diagnostic = failure(member, Attempt::Create, &error, planned);
                let found = if error.is_unknown_outcome() {
                    self.look_again(client, member, Found::Gone).await
                } else {
                    Found::Gone
                };
                Outcome::failed(found, diagnostic)
            }
        }
    }

    /// Waits until all replicas hold everything. That they do not is no failure: the configuration is as planned.
    async fn settle(
        &self,
        client: &Client,
        member: &Member,
        info: StreamInfo,
        scope: &Scope,
    ) -> Outcome {
        let replicas = info
            .config
            .get("num_replicas")
            .and_then(serde_json::Value::as_u64)
            .unwrap_or(1);
        let clustered = info
            .cluster
            .as_ref()
            .is_some_and(|cluster| cluster.desired || !cluster.replicas.is_empty());
        if replicas < 2 && !clustered {
            return Outcome::stream(info);
        }
        match client
            .wait_current(
                &member.stream(),
                usize::try_from(replicas).unwrap_or(1),
                scope,
            )
            .await
        {
            Ok(settled) => Outcome::stream(settled),
            Err(error) => {
                let summary = format!("Replicas of {} are not all current yet", member.title());
                let detail = format!(
                    "The server has taken the configuration with {replicas} replicas, but until now not every replica holds all data. {error} `nats stream info {}` shows the state.",
                    member.stream()
                );
                Outcome::failed(
                    Found::Stream(Box::new(info)),
                    Diagnostic::warning(summary, detail),
                )
            }
        }
    }

    async fn update_one(
        &self,
        client: &Client,
        member: &Member,
        prior: &Value,
        planned: &Value,
        scope: &Scope,
    ) -> Outcome {
        let (before, after) = (
            prior.attribute(member.row.key),
            planned.attribute(member.row.key),
        );
        if before == after {
            return Outcome::quiet(Found::AsBefore);
        }
        let sight = match self
            .session
            .stream_just_now(client, &member.stream(), scope)
            .await
        {
            Ok(sight) => sight,
            Err(error) => {
                return Outcome::failed(
                    Found::AsBefore,
                    failure(member, Attempt::Update, &error, planned),
                );
            }
        };
        let adopts = planned.attribute("adopt_existing").as_bool() == Some(true);
        match sight.info {
            None if before.is_null() => {
                self.make(client, member, planned, sight.asked, scope).await
            }
            None => Outcome::failed(Found::Gone, changed_since(member, "was deleted")),
            Some(info) if before.is_null() && !adopts => Outcome::failed(
                Found::Stream(Box::new(info)),
                preflight::exists(member, planned),
            ),
            Some(info)
                if after
                    .attribute("created")
                    .as_str()
                    .is_some_and(|created| created != info.created) =>
            {
                Outcome::failed(
                    Found::Stream(Box::new(info)),
                    changed_since(member, "was deleted and made again"),
                )
            }
            Some(info) => {
                self.converge(client, member, info, before, planned, scope)
                    .await
            }
        }
    }

    /// Brings an existing stream to what was planned, in place.
    async fn converge(
        &self,
        client: &Client,
        member: &Member,
        live: StreamInfo,
        before: &Value,
        planned: &Value,
        scope: &Scope,
    ) -> Outcome {
        let after = planned.attribute(member.row.key);
        let kept = after.attribute("drift");
        let wanted = member.wanted(after);
        let mut changes = wanted.changes(&live.config, &retired_keys(before, after));
        changes.retain(|change| {
            !(kept.is_unknown() && refused_drift(member, change))
                && kept.attribute(&change.key).is_null()
        });
        if let Some(change) = changes
            .iter()
            .find(|change| matches!(change.effect, Effect::Refused(_)))
        {
            let diagnostic = match member.argument(&change.key) {
                Some(_) => plan::refused(member, change, planned),
                None => plan::unforeseen(member, change),
            };
            return Outcome::failed(Found::Stream(Box::new(live)), diagnostic);
        }
        let mut outcome = Outcome::stream(live);
        for step in steps(changes) {
            let Found::Stream(info) = outcome.found else {
                break;
            };
            let overlay: Vec<_> = step
                .iter()
                .map(|change| (change.key.as_str(), change.desired.clone()))
                .collect();
            self.session.forget(&member.stream());
            let moves = step
                .iter()
                .any(|change| matches!(change.key.as_str(), "num_replicas" | "placement"));
            match client.update(&info.config.overlaid(&overlay), scope).await {
                Ok(info) if moves => {
                    let settled = self.settle(client, member, info, scope).await;
                    outcome.found = settled.found;
                    outcome.diagnostics.extend(settled.diagnostics);
                }
                Ok(info) => outcome.found = Found::Stream(Box::new(info)),
                Err(error) => {
                    outcome
                        .diagnostics
                        .push(failure(member, Attempt::Update, &error, planned));
                    outcome.found = self.look_again(client, member, Found::Stream(info)).await;
                    break;
                }
            }
        }
        outcome
    }

    /// What a stream is after something went wrong with it.
    async fn look_again(&self, client: &Client, member: &Member, otherwise: Found) -> Found {
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
        let scope = Scope::new(ROLLBACK, Call::default().stop);
        join_all(self.members.iter().zip(existing).zip(outcomes).map(
            |((member, existing), outcome)| {
                let scope = &scope;
                async move {
                    match &outcome.found {
                        // It was there before and stays, without being in the state.
                        _ if existing.info.is_some() => Outcome {
                            found: Found::Gone,
                            ..outcome
                        },
                        Found::Stream(made) => {
                            let (created, ours) = (made.created.clone(), outcome.ours);
                            self.take_back_one(
                                client,
                                member,
                                created,
                                ours,
                                outcome.diagnostics,
                                scope,
                            )
                            .await
                        }
                        _ => outcome,
                    }
                }
            },
        ))
        .await
    }

    async fn take_back_one(
        &self,
        client: &Client,
        member: &Member,
        created: String,
        ours: bool,
        mut diagnostics: Diagnostics,
        scope: &Scope,
    ) -> Outcome {
        let found = match self.session.stream(client, &member.stream(), scope).await {
            Ok(None) => Found::Gone,
            Ok(Some(info)) if ours && info.created == created && info.state.messages == 0 => {
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
        if !matches!(found, Found::Gone) {
            let summary = format!("{} was made and stays", capitalised(&member.title()));
            diagnostics.push(Diagnostic::warning(
                summary,
                "The create failed, and this part of it could not be deleted again, or somebody has written into it already. It is in the state, which Terraform marks as tainted: the next apply replaces it, or, after `terraform untaint <address>`, keeps it and makes what is missing.",
            ));
        }
        Outcome {
            diagnostics,
            ..Outcome::quiet(found)
        }
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
                    diagnostics.extend(preflight::refuses_destroy(member, &info, prior));
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
            Ok(_) => Outcome::quiet(Found::Gone),
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

    /// The state that exists now, with everything that was said on the way.
    fn answer(
        &self,
        prior: &Value,
        planned: &Value,
        mut private: Private,
        outcomes: Vec<Outcome>,
        failed: bool,
    ) -> Applied {
        let mut state = planned.clone();
        let mut diagnostics = Diagnostics::new();
        for (member, outcome) in self.members.iter().zip(outcomes) {
            let key = member.row.key;
            let (before, after) = (prior.attribute(key), planned.attribute(key));
            let like = if failed && !before.is_null() {
                before
            } else {
                after
            };
            let object = match outcome.found {
                Found::Stream(info) => {
                    private.set_fact(&plan::made(key), Some(info.created.clone()));
                    member.object(&info, like)
                }
                Found::Gone => Value::Null,
                Found::AsBefore => before.clone(),
            };
            state.set_attribute(key, object);
            diagnostics.extend(outcome.diagnostics);
        }
        let gone = self
            .members
            .iter()
            .all(|member| state.attribute(member.row.key).is_null());
        Applied {
            state: (!gone).then_some(state),
            private,
            diagnostics,
        }
    }
}

/// A difference that has no argument and that the server does not change back.
fn refused_drift(member: &Member, change: &Change) -> bool {
    member.argument(&change.key).is_none() && matches!(change.effect, Effect::Refused(_))
}

/// Changes of one update each: the server refuses a scale and a move at once (JetStream 10123). The move comes while
/// there are fewer replicas, since each placement need only have room for the replicas that are planned with it.
fn steps(changes: Vec<Change>) -> Vec<Vec<Change>> {
    let scale = changes.iter().find(|change| change.key == "num_replicas");
    let grows = scale.is_some_and(|scale| scale.desired.as_u64() > scale.live.as_u64());
    let scales = scale.is_some();
    let (moves, rest): (Vec<_>, Vec<_>) = changes
        .into_iter()
        .partition(|change| scales && change.key == "placement");
    let order = if grows { [moves, rest] } else { [rest, moves] };
    order.into_iter().filter(|step| !step.is_empty()).collect()
}

fn changed_since(member: &Member, what: &str) -> Diagnostic {
    let summary = format!(
        "{} {what} after the plan was made",
        capitalised(&member.title())
    );
    Diagnostic::error(summary, format!("What the plan said of stream {} is no longer true, so nothing was done to it. Plan again.", member.stream())).at(Path::attribute(member.row.key))
}

/// Whether an error says that nobody could be asked, which a plan survives.
pub(crate) fn is_away(error: &Error) -> bool {
    error.is_unreachable() || error.is_timeout() || error.is_transient()
}

//! What only the server knows, asked while planning: whether an apply would be refused, and what it would lose.
//!
//! Adds words to a plan, never values. A server that cannot be reached is a warning here, because it may be made by
//! the same apply; a server that answers "no" is an error. The questions are in `questions`; here are the words.

pub mod survey;
pub mod permissions;
pub mod account_limits;
pub mod cluster_size;
pub mod server_version;
pub mod subject_overlap;
pub mod object_conflicts;
pub mod adoption;
pub mod advice;

use std::sync::Arc;

use crate::jetstream::{Client, Error, OperationKind, Scope, StreamInfo};
use crate::resources::messages::costs::{self, Costly};
use crate::resources::messages::failure::{Attempt, failure, no_way_to_ask};
use crate::resources::messages::remarks;
use crate::resources::object::common;
use crate::resources::object::member::Member;
use crate::resources::preflight::survey::{Answers, Asked, may_all};
use crate::resources::session::Sight;
use crate::resources::{Walk, is_away};
use crate::terraform::framework::{Action, Call, Plan};
use crate::terraform::language::{Diagnostic, Diagnostics, Path, Value};
use crate::text::capitalised;

impl Walk {
    /// Says what must be known about a planned create or update, and asks the server what only it knows.
    pub(crate) async fn preflight(&self, plan: &mut Plan, costly: Vec<Costly>, call: &Call) {
        let deeds = self.deeds(plan);
        let members: Vec<_> = deeds.iter().map(|(member, _)| *member).collect();
        let advice = advice::always(&members, plan);
        let mut said = Diagnostics::new();
        let acts = !deeds.is_empty() || !plan.requires_replace.is_empty();
        match self.session.client_if_known() {
            Some(client) if acts => {
                let scope = common::scope(&plan.planned, "read", call);
                let answers = self.ask(&client, plan, &costly, &deeds, &scope).await;
                let words = self.judge(&client, plan, &costly, answers, &scope).await;
                said.extend(words);
            }
            _ => {
                for member in &self.members {
                    said.extend(costs::unasked(member, &costly, &plan.config));
                }
            }
        }
        // What is refused anyway needs no advice.
        if !said.has_error() {
            said.extend(advice);
        }
        plan.diagnostics.extend(said);
    }

    async fn judge(
        &self,
        client: &Client,
        plan: &Plan,
        costly: &[Costly],
        answers: Answers<'_>,
        scope: &Scope,
    ) -> Diagnostics {
        let members: Vec<_> = answers.assets.iter().map(|asked| asked.member).collect();
        let site = client.server_info();
        let mut said = answers.harm;
        if let Some(site) = &site {
            said.extend(server_version::refused(&members, site, client, plan));
        }
        let denied = denials(&answers.allowed, &answers.assets);
        let account = answers
            .account
            .as_ref()
            .and_then(|account| account.as_ref().err());
        let owners = answers
            .owners
            .iter()
            .filter_map(|asked| asked.answer.as_ref().err());
        let seen: Vec<_> = answers.assets.iter().chain(&answers.doomed).collect();
        let kept = undeletable(&answers.deletable, &seen);
        said.extend(permissions::missing(
            denied.chain(kept).chain(account).chain(owners),
            client.server(),
        ));
        let answered =
            self.judge_assets(client, plan, costly, &answers.assets, &answers.lost, scope);
        said.extend(answered.await);
        said.extend(replaced(&answers.doomed, &plan.prior));
        let unanswered = |asked: &Asked<'_, Sight>| asked.answer.is_err();
        if said.has_error() || answers.assets.iter().any(unanswered) {
            return said;
        }
        if let Some(site) = &site {
            said.extend(cluster_size::refused(&members, site, client, plan));
            said.extend(cluster_size::advised(&members, site, plan));
        }
        if let Some(Ok(account)) = &answers.account {
            self.plan_room(&answers.assets, &answers.doomed, plan);
            said.extend(self.judge_room(&members, account, plan));
        }
        said.extend(self.overlaps(&answers.owners));
        said
    }

    /// Says of each asset what becomes of it.
    async fn judge_assets(
        &self,
        client: &Client,
        plan: &Plan,
        costly: &[Costly],
        assets: &[Asked<'_, Sight>],
        lost: &[Option<u64>],
        scope: &Scope,
    ) -> Diagnostics {
        let mut said = Diagnostics::new();
        let mut foreign = Vec::new();
        for Asked { member, answer, .. } in assets {
            match answer.as_ref().map(|sight| sight.info.as_ref()) {
                Ok(info) if self.is_foreign(member, info, plan) => foreign.push(*member),
                Ok(None) => {}
                Ok(Some(info)) if !self.has(member, plan) => {
                    said.extend(self.adoption(client, member, info, plan, scope).await);
                }
                Ok(Some(info)) if plan.change == Action::Create => {
                    said.extend(remarks::refuses_destroy(member, info, &plan.planned));
                }
                Ok(Some(info)) => said.extend(costs::costs(member, info, plan, costly, lost)),
                Err(error) => {
                    said.push(unanswered(member, error, &plan.config));
                    said.extend(costs::unasked(member, costly, &plan.config));
                }
            }
        }
        said.extend(self.exists(&foreign));
        said
    }

    /// Whether somebody else's stream stands where one would be made, and is not to be taken over.
    fn is_foreign(&self, member: &Member, info: Option<&StreamInfo>, plan: &Plan) -> bool {
        let adopts = plan.planned.attribute("adopt_existing").as_bool() == Some(true);
        info.is_some() && !adopts && !self.has(member, plan)
    }

    /// Whether the object has it already, under this name.
    fn has(&self, member: &Member, plan: &Plan) -> bool {
        let former = Arc::ptr_eq(&self.session, &self.former_session)
            && self
                .former
                .iter()
                .any(|former| former.stream() == member.stream());
        let in_state = former && !plan.prior.attribute(member.row.key).is_null();
        // A tainted object is planned as a create while its assets still exist: they go first.
        in_state || plan.change == Action::Create && self.session.owns(&member.stream())
    }

    /// Says what a destroy loses, or why it will be refused.
    pub async fn plan_destroy(&self, prior: &Value, call: &Call) -> Diagnostics {
        if let Some(contradiction) = self.claim_destroyed(prior) {
            return contradiction.into();
        }
        let Some(client) = self.session.client_if_known() else {
            return Diagnostics::new();
        };
        let scope = common::scope(prior, "read", call);
        let doomed: Vec<_> = existing(&self.members, prior);
        if prior.attribute("skip_destroy").as_bool() == Some(true) {
            return left(&doomed).into();
        }
        let deeds: Vec<_> = doomed
            .iter()
            .map(|member| (*member, OperationKind::Delete))
            .collect();
        let (seen, deletable) = futures::join!(
            self.seen(&client, &deeds, &scope),
            may_all(&client, deeds.iter().copied(), &scope),
        );
        let mut said = Diagnostics::new();
        said.extend(permissions::missing(
            undeletable(&deletable, &seen.iter().collect::<Vec<_>>()),
            client.server(),
        ));
        said.extend(replaced(&seen, prior));
        said
    }

    /// Assets are on the server and not in the state.
    pub(crate) fn exists(&self, members: &[&Member]) -> Option<Diagnostic> {
        let id = &self.import_id;
        let (summary, these, them) = match members {
            [] => return None,
            [member] => (
                format!("{} exists already", capitalised(&member.title())),
                format!("Stream {} is", member.stream()),
                "it",
            ),
            many => {
                let streams: Vec<_> = many.iter().map(|member| member.stream()).collect();
                let summary = match (many.len(), self.members.len()) {
                    (2, 2) => "Both buckets exist already".to_owned(),
                    (some, all) => format!("{some} of {all} buckets and streams exist already"),
                };
                (
                    summary,
                    format!("The streams {} are", streams.join(", ")),
                    "them",
                )
            }
        };
        let as_is = if them == "it" { "it is" } else { "they are" };
        let singleton = self.singleton;
        let detail = format!(
            "{these} on the server and not in Terraform's state. To manage {them} as {as_is}, import: `terraform import <address> {id}`, or an `import` block with id {id:?}. To take {them} over with the contents and change in place what differs, set `adopt_existing = true`.{singleton}",
        );
        Some(Diagnostic::error(summary, detail).at(self.identity.clone()))
    }

    /// Streams that harm the object's users, said once in a run of Terraform. They are looked for by name, because
    /// nobody is allowed to ask about a stream that hardly anybody has.
    pub(crate) async fn harm(&self, client: &Client, scope: &Scope) -> Diagnostics {
        let mut said = Diagnostics::new();
        if self.harmful.is_empty() {
            return said;
        }
        let names = match self.session.names(client, scope).await {
            Ok(names) => names,
            Err(error) => {
                tracing::debug!(%error, "stream names are not readable");
                return said;
            }
        };
        for (stream, what) in self.harmful {
            if !names.iter().any(|name| name == stream) || !self.session.first_said(stream) {
                continue;
            }
            let holds = match self.session.stream_just_now(client, stream, scope).await {
                Ok(Sight { info: None, .. }) => continue,
                Ok(Sight {
                    info: Some(info), ..
                }) => format!("It holds {}. ", remarks::messages(&info)),
                Err(error) => {
                    tracing::debug!(%error, stream, "cannot be read");
                    String::new()
                }
            };
            let summary = format!("Stream {stream} is in the account");
            let detail = format!("{holds}{}", what.replace("{}", stream));
            said.push(Diagnostic::warning(summary, detail));
        }
        said
    }
}

/// The assets that a state has.
pub(crate) fn existing<'m>(members: &'m [Member], state: &Value) -> Vec<&'m Member> {
    let members = members.iter();
    members
        .filter(|member| !state.attribute(member.row.key).is_null())
        .collect()
}

/// Says what goes with the object whose place another takes.
fn replaced(doomed: &[Asked<'_, Sight>], prior: &Value) -> Diagnostics {
    let members: Vec<_> = doomed.iter().map(|asked| asked.member).collect();
    if members.is_empty() {
        return Diagnostics::new();
    }
    if prior.attribute("skip_destroy").as_bool() == Some(true) {
        return left(&members).into();
    }
    let infos = doomed.iter().map(|asked| {
        let info = asked.answer.as_ref().map(|sight| sight.info.clone());
        (asked.member, info.map_err(Clone::clone))
    });
    judge_doomed(infos, prior)
}

/// Says of each asset that goes what is lost with it.
fn judge_doomed<'m>(
    doomed: impl Iterator<Item = (&'m Member, Result<Option<StreamInfo>, Error>)>,
    prior: &Value,
) -> Diagnostics {
    let mut said = Diagnostics::new();
    for (member, info) in doomed {
        match info {
            Ok(Some(info)) => said.extend(
                remarks::refuses_destroy(member, &info, prior)
                    .or_else(|| remarks::destroys(member, &info)),
            ),
            Ok(None) => {}
            Err(error) => said.push(unanswered(member, &error, prior)),
        }
    }
    said
}

fn left(members: &[&Member]) -> Diagnostic {
    let streams: Vec<_> = members.iter().map(|member| member.stream()).collect();
    let detail = format!(
        "`skip_destroy` is set: Terraform forgets {} and leaves them as they are.",
        streams.join(", ")
    );
    Diagnostic::warning("Nothing is deleted on the server", detail)
        .at(Path::attribute("skip_destroy"))
}

/// What the user may not do, of what is really done: an asset that exists is not made, and one that does not is not
/// changed.
fn denials<'a>(
    allowed: &'a [Asked<'_, ()>],
    assets: &'a [Asked<'_, Sight>],
) -> impl Iterator<Item = &'a Error> {
    let happens = |asked: &Asked<'_, ()>| {
        let seen = assets
            .iter()
            .find(|seen| seen.member.row.key == asked.member.row.key);
        let exists = seen
            .and_then(|seen| seen.answer.as_ref().ok())
            .is_some_and(|sight| sight.info.is_some());
        let twice = allowed
            .iter()
            .filter(|other| other.member.row.key == asked.member.row.key)
            .count()
            > 1;
        !twice || exists == (asked.deed == OperationKind::Update)
    };
    allowed
        .iter()
        .filter(move |asked| happens(asked))
        .filter_map(|asked| asked.answer.as_ref().err())
}

/// What the user may not delete, of what is there.
fn undeletable<'a>(
    deletable: &'a [Asked<'_, ()>],
    seen: &[&Asked<'_, Sight>],
) -> impl Iterator<Item = &'a Error> {
    let is_there = |stream: String| {
        seen.iter()
            .filter_map(|seen| seen.answer.as_ref().ok()?.info.as_ref())
            .any(|info| info.config.name() == stream)
    };
    let kept: Vec<_> = deletable
        .iter()
        .filter(|asked| is_there(asked.member.stream()))
        .filter_map(|asked| asked.answer.as_ref().err())
        .collect();
    kept.into_iter()
}

fn unanswered(member: &Member, error: &Error, config: &Value) -> Diagnostic {
    if !is_away(error) {
        return failure(member, Attempt::Read, error, config);
    }
    if error.is_of_the_connection() {
        let Diagnostic { detail, .. } = no_way_to_ask(error);
        return Diagnostic::warning(
            "The plan was not checked on the server",
            format!("It stands, but whether the server would accept it is not known. {detail}"),
        );
    }
    let summary = format!(
        "{} was not checked on the server",
        capitalised(&member.title())
    );
    Diagnostic::warning(
        summary,
        format!("The plan stands, but whether the server would accept it is not known. {error}"),
    )
}

//! What only the server knows, asked while planning: whether an apply would be refused, and what it would lose.
//!
//! Adds words to a plan, never values. A server that cannot be reached is a warning here, because it may be made by
//! the same apply; a server that answers "no" is an error.

use std::sync::Arc;

use futures::future::join_all;

use crate::framework::{Call, Change as Step, Plan};
use crate::jetstream::{Change, Client, Effect, Error, Scope, StreamInfo};
use crate::resources::asset::Member;
use crate::resources::changes::Changes;
use crate::resources::costs::{self, Costly};
use crate::resources::diagnose::{Attempt, capitalised, failure, no_way_to_ask};
use crate::resources::{Walk, common, is_away, plan, remarks};
use crate::terraform::{Diagnostic, Diagnostics, Path, Value};

impl Walk {
    /// Asks the server about a planned create or update.
    pub(super) async fn preflight(&self, plan: &mut Plan, costly: Vec<Costly>, call: &Call) {
        let Some(client) = self.session.client_if_known() else {
            for member in &self.members {
                let words = costs::unasked(member, &costly, &plan.config);
                plan.diagnostics.extend(words);
            }
            return;
        };
        let scope = common::scope(&plan.planned, "read", call);
        let named = self.members.iter().all(|member| member.name.is_some());
        let (mut said, answered) = match named {
            true => self.preflight_each(&client, plan, &costly, &scope).await,
            false => (Diagnostics::new(), true),
        };
        if answered && !plan.requires_replace.is_empty() {
            said.extend(self.formerly().plan_destroy(&plan.prior, call).await);
        }
        if answered && named && !said.has_error() {
            let (capacity, overlaps) = futures::join!(
                self.capacity(&client, plan, &scope),
                self.overlaps(&client, plan, &scope)
            );
            said.extend(capacity);
            said.extend(overlaps);
        }
        plan.diagnostics.extend(said);
    }

    /// Looks at every asset; also says whether the server answered.
    async fn preflight_each(
        &self,
        client: &Client,
        plan: &Plan,
        costly: &[Costly],
        scope: &Scope,
    ) -> (Diagnostics, bool) {
        let infos = self.sights(client, &self.members, scope);
        let (infos, mut said) = futures::join!(infos, self.harm(client, scope));
        let mut foreign = Vec::new();
        for (member, info) in self.members.iter().zip(&infos) {
            match info {
                Ok(sight) if self.is_foreign(member, sight.info.as_ref(), plan) => {
                    foreign.push(member)
                }
                Ok(sight) => said.extend(
                    self.preflight_one(client, member, sight.info.as_ref(), plan, costly, scope)
                        .await,
                ),
                Err(error) => {
                    said.push(unanswered(member, error, &plan.config));
                    said.extend(costs::unasked(member, costly, &plan.config));
                }
            }
        }
        said.extend(self.exists(&foreign));
        let answered = infos.iter().all(Result::is_ok);
        (said, answered)
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
        in_state || plan.change == Step::Create && self.session.owns(&member.stream())
    }

    async fn preflight_one(
        &self,
        client: &Client,
        member: &Member,
        info: Option<&StreamInfo>,
        plan: &Plan,
        costly: &[Costly],
        scope: &Scope,
    ) -> Diagnostics {
        let mut said = Diagnostics::new();
        let Some(info) = info else { return said };
        let own =
            !plan.prior.attribute(member.row.key).is_null() && plan.requires_replace.is_empty();
        if own {
            said.extend(costs::costs(client, member, info, plan, costly, scope).await);
        } else if !self.has(member, plan) {
            said.extend(adoption(client, member, info, plan, scope).await);
        } else if plan.change == Step::Create {
            said.extend(remarks::refuses_destroy(member, info, &plan.planned));
        }
        said
    }

    /// Says what a destroy loses, or why it will be refused.
    pub async fn plan_destroy(&self, prior: &Value, call: &Call) -> Diagnostics {
        let Some(client) = self.session.client_if_known() else {
            return Diagnostics::new();
        };
        self.destruction(
            &client,
            &self.members,
            prior,
            &common::scope(prior, "read", call),
        )
        .await
    }

    async fn destruction(
        &self,
        client: &Client,
        members: &[Member],
        prior: &Value,
        scope: &Scope,
    ) -> Diagnostics {
        let members: Vec<_> = members
            .iter()
            .filter(|member| !prior.attribute(member.row.key).is_null())
            .collect();
        if prior.attribute("skip_destroy").as_bool() == Some(true) {
            let streams: Vec<_> = members.iter().map(|member| member.stream()).collect();
            let detail = format!(
                "`skip_destroy` is set: Terraform forgets {} and leaves them as they are.",
                streams.join(", ")
            );
            return Diagnostic::warning("Nothing is deleted on the server", detail)
                .at(Path::attribute("skip_destroy"))
                .into();
        }
        let infos = self.sights(client, members.iter().copied(), scope).await;
        let mut said = Diagnostics::new();
        for (member, info) in members.into_iter().zip(infos) {
            match info.map(|sight| sight.info) {
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

    /// Assets are on the server and not in the state.
    pub(super) fn exists(&self, members: &[&Member]) -> Option<Diagnostic> {
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
                (
                    format!(
                        "{} of {} buckets and streams exist already",
                        many.len(),
                        self.members.len()
                    ),
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

    /// Streams that harm the object's users.
    pub(super) async fn harm(&self, client: &Client, scope: &Scope) -> Diagnostics {
        let found = join_all(self.harmful.iter().map(|(stream, _)| async {
            self.session.stream_just_now(client, stream, scope).await
        }))
        .await;
        let mut said = Diagnostics::new();
        for ((stream, what), found) in self.harmful.iter().zip(found) {
            match found.map(|sight| sight.info) {
                Ok(Some(info)) => {
                    let summary = format!("Stream {stream} is in the account");
                    said.push(Diagnostic::warning(
                        summary,
                        format!(
                            "It holds {}. {}",
                            remarks::messages(&info),
                            what.replace("{}", stream)
                        ),
                    ));
                }
                Ok(None) => {}
                Err(error) => tracing::debug!(%error, stream, "cannot be read"),
            }
        }
        said
    }
}

/// What taking over an existing asset means.
async fn adoption(
    client: &Client,
    member: &Member,
    info: &StreamInfo,
    step: &Plan,
    scope: &Scope,
) -> Diagnostics {
    let planned = step.planned.attribute(member.row.key);
    let wanted = member.wanted(planned).whole(info, &[]);
    let changes = Changes::between(member, &wanted, &info.config, info.api_level());
    let mut said = Diagnostics::new();
    let mut words = Vec::new();
    for change in changes
        .asked
        .into_iter()
        .filter(|change| change.key != "metadata")
    {
        match change.effect {
            Effect::Refused(_) => said.push(costs::cannot_take_over(member, &change, &step.config)),
            Effect::Destructive(_) => {
                let loss = costs::loss(client, &change, info, scope).await;
                said.extend(costs::deleting(
                    member,
                    &change,
                    Some(info),
                    loss,
                    &step.config,
                ));
                words.push(changing(member, &change));
            }
            _ => words.push(changing(member, &change)),
        }
    }
    let lasting = plan::lasting(member, &changes.kept, &[]).into_iter();
    said.extend(lasting.map(|(_, words)| words));
    let changed = if words.is_empty() {
        "Nothing of it changes.".to_owned()
    } else {
        format!("Changed in place: {}.", words.join(", "))
    };
    let holds = costs::amount(member, info);
    let summary = format!("{} exists and is taken over", capitalised(&member.title()));
    let detail = format!(
        "It was created {} and holds {holds}, which stay. {changed}",
        info.created
    );
    said.push(Diagnostic::warning(summary, detail).at(Path::attribute("adopt_existing")));
    said
}

fn changing(member: &Member, change: &Change) -> String {
    let name = remarks::argument_name(member, change);
    format!(
        "{name} from {} to {}",
        remarks::shown(change, &change.live),
        remarks::shown(change, &change.desired)
    )
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

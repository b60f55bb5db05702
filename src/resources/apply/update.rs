//! Bringing the assets of an object to what was planned: in place, and only what the plan has shown.
//!
//! A plan may be applied late. What somebody else changed in between is told and left to the next plan, and a planned
//! change that would now do more harm than planned is not made. So the keys to change come from the plan (prior and
//! planned objects), what they do from the server as it is now.

use futures::future::join_all;

use crate::jetstream::{Client, Scope, SettingChange, StreamConfig, StreamInfo, diff_at};
use crate::resources::apply::create::tell_resurrected;
use crate::resources::messages::costs;
use crate::resources::messages::failure::{Attempt, failure};
use crate::resources::messages::remarks;
use crate::resources::object::common;
use crate::resources::object::member::{Member, Wanted, metadata_edits};
use crate::resources::plan;
use crate::resources::plan::changes::{Changes, is_refused, is_worse};
use crate::resources::{Found, Outcome, Walk};
use crate::terraform::framework::private::Private;
use crate::terraform::framework::{Applied, Call};
use crate::terraform::language::{Diagnostic, Path, Value};
use crate::text::capitalised;

impl Walk {
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
        let mut outcomes: Vec<Outcome> = self
            .members
            .iter()
            .map(|_| Outcome::quiet(Found::AsBefore))
            .collect();
        for stage in self.stages_of_update(prior, planned) {
            let done = join_all(stage.iter().map(|place| {
                let member = &self.members[*place];
                let level = plan::level_of(member, &private);
                let step = Step {
                    member,
                    former: &self.former[*place],
                    prior,
                    planned,
                    level,
                };
                self.update_one(&client, step, &scope)
            }))
            .await;
            for (place, outcome) in stage.into_iter().zip(done) {
                outcomes[place] = outcome;
            }
            if outcomes.iter().any(Outcome::has_failed) {
                break;
            }
        }
        self.answer(prior, planned, private, outcomes)
    }

    async fn update_one(&self, client: &Client, step: Step<'_>, scope: &Scope) -> Outcome {
        let Step {
            member,
            prior,
            planned,
            ..
        } = step;
        let (before, after) = (step.before(), step.after());
        let mode = prior.attribute("multitenant") == planned.attribute("multitenant");
        if before == after && mode {
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
                let made = self.make(client, member, planned, 0, sight.asked, scope);
                tell_resurrected(member, made.await)
            }
            None => Outcome::failed(Found::Gone, changed_since(member, "was deleted")),
            Some(_) if before.is_null() && !adopts => self.in_the_way(member),
            Some(info) if before.is_null() => {
                self.take_over(client, member, info, planned, scope).await
            }
            Some(info) if is_another(before, &info) => {
                let again = changed_since(member, "was deleted and made again");
                Outcome::failed(Found::Stream(Box::new(info)), again)
            }
            Some(_) if self.replacing.contains(&member.row.key) => {
                self.replace(client, step, scope).await
            }
            Some(info) => self.bring(client, step, info, scope).await,
        }
    }

    /// Brings an existing stream that the state does not have to what was planned, in place; what the server does not
    /// change back stays.
    pub(crate) async fn take_over(
        &self,
        client: &Client,
        member: &Member,
        live: StreamInfo,
        planned: &Value,
        scope: &Scope,
    ) -> Outcome {
        let wanted = member.wanted(planned.attribute(member.row.key));
        let wanted = wanted.whole(&live, &[]);
        let changes = Changes::between(member, &wanted, &live.config, live.api_level());
        match changes.refused() {
            None => {
                self.change(client, member, live, changes.asked, planned, scope)
                    .await
            }
            Some(change) => {
                let refused = costs::cannot_take_over(member, change, planned);
                Outcome::failed(Found::Stream(Box::new(live)), refused)
            }
        }
    }

    /// Makes the planned changes of a stream, and says what else is not as the plan knew it.
    pub(crate) async fn bring(
        &self,
        client: &Client,
        step: Step<'_>,
        live: StreamInfo,
        scope: &Scope,
    ) -> Outcome {
        let Step {
            member, planned, ..
        } = step;
        let due = step.due();
        let late = step.late(&due, &live);
        if let Some(change) = late.iter().find(|now| {
            let planned = due.iter().find(|planned| planned.key == now.key);
            is_refused(now) || planned.is_some_and(|planned| is_worse(now, planned))
        }) {
            let worse = no_longer_as_planned(member, change);
            return Outcome::failed(Found::Stream(Box::new(live)), worse);
        }
        let besides = step.besides(&due, &live);
        let overwritten: Vec<_> = late
            .iter()
            .filter_map(|now| {
                let planned = due.iter().find(|planned| planned.key == now.key)?;
                (planned.live != now.live && now.key != "metadata")
                    .then(|| (now.clone(), planned.live.clone()))
            })
            .collect();
        let found = remarks::found_besides(member, &besides, &overwritten);
        let mut outcome = self
            .change(client, member, live, late, planned, scope)
            .await;
        if !outcome.has_failed() {
            outcome.diagnostics.extend(found);
        }
        outcome
    }

    async fn change(
        &self,
        client: &Client,
        member: &Member,
        live: StreamInfo,
        changes: Vec<SettingChange>,
        planned: &Value,
        scope: &Scope,
    ) -> Outcome {
        let mut outcome = Outcome::stream(live);
        let mut steps = steps(changes).into_iter().peekable();
        while let Some(step) = steps.next() {
            let Found::Stream(info) = outcome.found else {
                break;
            };
            let overlay: Vec<_> = step
                .iter()
                .map(|change| (change.key.as_str(), change.desired.clone()))
                .collect();
            let moves = step
                .iter()
                .any(|change| matches!(change.key.as_str(), "num_replicas" | "placement"));
            self.session.forget(&member.stream());
            match client.update(&info.config.overlaid(&overlay), scope).await {
                Ok(info) if moves => {
                    // What stalls between two moves is seen, and healed, after the second.
                    let last = steps.peek().is_none();
                    let settled = self.settle(client, member, info, last, scope).await;
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
}

/// One asset of an update.
#[derive(Clone, Copy)]
pub(crate) struct Step<'a> {
    pub member: &'a Member,
    /// The same as the prior state has it.
    pub former: &'a Member,
    pub prior: &'a Value,
    pub planned: &'a Value,
    /// The API level by whose rules it was planned.
    pub level: u64,
}

impl Step<'_> {
    pub(crate) fn before(&self) -> &Value {
        self.prior.attribute(self.member.row.key)
    }

    fn after(&self) -> &Value {
        self.planned.attribute(self.member.row.key)
    }

    /// What it should be, without what the plan has left as it is.
    fn wanted(&self) -> Wanted {
        let mut wanted = self.member.wanted(self.after());
        let kept = self.after().attribute("drift").as_map();
        for (key, _) in kept.into_iter().flatten() {
            wanted.config.remove(key);
        }
        wanted
    }

    /// The changes that the plan has shown, as it knew them.
    fn due(&self) -> Vec<SettingChange> {
        let known = self.former.known(self.before());
        let wanted = self.member.wanted(self.after()).config;
        Changes::between(self.member, &wanted, &known, self.level).asked
    }

    /// The same, as they are now.
    fn late(&self, due: &[SettingChange], live: &StreamInfo) -> Vec<SettingChange> {
        let is_due = |key: &str| {
            let other = if key == "duplicate_window" {
                "max_age"
            } else {
                key
            };
            due.iter().any(|due| due.key == key || due.key == other)
        };
        let wanted = self.wanted();
        let mut asked = StreamConfig::default();
        for (key, value) in wanted.config.iter().filter(|(key, _)| is_due(key)) {
            asked.set(key, value.clone());
        }
        let (edited, retired) = metadata_edits(self.before(), self.after());
        if !edited.is_empty() || !retired.is_empty() {
            let metadata = Wanted {
                metadata: edited,
                ..wanted
            };
            let metadata = metadata.whole(live, &retired).remove("metadata");
            asked.set("metadata", metadata.unwrap_or_default());
        }
        diff_at(&asked, &live.config, live.api_level())
            .into_iter()
            .filter(|change| change.setting.is_some())
            .collect()
    }

    /// What differs besides.
    fn besides(&self, due: &[SettingChange], live: &StreamInfo) -> Vec<SettingChange> {
        let wanted = self.wanted();
        let mut whole = wanted.whole(live, &[]);
        let edits = metadata_edits(self.before(), self.after());
        if edits != Default::default() {
            whole.remove("metadata");
        }
        let changes = diff_at(&whole, &live.config, live.api_level()).into_iter();
        changes
            .filter(|change| change.setting.is_some())
            .filter(|change| !due.iter().any(|due| due.key == change.key))
            .collect()
    }
}

/// The stream is not the one that the state has.
pub(crate) fn is_another(before: &Value, info: &StreamInfo) -> bool {
    let created = before.attribute("created").as_str();
    created.is_some_and(|created| created != info.created)
}

/// Changes of one update each: the server refuses a scale and a move at once (JetStream 10123). The move comes while
/// there are fewer replicas, since each placement need only have room for the replicas that are planned with it.
fn steps(changes: Vec<SettingChange>) -> Vec<Vec<SettingChange>> {
    let scale = changes.iter().find(|change| change.key == "num_replicas");
    let grows = scale.is_some_and(|scale| scale.desired.as_u64() > scale.live.as_u64());
    let scales = scale.is_some();
    let (moves, rest): (Vec<_>, Vec<_>) = changes
        .into_iter()
        .partition(|change| scales && change.key == "placement");
    let order = if grows { [moves, rest] } else { [rest, moves] };
    order.into_iter().filter(|step| !step.is_empty()).collect()
}

/// The plan is stale.
pub(crate) fn changed_since(member: &Member, what: &str) -> Diagnostic {
    let summary = format!(
        "{} {what} after the plan was made",
        capitalised(&member.title())
    );
    let detail = format!(
        "What the plan said of stream {} is no longer true, so nothing was done to it. Plan again: the next plan shows what is left to do.",
        member.stream()
    );
    Diagnostic::error(summary, detail).at(Path::attribute(member.row.key))
}

/// What was planned would now do something else.
fn no_longer_as_planned(member: &Member, change: &SettingChange) -> Diagnostic {
    let summary = format!(
        "{} was changed after the plan was made",
        capitalised(&member.title())
    );
    let detail = format!(
        "Its {} is {} now, and changing that to {}, as planned, does more than the plan has said: {}. So nothing was done to stream {}. Plan again.",
        remarks::argument_name(member, change),
        remarks::shown(change, &change.live),
        remarks::shown(change, &change.desired),
        remarks::reason(change),
        member.stream()
    );
    Diagnostic::error(summary, detail).at(Path::attribute(member.row.key))
}

//! Everything that a plan asks the server, in one round: all questions start together, and the words are made after.
//!
//! Only on a plan that does something to an asset, and only about the assets to which it does something. What an answer
//! must first be known for (what an adopted bucket loses, how much a stream holds that harms) may take a second round;
//! it is rare.

use futures::FutureExt;
use futures::future::join_all;

use crate::catalogue::AssetKind;
use crate::jetstream::{Account, Client, Effect, Error, OperationKind, Scope};
use crate::resources::Walk;
use crate::resources::messages::costs::Costly;
use crate::resources::object::member::Member;
use crate::resources::plan::replacing;
use crate::resources::preflight::existing;
use crate::resources::session::Sight;
use crate::terraform::framework::{Action, Plan};
use crate::terraform::language::{Diagnostics, Value};

/// What the server answered.
pub(crate) struct Answers<'m> {
    /// Each asset that is made or changed, as it is.
    pub assets: Vec<Asked<'m, Sight>>,
    /// Each asset of the former object, if another takes its place.
    pub doomed: Vec<Asked<'m, Sight>>,
    /// How many messages each of the costly changes deletes, where counting took a question.
    pub lost: Vec<Option<u64>>,
    /// Whether the user may do what is planned.
    pub allowed: Vec<Asked<'m, ()>>,
    /// Whether the user may delete what is replaced, or whose object is.
    pub deletable: Vec<Asked<'m, ()>>,
    /// The account, if the plan needs room in it.
    pub account: Option<Result<Account, Error>>,
    /// The streams that listen to subjects of the assets.
    pub owners: Vec<Asked<'m, Vec<String>>>,
    /// What is said of streams that harm the object's users.
    pub harm: Diagnostics,
}

/// An answer about an asset.
pub(crate) struct Asked<'m, T> {
    pub member: &'m Member,
    /// What the plan does to it.
    pub deed: OperationKind,
    pub answer: Result<T, Error>,
}

impl Walk {
    /// What a plan does to its assets, those left out to which it does nothing, or whose name is not known yet.
    pub(crate) fn deeds(&self, plan: &Plan) -> Vec<(&Member, OperationKind)> {
        let named = self.members.iter().filter(|member| member.name.is_some());
        named
            .filter_map(|member| Some((member, deed(member, plan)?)))
            .collect()
    }

    /// Asks all of it at once.
    pub(crate) async fn ask<'m>(
        &'m self,
        client: &Client,
        plan: &Plan,
        costly: &[Costly],
        deeds: &[(&'m Member, OperationKind)],
        scope: &Scope,
    ) -> Answers<'m> {
        let replaced = !plan.requires_replace.is_empty();
        let former = match replaced {
            true => existing(&self.former, &plan.prior),
            false => Vec::new(),
        };
        let doomed: Vec<_> = former
            .into_iter()
            .map(|member| (member, OperationKind::Delete))
            .collect();
        let needs_room = deeds
            .iter()
            .any(|(member, deed)| *deed == OperationKind::Create || grows(member, plan));
        let account = async {
            match needs_room {
                true => Some(self.session.account(client, scope).await),
                false => None,
            }
        };
        let formerly = self.formerly();
        let gone = async {
            match formerly.session.client_if_known() {
                Some(client) => futures::join!(
                    formerly.seen(&client, &doomed, scope),
                    may_all(&client, gone_with(&doomed, &plan.prior), scope),
                ),
                None => (Vec::new(), Vec::new()),
            }
        };
        let replaced = self.replaced(plan, deeds);
        let lost = costly.iter().map(|costly| count(client, costly, scope));
        let (assets, gone, lost, allowed, freed, account, owners, harm) = futures::join!(
            self.seen(client, deeds, scope),
            gone,
            join_all(lost),
            self.allowed(client, plan, deeds, scope),
            may_all(client, replaced, scope),
            account,
            self.owners(client, plan, deeds, scope),
            self.harm(client, scope),
        );
        let (doomed, mut deletable) = gone;
        deletable.extend(freed);
        Answers {
            assets,
            doomed,
            lost,
            allowed,
            deletable,
            account,
            owners,
            harm,
        }
    }

    pub(crate) async fn seen<'m>(
        &self,
        client: &Client,
        deeds: &[(&'m Member, OperationKind)],
        scope: &Scope,
    ) -> Vec<Asked<'m, Sight>> {
        let sights = self
            .sights(client, deeds.iter().map(|(member, _)| *member), scope)
            .await;
        let asked = deeds.iter().zip(sights);
        asked
            .map(|((member, deed), answer)| Asked {
                member,
                deed: *deed,
                answer,
            })
            .collect()
    }

    /// Assets that are deleted before they are made anew: each alone, or all of a tainted object, whose prior state the
    /// plan does not have.
    fn replaced<'m>(
        &self,
        plan: &Plan,
        deeds: &[(&'m Member, OperationKind)],
    ) -> Vec<(&'m Member, OperationKind)> {
        let tainted = plan.change == Action::Create;
        let is_replaced = |member: &Member| match tainted {
            true => self.session.owns(&member.stream()),
            false => plan.private.fact(&replacing(member.row.key)).is_some(),
        };
        let members = deeds.iter().map(|(member, _)| *member);
        let replaced: Vec<_> = members
            .filter(|member| is_replaced(member))
            .map(|member| (member, OperationKind::Delete))
            .collect();
        match tainted {
            true => gone_with(&replaced, &plan.planned),
            false => replaced,
        }
    }

    async fn allowed<'m>(
        &self,
        client: &Client,
        plan: &Plan,
        deeds: &[(&'m Member, OperationKind)],
        scope: &Scope,
    ) -> Vec<Asked<'m, ()>> {
        // Only the answer about the stream will tell whether it is made, or exists and is taken over.
        let adopts = plan.planned.attribute("adopt_existing").as_bool() == Some(true);
        let either = deeds.iter().filter(|(member, deed)| {
            adopts
                && *deed == OperationKind::Create
                && plan.prior.attribute(member.row.key).is_null()
        });
        let either = either.map(|(member, _)| (*member, OperationKind::Update));
        may_all(client, deeds.iter().copied().chain(either), scope).await
    }

    /// The streams that listen to subjects of what will be made, or gets other subjects.
    async fn owners<'m>(
        &self,
        client: &Client,
        plan: &Plan,
        deeds: &[(&'m Member, OperationKind)],
        scope: &Scope,
    ) -> Vec<Asked<'m, Vec<String>>> {
        let concerned = deeds.iter().filter(|(member, deed)| {
            *deed == OperationKind::Create || differs(member, plan, &["subjects"])
        });
        // Also an error is the answer for all buckets: nobody waits for it a second time.
        let intruders = self.session.bucket_intruders(client, scope).shared();
        let asked = concerned.map(|(member, deed)| {
            let intruders = intruders.clone();
            async move {
                let answer = match member.row.kind {
                    // Nearly always there are none at all, for any bucket of the process.
                    AssetKind::Bucket => match intruders.await {
                        Ok(intruders) if !intruders.is_empty() => {
                            self.listeners(client, member, scope).await
                        }
                        none => none,
                    },
                    AssetKind::Stream(_) => self.listeners(client, member, scope).await,
                };
                Asked {
                    member,
                    deed: *deed,
                    answer,
                }
            }
        });
        join_all(asked).await
    }

    /// The streams that listen to any of its subjects.
    async fn listeners(
        &self,
        client: &Client,
        member: &Member,
        scope: &Scope,
    ) -> Result<Vec<String>, Error> {
        let subjects = member.subjects();
        let mut names = self
            .session
            .subject_owners(client, &subjects, scope)
            .await?;
        names.sort();
        names.dedup();
        Ok(names)
    }
}

/// Asks whether the user may do all of this.
pub(crate) async fn may_all<'m>(
    client: &Client,
    deeds: impl IntoIterator<Item = (&'m Member, OperationKind)>,
    scope: &Scope,
) -> Vec<Asked<'m, ()>> {
    let probes = deeds.into_iter().map(|(member, deed)| async move {
        let answer = client.check_permission(deed, &member.stream(), scope).await;
        Asked {
            member,
            deed,
            answer,
        }
    });
    join_all(probes).await
}

/// What is deleted with an object.
fn gone_with<'m>(
    doomed: &[(&'m Member, OperationKind)],
    prior: &Value,
) -> Vec<(&'m Member, OperationKind)> {
    match prior.attribute("skip_destroy").as_bool() {
        Some(true) => Vec::new(),
        _ => doomed.to_vec(),
    }
}

/// What a plan does to an asset, if it does something.
fn deed(member: &Member, plan: &Plan) -> Option<OperationKind> {
    let prior = plan.prior.attribute(member.row.key);
    let replaced = plan.private.fact(&replacing(member.row.key)).is_some();
    if prior.is_null() || replaced || !plan.requires_replace.is_empty() {
        return Some(OperationKind::Create);
    }
    let planned = plan.planned.attribute(member.row.key);
    // An asset that somebody else has made anew is as it should be; only `created` is not what it was.
    let same = |name: &str| name == "created" || prior.attribute(name) == planned.attribute(name);
    let changes = match planned.as_map() {
        Some(attributes) => !attributes.keys().all(|name| same(name)),
        None => true,
    };
    changes.then_some(OperationKind::Update)
}

/// Whether it may need more room in the account.
fn grows(member: &Member, plan: &Plan) -> bool {
    differs(member, plan, &["max_bytes", "replicas", "storage"])
}

/// Whether any of these differs from what it is; of an asset that is made, all do.
pub(crate) fn differs(member: &Member, plan: &Plan, names: &[&str]) -> bool {
    let (prior, planned) = (
        plan.prior.attribute(member.row.key),
        plan.planned.attribute(member.row.key),
    );
    names
        .iter()
        .any(|name| prior.attribute(name) != planned.attribute(name))
}

/// How many messages a smaller limit per subject deletes, where it takes a question to know.
async fn count(client: &Client, costly: &Costly, scope: &Scope) -> Option<u64> {
    let Costly { member, change } = costly;
    if !matches!(change.effect, Effect::Destructive(_)) {
        return None;
    }
    match (change.key.as_str(), change.desired.as_u64()?) {
        ("max_msgs_per_subject", kept @ 2..) => client
            .messages_beyond(&member.stream(), kept, scope)
            .await
            .ok(),
        _ => None,
    }
}

//! Everything that a plan needs to know from the server, requested in one round: all requests start together, and the
//! rules decide afterwards.
//!
//! Only for a plan that does something to an asset, and only about the assets to which it does something. What an
//! answer must first be known for (what adopting a bucket deletes, how much a conflicting stream contains) takes a
//! second round; it is rare.

use std::collections::HashMap;

use futures::FutureExt;
use futures::future::{join_all, try_join_all};

use crate::catalogue::AssetKind;
use crate::jetstream::{Client, Error, OperationKind, Scope, SettingChange};
use crate::resources::object::changes::{adoption_changes, kept_per_subject};
use crate::resources::object::existing;
use crate::resources::object::member::Member;
use crate::resources::plan::object_plan::{AssetAction, ObjectPlan};
use crate::resources::preflight::survey::{Answer, HarmfulStream, Present, Survey};
use crate::resources::session::DomainSession;
use crate::resources::session::cache::{InState, Snapshot};
use crate::resources::session::claims::Claims;
use crate::terraform::framework::Action;
use crate::terraform::language::Value;

/// Where the object is, and where it was.
pub struct Domains<'a> {
    /// Of the planned object.
    pub planned: &'a DomainSession,
    /// Of the prior state.
    pub prior: &'a DomainSession,
}

/// Requests all that a create or an update needs to know, at once.
pub async fn survey<'p>(
    client: &Client,
    domains: &Domains<'_>,
    plan: &'p ObjectPlan<'p>,
    harmful: &'static [HarmfulStream],
    scope: &Scope,
) -> Survey<'p> {
    let cache = &domains.planned.cache;
    let replaced = match plan.plan.requires_replace.is_empty() {
        true => Vec::new(),
        false => deletions(existing(plan.prior_members, &plan.plan.prior)),
    };
    let (
        assets,
        (deleted, mut delete_permissions),
        counted,
        permissions,
        freed,
        account,
        subject_owners,
        harmful,
        clustered,
    ) = futures::join!(
        assets(client, domains.planned, plan, scope),
        deleted(domains.prior, replaced, &plan.plan.prior, scope),
        counted(client, plan, scope),
        permissions(client, plan, scope),
        check_all(client, replaced_alone(plan, domains.planned), scope),
        cache.account(client, scope),
        subject_owners(client, domains.planned, plan, scope),
        harmful_streams(client, domains.planned, harmful, scope),
        clustered(client, domains.planned, plan, scope),
    );
    delete_permissions.extend(freed);
    let (assets, adopted) = assets;
    let mut counted = counted;
    counted.extend(adopted);
    Survey {
        server: client.server().to_owned(),
        server_info: client.server_info(),
        clustered,
        max_payload: client.max_payload(),
        unsettled: unsettled(&assets, domains.planned),
        taken: taken(&assets).await,
        assets,
        deleted,
        counted,
        permissions,
        delete_permissions,
        account: Some(account),
        subject_owners,
        harmful,
        in_state: in_state(plan, domains.planned),
        ..Survey::default()
    }
}

/// Requests all that a destroy needs to know.
pub async fn survey_destroy<'p>(
    client: &Client,
    session: &DomainSession,
    plan: &'p ObjectPlan<'p>,
    scope: &Scope,
) -> Survey<'p> {
    let prior = &plan.plan.prior;
    let all = deletions(existing(plan.prior_members, prior));
    let (deleted, delete_permissions) = deleted(session, all, prior, scope).await;
    Survey {
        server: client.server().to_owned(),
        deleted,
        delete_permissions,
        ..Survey::default()
    }
}

/// Whether streams there can have replicas, if the plan asks for more than there are.
async fn clustered(
    client: &Client,
    session: &DomainSession,
    plan: &ObjectPlan<'_>,
    scope: &Scope,
) -> Option<bool> {
    let replicas = |object: &Value, member: &Member| {
        let asset = object.attribute(member.row.key);
        asset.attribute("replicas").as_i64().unwrap_or_default()
    };
    let members = plan.actions.iter().map(|action| action.member);
    let more = members.filter_map(|member| {
        let planned = replicas(&plan.plan.planned, member);
        (planned > replicas(&plan.plan.prior, member)).then_some(planned)
    });
    // About one replica there is only advice, and only where the server is known.
    if more.max()? == 1 && client.connected_server(scope).await.is_none() {
        return None;
    }
    session.cache.is_clustered(client, scope).await
}

/// The existing streams that a resource of another provider block has.
async fn taken(assets: &[Answer<'_, Snapshot>]) -> Vec<String> {
    let created = assets
        .iter()
        .filter(|asset| asset.kind == OperationKind::Create);
    let found: Vec<_> = created.filter_map(Answer::info).collect();
    Claims::of_this_run().taken(&found).await
}

/// The streams of the assets that Terraform's state has.
fn in_state(plan: &ObjectPlan<'_>, session: &DomainSession) -> HashMap<String, InState> {
    let streams = plan.object.members.iter().map(Member::stream);
    streams
        .filter_map(|stream| {
            let in_state = session.cache.in_state(&stream)?;
            Some((stream, in_state))
        })
        .collect()
}

/// What keeps the replicas of existing assets from being all current, for the first time that it is reported.
fn unsettled<'p>(
    assets: &[Answer<'p, Snapshot>],
    session: &DomainSession,
) -> Vec<(&'p Member, String)> {
    let found = assets.iter().filter_map(|asset| {
        let why = asset.info()?.unsettled()?;
        let new = session.cache.report_once(&unsettled_key(asset.member));
        new.then_some((asset.member, why))
    });
    found.collect()
}

/// By what it is known that the replicas of an asset were reported.
pub fn unsettled_key(member: &Member) -> String {
    format!("replicas of {}", member.stream())
}

/// Each asset that is created or changed; of those that are adopted, also how many messages that deletes.
async fn assets<'p>(
    client: &Client,
    session: &DomainSession,
    plan: &'p ObjectPlan<'p>,
    scope: &Scope,
) -> (
    Vec<Answer<'p, Snapshot>>,
    HashMap<(&'static str, String), u64>,
) {
    let requests = plan.actions.iter().map(|action| async {
        let answer = snapshot(client, session, action, scope).await;
        let counted = match &answer.result {
            Ok(Snapshot {
                info: Some(live), ..
            }) if is_new(plan, action) && plan.adopts() && live.state.messages > 0 => {
                let changes = adoption_changes(action.member, &plan.plan.planned, live);
                count_all(client, action.member, &changes.requested, scope).await
            }
            _ => HashMap::new(),
        };
        (answer, counted)
    });
    let (answers, counted): (Vec<_>, Vec<_>) = join_all(requests).await.into_iter().unzip();
    (answers, counted.into_iter().flatten().collect())
}

/// Whether the prior state does not have the asset.
fn is_new(plan: &ObjectPlan<'_>, action: &AssetAction<'_>) -> bool {
    let prior = plan.plan.prior.attribute(action.member.row.key);
    action.kind == OperationKind::Create && prior.is_null()
}

/// Each asset of the prior object as it is, and whether the user may delete it.
async fn deleted<'p>(
    session: &DomainSession,
    actions: Vec<AssetAction<'p>>,
    prior: &Value,
    scope: &Scope,
) -> (Vec<Answer<'p, Snapshot>>, Vec<Answer<'p, ()>>) {
    let Some(client) = session.client_if_known() else {
        return (Vec::new(), Vec::new());
    };
    let snapshots = actions
        .iter()
        .map(|action| snapshot(&client, session, action, scope));
    let deletes = match forgets(prior) {
        true => Vec::new(),
        false => actions.clone(),
    };
    futures::join!(join_all(snapshots), check_all(&client, deletes, scope))
}

async fn snapshot<'p>(
    client: &Client,
    session: &DomainSession,
    action: &AssetAction<'p>,
    scope: &Scope,
) -> Answer<'p, Snapshot> {
    let AssetAction { member, kind } = *action;
    let stream = member.stream();
    let result = session.cache.snapshot(client, &stream, scope).await;
    Answer {
        member,
        kind,
        result,
    }
}

fn deletions(members: Vec<&Member>) -> Vec<AssetAction<'_>> {
    let actions = members.into_iter().map(|member| AssetAction {
        member,
        kind: OperationKind::Delete,
    });
    actions.collect()
}

/// Assets that are deleted and recreated: each alone, or all of a tainted object, whose prior state the plan does not
/// have.
fn replaced_alone<'p>(plan: &'p ObjectPlan<'p>, session: &DomainSession) -> Vec<AssetAction<'p>> {
    let members = plan.actions.iter().map(|action| action.member);
    match plan.plan.action == Action::Create {
        true if forgets(&plan.plan.planned) => Vec::new(),
        true => deletions(
            members
                .filter(|member| session.cache.in_state(&member.stream()).is_some())
                .collect(),
        ),
        false => deletions(members.filter(|member| plan.replaces(member)).collect()),
    }
}

/// Whether a destroy of this object leaves its assets on the server.
fn forgets(object: &Value) -> bool {
    object.attribute("skip_destroy").as_bool() == Some(true)
}

/// Whether the user may do what is planned. What creates an asset also changes it, to take out what only the creation
/// needed; and whether it is created, or exists and is adopted, only the answer about the stream tells.
async fn permissions<'p>(
    client: &Client,
    plan: &'p ObjectPlan<'p>,
    scope: &Scope,
) -> Vec<Answer<'p, ()>> {
    let created = plan.actions.iter();
    let created = created.filter(|action| action.kind == OperationKind::Create);
    let changed = created.map(|action| AssetAction {
        kind: OperationKind::Update,
        ..*action
    });
    check_all(client, plan.actions.iter().copied().chain(changed), scope).await
}

async fn check_all<'p>(
    client: &Client,
    actions: impl IntoIterator<Item = AssetAction<'p>>,
    scope: &Scope,
) -> Vec<Answer<'p, ()>> {
    let checks = actions
        .into_iter()
        .map(|AssetAction { member, kind }| async move {
            let stream = member.stream();
            let result = client.check_permission(kind, &stream, scope).await;
            Answer {
                member,
                kind,
                result,
            }
        });
    join_all(checks).await
}

/// How many messages the planned changes delete, where it takes a request to know.
async fn counted(
    client: &Client,
    plan: &ObjectPlan<'_>,
    scope: &Scope,
) -> HashMap<(&'static str, String), u64> {
    let requests = plan.costly.iter().map(|costly| async {
        let changes = std::slice::from_ref(&costly.change);
        count_all(client, &costly.member, changes, scope).await
    });
    join_all(requests).await.into_iter().flatten().collect()
}

async fn count_all(
    client: &Client,
    member: &Member,
    changes: &[SettingChange],
    scope: &Scope,
) -> HashMap<(&'static str, String), u64> {
    let stream = &member.stream();
    let requests = changes.iter().map(|change| async move {
        let kept = kept_per_subject(change)?;
        let counts = client.subject_counts(stream, scope).await.ok()?;
        Some(((member.row.key, change.key.clone()), counts.beyond(kept)))
    });
    join_all(requests).await.into_iter().flatten().collect()
}

/// The streams that have subjects of what is created, or gets other subjects.
async fn subject_owners<'p>(
    client: &Client,
    session: &DomainSession,
    plan: &'p ObjectPlan<'p>,
    scope: &Scope,
) -> Vec<Answer<'p, Vec<String>>> {
    let concerned = plan.actions.iter().filter(|action| {
        action.kind == OperationKind::Create || plan.differs(action.member, &["subjects"])
    });
    // Also an error is the answer for all buckets: it is not requested a second time.
    let foreign = session
        .cache
        .foreign_bucket_subjects(client, scope)
        .shared();
    let requests = concerned.map(|AssetAction { member, kind }| {
        let foreign = foreign.clone();
        async move {
            let result = match member.row.kind {
                // Nearly always there are none at all, for any bucket of the process.
                AssetKind::Bucket => match foreign.await {
                    Ok(foreign) if !foreign.is_empty() => {
                        streams_with_subjects(client, &member.subjects(), scope).await
                    }
                    none => none,
                },
                AssetKind::Stream(_) => {
                    streams_with_subjects(client, &member.subjects(), scope).await
                }
            };
            Answer {
                member,
                kind: *kind,
                result,
            }
        }
    });
    join_all(requests).await
}

async fn streams_with_subjects(
    client: &Client,
    subjects: &[String],
    scope: &Scope,
) -> Result<Vec<String>, Error> {
    let requests = subjects
        .iter()
        .map(|subject| client.stream_names(Some(subject), scope));
    let mut names = try_join_all(requests).await?.concat();
    names.sort();
    names.dedup();
    Ok(names)
}

/// Those of the streams that exist and were not reported yet.
pub async fn harmful_streams(
    client: &Client,
    session: &DomainSession,
    harmful: &'static [HarmfulStream],
    scope: &Scope,
) -> Vec<Present> {
    let mut present = Vec::new();
    if harmful.is_empty() {
        return present;
    }
    let names = match session.cache.stream_names(client, scope).await {
        Ok(names) => names,
        Err(error) => {
            tracing::debug!(%error, "the names of the streams could not be read");
            return present;
        }
    };
    for stream in harmful {
        let name = stream.name;
        if !names.iter().any(|other| other == name) || !session.cache.report_once(name) {
            continue;
        }
        match session.cache.snapshot(client, name, scope).await {
            Ok(snapshot) if snapshot.info.is_none() => {}
            Ok(snapshot) => present.push(Present {
                stream: *stream,
                info: snapshot.info,
            }),
            Err(error) => {
                tracing::debug!(%error, stream = name, "the stream could not be read");
                present.push(Present {
                    stream: *stream,
                    info: None,
                });
            }
        }
    }
    present
}

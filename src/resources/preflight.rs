//! What only the server knows, asked while planning: whether an apply would be refused, and what it would lose.
//!
//! Adds words to a plan, never values. A server that cannot be reached is a warning here, because it may be made by
//! the same apply; a server that answers "no" is an error.

use futures::future::join_all;

use crate::framework::{Call, Change as Step, Plan};
use crate::jetstream::{Account, Change, Client, Effect, Error, Scope, StreamInfo};
use crate::resources::asset::{Member, retired_keys};
use crate::resources::diagnose::{Attempt, argument_path, capitalised, failure};
use crate::resources::plan::refused;
use crate::resources::{Walk, common, is_away, refused_drift};
use crate::terraform::{Diagnostic, Diagnostics, Path, Value};

impl Walk<'_> {
    /// Asks the server about a planned create or update. `lossy`: changes of existing streams that delete something.
    pub(super) async fn preflight(
        &self,
        plan: &mut Plan,
        lossy: Vec<(Member, Change)>,
        call: &Call,
    ) {
        let Some(client) = self.session.client_if_known() else {
            plan.diagnostics.extend(
                lossy
                    .iter()
                    .filter_map(|(member, change)| loss(member, change, None, &plan.config)),
            );
            return;
        };
        let scope = common::scope(&plan.planned, "read", call);
        let mut said = Diagnostics::new();
        if self.members.iter().all(|member| member.lattice.is_some()) {
            said.extend(self.preflight_each(&client, plan, &lossy, &scope).await);
        }
        if !plan.requires_replace.is_empty() {
            said.extend(self.replaced(&client, &plan.prior, &scope).await);
        }
        if !said.has_error() {
            said.extend(self.capacity(&client, plan, &scope).await);
        }
        plan.diagnostics.extend(said);
    }

    async fn preflight_each(
        &self,
        client: &Client,
        plan: &Plan,
        lossy: &[(Member, Change)],
        scope: &Scope,
    ) -> Diagnostics {
        let infos = join_all(self.members.iter().map(|member| async {
            self.session
                .stream_just_now(client, &member.stream(), scope)
                .await
        }))
        .await;
        let mut said = Diagnostics::new();
        for (member, info) in self.members.iter().zip(infos) {
            match info {
                Ok(sight) => {
                    said.extend(self.preflight_one(member, sight.info.as_ref(), plan, lossy))
                }
                Err(error) => said.push(unanswered(member, &error, &plan.config)),
            }
        }
        said
    }

    fn preflight_one(
        &self,
        member: &Member,
        info: Option<&StreamInfo>,
        plan: &Plan,
        lossy: &[(Member, Change)],
    ) -> Diagnostics {
        let mut said = Diagnostics::new();
        let own =
            !plan.prior.attribute(member.row.key).is_null() && plan.requires_replace.is_empty();
        match info {
            Some(info) if own => {
                let changes = lossy.iter().filter(|(of, _)| of.row.key == member.row.key);
                said.extend(
                    changes.filter_map(|(member, change)| {
                        loss(member, change, Some(info), &plan.config)
                    }),
                );
            }
            // A tainted object is planned as a create while its assets still exist: they go first.
            Some(info) if plan.change == Step::Create && self.session.owns(&member.stream()) => {
                said.extend(refuses_destroy(member, info, &plan.planned))
            }
            Some(info) if plan.planned.attribute("adopt_existing").as_bool() == Some(true) => {
                said.extend(adoption(member, info, plan))
            }
            Some(_) => said.push(exists(member, &plan.config)),
            None => {}
        }
        said
    }

    /// What a replacement deletes, or why it will be refused.
    async fn replaced(&self, client: &Client, prior: &Value, scope: &Scope) -> Diagnostics {
        let former = Walk {
            session: self.session,
            members: self
                .members
                .iter()
                .map(|member| Member {
                    lattice: prior.attribute("lattice").as_str().map(str::to_owned),
                    ..member.clone()
                })
                .collect(),
        };
        former.destruction(client, prior, scope).await
    }

    /// Says what a destroy loses, or why it will be refused.
    pub async fn plan_destroy(&self, prior: &Value, call: &Call) -> Diagnostics {
        let Some(client) = self.session.client_if_known() else {
            return Diagnostics::new();
        };
        self.destruction(&client, prior, &common::scope(prior, "read", call))
            .await
    }

    async fn destruction(&self, client: &Client, prior: &Value, scope: &Scope) -> Diagnostics {
        if prior.attribute("skip_destroy").as_bool() == Some(true) {
            let streams: Vec<_> = self.members.iter().map(Member::stream).collect();
            return Diagnostic::warning(
                "Nothing is deleted on the server",
                format!(
                    "`skip_destroy` is set: Terraform forgets {} and leaves them as they are.",
                    streams.join(", ")
                ),
            )
            .at(Path::attribute("skip_destroy"))
            .into();
        }
        let infos = join_all(self.members.iter().map(|member| async {
            self.session
                .stream_just_now(client, &member.stream(), scope)
                .await
        }))
        .await;
        let mut said = Diagnostics::new();
        for (member, info) in self
            .members
            .iter()
            .zip(infos)
            .filter(|(member, _)| !prior.attribute(member.row.key).is_null())
        {
            match info.map(|sight| sight.info) {
                Ok(Some(info)) => said.extend(
                    refuses_destroy(member, &info, prior).or_else(|| destroys(member, &info)),
                ),
                Ok(None) => {}
                Err(error) => said.push(unanswered(member, &error, prior)),
            }
        }
        said
    }

    /// Whether the account and the server can hold what is planned.
    async fn capacity(&self, client: &Client, plan: &Plan, scope: &Scope) -> Diagnostics {
        let mut said = Diagnostics::new();
        let replicated = self
            .members
            .iter()
            .find(|member| replicas(member, plan) > Some(1));
        if let Some(member) = replicated.filter(|_| client.is_single_server()) {
            said.push(single_server(member, client, &plan.config));
        }
        let creates = self
            .members
            .iter()
            .filter(|member| plan.prior.attribute(member.row.key).is_null());
        let creates: Vec<_> = creates.collect();
        if creates.is_empty() {
            return said;
        }
        match self.session.account(client, scope).await {
            Ok(account) => said.extend(
                creates
                    .iter()
                    .filter_map(|member| demands_limit(member, &account, plan)),
            ),
            Err(error) => tracing::debug!(%error, "account limits are not readable"),
        }
        said
    }
}

/// The asset is on the server and not in the state.
pub(super) fn exists(member: &Member, config: &Value) -> Diagnostic {
    let lattice = member.lattice.as_deref().unwrap_or_default();
    let summary = format!("{} exists already", capitalised(&member.title()));
    let detail = format!(
        "Stream {stream} is on the server and not in Terraform's state. To manage it as it is, import it: `terraform import <address> {lattice}`, or an `import` block with id {lattice:?}. To take it over with its contents and change in place what differs, set `adopt_existing = true`.",
        stream = member.stream(),
    );
    let path = if config.attribute("lattice").is_null() {
        Path::root()
    } else {
        Path::attribute("lattice")
    };
    Diagnostic::error(summary, detail).at(path)
}

/// Why a destroy will not delete it, if it will not.
pub(super) fn refuses_destroy(
    member: &Member,
    info: &StreamInfo,
    prior: &Value,
) -> Option<Diagnostic> {
    let forced = prior.attribute("force_destroy").as_bool() == Some(true);
    if forced || !member.row.precious || info.state.messages == 0 {
        return None;
    }
    let summary = format!("{} holds {}", capitalised(&member.title()), keys(info));
    let detail = format!(
        "Nothing of this object is deleted while it holds keys: {}. To delete it with its contents, set `force_destroy = true`, apply that, and try again. To keep it on the server and only forget it here, do the same with `skip_destroy = true`. (A key that was deleted counts until its marker is purged.)",
        member.row.holds
    );
    Some(Diagnostic::error(summary, detail).at(Path::attribute("force_destroy")))
}

fn destroys(member: &Member, info: &StreamInfo) -> Option<Diagnostic> {
    (info.state.messages > 0).then(|| {
        let summary = format!(
            "{} is deleted with {}",
            capitalised(&member.title()),
            keys(info)
        );
        Diagnostic::warning(
            summary,
            format!(
                "Its {} bytes are lost: {}. {}",
                info.state.bytes, member.row.holds, member.row.when_recreated
            ),
        )
        .at(Path::attribute("force_destroy"))
    })
}

/// What taking over an existing asset means.
fn adoption(member: &Member, info: &StreamInfo, plan: &Plan) -> Diagnostics {
    let planned = plan.planned.attribute(member.row.key);
    let changes = member
        .wanted(planned)
        .changes(&info.config, &retired_keys(&Value::Null, planned));
    let mut said = Diagnostics::new();
    let mut words = Vec::new();
    for change in changes
        .into_iter()
        .filter(|change| change.key != "metadata")
    {
        match change.effect {
            Effect::Refused(_) if !refused_drift(member, &change) => {
                said.push(refused(member, &change, &plan.config))
            }
            Effect::Refused(_) => words.push(format!(
                "{} stays {} (the server does not change it)",
                change.key, change.live
            )),
            Effect::Destructive(_) => {
                said.extend(loss(member, &change, Some(info), &plan.config));
                words.push(changing(&change));
            }
            _ => words.push(changing(&change)),
        }
    }
    let changed = if words.is_empty() {
        "Nothing of it changes.".to_owned()
    } else {
        format!("{}.", words.join("; "))
    };
    let summary = format!("{} exists and is taken over", capitalised(&member.title()));
    said.push(
        Diagnostic::warning(
            summary,
            format!(
                "It was created {} and holds {}, which stay. {changed}",
                info.created,
                keys(info)
            ),
        )
        .at(Path::attribute("adopt_existing")),
    );
    said
}

fn changing(change: &Change) -> String {
    format!(
        "{} changes from {} to {}",
        change.key, change.live, change.desired
    )
}

/// What a change deletes; `None` if it is known that it deletes nothing. `info` is absent if nobody could be asked.
fn loss(
    member: &Member,
    change: &Change,
    info: Option<&StreamInfo>,
    config: &Value,
) -> Option<Diagnostic> {
    let what = match change.effect {
        Effect::Destructive(what) => what,
        _ => "",
    };
    let (name, path) = match member.argument(&change.key) {
        Some(argument) => (argument.name, argument_path(member, argument.name, config)),
        None => (change.key.as_str(), Path::attribute(member.row.key)),
    };
    let count = match info {
        Some(info) => lost(change, info)?,
        None => "How many could not be asked.".to_owned(),
    };
    let summary = format!(
        "{} of {} from {} to {} deletes data",
        capitalised(name),
        member.title(),
        change.live,
        change.desired
    );
    Some(Diagnostic::warning(summary, format!("{}. {count}", capitalised(what))).at(path))
}

/// How many values go when fewer are kept per key; `None` if none does. Exact where one per key stays; else the most
/// that it can be.
fn lost(change: &Change, info: &StreamInfo) -> Option<String> {
    let stored = info.state.messages;
    let more = stored.saturating_sub(info.state.num_subjects);
    match (change.key.as_str(), change.desired.as_u64()) {
        _ if stored == 0 => None,
        ("max_msgs_per_subject", Some(_)) if more == 0 => None,
        ("max_msgs_per_subject", Some(1)) => {
            Some(format!("Of {stored} stored values, {more} are deleted."))
        }
        ("max_msgs_per_subject", Some(_)) => Some(format!(
            "Of {stored} stored values, up to {more} are deleted."
        )),
        _ => Some(format!("It holds {stored} messages now.")),
    }
}

fn keys(info: &StreamInfo) -> String {
    match info
        .state
        .num_subjects
        .max(u64::from(info.state.messages > 0))
    {
        1 => "1 key".to_owned(),
        many => format!("{many} keys"),
    }
}

fn unanswered(member: &Member, error: &Error, config: &Value) -> Diagnostic {
    if !is_away(error) {
        return failure(member, Attempt::Read, error, config);
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

fn replicas(member: &Member, plan: &Plan) -> Option<i64> {
    plan.planned
        .attribute(member.row.key)
        .attribute("replicas")
        .as_i64()
}

fn single_server(member: &Member, client: &Client, config: &Value) -> Diagnostic {
    let summary = "Replicas need a cluster";
    let detail = format!(
        "The NATS server at {} is not part of a cluster, so {} cannot have more than one replica (JetStream 10074). Set `replicas = 1`, or connect to a cluster.",
        client.server(),
        member.title()
    );
    Diagnostic::error(summary, detail).at(argument_path(member, "replicas", config))
}

fn demands_limit(member: &Member, account: &Account, plan: &Plan) -> Option<Diagnostic> {
    let planned = plan.planned.attribute(member.row.key);
    let max_bytes = planned.attribute("max_bytes").as_i64()?;
    let limits = &account.limits;
    let stream_limit = if planned.attribute("storage").as_str() == Some("memory") {
        limits.memory_max_stream_bytes
    } else {
        limits.storage_max_stream_bytes
    };
    let path = argument_path(member, "max_bytes", &plan.config);
    if limits.max_bytes_required && max_bytes < 1 {
        let detail = format!(
            "This account demands a limit on every stream (JetStream 10113), and {} has none. Set `max_bytes`.",
            member.title()
        );
        return Some(Diagnostic::error("The account demands max_bytes", detail).at(path));
    }
    (stream_limit > 0 && max_bytes > stream_limit).then(|| {
        let detail = format!("The account allows {stream_limit} bytes for one stream (JetStream 10122), and {} asks for {max_bytes}. Lower `max_bytes`.", member.title());
        Diagnostic::error("max_bytes is more than the account allows", detail).at(path)
    })
}

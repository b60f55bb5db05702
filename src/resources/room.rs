//! Whether there is room for what is planned: in the account, on enough servers, and for its subjects.

use std::collections::BTreeMap;

use futures::future::join_all;

use crate::catalogue::Kind;
use crate::framework::Plan;
use crate::jetstream::{Account, Client, Error, Scope};
use crate::resources::Walk;
use crate::resources::asset::Member;
use crate::resources::diagnose::argument_path;
use crate::terraform::{Diagnostic, Diagnostics, Path, Value};

impl Walk {
    /// Whether the account and the server can hold what is planned.
    pub(super) async fn capacity(
        &self,
        client: &Client,
        plan: &Plan,
        scope: &Scope,
    ) -> Diagnostics {
        let mut said = Diagnostics::new();
        let object = |member: &Member| plan.planned.attribute(member.row.key).clone();
        let replicated = self
            .members
            .iter()
            .find(|member| object(member).attribute("replicas").as_i64() > Some(1));
        if let Some(member) = replicated.filter(|_| client.is_single_server()) {
            said.push(single_server(member, client, &plan.config));
        }
        let changed = |member: &&Member| {
            let prior = plan.prior.attribute(member.row.key);
            ["max_bytes", "storage"]
                .iter()
                .any(|name| prior.attribute(name) != object(member).attribute(name))
        };
        let changed: Vec<_> = self.members.iter().filter(changed).collect();
        if changed.is_empty() {
            return said;
        }
        match self.session.account(client, scope).await {
            Ok(account) => said.extend(over_limits(&changed, &account, plan)),
            Err(error) => tracing::debug!(%error, "account limits are not readable"),
        }
        said
    }

    /// Whether other streams take the subjects of those that will be made, or get other subjects.
    pub(super) async fn overlaps(
        &self,
        client: &Client,
        plan: &Plan,
        scope: &Scope,
    ) -> Diagnostics {
        let ours: Vec<_> = self
            .members
            .iter()
            .chain(&self.former)
            .map(Member::stream)
            .collect();
        let concerned = self.members.iter().filter(|member| {
            let (prior, planned) = (
                plan.prior.attribute(member.row.key),
                plan.planned.attribute(member.row.key),
            );
            prior.is_null()
                || !plan.requires_replace.is_empty()
                || prior.attribute("subjects") != planned.attribute("subjects")
        });
        let asked = join_all(concerned.map(|member| async move {
            let names = match member.row.kind {
                // Nearly always there are none at all, for any bucket of the process.
                Kind::Bucket => match self.session.bucket_intruders(client, scope).await {
                    Ok(intruders) if intruders.is_empty() => Ok(intruders),
                    _ => self.owners(client, member, scope).await,
                },
                Kind::Stream(_) => self.owners(client, member, scope).await,
            };
            (member, names)
        }))
        .await;
        let mut owners: BTreeMap<String, Vec<&Member>> = BTreeMap::new();
        for (member, names) in asked {
            match names {
                Ok(names) => {
                    for name in names.into_iter().filter(|name| !ours.contains(name)) {
                        owners.entry(name).or_default().push(member);
                    }
                }
                Err(error) => tracing::debug!(%error, "stream names are not readable"),
            }
        }
        let said = owners.iter().map(|(name, members)| overlap(members, name));
        Diagnostics(said.collect())
    }

    /// The streams that listen to any of its subjects.
    async fn owners(
        &self,
        client: &Client,
        member: &Member,
        scope: &Scope,
    ) -> Result<Vec<String>, Error> {
        let mut names = self
            .session
            .subject_owners(client, &member.subjects(), scope)
            .await?;
        names.sort();
        names.dedup();
        Ok(names)
    }
}

fn overlap(members: &[&Member], name: &str) -> Diagnostic {
    let titles: Vec<_> = members.iter().map(|member| member.title()).collect();
    let subjects: Vec<_> = members
        .iter()
        .flat_map(|member| member.subjects())
        .collect();
    let summary = format!("Stream {name} takes the subjects of {}", titles.join(", "));
    let detail = format!(
        "Two streams of an account cannot listen to overlapping subjects (JetStream 10065), and {name} listens to some of {}. Delete {name}, or give it other subjects (`nats stream edit {name}`).",
        subjects.join(", ")
    );
    let path = match members {
        [member] => Path::attribute(member.row.key),
        _ => Path::root(),
    };
    Diagnostic::error(summary, detail).at(path)
}

fn single_server(member: &Member, client: &Client, config: &Value) -> Diagnostic {
    let detail = format!(
        "The NATS server at {} is not part of a cluster, so {} cannot have more than one replica (JetStream 10074). Set `replicas = 1`, or connect to a cluster.",
        client.server(),
        member.title()
    );
    Diagnostic::error("Replicas need a cluster", detail)
        .at(argument_path(member, "replicas", config))
}

/// What the account does not allow, once for each argument that says it.
fn over_limits(members: &[&Member], account: &Account, plan: &Plan) -> Vec<Diagnostic> {
    let mut found: Vec<(Path, Excess, Vec<String>)> = Vec::new();
    for member in members {
        let Some(excess) = Excess::of(plan.planned.attribute(member.row.key), account) else {
            continue;
        };
        let path = argument_path(member, excess.argument, &plan.config);
        match found
            .iter_mut()
            .find(|(other, what, _)| *other == path && *what == excess)
        {
            Some((_, _, titles)) => titles.push(member.title()),
            None => found.push((path, excess, vec![member.title()])),
        }
    }
    let said = found.into_iter().map(|(path, excess, titles)| {
        let detail = format!("{} It concerns {}.", excess.detail, titles.join(", "));
        Diagnostic::error(excess.summary, detail).at(path)
    });
    said.collect()
}

/// More than the account allows, or a limit missing that it demands.
#[derive(PartialEq)]
struct Excess {
    argument: &'static str,
    summary: &'static str,
    detail: String,
}

impl Excess {
    fn of(planned: &Value, account: &Account) -> Option<Self> {
        let max_bytes = planned.attribute("max_bytes").as_i64()?;
        let limits = &account.limits;
        let (stream_limit, whole_limit, kind, code) = match planned.attribute("storage").as_str()? {
            "memory" => (
                limits.memory_max_stream_bytes,
                limits.max_memory,
                "memory",
                10028,
            ),
            _ => (
                limits.storage_max_stream_bytes,
                limits.max_storage,
                "files",
                10047,
            ),
        };
        if limits.max_bytes_required && max_bytes < 1 {
            let detail =
                "This account demands a limit on every stream (JetStream 10113). Set `max_bytes`.";
            return Some(Self {
                argument: "max_bytes",
                summary: "The account demands max_bytes",
                detail: detail.to_owned(),
            });
        }
        let allowed = if stream_limit > 0 && max_bytes > stream_limit {
            format!("The account allows {stream_limit} bytes for one stream (JetStream 10122)")
        } else if !account.tiers.is_empty() || !(0..max_bytes.max(1)).contains(&whole_limit) {
            return None;
        } else if whole_limit == 0 {
            let detail = format!(
                "The account may not keep streams in {kind} (JetStream {code}). Set another `storage`, or raise the account's limit."
            );
            return Some(Self {
                argument: "storage",
                summary: "The account has no room for this storage",
                detail,
            });
        } else {
            format!(
                "The account has {whole_limit} bytes in {kind} for all streams (JetStream {code})"
            )
        };
        let detail = format!(
            "{allowed}, and `max_bytes` is {max_bytes}. Lower it, or raise the account's limit."
        );
        Some(Self {
            argument: "max_bytes",
            summary: "max_bytes is more than the account allows",
            detail,
        })
    }
}

//! Taking over an asset that exists already: what stays, what changes in place, and what that loses.

use crate::catalogue::Kind;
use crate::framework::Plan;
use crate::jetstream::{Change, Client, Effect, Scope, StreamInfo};
use crate::resources::asset::{Member, retired_keys};
use crate::resources::diagnose::capitalised;
use crate::resources::preflight::excess_values;
use crate::resources::update::is_refused_drift;
use crate::resources::{Walk, remarks};
use crate::terraform::{Diagnostic, Diagnostics, Path, Value};

impl Walk<'_> {
    /// What taking over an existing asset means.
    pub(super) async fn adoption(
        &self,
        client: &Client,
        member: &Member,
        info: &StreamInfo,
        plan: &Plan,
        scope: &Scope,
    ) -> Diagnostics {
        let planned = plan.planned.attribute(member.row.key);
        let changes = member
            .wanted(planned)
            .changes(info, &retired_keys(&Value::Null, planned));
        let mut said = Diagnostics::new();
        let (mut words, mut stays) = (Vec::new(), String::new());
        for change in changes
            .into_iter()
            .filter(|change| change.key != "metadata")
        {
            match change.effect {
                Effect::Refused(_) if !is_refused_drift(member, &change) => {
                    said.push(remarks::refused(member, &change, &plan.config))
                }
                Effect::Refused(_) => stays.push_str(&format!(
                    " Its {} stays {}, because the server does not change it.",
                    change.key, change.live
                )),
                Effect::Destructive(_) => {
                    let lost = lost(client, &change, info, scope).await;
                    said.extend(remarks::loss(
                        member,
                        &change,
                        Some(info),
                        lost,
                        &plan.config,
                    ));
                    words.push(changing(member, &change));
                }
                _ => words.push(changing(member, &change)),
            }
        }
        let changed = if words.is_empty() {
            "Nothing of it changes.".to_owned()
        } else {
            format!("Changed in place: {}.", words.join(", "))
        };
        let holds = if member.row.kind == Kind::Bucket {
            remarks::keys(info)
        } else {
            remarks::messages(info)
        };
        let summary = format!("{} exists and is taken over", capitalised(&member.title()));
        let detail = format!(
            "It was created {} and holds {holds}, which stay. {changed}{stays}",
            info.created
        );
        said.push(Diagnostic::warning(summary, detail).at(Path::attribute("adopt_existing")));
        said
    }
}

fn changing(member: &Member, change: &Change) -> String {
    let name = remarks::argument_name(member, change);
    format!("{name} from {} to {}", change.live, change.desired)
}

/// How many messages a smaller limit per subject deletes.
async fn lost(client: &Client, change: &Change, info: &StreamInfo, scope: &Scope) -> Option<u64> {
    if let Some(lost) = excess_values(change, info) {
        return Some(lost);
    }
    let kept = change.desired.as_u64()?;
    if change.key != "max_msgs_per_subject" {
        return None;
    }
    let counted = client.messages_beyond(info.config.name(), kept, scope);
    counted.await.ok()
}

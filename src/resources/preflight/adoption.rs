//! Taking over an asset that exists already: what stays, what changes in place, and what that loses.

use crate::jetstream::{Client, Effect, Scope, SettingChange, StreamInfo};
use crate::resources::Walk;
use crate::resources::messages::costs;
use crate::resources::messages::remarks;
use crate::resources::object::member::Member;
use crate::resources::plan;
use crate::resources::plan::changes::Changes;
use crate::terraform::framework::Plan;
use crate::terraform::language::{Diagnostic, Diagnostics, Path};
use crate::text::capitalised;

impl Walk {
    /// What taking over an existing asset means.
    pub(crate) async fn adoption(
        &self,
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
                Effect::Refused(_) => {
                    said.push(costs::cannot_take_over(member, &change, &step.config))
                }
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
}

fn changing(member: &Member, change: &SettingChange) -> String {
    let name = remarks::argument_name(member, change);
    format!(
        "{name} from {} to {}",
        remarks::shown(change, &change.live),
        remarks::shown(change, &change.desired)
    )
}

//! What is allowed and rarely meant: reported when it is planned, once for all assets, and never again.
//!
//! Summaries are the same for every object, so that Terraform shows many of them as one.

use crate::catalogue::Contents;
use crate::resources::object::argument_path;
use crate::resources::object::member::Member;
use crate::resources::plan::object_plan::ObjectPlan;
use crate::terraform::framework::Plan;
use crate::terraform::language::{Diagnostic, Diagnostics, Path};

/// What needs no server to be known.
pub fn check(plan: &ObjectPlan<'_>) -> Diagnostics {
    [even(plan), in_memory(plan)]
        .into_iter()
        .flatten()
        .collect()
}

/// Assets that share an advice: their titles, and where to point.
pub fn together<'m>(
    members: impl Iterator<Item = &'m Member>,
    argument: &str,
    plan: &Plan,
) -> Option<(String, Path)> {
    let members: Vec<_> = members.collect();
    let path = argument_path(members.first()?, argument, &plan.config);
    let titles: Vec<_> = members.iter().map(|member| member.title()).collect();
    Some((titles.join(", "), path))
}

fn members<'p>(plan: &'p ObjectPlan<'_>) -> impl Iterator<Item = &'p Member> {
    plan.actions.iter().map(|action| action.member)
}

fn even(plan: &ObjectPlan<'_>) -> Option<Diagnostic> {
    let even = members(plan).filter(|member| {
        let replicas = plan
            .plan
            .planned
            .attribute(member.row.key)
            .attribute("replicas");
        replicas.as_i64().is_some_and(|count| count % 2 == 0) && plan.differs(member, &["replicas"])
    });
    let (titles, path) = together(even, "replicas", plan.plan)?;
    let detail = format!(
        "More than half of the replicas must be online. With 2 replicas, no server can be lost, as with 1 replica. With 4 replicas, one server can be lost, as with 3 replicas. Set an odd number for {titles}."
    );
    Some(Diagnostic::warning("An even number of replicas has no advantage", detail).at(path))
}

fn in_memory(plan: &ObjectPlan<'_>) -> Option<Diagnostic> {
    let precious = members(plan).filter(|member| {
        let storage = plan
            .plan
            .planned
            .attribute(member.row.key)
            .attribute("storage");
        member.row.contents != Contents::Transient
            && storage.as_str() == Some("memory")
            && plan.differs(member, &["storage"])
    });
    let (titles, path) = together(precious, "storage", plan.plan)?;
    let detail = format!(
        "The contents of {titles} exist nowhere else, and are lost when the server is restarted; with replicas, when all servers are restarted at once. A bucket with one replica then no longer exists, and the next apply creates it again, empty. Set `storage = \"file\"` unless the contents may be lost."
    );
    Some(Diagnostic::warning("Storage in memory may lose data", detail).at(path))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::resources::lattice_buckets::LatticeBuckets;
    use crate::resources::preflight::fixture::{Case, only};
    use crate::resources::wadm::WadmJetStream;

    fn check_new(config: Json) -> Diagnostics {
        check(&Case::create(LatticeBuckets, config).plan())
    }

    #[test]
    fn an_even_number_of_replicas_is_a_warning() {
        assert_eq!(
            only(
                &check_new(json!({ "replicas": 2 })),
                &["bucket LATTICEDATA_default"]
            ),
            "warning: An even number of replicas has no advantage (replicas)"
        );
        assert!(check_new(json!({ "replicas": 3 })).is_empty());
        let unchanged = Case::update(
            LatticeBuckets,
            json!({ "replicas": 2 }),
            json!({ "replicas": 2, "history": 2 }),
        );
        assert!(check(&unchanged.plan()).is_empty());
    }

    #[test]
    fn memory_is_a_warning_where_the_contents_exist_nowhere_else() {
        assert_eq!(
            only(
                &check_new(json!({ "config_data": { "storage": "memory" } })),
                &["bucket CONFIGDATA_default"]
            ),
            "warning: Storage in memory may lose data (config_data.storage)"
        );
        let events = json!({ "events": { "storage": "memory" } });
        assert!(check(&Case::create(WadmJetStream, events).plan()).is_empty());
    }
}

//! Whether there are enough servers for the replicas that are planned, as far as the connected server tells.
//!
//! Its INFO names its cluster and the addresses where the cluster's servers take clients. Each server announces one
//! or more, so fewer addresses than replicas are too few servers. One address may be a load balancer's, and a placement
//! may name another cluster: then nobody knows before the apply.

use crate::jetstream::ServerInfo;
use crate::resources::messages::grouped;
use crate::resources::object::argument_path;
use crate::resources::object::member::Member;
use crate::resources::plan::object_plan::ObjectPlan;
use crate::resources::preflight::advice;
use crate::resources::preflight::survey::Survey;
use crate::terraform::language::{Diagnostic, Diagnostics, Path};

/// An error for each place that asks for more replicas than there are servers; a warning if there is one replica where
/// there could be more.
pub fn check(survey: &Survey<'_>, plan: &ObjectPlan<'_>) -> Diagnostics {
    let Some(server) = &survey.server_info else {
        return Diagnostics::new();
    };
    let members: Vec<_> = survey.assets.iter().map(|answer| answer.member).collect();
    let too_many = members
        .iter()
        .filter_map(|member| too_many(member, server, plan));
    let refused = grouped(too_many).into_iter();
    let refused = refused.map(|(path, replicas, titles)| {
        let error = match &server.cluster {
            None => single_server(&titles, &survey.server),
            Some(cluster) => small_cluster(&titles, replicas, cluster, server),
        };
        error.at(path)
    });
    refused.chain(one_replica(&members, server, plan)).collect()
}

/// Where an asset asks for more replicas than there are servers, and for how many.
fn too_many<'m>(
    member: &'m Member,
    server: &ServerInfo,
    plan: &ObjectPlan<'_>,
) -> Option<(Path, i64, &'m Member)> {
    let planned = plan.plan.planned.attribute(member.row.key);
    let replicas = planned.attribute("replicas").as_i64()?;
    let cluster = planned.attribute("placement").attribute("cluster");
    let elsewhere = !cluster.is_null() && cluster.as_str() != server.cluster.as_deref();
    let too_many = match (&server.cluster, usize::try_from(replicas)) {
        (None, Ok(replicas)) => replicas > 1,
        (Some(_), Ok(replicas)) => {
            !elsewhere && server.addresses > 1 && replicas > server.addresses
        }
        (_, Err(_)) => false,
    };
    let path = argument_path(member, "replicas", &plan.plan.config);
    too_many.then_some((path, replicas, member))
}

fn one_replica(
    members: &[&Member],
    server: &ServerInfo,
    plan: &ObjectPlan<'_>,
) -> Option<Diagnostic> {
    let cluster = server.cluster.as_ref()?;
    let single = members.iter().copied().filter(|member| {
        let replicas = plan
            .plan
            .planned
            .attribute(member.row.key)
            .attribute("replicas");
        replicas.as_i64() == Some(1) && plan.differs(member, &["replicas"])
    });
    let (titles, path) = advice::together(single, "replicas", plan.plan)?;
    let servers = match server.addresses {
        0 | 1 => format!("is in the cluster {cluster:?}"),
        many => format!("is in the cluster {cluster:?} of {many} servers"),
    };
    let detail = format!(
        "The NATS server {servers}, and one of them alone keeps {titles}: while it is away, wasmCloud and wadm stand still, and when it is lost, so are the contents. Set `replicas = 3`; it can also be changed later, in place."
    );
    Some(Diagnostic::warning("One replica in a cluster", detail).at(path))
}

fn single_server(titles: &str, server: &str) -> Diagnostic {
    let detail = format!(
        "The NATS server at {server} is not part of a cluster, so more than one replica is not possible for {titles} (JetStream 10074). Set `replicas = 1`, or connect to a cluster."
    );
    Diagnostic::error("Replicas need a cluster", detail)
}

fn small_cluster(titles: &str, replicas: i64, cluster: &str, server: &ServerInfo) -> Diagnostic {
    let known = server.addresses;
    let detail = format!(
        "`replicas` is {replicas}, and the cluster {cluster:?} has {known} servers that are known (JetStream 10005). It concerns {titles}. Set `replicas` to at most {known}, add servers, or name another cluster in `placement`."
    );
    Diagnostic::error(
        format!("{replicas} replicas need more servers than the {known} of the cluster"),
        detail,
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resources::lattice_buckets::LatticeBuckets;
    use crate::resources::preflight::fixture::{Case, cluster, single_server, summaries, survey};

    fn reported(config: serde_json::Value, server: ServerInfo) -> Vec<(String, String)> {
        let case = Case::create(LatticeBuckets, config);
        let plan = case.plan();
        let survey = Survey {
            server_info: Some(server),
            ..survey(&plan)
        };
        summaries(&check(&survey, &plan))
    }

    #[test]
    fn a_single_server_stores_one_replica() {
        let three = reported(json!({ "replicas": 3 }), single_server());

        assert_eq!(
            three,
            [("Replicas need a cluster".to_owned(), "replicas".to_owned())]
        );
        assert_eq!(reported(json!({ "replicas": 1 }), single_server()), []);
    }
}

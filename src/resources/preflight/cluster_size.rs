//! Whether there are enough servers for the replicas that are planned, as far as the connected server knows.
//!
//! Its INFO names its cluster and the addresses where the cluster's servers take clients. Each server announces one
//! or more, so fewer addresses than replicas are too few servers. One address may be a load balancer's, and a placement
//! may name another cluster: then it is not known before the apply.

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
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::resources::lattice_buckets::LatticeBuckets;
    use crate::resources::preflight::fixture::{
        Case, cluster, only, reported, single_server, survey,
    };

    fn check_on(server: Option<ServerInfo>, config: Json) -> Diagnostics {
        let case = Case::create(LatticeBuckets, config);
        let plan = case.plan();
        let survey = Survey {
            server_info: server,
            ..survey(&plan)
        };
        check(&survey, &plan)
    }

    #[test]
    fn a_single_server_stores_one_replica() {
        let three = check_on(Some(single_server()), json!({ "replicas": 3 }));
        let one = check_on(Some(single_server()), json!({ "replicas": 1 }));

        assert_eq!(
            only(
                &three,
                &[
                    "nats://n1:4222",
                    "10074",
                    "bucket LATTICEDATA_default, bucket CONFIGDATA_default"
                ]
            ),
            "error: Replicas need a cluster (replicas)"
        );
        assert!(one.is_empty());
    }

    #[test]
    fn more_replicas_than_servers_are_an_error_once_for_each_place_that_asks_for_them() {
        let config = json!({ "replicas": 5, "config_data": { "replicas": 4 } });

        let few = check_on(Some(cluster(3)), config.clone());

        assert_eq!(
            reported(&few),
            [
                "error: 5 replicas need more servers than the 3 of the cluster (replicas)",
                "error: 4 replicas need more servers than the 3 of the cluster (config_data.replicas)",
            ]
        );
        assert!(check_on(Some(cluster(5)), config.clone()).is_empty());
        // One address may be a load balancer's.
        assert!(check_on(Some(cluster(1)), config.clone()).is_empty());
        // Behind another domain nobody knows.
        assert!(check_on(None, config).is_empty());
    }

    #[test]
    fn a_placement_in_another_cluster_is_left_to_the_apply() {
        let placed = |name: &str| json!({ "replicas": 5, "placement": { "cluster": name } });

        assert!(check_on(Some(cluster(3)), placed("C2")).is_empty());
        assert!(check_on(Some(cluster(3)), placed("C1")).has_error());
    }

    #[test]
    fn one_replica_in_a_cluster_is_a_warning_when_it_is_set() {
        let config = json!({ "replicas": 1 });

        let new = check_on(Some(cluster(3)), config.clone());

        assert_eq!(
            only(&new, &["\"C1\" of 3 servers", "`replicas = 3`"]),
            "warning: One replica in a cluster (replicas)"
        );
        let history = json!({ "replicas": 1, "history": 2 });
        let case = Case::update(LatticeBuckets, config, history);
        let plan = case.plan();
        let survey = Survey {
            server_info: Some(cluster(3)),
            ..survey(&plan)
        };
        assert!(check(&survey, &plan).is_empty());
    }
}

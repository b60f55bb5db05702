//! Whether there are enough servers for the replicas that are planned, as far as the connected server knows.
//!
//! A JetStream without a cluster has one replica of each stream. Of a cluster, INFO has the addresses where its servers
//! take clients. Each server announces one or more, so fewer addresses than replicas are too few servers there; but
//! another cluster that is joined by gateways may have enough, so that is a warning. One address may be a load
//! balancer's, and a placement may name another cluster: then it is not known before the apply. A stream that has its
//! replicas already keeps them, also while servers are away.

use crate::jetstream::ServerInfo;
use crate::resources::messages::grouped;
use crate::resources::object::argument_path;
use crate::resources::object::member::Member;
use crate::resources::plan::object_plan::ObjectPlan;
use crate::resources::preflight::advice;
use crate::resources::preflight::survey::Survey;
use crate::terraform::language::{Diagnostic, Diagnostics, Value};

/// An error for each place that asks for replicas where none are possible; a warning where the known servers are too
/// few, or where there is one replica and there could be more.
pub fn check(survey: &Survey<'_>, plan: &ObjectPlan<'_>) -> Diagnostics {
    let server = survey.server_info.as_ref();
    let cluster = server.and_then(|server| server.cluster.as_deref());
    let is_single = match survey.clustered {
        Some(clustered) => !clustered,
        None => server.is_some() && cluster.is_none(),
    };
    let growing = survey.assets.iter().filter_map(|asset| {
        let live = asset.info().map_or(0, |info| info.config.num_replicas());
        let replicas = planned(asset.member, plan).attribute("replicas").as_i64()?;
        let grows = u64::try_from(replicas).is_ok_and(|replicas| replicas > live);
        let path = argument_path(asset.member, "replicas", &plan.plan.config);
        grows.then_some((path, replicas, asset.member))
    });
    if is_single {
        let refused = grouped(growing.filter(|(_, replicas, _)| *replicas > 1)).into_iter();
        let refused =
            refused.map(|(path, _, titles)| single_server(&titles, &survey.server).at(path));
        return refused.collect();
    }
    let (Some(server), Some(cluster)) = (server, cluster) else {
        return Diagnostics::new();
    };
    let servers = i64::try_from(server.addresses).unwrap_or(i64::MAX);
    let too_many = growing.filter(|(_, replicas, member)| {
        let placed = planned(member, plan)
            .attribute("placement")
            .attribute("cluster");
        let is_here = placed.is_null() || placed.as_str() == Some(cluster);
        is_here && servers > 1 && *replicas > servers
    });
    let warnings = grouped(too_many).into_iter();
    let warnings = warnings.map(|(path, replicas, titles)| {
        small_cluster(&titles, replicas, cluster, servers).at(path)
    });
    let members: Vec<_> = survey.assets.iter().map(|answer| answer.member).collect();
    warnings
        .chain(one_replica(&members, server, plan))
        .collect()
}

/// The asset as it is planned.
fn planned<'p>(member: &Member, plan: &'p ObjectPlan<'_>) -> &'p Value {
    plan.plan.planned.attribute(member.row.key)
}

fn one_replica(
    members: &[&Member],
    server: &ServerInfo,
    plan: &ObjectPlan<'_>,
) -> Option<Diagnostic> {
    let cluster = server.cluster.as_ref()?;
    let single = members.iter().copied().filter(|member| {
        let replicas = planned(member, plan).attribute("replicas");
        replicas.as_i64() == Some(1) && plan.differs(member, &["replicas"])
    });
    let (titles, path) = advice::together(single, "replicas", plan.plan)?;
    let servers = match server.addresses {
        0 | 1 => format!("cluster {cluster:?}"),
        many => format!("cluster {cluster:?} of {many} servers"),
    };
    let detail = format!(
        "The NATS server is in the {servers}, and only one server would store {titles}. While that server is offline, wasmCloud and wadm do not work. If it is lost, the contents are lost. Set `replicas = 3`; it can also be changed later, in place."
    );
    Some(Diagnostic::warning("One replica in a cluster", detail).at(path))
}

fn single_server(titles: &str, server: &str) -> Diagnostic {
    let detail = format!(
        "The JetStream at {server} runs on a single server, so more than one replica is not possible for {titles} (JetStream 10074). Set `replicas = 1`, or connect to a cluster. A server that only names a cluster, such as a leaf node, is a single server."
    );
    Diagnostic::error("Replicas need a cluster", detail)
}

fn small_cluster(titles: &str, replicas: i64, cluster: &str, known: i64) -> Diagnostic {
    let detail = format!(
        "`replicas` is {replicas}, and the cluster {cluster:?} has {known} known servers. This applies to {titles}. The apply fails (JetStream 10005) unless another cluster that is joined by gateways has enough servers. Start the servers that are offline, add servers, or set `replicas` to at most {known}."
    );
    Diagnostic::warning(
        format!("The cluster has {known} servers for {replicas} replicas"),
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
        check_case(&Case::create(LatticeBuckets, config), server, None)
    }

    fn check_case(
        case: &Case,
        server_info: Option<ServerInfo>,
        clustered: Option<bool>,
    ) -> Diagnostics {
        let plan = case.plan();
        let survey = Survey {
            server_info,
            clustered,
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
    fn more_replicas_than_known_servers_are_a_warning_once_for_each_place_that_asks_for_them() {
        let config = json!({ "replicas": 5, "config_data": { "replicas": 4 } });

        let few = check_on(Some(cluster(3)), config.clone());

        assert_eq!(
            reported(&few),
            [
                "warning: The cluster has 3 servers for 5 replicas (replicas)",
                "warning: The cluster has 3 servers for 4 replicas (config_data.replicas)",
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
        assert_eq!(check_on(Some(cluster(3)), placed("C1")).0.len(), 1);
    }

    #[test]
    fn replicas_that_a_stream_has_are_no_question_of_servers() {
        let three = json!({ "replicas": 3 });
        let history = json!({ "replicas": 3, "history": 2 });
        let case = Case::update(LatticeBuckets, three, history);

        assert!(check_case(&case, Some(cluster(2)), None).is_empty());
    }

    #[test]
    fn a_server_that_only_names_a_cluster_stores_one_replica() {
        let found = |clustered: Option<bool>, server: Option<ServerInfo>, replicas: u64| {
            let case = Case::create(LatticeBuckets, json!({ "replicas": replicas }));
            reported(&check_case(&case, server, clustered))
        };
        let refused = ["error: Replicas need a cluster (replicas)"];

        assert_eq!(found(Some(false), Some(cluster(1)), 3), refused);
        assert_eq!(found(Some(false), None, 3), refused);
        // No advice to have more either.
        assert!(found(Some(false), Some(cluster(1)), 1).is_empty());
        assert!(found(Some(true), None, 3).is_empty());
        assert!(found(None, Some(cluster(1)), 3).is_empty());
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
        assert!(check_case(&case, Some(cluster(3)), None).is_empty());
    }
}

//! Whether there are enough servers for the replicas that are planned, as far as the connected server tells.
//!
//! Its greeting names its cluster and the addresses where the cluster's servers take clients. Each server announces one
//! or more, so fewer addresses than replicas are too few servers. One address may be a load balancer's, and a placement
//! may name another cluster: then nobody knows before the apply.

use crate::jetstream::{Client, ServerInfo};
use crate::resources::messages::failure::argument_path;
use crate::resources::object::member::Member;
use crate::resources::preflight::advice;
use crate::resources::preflight::survey::differs;
use crate::terraform::framework::Plan;
use crate::terraform::language::{Diagnostic, Path};

/// An error for each place that asks for more replicas than there are servers.
pub fn refused(
    members: &[&Member],
    site: &ServerInfo,
    client: &Client,
    plan: &Plan,
) -> Vec<Diagnostic> {
    let mut found: Vec<(Path, i64, Vec<String>)> = Vec::new();
    for member in members {
        let planned = plan.planned.attribute(member.row.key);
        let Some(replicas) = planned.attribute("replicas").as_i64() else {
            continue;
        };
        let elsewhere = planned.attribute("placement").attribute("cluster");
        let elsewhere = !elsewhere.is_null() && elsewhere.as_str() != site.cluster.as_deref();
        let too_many = match (&site.cluster, usize::try_from(replicas)) {
            (None, Ok(replicas)) => replicas > 1,
            (Some(_), Ok(replicas)) => {
                !elsewhere && site.addresses > 1 && replicas > site.addresses
            }
            (_, Err(_)) => false,
        };
        if !too_many {
            continue;
        }
        let path = argument_path(member, "replicas", &plan.config);
        match found.iter_mut().find(|(other, ..)| *other == path) {
            Some((.., titles)) => titles.push(member.title()),
            None => found.push((path, replicas, vec![member.title()])),
        }
    }
    let said = found.into_iter().map(|(path, replicas, titles)| {
        let titles = titles.join(", ");
        let error = match &site.cluster {
            None => single_server(&titles, client),
            Some(cluster) => small_cluster(&titles, replicas, cluster, site),
        };
        error.at(path)
    });
    said.collect()
}

/// A warning if something gets one replica where there could be more.
pub fn advised(members: &[&Member], site: &ServerInfo, plan: &Plan) -> Option<Diagnostic> {
    let cluster = site.cluster.as_ref()?;
    let single = members.iter().copied().filter(|member| {
        let replicas = plan.planned.attribute(member.row.key).attribute("replicas");
        replicas.as_i64() == Some(1) && differs(member, plan, &["replicas"])
    });
    let (titles, path) = advice::together(single, "replicas", plan)?;
    let servers = match site.addresses {
        0 | 1 => format!("is in the cluster {cluster:?}"),
        many => format!("is in the cluster {cluster:?} of {many} servers"),
    };
    let detail = format!(
        "The NATS server {servers}, and one of them alone keeps {titles}: while it is away, wasmCloud and wadm stand still, and when it is lost, so are the contents. Set `replicas = 3`; it can also be changed later, in place."
    );
    Some(Diagnostic::warning("One replica in a cluster", detail).at(path))
}

fn single_server(titles: &str, client: &Client) -> Diagnostic {
    let detail = format!(
        "The NATS server at {} is not part of a cluster, so more than one replica is not possible for {titles} (JetStream 10074). Set `replicas = 1`, or connect to a cluster.",
        client.server(),
    );
    Diagnostic::error("Replicas need a cluster", detail)
}

fn small_cluster(titles: &str, replicas: i64, cluster: &str, site: &ServerInfo) -> Diagnostic {
    let known = site.addresses;
    let detail = format!(
        "`replicas` is {replicas}, and the cluster {cluster:?} has {known} servers that are known (JetStream 10005). It concerns {titles}. Set `replicas` to at most {known}, add servers, or name another cluster in `placement`."
    );
    Diagnostic::error(
        format!("{replicas} replicas need more servers than the {known} of the cluster"),
        detail,
    )
}

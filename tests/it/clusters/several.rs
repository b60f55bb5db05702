//! Servers that are known to nobody, or known and away, count.

use std::time::Duration;

use serde_json::json;

use crate::binary::setup::BINARY;
use crate::scenarios::scenario::{MAIN, buckets};
use crate::support::{
    Admin, Cluster, NatsServer, Terraform, free_port, nats_server_of_line, wait_for,
};

/// Two clusters that gateways join into one JetStream; the first is the smaller one.
fn joined(version: &str, sizes: [usize; 2]) -> [Vec<NatsServer>; 2] {
    let ports = sizes.map(|size| {
        (0..size)
            .map(|_| [free_port(), free_port()])
            .collect::<Vec<_>>()
    });
    let urls = |cluster: usize, kind: usize| {
        let urls = ports[cluster]
            .iter()
            .map(|port| format!("\"nats://127.0.0.1:{}\"", port[kind]));
        urls.collect::<Vec<_>>().join(", ")
    };
    let start = |cluster: usize| {
        let servers = ports[cluster]
            .iter()
            .enumerate()
            .map(|(index, [route, gateway])| {
                let config = format!(
                    "server_name: c{cluster}n{index}
                cluster {{ name: c{cluster}, listen: \"127.0.0.1:{route}\", routes: [{}] }}
                gateway {{ name: c{cluster}, listen: \"127.0.0.1:{gateway}\",
                    gateways: [{{ name: c0, urls: [{}] }}, {{ name: c1, urls: [{}] }}] }}",
                    urls(cluster, 0),
                    urls(0, 1),
                    urls(1, 1),
                );
                NatsServer::launch(version, "", &config)
            });
        servers.collect::<Vec<_>>()
    };
    [start(0), start(1)]
}

#[test]
fn the_servers_of_a_cluster_behind_gateways_can_keep_the_replicas() {
    let [small, big] = joined(nats_server_of_line("2.15"), [2, 3]);
    let everybody = small.len() + big.len();
    wait_for("a leader of all", Duration::from_secs(120), || {
        let leads = |server: &NatsServer| {
            let meta = &server.jsz()["meta_cluster"];
            let peers = meta["replicas"].as_array().map_or(0, Vec::len);
            peers + 1 == everybody && meta["leader"] == server.varz()["server_name"]
        };
        small.iter().chain(&big).any(leads).then_some(())
    });
    let urls: Vec<_> = small.iter().map(NatsServer::url).collect();
    let admin = Admin::connect(&urls.join(","));
    wait_for("all addresses", Duration::from_secs(60), || {
        (small[0].addresses() == small.len()).then_some(())
    });
    let terraform = Terraform::with_binary(BINARY).env("NATS_URL", &small[0].url());
    terraform.write(&buckets("replicas = 3"));

    let plan = terraform.plan();

    let summary = "The cluster has 2 servers for 3 replicas";
    let doubt = plan
        .diagnostics()
        .iter()
        .find(|said| said.summary == summary);
    assert_eq!(doubt.unwrap().severity, "warning");
    assert!(doubt.unwrap().says("joined by gateways"), "{doubt:?}");
    terraform.apply_plan(&plan);
    let info = admin.stream("KV_CONFIGDATA_default").unwrap();
    assert_eq!(info["config"]["num_replicas"], 3);
    assert_eq!(info["cluster"]["name"], "c1");
    assert!(terraform.plan().is_empty());
}

#[test]
fn what_needs_no_new_replicas_is_changed_while_a_server_is_away() {
    for version in ["2.10", "2.15"].map(nats_server_of_line) {
        let cluster = Cluster::start_with(version, 3, "");
        let terraform = Terraform::with_binary(BINARY).env("NATS_URL", &cluster.url());
        terraform.write(&buckets("replicas = 3"));
        terraform.apply();
        cluster.servers()[2].crash();
        wait_for("the others to know", Duration::from_secs(60), || {
            (cluster.servers()[0].addresses() == 2).then_some(())
        });

        terraform.write(&buckets("replicas = 3\nhistory = 2"));
        let plan = terraform.plan();
        terraform.apply_plan(&plan);

        let fewer = |said: &crate::support::Diagnostic| said.says("set `replicas` to at most");
        assert!(!plan.diagnostics().iter().any(fewer), "{version}");
        assert_eq!(
            terraform.state().values(MAIN)["history"],
            json!(2),
            "{version}"
        );
    }
}

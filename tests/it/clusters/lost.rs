//! Servers that do not come back, and those that are away for long.

use crate::binary::setup::BINARY;
use crate::scenarios::scenario::{CONFIG_STREAM, MAIN, buckets};
use crate::support::{Cluster, Leaf, NatsServer, Terraform, wait_for};

const TIMEOUTS: &str = "timeouts = { read = \"3s\", update = \"3s\", delete = \"3s\" }";

#[test]
fn a_server_that_had_the_only_replica_and_is_lost_is_a_choice_of_what_to_do() {
    let cluster = Cluster::start(3);
    let terraform = Terraform::with_binary(BINARY).env("NATS_URL", &cluster.url());
    terraform.write(&buckets(TIMEOUTS));
    terraform.apply();
    let admin = crate::support::Admin::connect(&cluster.url());
    let leader = admin.stream(CONFIG_STREAM).unwrap()["cluster"]["leader"].clone();
    let stores = |server: &&NatsServer| server.varz()["server_name"] == leader;
    cluster.servers().iter().find(stores).unwrap().crash();
    wait_for(
        "a leader of the rest",
        std::time::Duration::from_secs(60),
        || {
            let soon = std::time::Duration::from_secs(2);
            admin
                .try_api_within(soon, "INFO", &serde_json::json!({}))
                .ok()
        },
    );
    let is_advised = |failure: &crate::support::Failure| {
        assert!(
            failure.says("`nats stream rm <stream>`")
                && failure.says("(stream KV_CONFIGDATA_default)"),
            "{failure}"
        );
        assert!(failure.says("`terraform state rm <address>`"), "{failure}");
        assert!(failure.says("set another `lattice`"), "{failure}");
    };

    is_advised(&terraform.plan_error());
    is_advised(&terraform.destroy_error());

    // What it says works.
    terraform.run(&["state", "rm", MAIN]).unwrap();
    terraform.write(&buckets("lattice = \"other\""));
    terraform.apply();
}

#[test]
fn a_leaf_node_that_is_away_is_named_and_the_rest_can_be_planned() {
    let pair = Leaf::start();
    let terraform = Terraform::with_binary(BINARY)
        .env("NATS_URL", &pair.hub.url())
        .env("NATS_USER", "app")
        .env("NATS_PASSWORD", "secret");
    let config = |history: u8| {
        buckets("lattice = \"edge\"\njetstream_domain = \"leaf\"")
            + &format!(
                "resource \"wasmcloud_lattice_buckets\" \"hub\" {{\njetstream_domain = \"hub\"\nhistory = {history}\n}}\n"
            )
    };
    terraform.write(&config(1));
    terraform.apply();
    pair.leaf.crash();
    terraform.write(&config(2));

    let failure = terraform.plan_error();

    let error = failure.error();
    assert_eq!(error.summary, "JetStream domain leaf is not reachable");
    assert!(error.says("`-target`") && error.says("`-refresh=false`"));
    let unrefreshed = terraform.plan_with(&["-refresh=false"]);
    assert_eq!(
        unrefreshed.actions("wasmcloud_lattice_buckets.hub"),
        ["update"]
    );
    terraform
        .try_apply(&["-target=wasmcloud_lattice_buckets.hub"])
        .unwrap();
}

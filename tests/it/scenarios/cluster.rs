//! Replicas: three servers hold what one had, and one server cannot hold three.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use serde_json::json;

use crate::scenarios::scenario::{LATTICE_DATA, LATTICE_STREAM, MAIN, Scenario, warning};
use crate::support::{Admin, Cluster, NatsServer, terraform_default};

/// A scenario on three servers, which tests that run at the same time share: give each a lattice of its own.
fn of_three() -> Scenario<Arc<Cluster>> {
    static SHARED: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    let cluster = shared
        .upgrade()
        .unwrap_or_else(|| Arc::new(Cluster::start(3)));
    *shared = Arc::downgrade(&cluster);
    let url = cluster.url();
    let admin = Admin::connect(&url);
    Scenario::of(cluster, admin, terraform_default(), &[("NATS_URL", &url)])
}

#[test]
fn a_create_with_three_replicas_waits_until_all_are_current() {
    let scenario = of_three();

    scenario.write("lattice = \"three\"\nreplicas = 3");
    let plan = scenario.terraform.plan();
    scenario.terraform.apply_plan(&plan);

    for stream in ["KV_LATTICEDATA_three", "KV_CONFIGDATA_three"] {
        scenario.admin.expect_replicas(stream, 3);
    }
    scenario.terraform.expect_empty();
}

#[test]
fn replicas_go_from_one_to_three_and_back_and_each_apply_waits_until_they_are_current() {
    let scenario = of_three();
    scenario.converge("lattice = \"scaled\"");
    scenario.admin.put("LATTICEDATA_scaled", "key", "value");
    let before = scenario.admin.stream("KV_LATTICEDATA_scaled").unwrap();

    for replicas in [3, 1] {
        scenario.write(&format!("lattice = \"scaled\"\nreplicas = {replicas}"));
        let plan = scenario.terraform.plan();
        assert_eq!(plan.actions(MAIN), ["update"]);
        scenario.terraform.apply_plan(&plan);

        let stream = scenario
            .admin
            .expect_replicas("KV_LATTICEDATA_scaled", replicas);
        assert_eq!(stream["created"], before["created"]);
        assert_eq!(stream["state"]["messages"], 1);
        scenario.terraform.expect_empty();
    }
}

#[test]
fn a_number_of_replicas_changed_behind_terraform_s_back_is_repaired() {
    let scenario = of_three();
    scenario.converge("lattice = \"drifting\"\nreplicas = 3");
    scenario
        .admin
        .edit_stream("KV_CONFIGDATA_drifting", |config| {
            config["num_replicas"] = json!(1)
        });

    let plan = scenario.repair();

    assert_eq!(plan.change(MAIN).before()["config_data"]["replicas"], 1);
    scenario.admin.expect_replicas("KV_CONFIGDATA_drifting", 3);
}

#[test]
fn replicas_and_placement_change_in_one_plan_though_the_server_takes_only_one_at_a_time() {
    let scenario = of_three();
    scenario.converge("lattice = \"moved\"\nplacement = { tags = [\"node:1\"] }");

    scenario.converge("lattice = \"moved\"\nreplicas = 3\nplacement = { tags = [\"all\"] }");

    let stream = scenario.admin.expect_replicas("KV_LATTICEDATA_moved", 3);
    assert_eq!(stream["config"]["placement"]["tags"], json!(["all"]));

    scenario.converge("lattice = \"moved\"\nreplicas = 1\nplacement = { tags = [\"node:2\"] }");

    let stream = scenario.admin.expect_replicas("KV_LATTICEDATA_moved", 1);
    assert_eq!(stream["cluster"]["leader"], "node2");
}

#[test]
fn five_replicas_on_three_servers_are_a_warning_and_then_refused_with_nothing_made() {
    let scenario = of_three();
    scenario.write("lattice = \"five\"\nreplicas = 5");

    let plan = scenario.terraform.plan();
    let failure = scenario.terraform.apply_error();

    let doubt = warning(
        plan.diagnostics(),
        "The cluster has 3 servers for 5 replicas",
    );
    assert!(
        doubt.says("JetStream 10005") && doubt.says("add servers, or set `replicas` to at most 3"),
        "{doubt:?}"
    );
    assert_eq!(doubt.code, "replicas = 5");
    assert!(failure.says("JetStream 10005"), "{failure}");
    assert!(
        !scenario
            .admin
            .stream_names()
            .iter()
            .any(|name| name.ends_with("_five"))
    );

    // Another cluster may have as many servers as it likes.
    scenario.write("lattice = \"five\"\nreplicas = 5\nplacement = { cluster = \"elsewhere\" }");
    scenario.terraform.plan();
}

#[test]
fn a_placement_that_no_server_fits_is_refused_and_the_buckets_stay_where_they_are() {
    let scenario = of_three();
    scenario.converge("lattice = \"nowhere\"");

    scenario.write("lattice = \"nowhere\"\nplacement = { tags = [\"absent\"] }");
    let failure = scenario.terraform.apply_error();

    assert!(
        failure.says("tags not matched") && failure.says("`placement`"),
        "{failure}"
    );
    assert!(scenario.state()["lattice_data"]["placement"].is_null());
    scenario.converge("lattice = \"nowhere\"");
}

#[test]
fn more_replicas_than_a_server_ever_takes_are_refused_before_anything_is_asked() {
    let scenario = Scenario::start();
    scenario.write("replicas = 6");

    let failure = scenario.terraform.plan_error();

    let error = failure.error();
    assert_eq!(error.code, "replicas = 6");
    assert!(
        error.says("1 to 5") || error.says("between 1 and 5"),
        "{error}"
    );
}

/// Servers up to 2.12 accept the update, and the stream has no leader any more.
#[test]
fn three_replicas_on_a_single_server_are_refused_at_plan_on_every_server() {
    for version in ["2.15.1", "2.12.8"] {
        let scenario = Scenario::with_server(NatsServer::start_with(version, ""));
        scenario.write("replicas = 3");
        let failure = scenario.terraform.plan_error();
        assert_eq!(failure.error().code, "replicas = 3", "{version}");
        scenario.converge("");
        scenario.admin.put(LATTICE_DATA, "key", "value");

        scenario.write("replicas = 3");
        let failure = scenario.terraform.plan_error();

        let error = failure.error();
        assert_eq!(
            (error.summary.as_str(), error.code.as_str()),
            ("Replicas need a cluster", "replicas = 3")
        );
        assert!(
            error.says("Set `replicas = 1`, or connect to a cluster"),
            "{error}"
        );
        assert_eq!(
            scenario.admin.config(LATTICE_STREAM)["num_replicas"],
            1,
            "{version}"
        );
    }
}

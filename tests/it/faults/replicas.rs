//! Replicas while servers fail.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::binary::setup::BINARY;
use crate::scenarios::scenario::{MAIN, Scenario, buckets, warning};
use crate::support::{
    Admin, Cluster, Gate, NatsServer, Side, Terraform, nats_server_of_line, terraform_default,
    wait_for,
};

const STREAM: &str = "KV_CONFIGDATA_default";
const STREAMS: [&str; 2] = ["KV_LATTICEDATA_default", STREAM];

fn on(cluster: Cluster) -> Scenario<Cluster> {
    let urls: Vec<_> = cluster.servers().iter().map(NatsServer::url).collect();
    let admin = Admin::connect(&urls.join(","));
    let url = urls.join(",");
    Scenario::of(cluster, admin, terraform_default(), &[("NATS_URL", &url)])
}

/// A server that follows the leaders of both streams, and leads no meta group.
fn follower(scenario: &Scenario<Cluster>) -> &NatsServer {
    let leaders: Vec<_> = STREAMS
        .map(|stream| scenario.admin.stream(stream).unwrap()["cluster"]["leader"].clone())
        .to_vec();
    let servers = scenario.server.servers().iter();
    let mut followers = servers.filter(|server| !leaders.contains(&server.varz()["server_name"]));
    followers
        .next()
        .expect("a server that leads neither stream")
}

/// Whether a server is known to be away, by the leaders of both streams.
fn is_behind(admin: &Admin) -> bool {
    let away = |replica: &Value| replica["offline"] == true || replica["current"] == false;
    STREAMS.iter().all(|stream| {
        let info = admin.stream(stream).unwrap_or_default();
        let replicas = info["cluster"]["replicas"].as_array().cloned();
        replicas.unwrap_or_default().iter().any(away)
    })
}

#[test]
fn data_that_is_gone_after_more_replicas_is_an_error_with_both_numbers() {
    let cluster = Cluster::start(3);
    let admin = Admin::connect(&cluster.url());
    let mut terraform = Terraform::with_binary(BINARY).env("NATS_URL", &cluster.url());
    terraform.write(&buckets(""));
    terraform.apply();
    for key in ["a", "b", "c"] {
        admin.put("CONFIGDATA_default", key, "1");
    }
    terraform.write(&buckets("replicas = 3"));
    // The answer to the update waits, and meanwhile a server would fail; here its data are taken away.
    let gate = Gate::before(
        cluster.servers()[0].port(),
        Side::Answers,
        "\"name\":\"KV_CONFIGDATA",
    );
    terraform.set_env("NATS_URL", &gate.url());
    terraform.set_env("NATS_TIMEOUT", "60s");
    let running = terraform.start(&["apply", "-input=false", "-no-color", "-auto-approve"]);
    gate.wait_until_reached(1);
    wait_for("the update", Duration::from_secs(60), || {
        (admin.config(STREAM)["num_replicas"] == 3).then_some(())
    });
    let config = admin.config(STREAM);
    admin.delete_stream(STREAM);
    admin.create_stream(&config);
    admin.put("CONFIGDATA_default", "a", "1");
    gate.open();

    let failure = running.wait().unwrap_err();

    assert!(
        failure.says("Bucket CONFIGDATA_default lost data when replicas were added"),
        "{failure}"
    );
    assert!(
        failure.says("It contained 3 messages (sequences 1 to 3) before the change")
            && failure.says("contains 1 message (sequences 1 to 1) now"),
        "{failure}"
    );
}

#[test]
fn a_replica_that_is_away_is_a_warning_of_the_plan() {
    let scenario = on(Cluster::start(3));
    scenario.converge("replicas = 3");
    follower(&scenario).crash();
    wait_for("the loss to be noticed", Duration::from_secs(60), || {
        is_behind(&scenario.admin).then_some(())
    });

    let plan = scenario.terraform.plan();

    assert!(plan.is_empty());
    let away = warning(
        plan.diagnostics(),
        "Replicas of both buckets are not all current",
    );
    assert!(
        away.says("is offline") || away.says("is behind"),
        "{away:?}"
    );
}

#[test]
fn fewer_replicas_are_there_at_once_although_a_server_is_away() {
    for version in ["2.10", "2.15"].map(nats_server_of_line) {
        let scenario = on(Cluster::start_with(version, 3, ""));
        scenario.converge("replicas = 3");
        scenario.admin.put("CONFIGDATA_default", "a", "1");
        follower(&scenario).crash();
        // One that died a moment ago is another case: see below.
        wait_for("the loss to be noticed", Duration::from_secs(60), || {
            is_behind(&scenario.admin).then_some(())
        });

        scenario.write("replicas = 1");
        let started = Instant::now();
        scenario.terraform.apply();

        // The timeout of an update is 300 seconds.
        assert!(
            started.elapsed() < Duration::from_secs(120),
            "{version}: {:?}",
            started.elapsed()
        );
        assert_eq!(
            scenario.terraform.state().values(MAIN)["replicas"],
            json!(1)
        );
        assert_eq!(scenario.admin.messages(STREAM), 1, "{version}");
    }
}

#[test]
fn fewer_replicas_end_soon_when_a_server_dies_meanwhile() {
    let scenario = on(Cluster::start_with(nats_server_of_line("2.15"), 3, ""));
    scenario.converge("replicas = 3");
    scenario.admin.put("CONFIGDATA_default", "a", "1");
    follower(&scenario).crash();

    // The leader does not know yet. From 2.15 it asks the dead server to agree when another leaves: the stream may then
    // have no leader until that server is back. Which server leaves first is the server's choice.
    scenario.write("replicas = 1");
    let started = Instant::now();
    let applied = scenario.terraform.try_apply(&[]);

    let took = started.elapsed();
    assert!(took < Duration::from_secs(120), "{took:?} {applied:?}");
    match applied {
        Ok(_) => assert_eq!(
            scenario.terraform.state().values(MAIN)["replicas"],
            json!(1)
        ),
        Err(failure) => assert!(
            failure.says("no leader") && failure.says("Start the servers that are offline"),
            "{failure}"
        ),
    }
}

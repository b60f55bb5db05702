//! A stream that nobody can answer for is not gone: the refresh fails, and the state keeps it.

use crate::scenarios::scenario::{MAIN, Scenario};
use crate::support::{Admin, Cluster, NatsServer, terraform_default, wait_for};

/// Both buckets live on the third of three servers, and nowhere else.
const ON_THE_THIRD: &str = "placement = { tags = [\"node:3\"] }\ntimeouts = { read = \"40s\" }";

fn away(go_away: fn(&NatsServer)) {
    let cluster = Cluster::start(3);
    let url = cluster.url();
    let admin = Admin::connect(&cluster.servers()[0].url());
    let scenario = Scenario::of(cluster, admin, terraform_default(), &[("NATS_URL", &url)]);
    scenario.converge(ON_THE_THIRD);
    let state = scenario.state();
    let third = &scenario.server.servers()[2];
    go_away(third);

    let failure = scenario.terraform.plan_error();

    assert!(
        failure
            .diagnostics
            .iter()
            .all(|error| error.summary.ends_with("could not be read")),
        "{failure}"
    );
    assert!(
        failure.says("JetStream 10118") || failure.says("did not answer within"),
        "{failure}"
    );
    assert_eq!(scenario.state(), state);
    assert!(scenario.is_managed());
    third.restart();
    scenario.server.wait_for_leader();
    wait_for("the buckets", std::time::Duration::from_secs(240), || {
        let plan = scenario.terraform.try_plan(&[]).ok()?;
        assert_eq!(plan.actions(MAIN), ["no-op"]);
        Some(())
    });
}

#[test]
fn a_bucket_whose_server_was_shut_down_keeps_its_place_in_the_state() {
    away(NatsServer::stop);
}

#[test]
fn a_bucket_whose_server_crashed_keeps_its_place_in_the_state() {
    away(NatsServer::crash);
}

//! A server whose own configuration limits streams, and takes no key that it does not know.

use crate::support::NatsServer;
use crate::wadm::scenario::{ASSETS, MAIN, Scenario};

#[test]
fn a_window_that_the_server_limits_is_its_own_and_follows_the_age() {
    let limits = "strict: true\nlimits { duplicate_window: \"1m\" }";
    let scenario = Scenario::with_server(NatsServer::launch("2.12.8", limits, ""));
    let seconds = |stream: &str| {
        let window = scenario.admin.config(stream)["duplicate_window"].as_u64();
        window.unwrap_or_default() / 1_000_000_000
    };
    scenario.converge("");
    scenario.terraform.expect_empty_without_refresh_too();
    for (_, stream) in ASSETS {
        assert_eq!(seconds(stream), 60, "{stream}");
    }

    scenario.step("events = { max_age = \"30s\" }");
    assert_eq!(seconds("wadm_events"), 30);
    scenario.step("events = { max_age = \"5m\" }");
    assert_eq!(seconds("wadm_events"), 60);

    let rm = ["state", "rm", "-lock=false", MAIN];
    scenario.terraform.run(&rm).unwrap();
    scenario
        .terraform
        .import(MAIN, "wadm_state/wadm_manifests")
        .unwrap();
    scenario.terraform.expect_empty();
    let log = scenario.server.log();
    assert!(!log.contains("Invalid JetStream request"), "{log}");
}

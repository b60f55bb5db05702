//! A server whose own configuration limits streams, and takes no key that it does not know.

use serde_json::json;

use crate::scenarios::scenario::{LATTICE_STREAM, MAIN, Scenario};
use crate::support::NatsServer;

/// Nanoseconds of a minute.
const MINUTE: u64 = 60_000_000_000;

#[test]
fn a_window_that_the_server_limits_is_its_own_and_another_one_is_drift() {
    let limits = "strict: true\nlimits { duplicate_window: \"1m\" }";
    let scenario = Scenario::with_server(NatsServer::launch("2.11.11", limits, ""));
    let window = || scenario.admin.config(LATTICE_STREAM)["duplicate_window"].clone();
    scenario.converge("");
    scenario.terraform.expect_empty_without_refresh_too();
    assert_eq!(window(), MINUTE);

    scenario.step("history = 5");
    assert_eq!(window(), MINUTE);

    scenario.admin.edit_stream(LATTICE_STREAM, |config| {
        config["duplicate_window"] = json!(10_000_000_000_u64);
    });
    let plan = scenario.repair();
    let before = plan.change(MAIN).before();
    assert_eq!(
        before["lattice_data"]["drift"],
        json!({ "duplicate_window": "10000000000" })
    );
    assert_eq!(window(), MINUTE);

    let rm = ["state", "rm", "-lock=false", MAIN];
    scenario.terraform.run(&rm).unwrap();
    scenario.converge("adopt_existing = true");
    assert_eq!(window(), MINUTE);

    scenario.terraform.run(&rm).unwrap();
    scenario.write("");
    scenario.terraform.import(MAIN, "default").unwrap();
    scenario.terraform.expect_empty();
    let log = scenario.server.log();
    assert!(!log.contains("Invalid JetStream request"), "{log}");
}

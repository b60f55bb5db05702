//! Single-tenant and multi-tenant wadm, and the way from one to the other.

use std::time::Duration;

use serde_json::json;

use crate::support::wait_for;
use crate::wadm::scenario::{MAIN, READ_ON, Scenario, changed_assets, newest_and_oldest, warning};

#[test]
fn multi_tenant_streams_are_made_on_every_server_though_wadm_cannot() {
    for version in crate::support::nats_server_versions() {
        let scenario = Scenario::on(version);

        scenario.converge("multitenant = true");

        let wasmbus = scenario.admin.config("wasmbus_events");
        assert_eq!(
            wasmbus["subjects"],
            json!(["*.wasmbus.evt.*.>"]),
            "{version}"
        );
        assert_eq!(wasmbus["no_ack"], true, "{version}");
        assert_tenants_flow(&scenario, "made");
        scenario.terraform.destroy();
        assert!(scenario.admin.stream_names().is_empty(), "{version}");
    }
}

#[test]
fn the_change_of_mode_says_which_streams_change_how_and_that_wadm_must_be_restarted() {
    for version in newest_and_oldest() {
        let scenario = Scenario::on(version);
        scenario.converge("");
        scenario.expect_events_flow("single");
        let created = scenario.created();

        let plan = scenario.step("multitenant = true");

        assert_eq!(plan.actions(MAIN), ["update"]);
        assert_eq!(
            changed_assets(&plan),
            ["event_consumer", "wasmbus_events"],
            "{version}"
        );
        let said = warning(
            plan.diagnostics(),
            "wadm must be restarted in multi-tenant mode",
        );
        assert_eq!(said.code, "multitenant = true");
        for words in [
            "wasmbus_events gets the subjects *.wasmbus.evt.*.> instead of wasmbus.evt.*.>",
            "no longer acknowledges messages (`no_ack`)",
            "No stream is deleted",
            "no longer read, and expire",
            "stop it before the apply, and start it with `--multitenant` afterwards",
        ] {
            assert!(said.says(words), "{words}: {said}");
        }
        assert_eq!(scenario.created(), created, "{version}");
        assert_eq!(scenario.admin.config("wasmbus_events")["no_ack"], true);
        assert_tenants_flow(&scenario, "switched");

        let plan = scenario.step("");

        let said = warning(
            plan.diagnostics(),
            "wadm must be restarted in single-tenant mode",
        );
        assert!(
            said.says("acknowledges messages again") && said.says("without `--multitenant`"),
            "{said}"
        );
        assert_eq!(scenario.created(), created, "{version}");
        assert!(scenario.admin.config("wasmbus_events")["no_ack"].is_null());
        scenario.expect_events_flow("back");
    }
}

#[test]
fn drift_of_the_acknowledgements_in_multi_tenant_mode_is_repaired() {
    let scenario = Scenario::on("2.10.26");
    scenario.converge("multitenant = true");
    scenario
        .admin
        .edit_stream("wasmbus_events", |config| config["no_ack"] = json!(false));

    let plan = scenario.repair();

    assert_eq!(changed_assets(&plan), ["wasmbus_events"]);
    assert_eq!(
        plan.change(MAIN).before()["wasmbus_events"]["drift"],
        json!({ "no_ack": "false" })
    );
    assert_eq!(scenario.admin.config("wasmbus_events")["no_ack"], true);
}

/// Events of a tenant arrive under the lattice's subject. Nobody acknowledges them, so they are published until they do.
fn assert_tenants_flow(scenario: &Scenario, name: &str) {
    let arrives = format!("wadm_event_consumer.evt.default.{name}");
    wait_for(&arrives, READ_ON, || {
        // Without an acknowledgement the request has no answer; what counts is what arrives.
        scenario
            .admin
            .send(&format!("ACCOUNT.wasmbus.evt.default.{name}"), name);
        std::thread::sleep(Duration::from_millis(100));
        scenario.stored(&arrives)
    });
    scenario
        .admin
        .publish(&format!("wadm.evt.default.{name}_wadm"), name);
    let arrives = format!("wadm_event_consumer.evt.default.{name}_wadm");
    wait_for(&arrives, READ_ON, || scenario.stored(&arrives));
}

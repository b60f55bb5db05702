//! What the server cannot change in place is recreated, alone, if nothing is lost by it or the user forces it.

use serde_json::json;

use crate::scenarios::scenario::{
    CONFIG_DATA, CONFIG_STREAM, LATTICE_DATA, LATTICE_STREAM, MAIN, Scenario, buckets, warning,
};
use crate::support::{NatsServer, nats_server_versions};

const IN_MEMORY: &str = "config_data = { storage = \"memory\" }";

#[test]
fn an_empty_bucket_is_made_anew_alone_within_the_update_on_every_server() {
    for version in nats_server_versions() {
        let scenario = Scenario::with_server(NatsServer::start_with(version, ""));
        scenario.converge("");
        scenario.admin.put(LATTICE_DATA, "key", "value");
        let created = scenario.created();
        scenario.admin.note();

        let plan = scenario.step(IN_MEMORY);

        assert_eq!(plan.actions(MAIN), ["update"], "{version}");
        let unknown = plan.change(MAIN).after_unknown();
        assert_eq!(unknown["config_data"]["created"], true);
        assert_ne!(unknown["lattice_data"]["created"], true);
        let said = warning(
            plan.diagnostics(),
            "Bucket CONFIGDATA_default is replaced to change storage",
        );
        assert!(
            said.says("is empty now; if it is not when the plan is applied"),
            "{said}"
        );
        assert!(
            said.says("Running hosts must be restarted afterwards"),
            "{said}"
        );
        scenario.admin.expect_noted(&[
            format!("CREATED {CONFIG_STREAM}"),
            format!("DELETED {CONFIG_STREAM}"),
        ]);
        assert_eq!(scenario.admin.config(CONFIG_STREAM)["storage"], "memory");
        assert_eq!(scenario.created()[0], created[0], "{version}");
        assert_eq!(scenario.admin.messages(LATTICE_STREAM), 1);
    }
}

#[test]
fn a_bucket_that_holds_keys_is_not_made_anew_and_the_plan_lists_the_choices() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.put(CONFIG_DATA, "key", "value");
    let created = scenario.created();
    scenario.write(IN_MEMORY);

    let failure = scenario.terraform.plan_error();

    let error = failure.error();
    assert_eq!(
        error.summary,
        "Storage of bucket CONFIGDATA_default cannot be changed"
    );
    for choice in [
        "It contains 1 key (",
        "set `storage` of `config_data` to \"file\"",
        "nats stream rm KV_CONFIGDATA_default",
        "`force_destroy = true`",
    ] {
        assert!(error.says(choice), "{choice}: {error}");
    }
    assert_eq!(scenario.created(), created);
}

#[test]
fn a_bucket_that_holds_keys_is_made_anew_and_empty_where_that_is_forced() {
    let scenario = Scenario::start();
    scenario.converge("");
    for key in 0..50 {
        scenario
            .admin
            .put(CONFIG_DATA, &format!("key{key}"), "value");
    }

    let forced = format!("force_destroy = true\n{IN_MEMORY}");
    scenario.write(&forced);
    let failure = scenario.terraform.plan_error();
    assert!(
        failure
            .error()
            .says("set `force_destroy = true`, apply it without this change"),
        "{failure}"
    );
    assert_eq!(scenario.admin.messages(CONFIG_STREAM), 50);

    scenario.converge("force_destroy = true");
    let plan = scenario.step(&forced);
    let said = warning(plan.diagnostics(), "Bucket CONFIGDATA_default is replaced");
    assert!(
        said.says("It contains 50 keys (") && said.says("To avoid this, set `storage`"),
        "{said}"
    );

    // Back and forth at once, which brings old messages back if nobody takes care.
    for storage in ["file", "memory", "file", "memory", "file"] {
        scenario.admin.put(CONFIG_DATA, "key", "value");
        scenario.converge(&format!(
            "force_destroy = true\nconfig_data = {{ storage = \"{storage}\" }}"
        ));
        assert_eq!(scenario.admin.messages(CONFIG_STREAM), 0, "{storage}");
    }
}

#[test]
fn a_replacement_needs_no_permission_to_purge() {
    let mut scenario = Scenario::denied(&["$JS.API.STREAM.PURGE.>"]);
    scenario.converge("force_destroy = true");
    scenario.admin.put(CONFIG_DATA, "key", "value");

    scenario.converge(&format!("force_destroy = true\n{IN_MEMORY}"));

    assert_eq!(scenario.admin.messages(CONFIG_STREAM), 0);
    scenario.allowed();
    scenario.terraform.expect_empty();
}

#[test]
fn a_key_that_arrives_between_plan_and_apply_keeps_the_bucket() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.write(IN_MEMORY);
    let plan = scenario.terraform.plan();
    scenario.admin.put(CONFIG_DATA, "key", "value");
    let (created, state) = (scenario.created(), scenario.state());

    let failure = scenario
        .terraform
        .try_apply(&[plan.file().to_str().unwrap()])
        .unwrap_err();

    let error = failure.error();
    assert!(
        error
            .summary
            .starts_with("Storage of bucket CONFIGDATA_default cannot be changed"),
        "{error}"
    );
    assert_eq!(scenario.created(), created);
    assert_eq!(scenario.admin.messages(CONFIG_STREAM), 1);
    assert_eq!(scenario.state(), state);
    scenario.converge("");
}

#[test]
fn while_nobody_can_be_asked_a_replacement_is_planned_for_an_empty_bucket_only() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.write(IN_MEMORY);
    let connected = scenario.terraform.plan().change(MAIN).after().clone();
    scenario.admin.put(CONFIG_DATA, "key", "value");
    scenario.server.stop();

    let plan = scenario.terraform.plan_with(&["-refresh=false"]);

    assert_eq!(plan.change(MAIN).after(), &connected);
    let said = warning(
        plan.diagnostics(),
        "Bucket CONFIGDATA_default is replaced to change storage",
    );
    assert!(
        said.says("if it is not empty when the plan is applied, the apply fails"),
        "{said}"
    );
    scenario.server.restart();
    let failure = scenario
        .terraform
        .try_apply(&[plan.file().to_str().unwrap()])
        .unwrap_err();
    assert!(
        failure.says("`storage` would change from \"file\" to \"memory\""),
        "{failure}"
    );
    assert_eq!(scenario.admin.messages(CONFIG_STREAM), 1);
}

#[test]
fn a_bucket_that_somebody_made_anew_in_memory_is_made_anew_while_it_is_empty() {
    let scenario = Scenario::start();
    scenario.converge("");
    let mut config = scenario.admin.config(CONFIG_STREAM);
    scenario.admin.delete_stream(CONFIG_STREAM);
    config["storage"] = json!("memory");
    scenario.admin.create_stream(&config);

    let plan = scenario.repair();

    warning(
        plan.diagnostics(),
        "Bucket CONFIGDATA_default is replaced to change storage",
    );
    assert_eq!(scenario.admin.config(CONFIG_STREAM)["storage"], "file");
    scenario.terraform.write(&buckets(""));
}

//! What a plan deletes, as data of the plan.

use serde_json::{Value, json};

use crate::scenarios::scenario::{CONFIG_STREAM, LATTICE_STREAM, MAIN, Scenario, buckets};
use crate::support::Plan;

const WADM: &str = "wadm_jetstream.main";

fn after(plan: &Plan) -> &Value {
    &plan.change(MAIN).after()["data_loss"]
}

/// As the refresh before the plan found it.
fn prior(plan: &Plan) -> Value {
    let prior = &plan.json()["prior_state"]["values"]["root_module"]["resources"][0];
    prior["values"]["data_loss"].clone()
}

fn entry(block: &str, stream: &str, cause: &str, revisions: impl Into<Value>) -> Value {
    json!([{ "block": block, "stream": stream, "cause": cause, "revisions": revisions.into() }])
}

/// Three revisions of one key, and one of another.
fn fill(scenario: &Scenario, bucket: &str) {
    for key in ["a", "a", "a", "b"] {
        scenario.admin.put(bucket, key, "value");
    }
}

#[test]
fn a_lower_history_is_counted_and_what_hosts_write_meanwhile_does_not_break_the_apply() {
    let scenario = Scenario::start();
    scenario.converge("history = 5");
    fill(&scenario, "CONFIGDATA_default");
    scenario.write("history = 2");

    let plan = scenario.terraform.plan();
    scenario.admin.put("CONFIGDATA_default", "c", "value");
    scenario.terraform.apply_plan(&plan);

    let expected = entry("config_data", CONFIG_STREAM, "history", 1);
    assert_eq!(after(&plan), &expected);
    assert_eq!(scenario.state()["data_loss"], expected);
    scenario.terraform.expect_empty_without_refresh_too();
    let refresh = scenario.terraform.plan_with(&["-refresh-only"]);
    assert!(
        refresh.json()["resource_drift"].is_null(),
        "{}",
        refresh.text()
    );

    let plan = scenario.step("history = 3");

    assert_eq!(after(&plan), &json!([]));
}

#[test]
fn a_destroy_that_is_allowed_is_counted_before_it_and_one_that_keeps_all_is_not() {
    let scenario = Scenario::start();
    scenario.converge("force_destroy = true");
    fill(&scenario, "LATTICEDATA_default");

    let plan = scenario.terraform.plan_with(&["-destroy"]);

    assert_eq!(
        prior(&plan),
        entry("lattice_data", LATTICE_STREAM, "destroy", 2)
    );
    scenario.terraform.expect_empty_without_refresh_too();

    scenario.converge("force_destroy = true\nskip_destroy = true");
    let plan = scenario.terraform.plan_with(&["-destroy"]);

    assert_eq!(prior(&plan), json!([]));
}

#[test]
fn another_storage_is_counted_where_it_may_delete_keys() {
    let scenario = Scenario::start();
    scenario.converge("force_destroy = true\nhistory = 5");
    fill(&scenario, "CONFIGDATA_default");

    let plan = scenario.step("force_destroy = true\nhistory = 5\nstorage = \"memory\"");

    assert_eq!(
        after(&plan),
        &entry("config_data", CONFIG_STREAM, "storage", 4)
    );
    scenario.converge("storage = \"memory\"\nhistory = 5");

    let plan = scenario.step("history = 5");

    assert_eq!(after(&plan), &json!([]), "empty buckets are recreated");
}

#[test]
fn contents_that_come_back_are_named_and_not_counted() {
    let scenario = Scenario::start();
    let wadm = |arguments: &str| {
        format!("resource \"wadm_jetstream\" \"main\" {{\nprovider = wasmcloud\n{arguments}\n}}")
    };
    scenario.terraform.converge(&wadm(""));

    let plan = scenario
        .terraform
        .step(&wadm("commands = { storage = \"memory\" }"));

    let expected = entry("commands", "wadm_commands", "storage", Value::Null);
    assert_eq!(plan.change(WADM).after()["data_loss"], expected);
}

#[test]
fn a_create_deletes_nothing_and_what_an_adoption_deletes_is_not_known() {
    let scenario = Scenario::start();

    let plan = scenario.step("");

    assert_eq!(after(&plan), &json!([]));
    scenario.terraform.run(&["state", "rm", MAIN]).unwrap();
    scenario.terraform.write(&buckets("adopt_existing = true"));

    let plan = scenario.repair();

    assert_eq!(plan.change(MAIN).after_unknown()["data_loss"], true);
    assert_eq!(scenario.state()["data_loss"], Value::Null);
}

#[test]
fn what_is_known_only_at_apply_is_counted_then() {
    let scenario = Scenario::start();
    scenario.converge("history = 5");
    fill(&scenario, "CONFIGDATA_default");
    let config = [
        "resource \"terraform_data\" \"history\" {\ninput = 1\n}\n",
        &buckets("history = terraform_data.history.output"),
    ];

    let plan = scenario.terraform.step(&config.concat());

    assert_eq!(plan.change(MAIN).after_unknown()["data_loss"], true);
    assert_eq!(
        scenario.state()["data_loss"],
        entry("config_data", CONFIG_STREAM, "history", 2)
    );
}

#[test]
fn a_destroy_after_the_block_was_removed_is_counted_in_the_state_before_the_plan() {
    let scenario = Scenario::start();
    scenario.converge("history = 5");
    fill(&scenario, "LATTICEDATA_default");
    scenario.converge("history = 5\nforce_destroy = true");
    scenario.terraform.write("");

    let plan = scenario.terraform.plan();

    // Terraform shows the state before the refresh in the change itself.
    assert_eq!(plan.actions(MAIN), ["delete"]);
    assert_eq!(
        prior(&plan),
        entry("lattice_data", LATTICE_STREAM, "destroy", 4)
    );
}

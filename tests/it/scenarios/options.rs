//! The options of Terraform that change what a plan looks at, as people and pipelines use them.

use serde_json::json;

use crate::scenarios::scenario::{CONFIG_STREAM, LATTICE_STREAM, MAIN, Scenario, buckets, warning};

const OTHER: &str = "wasmcloud_lattice_buckets.other";

fn exit_code(scenario: &Scenario, options: &[&str]) -> Option<i32> {
    let plan = ["plan", "-input=false", "-lock=false", "-detailed-exitcode"];
    scenario
        .terraform
        .output(&[&plan, options].concat())
        .status
        .code()
}

fn drift(scenario: &Scenario) {
    scenario.admin.edit_stream(CONFIG_STREAM, |config| {
        config["max_bytes"] = json!(1_048_576)
    });
}

#[test]
fn a_pipeline_learns_from_the_exit_code_whether_there_is_something_to_do() {
    let scenario = Scenario::start();
    scenario.write("");
    assert_eq!(exit_code(&scenario, &[]), Some(2));
    scenario.converge("");
    assert_eq!(exit_code(&scenario, &[]), Some(0));

    drift(&scenario);
    assert_eq!(exit_code(&scenario, &["-refresh=false"]), Some(0));
    assert_eq!(exit_code(&scenario, &[]), Some(2));
    scenario.repair();

    // What stays is told, and nothing to do.
    scenario.admin.edit_stream(CONFIG_STREAM, |config| {
        config["allow_msg_ttl"] = json!(true)
    });
    scenario.repair();
    assert_eq!(exit_code(&scenario, &[]), Some(0));
    scenario.write("storage = \"nonsense\"");
    assert_eq!(exit_code(&scenario, &[]), Some(1));
}

#[test]
fn a_refresh_only_plan_takes_what_the_server_has_into_the_state_and_changes_nothing_there() {
    let scenario = Scenario::start();
    scenario.converge("");
    drift(&scenario);
    scenario.admin.note();

    let plan = scenario.terraform.plan_with(&["-refresh-only"]);
    scenario.terraform.apply_plan(&plan);

    assert_eq!(scenario.state()["config_data"]["max_bytes"], 1_048_576);
    scenario.admin.expect_noted::<&str>(&[]);
    let plan = scenario.repair();
    assert_eq!(plan.actions(MAIN), ["update"]);
    assert_eq!(scenario.admin.config(CONFIG_STREAM)["max_bytes"], -1);
}

#[test]
fn a_plan_without_a_refresh_does_what_it_shows_and_tells_what_it_had_not_seen() {
    let scenario = Scenario::start();
    scenario.converge("");
    drift(&scenario);
    scenario.write("history = 5");

    let plan = scenario.terraform.plan_with(&["-refresh=false"]);
    let said = scenario.terraform.apply_plan(&plan);

    assert_eq!(plan.change(MAIN).after()["config_data"]["max_bytes"], -1);
    let said = warning(
        &said,
        "Bucket CONFIGDATA_default differs from what the plan showed",
    );
    assert!(
        said.says("max_bytes is 1048576 instead of -1 and was not changed"),
        "{said}"
    );
    let config = scenario.admin.config(CONFIG_STREAM);
    assert_eq!(
        (&config["max_bytes"], &config["max_msgs_per_subject"]),
        (&json!(1_048_576), &json!(5))
    );
    scenario.repair();
}

#[test]
fn a_targeted_apply_does_not_touch_the_other_object() {
    let scenario = Scenario::start();
    let other = buckets("lattice = \"other\"").replace("\"main\"", "\"other\"");
    scenario
        .terraform
        .converge(&format!("{}{other}", buckets("")));
    for stream in [LATTICE_STREAM, "KV_LATTICEDATA_other"] {
        scenario
            .admin
            .edit_stream(stream, |config| config["allow_direct"] = json!(false));
    }

    let plan = scenario.terraform.plan_with(&[&format!("-target={MAIN}")]);
    scenario.terraform.apply_plan(&plan);

    let direct = |stream: &str| scenario.admin.config(stream)["allow_direct"].clone();
    assert_eq!(
        [direct(LATTICE_STREAM), direct("KV_LATTICEDATA_other")],
        [json!(true), json!(false)]
    );
    let plan = scenario.repair();
    assert_eq!(
        (plan.actions(MAIN), plan.actions(OTHER)),
        (vec!["no-op"], vec!["update"])
    );
}

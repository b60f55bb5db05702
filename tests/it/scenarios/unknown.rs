//! Values that are known only while applying, in the object and in the provider block.

use crate::scenarios::scenario::{
    CONFIG_STREAM, LATTICE_DATA, LATTICE_STREAM, MAIN, Scenario, buckets, warning,
};

/// The object beside a value that is known only after apply; `arguments` may use `terraform_data.later.output`.
fn later(value: &str, arguments: &str) -> String {
    format!(
        "resource \"terraform_data\" \"later\" {{\n  input = {value}\n}}\n{}",
        buckets(arguments)
    )
}

#[test]
fn settings_may_be_known_only_at_apply() {
    let scenario = Scenario::start();

    let plan = scenario.terraform.step(&later(
        "{ history = 5, text = \"later\" }",
        "history = terraform_data.later.output.history\n\
         description = terraform_data.later.output.text\n\
         metadata = { text = terraform_data.later.output.text }\n\
         config_data = { history = terraform_data.later.output.history + 1 }",
    ));

    let unknown = plan.change(MAIN).after_unknown();
    assert_eq!(
        (&unknown["history"], &unknown["lattice_data"]["history"]),
        (&true.into(), &true.into())
    );
    for (stream, history) in [(LATTICE_STREAM, 5), (CONFIG_STREAM, 6)] {
        let config = scenario.admin.config(stream);
        assert_eq!(config["max_msgs_per_subject"], history);
        assert_eq!(
            (&config["description"], &config["metadata"]["text"]),
            (&"later".into(), &"later".into())
        );
    }
}

#[test]
fn the_lattice_may_be_known_only_at_apply() {
    let scenario = Scenario::start();

    let plan = scenario
        .terraform
        .step(&later("\"prod\"", "lattice = terraform_data.later.output"));

    assert_eq!(
        plan.change(MAIN).after_unknown()["lattice_data"]["bucket"],
        true
    );
    assert_eq!(
        scenario.admin.stream_names(),
        ["KV_CONFIGDATA_prod", "KV_LATTICEDATA_prod"]
    );
}

#[test]
fn a_lattice_that_is_no_longer_known_is_planned_as_a_replacement_and_refused_while_there_are_keys()
{
    let scenario = Scenario::start();
    scenario.converge("");
    let config = later("\"other\"", "lattice = terraform_data.later.output");

    scenario.terraform.write(&config);
    assert_eq!(
        scenario.terraform.plan().actions(MAIN),
        ["delete", "create"]
    );

    scenario.admin.put(LATTICE_DATA, "key", "value");
    let failure = scenario.terraform.plan_error();
    assert_eq!(
        failure.error().summary,
        "Bucket LATTICEDATA_default contains 1 key"
    );
}

#[test]
fn a_storage_that_turns_out_different_at_apply_makes_only_an_empty_bucket_anew_as_the_plan_said() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.put(LATTICE_DATA, "key", "value");
    let created = scenario.created();
    scenario.terraform.write(&later(
        "\"memory\"",
        "storage = terraform_data.later.output",
    ));

    let plan = scenario.terraform.plan();
    let failure = scenario
        .terraform
        .try_apply(&[plan.file().to_str().unwrap()])
        .unwrap_err();

    let said = warning(
        plan.diagnostics(),
        "Both buckets may be replaced to change storage",
    );
    assert!(said.says("if it is empty then"), "{said}");
    let unknown = plan.change(MAIN).after_unknown();
    assert_eq!(unknown["lattice_data"]["created"], true);
    assert!(
        failure.says("Storage of bucket LATTICEDATA_default cannot be changed"),
        "{failure}"
    );
    assert_eq!(scenario.created(), created);
    scenario.admin.api(
        "STREAM.PURGE.KV_LATTICEDATA_default",
        &serde_json::json!({}),
    );
    scenario.terraform.apply();
    scenario.terraform.expect_empty();
    assert_eq!(scenario.admin.config(LATTICE_STREAM)["storage"], "memory");
}

#[test]
fn the_whole_object_of_a_bucket_may_be_known_only_at_apply() {
    let scenario = Scenario::start();

    scenario.terraform.converge(&later(
        "{ history = 5 }",
        "config_data = terraform_data.later.output",
    ));

    assert_eq!(
        scenario.admin.config(CONFIG_STREAM)["max_msgs_per_subject"],
        5
    );
}

#[test]
fn the_provider_s_configuration_may_be_known_only_at_apply() {
    let mut scenario = Scenario::start();
    scenario.provide(&[]);
    let provider = "provider \"wasmcloud\" {\n  servers = [terraform_data.later.output]\n}\n";
    let address = format!("\"{}\"", scenario.server.url());

    let plan = scenario
        .terraform
        .step(&format!("{provider}{}", later(&address, "")));

    assert_eq!(plan.actions(MAIN), ["create"]);
    assert_eq!(
        scenario.admin.stream_names(),
        [CONFIG_STREAM, LATTICE_STREAM]
    );
}

#[test]
fn buckets_that_cannot_be_refreshed_because_the_server_is_not_known_yet_are_an_error_with_a_way_out()
 {
    let mut scenario = Scenario::start();
    scenario.converge("");
    scenario.provide(&[]);
    let provider = "provider \"wasmcloud\" {\n  servers = [terraform_data.later.output]\n}\n";
    let address = format!("\"{}\"", scenario.server.url());
    scenario
        .terraform
        .write(&format!("{provider}{}", later(&address, "")));

    let failure = scenario.terraform.plan_error();

    let error = failure.error();
    assert!(
        error.says("`servers`") && error.says("terraform apply -target"),
        "{error}"
    );
    scenario
        .terraform
        .try_apply(&["-target=terraform_data.later"])
        .unwrap();
    scenario.terraform.expect_empty();
}

//! `ignore_changes`, on common arguments, on a whole bucket and on one argument of it; and common arguments that no bucket
//! follows.

use serde_json::{Value, json};

use crate::scenarios::scenario::{BUCKETS, CONFIG_STREAM, LATTICE_STREAM, MAIN, Scenario, warning};

fn ignoring(arguments: &str, ignored: &str) -> String {
    format!("{arguments}\nlifecycle {{\nignore_changes = [{ignored}]\n}}")
}

fn limits(scenario: &Scenario) -> [Value; 2] {
    BUCKETS.map(|(_, stream)| scenario.admin.config(stream)["max_bytes"].clone())
}

fn limit(scenario: &Scenario, streams: &[&str], bytes: u64) {
    for stream in streams {
        scenario
            .admin
            .edit_stream(stream, |config| config["max_bytes"] = json!(bytes));
    }
}

#[test]
fn an_ignored_common_argument_leaves_drift_of_all_that_follow_it_and_nothing_else() {
    let scenario = Scenario::start();
    let arguments = "max_bytes = 5000000\nconfig_data = {\nhistory = 2\n}";
    scenario.converge(arguments);
    limit(&scenario, &[LATTICE_STREAM, CONFIG_STREAM], 6_000_000);

    let drift = scenario.terraform.plan();
    scenario.write(&ignoring(arguments, "max_bytes"));
    scenario.terraform.expect_empty();
    let ignored = ignoring(
        &arguments.replace("history = 2", "history = 3"),
        "max_bytes",
    );
    scenario.converge(&ignored);

    let change = drift.change(MAIN);
    assert_eq!(
        change.changed(),
        ["config_data", "lattice_data", "max_bytes"]
    );
    let common = |side: &Value| side["max_bytes"].clone();
    assert_eq!(
        (common(change.before()), common(change.after())),
        (json!(6_000_000), json!(5_000_000))
    );
    assert_eq!(limits(&scenario), [6_000_000, 6_000_000].map(Value::from));
    let config = scenario.admin.config(CONFIG_STREAM);
    assert_eq!(config["max_msgs_per_subject"], 3);
    scenario.converge(arguments);
    assert_eq!(limits(&scenario), [5_000_000, 5_000_000].map(Value::from));
}

#[test]
fn an_ignored_common_argument_does_not_take_the_value_of_a_bucket_with_its_own() {
    let scenario = Scenario::start();
    let arguments = "max_bytes = 5000000\nconfig_data = {\nmax_bytes = 5000000\n}";
    scenario.converge(arguments);
    limit(&scenario, &[LATTICE_STREAM], 6_000_000);

    scenario.write(&ignoring(arguments, "max_bytes"));
    scenario.terraform.expect_empty();
    limit(&scenario, &[CONFIG_STREAM], 7_000_000);
    scenario.repair();

    assert_eq!(limits(&scenario), [6_000_000, 5_000_000].map(Value::from));
}

#[test]
fn an_ignored_bucket_or_argument_of_it_is_left_as_it_is() {
    let scenario = Scenario::start();
    for (arguments, ignored) in [
        ("", "config_data"),
        ("config_data = {}", "config_data.max_bytes"),
    ] {
        scenario.converge(&ignoring(arguments, ignored));
        limit(&scenario, &[LATTICE_STREAM, CONFIG_STREAM], 6_000_000);

        let plan = scenario.repair();

        assert_eq!(
            plan.change(MAIN).changed(),
            ["lattice_data", "max_bytes"],
            "{ignored}"
        );
        assert_eq!(limits(&scenario), [-1, 6_000_000].map(Value::from));
    }
}

#[test]
fn a_common_argument_that_both_buckets_override_is_no_change_and_a_warning() {
    let scenario = Scenario::start();
    let with = |common: u64| {
        format!(
            "max_bytes = {common}\nlattice_data = {{\nmax_bytes = 1000000\n}}\nconfig_data = {{\nmax_bytes = 2000000\n}}"
        )
    };
    scenario.converge(&with(5_000_000));

    scenario.write(&with(6_000_000));
    let plan = scenario.terraform.plan();

    assert!(plan.is_empty(), "{}", plan.text());
    let found = warning(
        plan.diagnostics(),
        "Common argument max_bytes has no effect",
    );
    assert_eq!(found.code, "max_bytes = 6000000");
    assert_eq!(plan.diagnostics().len(), 1);
}

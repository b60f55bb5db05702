//! What has one cause is one diagnostic, which lists the buckets.

use serde_json::{Value, json};

use crate::scenarios::scenario::{
    CONFIG_DATA, CONFIG_STREAM, LATTICE_DATA, LATTICE_STREAM, MAIN, Scenario,
};
use crate::support::Diagnostic;

fn summaries(diagnostics: &[Diagnostic]) -> Vec<&str> {
    let summaries = diagnostics.iter().map(|one| one.summary.as_str());
    summaries.collect()
}

/// Three revisions of a key in one bucket, and of two in the other.
fn fill(scenario: &Scenario) {
    for value in ["1", "2", "3"] {
        scenario.admin.put(LATTICE_DATA, "a", value);
        scenario.admin.put(CONFIG_DATA, "a", value);
        scenario.admin.put(CONFIG_DATA, "b", value);
    }
}

#[test]
fn what_a_common_argument_does_to_both_buckets_is_one_warning_with_the_numbers_of_each() {
    let scenario = Scenario::start();
    scenario.converge("history = 5");
    fill(&scenario);
    scenario.write("history = 1\ncompression = \"s2\"");

    let plan = scenario.terraform.plan();

    let said = plan.diagnostics();
    assert_eq!(
        summaries(said),
        [
            "Change of history deletes data of both buckets",
            "Change of compression of both buckets has no effect yet",
        ]
    );
    assert_eq!(said[0].code, "history = 1");
    for words in [
        "`history` changes from 5 to 1.",
        "\n  - bucket LATTICEDATA_default: Of 3 stored revisions in ",
        ", 2 are deleted, ",
        "\n  - bucket CONFIGDATA_default: Of 6 stored revisions in ",
        ", 4 are deleted, ",
    ] {
        assert!(said[0].says(words), "{words}: {}", said[0]);
    }
    assert!(
        said[1].says("bucket LATTICEDATA_default contains 1 key")
            && said[1].says("bucket CONFIGDATA_default contains 2 keys"),
        "{}",
        said[1]
    );
}

#[test]
fn what_each_bucket_sets_itself_is_one_warning_that_names_the_arguments() {
    let scenario = Scenario::start();
    scenario.converge("");
    let compressed = "{ compression = \"s2\" }";
    scenario.write(&format!(
        "lattice_data = {compressed}\nconfig_data = {compressed}"
    ));

    let plan = scenario.terraform.plan();

    let said = plan.diagnostics();
    assert_eq!(
        summaries(said),
        ["Change of compression of both buckets has no effect yet"]
    );
    assert!(
        said[0].says("bucket CONFIGDATA_default (`config_data.compression`)"),
        "{}",
        said[0]
    );
}

#[test]
fn two_buckets_that_are_adopted_or_sealed_are_one_warning() {
    let scenario = Scenario::start();
    for bucket in [LATTICE_DATA, CONFIG_DATA] {
        scenario.admin.create_bucket(bucket);
    }
    scenario.write("adopt_existing = true");
    let plan = scenario.terraform.plan();
    assert_eq!(
        summaries(plan.diagnostics()),
        ["Both buckets are adopted"],
        "{:#?}",
        plan.diagnostics()
    );
    scenario.terraform.apply_plan(&plan);
    for stream in [LATTICE_STREAM, CONFIG_STREAM] {
        let seal = |config: &mut Value| config["sealed"] = json!(true);
        scenario.admin.edit_stream(stream, seal);
    }

    let plan = scenario.terraform.plan();

    assert_eq!(
        summaries(plan.diagnostics()),
        ["Both buckets have sealed = true, which cannot be changed back"],
        "{:#?}",
        plan.diagnostics()
    );
}

#[test]
fn a_destroy_of_two_buckets_with_keys_is_refused_with_one_error_and_forced_with_one_warning() {
    let scenario = Scenario::start();
    scenario.converge("");
    fill(&scenario);

    let failure = scenario.terraform.try_plan(&["-destroy"]).unwrap_err();

    assert_eq!(failure.error().summary, "Both buckets contain keys");
    assert!(
        failure.says("bucket LATTICEDATA_default contains 1 key")
            && failure.says("bucket CONFIGDATA_default contains 2 keys"),
        "{failure}"
    );
    scenario.converge("force_destroy = true");
    let plan = scenario.terraform.plan_with(&["-destroy"]);
    assert_eq!(plan.actions(MAIN), ["delete"]);
    assert_eq!(
        summaries(plan.diagnostics()),
        ["Both buckets are deleted with keys"]
    );
}

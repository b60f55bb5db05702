//! Saved plans that are applied late: what they delete is no more than what they showed.

use crate::scenarios::scenario::{
    CONFIG_DATA, CONFIG_STREAM, LATTICE_DATA, LATTICE_STREAM, MAIN, Scenario, warning,
};
use crate::support::{Diagnostic, Plan};

const FORCED: &str = "force_destroy = true";

fn refused(scenario: &Scenario, plan: &Plan) -> Diagnostic {
    let file = plan.file();
    let failure = scenario.terraform.try_apply(&[file.to_str().unwrap()]);
    failure.unwrap_err().error().clone()
}

#[test]
fn a_smaller_history_deletes_no_more_revisions_than_the_plan_counted() {
    // The server counts those beyond one by itself, those beyond two are counted by key.
    for (kept, deleted) in [(2, 1), (1, 2)] {
        let scenario = Scenario::start();
        scenario.converge("history = 4");
        for value in ["1", "2", "3"] {
            scenario.admin.put(CONFIG_DATA, "a", value);
        }
        scenario.write(&format!("history = {kept}"));
        let plan = scenario.terraform.plan();
        warning(
            plan.diagnostics(),
            "deletes data of bucket CONFIGDATA_default",
        );
        for value in ["1", "2", "3"] {
            scenario.admin.put(LATTICE_DATA, "b", value);
        }

        let error = refused(&scenario, &plan);

        assert_eq!(
            error.summary,
            "Bucket LATTICEDATA_default contains more than the plan showed"
        );
        let counted = format!("and deletes {deleted} now");
        assert!(
            error.says("would have deleted 0 revisions then") && error.says(&counted),
            "{error}"
        );
        assert_eq!(scenario.admin.messages(LATTICE_STREAM), 3);
        // As the error says: the next plan shows them.
        let plan = scenario.repair();
        warning(
            plan.diagnostics(),
            "deletes data of bucket LATTICEDATA_default",
        );
        assert_eq!(scenario.admin.messages(LATTICE_STREAM), kept);
    }
}

#[test]
fn what_hosts_write_meanwhile_is_no_reason_to_refuse_what_deletes_no_more() {
    let scenario = Scenario::start();
    scenario.converge("history = 3");
    for value in ["1", "2", "3"] {
        scenario.admin.put(CONFIG_DATA, "a", value);
    }
    scenario.write("history = 2");
    let plan = scenario.terraform.plan();
    scenario.admin.put(CONFIG_DATA, "a", "4");
    scenario.admin.put(CONFIG_DATA, "b", "1");
    scenario.admin.put(CONFIG_DATA, "b", "2");

    scenario.terraform.apply_plan(&plan);

    assert_eq!(scenario.admin.messages(CONFIG_STREAM), 4);
    scenario.terraform.expect_empty();
}

#[test]
fn a_bucket_is_not_deleted_with_more_than_the_plan_showed() {
    let scenario = Scenario::start();
    scenario.converge(FORCED);
    let in_memory = format!("{FORCED}\nconfig_data = {{ storage = \"memory\" }}");
    let renamed = format!("{FORCED}\nlattice = \"other\"");
    let cases: [(&str, &[&str]); 4] = [
        (&in_memory, &[]),
        (&renamed, &[]),
        (FORCED, &["-replace", MAIN]),
        (FORCED, &["-destroy"]),
    ];
    for (place, (arguments, options)) in cases.into_iter().enumerate() {
        scenario
            .admin
            .put(CONFIG_DATA, &format!("shown{place}"), "1");
        scenario.write(arguments);
        let plan = scenario.terraform.plan_with(options);
        scenario
            .admin
            .put(CONFIG_DATA, &format!("late{place}"), "2");
        let stored = scenario.admin.messages(CONFIG_STREAM);

        let error = refused(&scenario, &plan);

        assert_eq!(
            error.summary,
            "Bucket CONFIGDATA_default contains more than the plan showed"
        );
        assert!(error.says(&format!("and deletes {stored} now")), "{error}");
        assert_eq!(scenario.admin.messages(CONFIG_STREAM), stored);
    }
    // As the error says: the next plan shows it, and its apply deletes it.
    let plan = scenario.terraform.plan_with(&["-destroy"]);
    warning(plan.diagnostics(), "is deleted with 8 keys");
    scenario.terraform.apply_plan(&plan);
    assert!(scenario.admin.stream(CONFIG_STREAM).is_none());
}

#[test]
fn a_tainted_object_is_not_replaced_with_more_than_the_plan_showed() {
    let scenario = Scenario::start();
    scenario.converge(FORCED);
    scenario.terraform.run(&["taint", MAIN]).unwrap();
    let plan = scenario.terraform.plan();
    scenario.admin.put(LATTICE_DATA, "late", "1");

    let error = refused(&scenario, &plan);

    assert!(error.says("deleted 0 revisions"), "{error}");
    assert_eq!(scenario.admin.messages(LATTICE_STREAM), 1);
}

/// What is noted for an apply is in the private state, where `-refresh-only` would see a difference.
#[test]
fn keys_that_come_and_go_change_nothing_in_the_state() {
    let scenario = Scenario::start();
    scenario.converge("history = 3");
    let serial = || scenario.terraform.state_file()["serial"].clone();
    let before = serial();
    scenario.admin.put(CONFIG_DATA, "a", "1");

    let options = ["apply", "-refresh-only", "-auto-approve", "-input=false"];
    scenario.terraform.run(&options).unwrap();

    assert_eq!(serial(), before);
}

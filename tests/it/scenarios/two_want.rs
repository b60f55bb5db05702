//! Two objects of one configuration that want the same bucket: the plan refuses what the apply could not do, or would do
//! only by chance, and names the way out.

use crate::scenarios::scenario::{
    CONFIG_STREAM, LATTICE_DATA, LATTICE_STREAM, MAIN, Scenario, buckets,
};
use crate::support::Failure;

const OTHER: &str = "wasmcloud_lattice_buckets.other";

/// The same object under another name.
fn other(arguments: &str) -> String {
    buckets(arguments).replace("\"main\"", "\"other\"")
}

/// Beside it, the new object may be told what stands in the way of replacing a tainted one, which it looks like.
fn assert_two_want(failure: &Failure) {
    let summary = format!("Two resources manage stream {LATTICE_STREAM}");
    let mut errors = failure.diagnostics.iter();
    let error = errors.find(|said| said.severity == "error" && said.summary == summary);
    let error = error.unwrap_or_else(|| panic!("{failure}"));
    assert!(
        error.says(&format!("{LATTICE_STREAM}, {CONFIG_STREAM}")) && error.says("`moved` block"),
        "{failure}"
    );
}

/// Whatever advises to delete contents advises before it how to keep them.
fn assert_moved_first(failure: &Failure) {
    for said in &failure.diagnostics {
        let place = |words: &str| said.detail.find(words);
        if let Some(forced) = place("force_destroy") {
            assert!(
                place("`moved`").is_some_and(|moved| moved < forced),
                "{said}"
            );
        }
    }
}

#[test]
fn a_second_object_for_what_the_state_has_is_refused_while_planning() {
    for name in ["another", "zone"] {
        let scenario = Scenario::start();
        scenario.converge("");
        let second = other("").replace("\"other\"", &format!("\"{name}\""));
        scenario.terraform.write(&(buckets("") + &second));
        assert_two_want(&scenario.terraform.plan_error());

        // Also one that would take over what it finds.
        let second = second.replace("{\n", "{\nadopt_existing = true\n");
        scenario.terraform.write(&(buckets("") + &second));
        assert_two_want(&scenario.terraform.plan_error());
        scenario.converge("");
    }
}

/// Terraform validates the configuration as it is written, and plans it with what is ignored as the state has it.
#[test]
fn what_a_resource_ignores_hides_no_second_object() {
    let scenario = Scenario::start();
    let ignoring = |history: u64| {
        buckets(&format!(
            "history = {history}\nlifecycle {{ ignore_changes = [history] }}"
        ))
    };
    scenario.terraform.converge(&ignoring(3));

    scenario.terraform.write(&(ignoring(5) + &other("")));

    assert_two_want(&scenario.terraform.plan_error());
}

#[test]
fn an_object_under_a_new_address_is_refused_unless_it_is_moved() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.put(LATTICE_DATA, "key", "value");
    let created = scenario.created();

    for arguments in ["", "adopt_existing = true"] {
        scenario.terraform.write(&other(arguments));
        let failure = scenario.terraform.plan_error();
        assert_two_want(&failure);
        assert_moved_first(&failure);
    }
    let moved = format!("moved {{\n  from = {MAIN}\n  to = {OTHER}\n}}\n");
    scenario.terraform.converge(&(other("") + &moved));

    assert_eq!(scenario.created(), created);
    assert_eq!(scenario.admin.messages(LATTICE_STREAM), 1);
}

#[test]
fn what_one_leaves_another_takes_over_in_the_same_apply() {
    let scenario = Scenario::start();
    scenario.converge("skip_destroy = true");
    scenario.admin.put(LATTICE_DATA, "key", "value");
    let created = scenario.created();

    scenario.terraform.write(&other(""));
    assert_two_want(&scenario.terraform.plan_error());
    scenario.terraform.converge(&other("adopt_existing = true"));

    assert_eq!(scenario.created(), created);
    assert_eq!(scenario.admin.messages(LATTICE_STREAM), 1);
}

#[test]
fn a_name_that_one_gives_up_is_free_for_another_after_that_apply() {
    let scenario = Scenario::start();
    scenario.converge("");
    let second = other("");

    scenario
        .terraform
        .write(&(buckets("lattice = \"elsewhere\"") + &second));
    assert_two_want(&scenario.terraform.plan_error());

    scenario.converge("lattice = \"elsewhere\"");
    scenario
        .terraform
        .step(&(buckets("lattice = \"elsewhere\"") + &second));
    // Two that change places.
    let swapped = buckets("") + &other("lattice = \"elsewhere\"");
    scenario.terraform.write(&swapped);
    let failure = scenario.terraform.plan_error();
    assert!(failure.says("Two resources manage stream"), "{failure}");
}

#[test]
fn an_object_that_is_replaced_tainted_or_just_imported_does_not_contradict_itself() {
    let scenario = Scenario::start();
    scenario.converge("");
    let replace = format!("-replace={MAIN}");

    let plan = scenario.terraform.plan_with(&[&replace]);
    scenario.terraform.apply_plan(&plan);
    scenario.terraform.expect_empty();
    scenario.terraform.run(&["taint", MAIN]).unwrap();
    scenario.repair();
    scenario.terraform.run(&["state", "rm", MAIN]).unwrap();
    scenario
        .terraform
        .run(&["import", MAIN, "default"])
        .unwrap();
    let plan = scenario.terraform.plan_with(&[&replace]);
    scenario.terraform.apply_plan(&plan);
    scenario.terraform.expect_empty();
    scenario.converge("lattice = \"elsewhere\"");
}

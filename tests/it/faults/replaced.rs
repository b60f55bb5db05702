//! Objects that are tainted or named by `-replace`: what goes is said, by the state's `force_destroy`.

use crate::scenarios::scenario::{CONFIG_DATA, MAIN, Scenario, warning};

fn filled(arguments: &str) -> Scenario {
    let scenario = Scenario::start();
    scenario.converge(arguments);
    scenario.admin.put(CONFIG_DATA, "a", "1");
    scenario.admin.put(CONFIG_DATA, "b", "2");
    scenario
}

/// With `-replace` Terraform plans twice and drops the warnings of the second plan, which alone says that everything goes;
/// what is refused is refused there too.
#[test]
fn a_replacement_that_is_asked_for_is_refused_while_it_would_lose_contents() {
    let scenario = filled("");

    let failure = scenario
        .terraform
        .try_plan(&["-replace", MAIN])
        .unwrap_err();

    assert_eq!(
        failure.error().summary,
        "Bucket CONFIGDATA_default contains 2 keys"
    );
}

#[test]
fn a_replacement_counts_what_it_deletes() {
    let scenario = filled("force_destroy = true");

    scenario.terraform.run(&["taint", MAIN]).unwrap();
    let plan = scenario.terraform.plan();
    let counted = warning(plan.diagnostics(), "is deleted with");
    assert_eq!(
        counted.summary,
        "Bucket CONFIGDATA_default is deleted with 2 keys"
    );
    scenario.terraform.apply_plan(&plan);
    assert_eq!(scenario.admin.messages("KV_CONFIGDATA_default"), 0);
    scenario.terraform.expect_empty();
}

/// What the plan cannot show is said when it is done.
#[test]
fn a_replacement_that_is_asked_for_says_what_it_has_deleted() {
    let scenario = filled("force_destroy = true");
    let plan = scenario.terraform.plan_with(&["-replace", MAIN]);

    let said = scenario.terraform.apply_plan(&plan);

    let deleted = warning(&said, "Bucket CONFIGDATA_default was deleted with 2 keys");
    assert!(deleted.says("terraform taint <address>"), "{deleted}");
    assert_eq!(said.len(), 1, "{said:#?}");
    // An empty one is replaced without a word.
    let plan = scenario.terraform.plan_with(&["-replace", MAIN]);
    assert!(scenario.terraform.apply_plan(&plan).is_empty());
    scenario.terraform.expect_empty();
}

#[test]
fn the_state_and_not_the_configuration_says_whether_contents_may_go() {
    let scenario = filled("");
    scenario.write("force_destroy = true");
    scenario.terraform.run(&["taint", MAIN]).unwrap();

    let failure = scenario.terraform.plan_error();

    let error = failure.error();
    assert_eq!(error.summary, "Bucket CONFIGDATA_default contains 2 keys");
    assert!(error.says("terraform untaint <address>"), "{error}");

    // The advice works: first keeping, then deleting.
    scenario.terraform.run(&["untaint", MAIN]).unwrap();
    scenario.terraform.apply();
    assert_eq!(scenario.admin.messages("KV_CONFIGDATA_default"), 2);
    scenario.terraform.run(&["taint", MAIN]).unwrap();
    scenario.terraform.apply();
    assert_eq!(scenario.admin.messages("KV_CONFIGDATA_default"), 0);
    scenario.terraform.expect_empty();
}

//! Objects that are tainted or named by `-replace`: the plan says what goes, by the state's `force_destroy`.

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
        "Bucket CONFIGDATA_default holds 2 keys"
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

#[test]
fn the_state_and_not_the_configuration_says_whether_contents_may_go() {
    let scenario = filled("");
    scenario.write("force_destroy = true");
    scenario.terraform.run(&["taint", MAIN]).unwrap();

    let failure = scenario.terraform.plan_error();

    let error = failure.error();
    assert_eq!(error.summary, "Bucket CONFIGDATA_default holds 2 keys");
    assert!(error.says("terraform untaint <address>"), "{error}");

    // The advice works: first keeping, then deleting.
    scenario.terraform.run(&["untaint", MAIN]).unwrap();
    scenario.terraform.apply();
    assert_eq!(scenario.admin.messages("KV_CONFIGDATA_default"), 2);
    scenario
        .terraform
        .run(&["apply", "-auto-approve", "-input=false", "-replace", MAIN])
        .unwrap();
    assert_eq!(scenario.admin.messages("KV_CONFIGDATA_default"), 0);
    scenario.terraform.expect_empty();
}

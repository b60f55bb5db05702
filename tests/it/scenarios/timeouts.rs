//! How long an operation may take, and what the state says when the time is over.

use std::time::{Duration, Instant};

use crate::scenarios::scenario::{CONFIG_STREAM, LATTICE_STREAM, Scenario, buckets};

const PROVIDER: &str = "provider \"wasmcloud\" {\n  timeout = \"3s\"\n}\n";

fn write(scenario: &Scenario, arguments: &str) {
    scenario
        .terraform
        .write(&format!("{PROVIDER}{}", buckets(arguments)));
}

#[test]
fn a_create_gives_up_after_its_timeout_and_the_next_apply_makes_the_buckets() {
    let scenario = Scenario::start();
    write(&scenario, "timeouts = { create = \"10s\", read = \"10s\" }");
    let plan = scenario.terraform.plan();

    scenario.server.pause();
    let began = Instant::now();
    let failure = scenario
        .terraform
        .try_apply(&[plan.file().to_str().unwrap()])
        .unwrap_err();

    assert!(
        began.elapsed() < Duration::from_secs(50),
        "{:?}",
        began.elapsed()
    );
    assert!(failure.says(&scenario.server.url()), "{failure}");
    scenario.server.resume();
    scenario.repair();
    assert_eq!(
        scenario.admin.stream_names(),
        [CONFIG_STREAM, LATTICE_STREAM]
    );
}

#[test]
fn a_refresh_gives_up_after_its_timeout_and_the_state_stays() {
    let scenario = Scenario::start();
    write(&scenario, "timeouts = { read = \"10s\" }");
    scenario.repair();

    scenario.server.pause();
    let began = Instant::now();
    let failure = scenario.terraform.plan_error();

    assert!(
        began.elapsed() < Duration::from_secs(50),
        "{:?}",
        began.elapsed()
    );
    assert!(failure.says("The NATS server does not answer"), "{failure}");
    scenario.server.resume();
    scenario.terraform.expect_empty();
}

#[test]
fn a_destroy_gives_up_after_its_timeout_and_the_state_keeps_the_buckets() {
    let scenario = Scenario::start();
    write(&scenario, "timeouts = { read = \"10s\", delete = \"10s\" }");
    scenario.repair();
    let plan = scenario.terraform.plan_with(&["-destroy"]);

    scenario.server.pause();
    let failure = scenario
        .terraform
        .try_apply(&[plan.file().to_str().unwrap()])
        .unwrap_err();

    assert!(failure.says("The NATS server does not answer"), "{failure}");
    assert!(scenario.is_managed());
    scenario.server.resume();
    scenario.terraform.destroy();
    assert!(scenario.admin.stream_names().is_empty());
}

#[test]
fn a_timeout_that_is_no_duration_is_an_error_with_an_example() {
    let scenario = Scenario::start();
    scenario.write("timeouts = { create = \"soon\" }");

    let failure = scenario.terraform.plan_error();

    let error = failure.error();
    assert!(error.says("soon") && error.says("5m"), "{error}");
}

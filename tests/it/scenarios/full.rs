//! Buckets that a plan would leave without storage for anything new.

use serde_json::json;

use crate::scenarios::scenario::{CONFIG_DATA, CONFIG_STREAM, LATTICE_DATA, Scenario};

const REFUSED: &str = "max_bytes is too small for bucket CONFIGDATA_default";

#[test]
fn a_limit_below_what_is_stored_is_refused_with_what_is_stored() {
    let scenario = Scenario::start();
    scenario.converge("history = 2");
    for key in ["a", "b"] {
        scenario.admin.put(CONFIG_DATA, key, &"x".repeat(1000));
    }
    let stored = scenario.admin.stream(CONFIG_STREAM).unwrap()["state"]["bytes"].clone();
    let stored = stored.as_i64().unwrap();

    scenario.write(&format!("history = 2\nmax_bytes = {stored}"));
    for options in [&[][..], &["-refresh=false"]] {
        let failure = scenario.terraform.try_plan(options).unwrap_err();
        let error = failure.error();
        assert_eq!(error.summary, REFUSED);
        assert!(
            error.says(&format!("stores 2 keys ({stored} bytes)")),
            "{error}"
        );
        assert_eq!(error.code, format!("max_bytes = {stored}"));
    }

    // What the error advises leaves storage for more.
    scenario.converge(&format!("history = 2\nmax_bytes = {}", stored + 100));
    scenario.admin.put(CONFIG_DATA, "c", "x");
}

#[test]
fn a_bucket_that_is_adopted_keeps_storage_for_what_is_written_next() {
    let scenario = Scenario::start();
    for bucket in [LATTICE_DATA, CONFIG_DATA] {
        scenario.admin.create_bucket(bucket);
    }
    scenario.admin.put(CONFIG_DATA, "a", &"x".repeat(1000));
    scenario.write("adopt_existing = true\nmax_bytes = 500");

    let failure = scenario.terraform.plan_error();

    assert!(failure.says(REFUSED), "{failure}");
    assert_eq!(scenario.admin.config(CONFIG_STREAM)["max_bytes"], json!(-1));
}

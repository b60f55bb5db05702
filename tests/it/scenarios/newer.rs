//! Servers that know less than we do, or more.

use serde_json::json;

use crate::scenarios::relay::relay;
use crate::scenarios::scenario::{CONFIG_STREAM, MAIN, Scenario};

/// What nats-server 2.9 does with it.
const DROPPED: &[(&str, &str)] = &[("\"compression\":\"s2\",", "                   ")];
/// The server's description is for us a key that no version has.
const UNKNOWN: [(&str, &str); 2] = [
    ("\"description\":", "\"quantum_key\":"),
    ("\"quantum_key\":", "\"description\":"),
];

#[test]
fn what_a_server_drops_in_silence_is_taken_back_and_the_error_says_which_version_knows_it() {
    let mut scenario = Scenario::start();
    let url = relay(scenario.server.port(), DROPPED, &[]);
    scenario.provide(&[("NATS_URL", &url)]);
    scenario.write("compression = \"s2\"");

    let failure = scenario.terraform.apply_error();

    for error in &failure.diagnostics {
        assert!(
            error.says("has compression = \"none\" where \"s2\" was sent")
                && error.says("compression needs nats-server 2.10 or newer"),
            "{error}"
        );
        assert_eq!(error.code, "compression = \"s2\"");
    }
    assert!(scenario.admin.stream_names().is_empty());
    assert!(!scenario.is_managed());
}

#[test]
fn what_a_server_drops_of_an_update_is_an_error_and_what_was_there_stays() {
    let mut scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.put("CONFIGDATA_default", "key", "value");
    let url = relay(scenario.server.port(), DROPPED, &[]);
    scenario.provide(&[("NATS_URL", &url)]);
    scenario.write("compression = \"s2\"");

    let failure = scenario.terraform.apply_error();

    assert!(failure.says("needs nats-server 2.10 or newer"), "{failure}");
    assert_eq!(scenario.admin.messages(CONFIG_STREAM), 1);
    assert_eq!(scenario.state()["config_data"]["compression"], "none");
}

#[test]
fn a_key_that_no_version_knows_survives_an_update_and_is_no_drift() {
    let mut scenario = Scenario::start();
    scenario.converge("");
    let url = relay(scenario.server.port(), &UNKNOWN[1..], &UNKNOWN[..1]);
    scenario.provide(&[("NATS_URL", &url)]);
    scenario.admin.edit_stream(CONFIG_STREAM, |config| {
        config["description"] = json!("of a newer server")
    });

    let plan = scenario.terraform.plan();
    assert!(plan.is_empty(), "{}", plan.text());
    let plan = scenario.step("history = 5");

    assert_eq!(plan.actions(MAIN), ["update"]);
    let config = scenario.admin.config(CONFIG_STREAM);
    assert_eq!(
        (&config["description"], &config["max_msgs_per_subject"]),
        (&json!("of a newer server"), &json!(5))
    );
    assert_eq!(scenario.state()["config_data"]["drift"], json!({}));
}

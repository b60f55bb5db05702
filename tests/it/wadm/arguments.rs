//! What may be set, for all and for one; and what would break wadm.

use serde_json::json;

use crate::wadm::scenario::{ASSETS, MAIN, Scenario, warning};

#[test]
fn what_is_set_for_one_asset_wins_over_what_is_set_for_all() {
    let scenario = Scenario::start();

    scenario.converge(
        r#"
        max_bytes   = 104857600
        compression = "s2"
        state          = { history = 3, max_value_size = 2097152, compression = "none" }
        manifests      = { history = 20, max_bytes = -1, description = "our applications", metadata = { team = "platform" } }
        events         = { max_age = "5m", description = "events of wadm" }
        commands       = { max_bytes = 10485760 }
        status         = { max_msgs_per_subject = 50, storage = "memory" }
        notify         = { metadata = { team = "platform" } }
        wasmbus_events = { max_age = "2m" }
        event_consumer = { max_bytes = 209715200 }
        "#,
    );

    let configs = scenario.configs();
    let of = |stream: &str, key: &str| configs[stream][key].clone();
    assert_eq!(of("KV_wadm_state", "max_msgs_per_subject"), 3);
    assert_eq!(of("KV_wadm_state", "max_msg_size"), 2_097_152);
    assert_eq!(of("KV_wadm_state", "compression"), "none");
    assert_eq!(of("KV_wadm_manifests", "max_msgs_per_subject"), 20);
    assert_eq!(of("KV_wadm_manifests", "max_bytes"), -1);
    assert_eq!(of("KV_wadm_manifests", "description"), "our applications");
    assert_eq!(of("KV_wadm_manifests", "metadata")["team"], "platform");
    assert_eq!(of("KV_wadm_manifests", "compression"), "s2");
    assert_eq!(of("wadm_events", "max_age"), 300_000_000_000_u64);
    assert_eq!(of("wadm_events", "duplicate_window"), 120_000_000_000_u64);
    assert_eq!(of("wadm_events", "description"), "events of wadm");
    assert_eq!(of("wadm_commands", "max_bytes"), 10_485_760);
    assert_eq!(of("wadm_status", "max_msgs_per_subject"), 50);
    assert_eq!(of("wadm_status", "storage"), "memory");
    assert_eq!(of("wadm_notify", "metadata")["team"], "platform");
    assert_eq!(of("wadm_notify", "max_bytes"), 104_857_600);
    assert_eq!(of("wasmbus_events", "max_age"), 120_000_000_000_u64);
    assert_eq!(of("wadm_event_consumer", "max_bytes"), 209_715_200);
    scenario.expect_events_flow("set");
}

#[test]
fn settings_change_in_place_and_go_back_to_wadm_s_own_when_they_are_taken_away() {
    let scenario = Scenario::start();
    scenario.converge("");
    let (created, configs) = (scenario.created(), scenario.configs());

    scenario.converge("max_bytes = 104857600\nevents = { max_age = \"5m\", description = \"ours\", metadata = { team = \"platform\" } }\nstatus = { max_msgs_per_subject = 50 }");
    scenario.converge("");

    assert_eq!((scenario.created(), scenario.configs()), (created, configs));
}

#[test]
fn the_same_age_written_otherwise_is_no_change() {
    let scenario = Scenario::start();
    scenario.converge("");
    for age in ["70s", "1m10s", "70000ms", "1m 10s"] {
        scenario.write(&format!(
            "events = {{ max_age = \"{age}\" }}\nstatus = {{ max_age = \"0s\" }}"
        ));

        scenario.terraform.expect_empty();
    }

    scenario.converge("events = { max_age = \"2m\" }");
    scenario.converge("events = { max_age = \"120s\" }\ncommands = { max_age = \"1m10s\" }");

    assert_eq!(scenario.state()["events"]["max_age"], "2m");
    scenario.converge("events = { max_age = \"1d\" }");
    let rm = ["state", "rm", "-lock=false", MAIN];
    scenario.terraform.run(&rm).unwrap();
    scenario
        .terraform
        .import(MAIN, "wadm_state/wadm_manifests")
        .unwrap();
    assert_eq!(scenario.state()["events"]["max_age"], "24h");
    scenario.terraform.expect_empty();
}

#[test]
fn fewer_statuses_are_counted() {
    let scenario = Scenario::start();
    scenario.converge("");
    for _ in 0..5 {
        scenario
            .admin
            .publish("wadm.status.default.app", "deployed");
    }

    let plan = scenario.step("status = { max_msgs_per_subject = 2 }");

    let counted = warning(
        plan.diagnostics(),
        "Change of max_msgs_per_subject deletes data",
    );
    assert!(
        counted.says("Of 5 stored messages in ") && counted.says("3 are deleted"),
        "{counted}"
    );
    assert_eq!(scenario.admin.messages("wadm_status"), 2);
}

#[test]
fn what_would_break_wadm_is_an_error_at_the_argument() {
    let scenario = Scenario::start();
    for (argument, says) in [
        ("state = { history = 0 }", "history"),
        ("manifests = { history = 0 }", "history"),
        ("manifests = { history = 65 }", "history"),
        (
            "status = { max_msgs_per_subject = 0 }",
            "max_msgs_per_subject",
        ),
        ("max_bytes = 1024", "max_bytes is too small for wadm"),
        ("max_bytes = 0", "max_bytes"),
        (
            "state = { max_bytes = 1024 }",
            "max_bytes is too small for wadm",
        ),
        (
            "commands = { max_bytes = 512 }",
            "max_bytes is too small for wadm",
        ),
        (
            "state = { max_value_size = 1024 }",
            "max_value_size is too small for wadm",
        ),
        (
            "manifests = { max_value_size = 1024 }",
            "max_value_size is too small for wadm",
        ),
        (
            "events = { max_age = \"20s\" }",
            "shorter than a host's heartbeat",
        ),
        (
            "wasmbus_events = { max_age = \"29s\" }",
            "shorter than a host's heartbeat",
        ),
        (
            "commands = { max_age = \"soon\" }",
            "neither \"0s\" nor a duration",
        ),
        (
            "notify = { max_age = \"-70s\" }",
            "neither \"0s\" nor a duration",
        ),
        ("event_consumer = { max_age = \"1ms\" }", "at least 100 ms"),
        ("storage = \"tape\"", "storage"),
        ("replicas = 6", "replicas"),
        (
            "state = { bucket = \"with.dot\" }",
            "is not a valid name of a bucket",
        ),
        (
            "manifests = { bucket = \"\" }",
            "is not a valid name of a bucket",
        ),
    ] {
        scenario.write(argument);

        let failure = scenario.terraform.plan_error();

        let error = failure.error();
        assert!(error.says(says), "{argument}: {error}");
        assert_eq!(error.code, argument, "{error}");
    }
    assert!(scenario.admin.stream_names().is_empty());
}

#[test]
fn what_may_break_wadm_is_a_warning_that_says_what_would_happen() {
    let scenario = Scenario::start();
    for (argument, says) in [
        ("max_bytes = 131072", "a full bucket refuses wadm's writes"),
        (
            "state = { max_value_size = 131072 }",
            "wadm loses what it could not write",
        ),
        (
            "events = { max_age = \"40s\" }",
            "may miss events and commands",
        ),
        (
            "status = { max_age = \"1h\" }",
            "shows the application as undeployed although it runs",
        ),
    ] {
        scenario.write(argument);

        let plan = scenario.terraform.plan();

        let said = warning(plan.diagnostics(), says);
        assert_eq!(said.code, argument, "{said}");
        assert_eq!(plan.actions(MAIN), ["create"]);
    }
}

#[test]
fn the_largest_safe_settings_say_nothing() {
    let scenario = Scenario::start();
    scenario.write("max_bytes = 1048576\nevents = { max_age = \"70s\" }\nstate = { max_value_size = 1048576 }\ncommands = { max_age = \"0s\" }");

    let plan = scenario.terraform.plan();

    assert!(plan.diagnostics().is_empty(), "{:#?}", plan.diagnostics());
}

#[test]
fn texts_and_metadata_of_others_stay() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.edit_stream("wadm_events", |config| {
        config["description"] = json!("theirs");
        config["metadata"]["theirs"] = json!("1");
    });

    scenario.repair();
    scenario.converge("max_bytes = 1048576");

    let config = scenario.admin.config("wadm_events");
    assert_eq!(
        (&config["description"], &config["metadata"]["theirs"]),
        (&json!("theirs"), &json!("1"))
    );
}

#[test]
fn an_ignored_common_argument_leaves_drift_of_all_that_follow_it() {
    let scenario = Scenario::start();
    let arguments = "compression = \"none\"\nevents = {\ncompression = \"none\"\n}";
    scenario.converge(arguments);
    let followers = ASSETS.iter().filter(|(key, _)| *key != "events");
    for (_, stream) in followers {
        scenario
            .admin
            .edit_stream(stream, |config| config["compression"] = json!("s2"));
    }

    scenario.write(&format!(
        "{arguments}\nlifecycle {{\nignore_changes = [compression]\n}}"
    ));

    scenario.terraform.expect_empty();
}

//! What another client changed, deleted or recreated on the server is in the next plan, and the next apply repairs it.

use serde_json::{Value, json};
use terraform_provider_wasmcloud::testing::jetstream::SETTINGS;

use crate::scenarios::scenario::{
    BUCKETS, CONFIG_DATA, CONFIG_STREAM, LATTICE_DATA, LATTICE_STREAM, MAIN, Scenario, warning,
};

/// Edits that the server takes and takes back, with the attribute of the bucket in which each is seen.
fn edits() -> Vec<(&'static str, Value, &'static str)> {
    vec![
        ("max_bytes", json!(1_048_576), "max_bytes"),
        ("max_msgs_per_subject", json!(5), "history"),
        ("max_msg_size", json!(1000), "max_value_size"),
        ("placement", json!({ "tags": ["ssd"] }), "placement"),
        ("compression", json!("s2"), "compression"),
        (
            "subjects",
            json!(["$KV.LATTICEDATA_default.>", "more.>"]),
            "drift",
        ),
        ("retention", json!("interest"), "drift"),
        ("max_consumers", json!(5), "drift"),
        ("max_msgs", json!(1000), "drift"),
        ("max_age", json!(3_600_000_000_000_u64), "drift"),
        ("discard", json!("old"), "drift"),
        ("discard_new_per_subject", json!(true), "drift"),
        ("no_ack", json!(true), "drift"),
        ("duplicate_window", json!(60_000_000_000_u64), "drift"),
        ("sources", json!([{ "name": "ORIGIN" }]), "drift"),
        ("first_seq", json!(100), "drift"),
        (
            "subject_transform",
            json!({ "src": "$KV.LATTICEDATA_default.>", "dest": "other.>" }),
            "drift",
        ),
        (
            "republish",
            json!({ "src": ">", "dest": "republished.>" }),
            "drift",
        ),
        ("allow_direct", json!(false), "drift"),
        ("mirror_direct", json!(true), "drift"),
        ("allow_rollup_hdrs", json!(false), "drift"),
        ("consumer_limits", json!({ "max_ack_pending": 10 }), "drift"),
        ("allow_atomic", json!(true), "drift"),
        ("allow_batched", json!(true), "drift"),
    ]
}

/// Settings of which no test here makes a drift like the others, each with the reason.
const OTHERWISE: &[(&str, &str)] = &[
    ("name", "a stream cannot be renamed"),
    (
        "num_replicas",
        "a single server has one replica: see `cluster`",
    ),
    (
        "storage",
        "the server changes it never; a stream made anew is another test here",
    ),
    ("description", "left alone when not set: tests of their own"),
    ("metadata", "left alone when not set: tests of their own"),
    ("mirror", "an existing stream cannot become one"),
    ("persist_mode", "the server changes it never"),
    ("allow_msg_counter", "the server changes it never"),
    (
        "allow_msg_schedules",
        "excluded by discard = new, which a bucket has",
    ),
    (
        "deny_delete",
        "a bucket has it, and it cannot be turned off",
    ),
    ("deny_purge", "one-way: a test of its own"),
    ("sealed", "one-way: a test of its own"),
    ("allow_msg_ttl", "one-way: a test of its own"),
    (
        "subject_delete_marker_ttl",
        "needs allow_msg_ttl: the same test",
    ),
];

#[test]
fn every_setting_that_can_drift_is_tried_here_or_told_why_not() {
    let tried: Vec<_> = edits().iter().map(|(key, ..)| *key).collect();

    for setting in SETTINGS {
        let told = OTHERWISE.iter().any(|(key, _)| *key == setting.key);
        assert_ne!(tried.contains(&setting.key), told, "{}", setting.key);
    }
}

#[test]
fn drift_of_any_one_setting_is_planned_where_the_user_sees_it_and_repaired() {
    let scenario = Scenario::start();
    scenario.converge("");
    let (sound, created) = (scenario.admin.config(LATTICE_STREAM), scenario.created());

    for (key, value, seen) in edits() {
        scenario
            .admin
            .edit_stream(LATTICE_STREAM, |config| config[key] = value.clone());

        let plan = scenario.terraform.plan();

        assert_eq!(plan.actions(MAIN), ["update"], "{key}");
        let change = plan.change(MAIN);
        let changed = |bucket: &str| {
            let [before, after] =
                [change.before(), change.after()].map(|side| side[bucket].as_object().unwrap());
            before
                .keys()
                .filter(|name| before[*name] != after[*name])
                .cloned()
                .collect::<Vec<_>>()
        };
        assert_eq!(
            (changed("lattice_data"), changed("config_data")),
            (vec![seen.to_owned()], vec![]),
            "{key}"
        );
        if seen == "drift" {
            assert!(
                plan.text().contains(&format!("- \"{key}\"")),
                "{key}: {}",
                plan.text()
            );
            assert_eq!(change.after()["lattice_data"]["drift"], json!({}), "{key}");
        }
        scenario.terraform.apply_plan(&plan);
        assert_eq!(scenario.admin.config(LATTICE_STREAM), sound, "{key}");
    }
    scenario.terraform.expect_empty();
    assert_eq!(scenario.created(), created);
}

#[test]
fn drift_of_many_settings_in_both_buckets_is_repaired_at_once_and_the_contents_stay() {
    let scenario = Scenario::start();
    scenario.converge("");
    let sound = BUCKETS.map(|(_, stream)| scenario.admin.config(stream));
    scenario.admin.put(LATTICE_DATA, "key", "value");
    for (_, stream) in BUCKETS {
        scenario.admin.edit_stream(stream, |config| {
            config["allow_direct"] = json!(false);
            config["max_msgs"] = json!(1000);
            config["max_bytes"] = json!(1_048_576);
            config["republish"] = json!({ "src": ">", "dest": format!("{stream}.>") });
        });
    }

    let plan = scenario.repair();

    let before = plan.change(MAIN).before();
    assert_eq!(before["config_data"]["drift"]["max_msgs"], "1000");
    assert_eq!(
        BUCKETS.map(|(_, stream)| scenario.admin.config(stream)),
        sound
    );
    assert_eq!(scenario.admin.messages(LATTICE_STREAM), 1);
}

#[test]
fn a_deny_purge_that_cannot_be_taken_back_stays_in_drift_with_a_warning_in_every_plan() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.edit_stream(CONFIG_STREAM, |config| {
        config["allow_rollup_hdrs"] = json!(false);
        config["deny_purge"] = json!(true);
        config["max_bytes"] = json!(1_048_576);
    });

    let plan = scenario.repair();

    warning(
        plan.diagnostics(),
        "Bucket CONFIGDATA_default has deny_purge = true, which cannot be changed back",
    );
    let config = scenario.admin.config(CONFIG_STREAM);
    assert_eq!(
        (&config["deny_purge"], &config["max_bytes"]),
        (&json!(true), &json!(-1))
    );
    let drift = &scenario.state()["config_data"]["drift"];
    assert_eq!(drift["deny_purge"], "true");
    let plan = scenario.terraform.plan();
    warning(
        plan.diagnostics(),
        "Bucket CONFIGDATA_default has deny_purge = true",
    );
}

#[test]
fn force_destroy_does_not_make_a_bucket_anew_for_what_somebody_else_did() {
    let scenario = Scenario::start();
    scenario.converge("force_destroy = true");
    scenario.admin.put(CONFIG_DATA, "key", "value");
    scenario.admin.edit_stream(CONFIG_STREAM, |config| {
        config["allow_rollup_hdrs"] = json!(false);
        config["deny_purge"] = json!(true);
        config["max_bytes"] = json!(1_048_576);
    });

    let plan = scenario.repair();

    warning(
        plan.diagnostics(),
        "has deny_purge = true, which cannot be changed back",
    );
    assert_eq!(scenario.admin.messages(CONFIG_STREAM), 1);
}

#[test]
fn message_lifetimes_that_were_turned_on_stay_and_their_markers_are_repaired() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.edit_stream(CONFIG_STREAM, |config| {
        config["allow_msg_ttl"] = json!(true);
        config["subject_delete_marker_ttl"] = json!(1_000_000_000);
    });

    let plan = scenario.repair();

    warning(
        plan.diagnostics(),
        "allow_msg_ttl = true, which cannot be changed back",
    );
    let config = scenario.admin.config(CONFIG_STREAM);
    assert_eq!(config["allow_msg_ttl"], true);
    assert!(
        config.get("subject_delete_marker_ttl").is_none(),
        "{config}"
    );
    assert_eq!(
        scenario.state()["config_data"]["drift"],
        json!({ "allow_msg_ttl": "true" })
    );
}

#[test]
fn a_sealed_bucket_is_told_and_does_not_keep_the_other_from_being_repaired() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario
        .admin
        .edit_stream(CONFIG_STREAM, |config| config["sealed"] = json!(true));
    scenario.admin.edit_stream(LATTICE_STREAM, |config| {
        config["allow_direct"] = json!(false)
    });

    let plan = scenario.repair();

    warning(
        plan.diagnostics(),
        "Bucket CONFIGDATA_default has sealed = true, which cannot be changed back",
    );
    assert_eq!(scenario.state()["config_data"]["drift"]["sealed"], "true");
    assert_eq!(scenario.admin.config(LATTICE_STREAM)["allow_direct"], true);
}

#[test]
fn either_deleted_bucket_is_planned_and_made_again_without_touching_the_other() {
    for (key, stream) in BUCKETS {
        let scenario = Scenario::start();
        scenario.converge("");
        let created = scenario.created();
        scenario.admin.delete_stream(stream);
        scenario.admin.note();

        let plan = scenario.repair();

        assert_eq!(plan.actions(MAIN), ["update"]);
        assert_eq!(plan.change(MAIN).before()[key], Value::Null);
        let words = warning(plan.diagnostics(), "no longer exists");
        assert!(
            words.says("Running hosts must be restarted afterwards"),
            "{words}"
        );
        assert!(words.says("may not have restored it"), "{words}");
        scenario.admin.expect_noted(&[format!("CREATED {stream}")]);
        let changed = scenario
            .created()
            .iter()
            .zip(&created)
            .filter(|(now, then)| now != then)
            .count();
        assert_eq!(changed, 1);
    }
}

#[test]
fn when_both_buckets_are_deleted_the_object_is_planned_again() {
    let scenario = Scenario::start();
    scenario.converge("history = 3");
    scenario.admin.delete_stream(LATTICE_STREAM);
    scenario.admin.delete_stream(CONFIG_STREAM);

    let plan = scenario.repair();

    assert_eq!(plan.actions(MAIN), ["create"]);
    let words = warning(plan.diagnostics(), "Both buckets no longer exist");
    assert!(
        words.says("Running hosts must be restarted afterwards"),
        "{words}"
    );
    assert_eq!(
        scenario.admin.stream_names(),
        [CONFIG_STREAM, LATTICE_STREAM]
    );
}

#[test]
fn a_bucket_made_again_the_same_is_told_and_then_accepted() {
    let scenario = Scenario::start();
    scenario.converge("");
    let made = scenario.created()[0].clone();
    scenario.admin.delete_stream(LATTICE_STREAM);
    scenario.admin.create_bucket(LATTICE_DATA);
    scenario.admin.put(LATTICE_DATA, "key", "value");

    let plan = scenario.repair();

    assert_eq!(plan.actions(MAIN), ["update"]);
    let words = warning(
        plan.diagnostics(),
        "Bucket LATTICEDATA_default was recreated outside Terraform",
    );
    assert!(
        words.says(made.as_str().unwrap())
            && words.says("Running hosts must be restarted afterwards"),
        "{words}"
    );
    assert_eq!(
        scenario.state()["lattice_data"]["created"],
        scenario.created()[0]
    );
    assert_eq!(scenario.admin.messages(LATTICE_STREAM), 1);
}

#[test]
fn a_bucket_made_again_otherwise_is_told_and_repaired_with_its_contents() {
    let scenario = Scenario::start();
    scenario.converge("history = 5");
    scenario.admin.delete_stream(CONFIG_STREAM);
    scenario.admin.create_bucket(CONFIG_DATA);
    scenario.admin.put(CONFIG_DATA, "key", "value");

    let plan = scenario.repair();

    warning(
        plan.diagnostics(),
        "Bucket CONFIGDATA_default was recreated outside Terraform",
    );
    assert_eq!(
        scenario.admin.config(CONFIG_STREAM)["max_msgs_per_subject"],
        5
    );
    assert_eq!(scenario.admin.messages(CONFIG_STREAM), 1);
}

#[test]
fn a_bucket_made_again_in_memory_is_an_error_that_says_what_to_do_and_deletes_nothing() {
    let scenario = Scenario::start();
    scenario.converge("");
    let mut config = scenario.admin.config(CONFIG_STREAM);
    scenario.admin.delete_stream(CONFIG_STREAM);
    config["storage"] = json!("memory");
    scenario.admin.create_stream(&config);
    scenario.admin.put(CONFIG_DATA, "key", "value");

    let failure = scenario.terraform.plan_error();

    let error = failure.error();
    assert!(error.summary.contains("CONFIGDATA_default"), "{error}");
    assert!(
        error.says("nats stream rm KV_CONFIGDATA_default"),
        "{error}"
    );
    assert_eq!(scenario.admin.messages(CONFIG_STREAM), 1);
}

#[test]
fn description_and_metadata_of_others_are_left_alone_while_they_are_not_set() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.edit_stream(LATTICE_STREAM, |config| {
        config["description"] = json!("theirs");
        config["metadata"]["theirs"] = json!("1");
    });
    let theirs = scenario.admin.config(LATTICE_STREAM);

    assert!(scenario.terraform.plan().is_empty());

    scenario.converge("history = 2");

    let mut expected = theirs;
    expected["max_msgs_per_subject"] = json!(2);
    assert_eq!(scenario.admin.config(LATTICE_STREAM), expected);
}

#[test]
fn drift_of_our_own_description_and_metadata_is_repaired_and_foreign_keys_are_kept() {
    let scenario = Scenario::start();
    let plan =
        scenario.step("description = \"ours\"\nmetadata = { team = \"lattice\", tier = \"1\" }");
    assert_eq!(plan.actions(MAIN), ["create"]);
    scenario.admin.edit_stream(CONFIG_STREAM, |config| {
        config["description"] = json!("theirs");
        config["metadata"]["team"] = json!("theirs");
        config["metadata"]["theirs"] = json!("1");
        config["metadata"].as_object_mut().unwrap().remove("tier");
    });

    scenario.repair();

    let config = scenario.admin.config(CONFIG_STREAM);
    assert_eq!(config["description"], "ours");
    let metadata = json!({
        "_nats.level": "5", "_nats.req.level": "0", "_nats.ver": "2.15.1",
        "team": "lattice", "theirs": "1", "tier": "1",
    });
    assert_eq!(config["metadata"], metadata);
}

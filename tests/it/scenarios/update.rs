//! Changing arguments: in place where the server can, refused at plan where it cannot, and told where something is lost.

use serde_json::{Value, json};

use crate::scenarios::scenario::{
    BUCKETS, CONFIG_DATA, CONFIG_STREAM, LATTICE_DATA, LATTICE_STREAM, MAIN, Scenario, warning,
};

#[test]
fn everything_that_the_server_changes_in_place_is_changed_in_place_with_the_contents_kept() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.put(LATTICE_DATA, "key", "value");
    let created = scenario.created();

    let plan = scenario.step(
        r#"
        history        = 7
        max_bytes      = 1048576
        max_value_size = 1000
        compression    = "s2"
        placement      = { tags = ["ssd", "all"] }
        description    = "ours"
        metadata       = { team = "lattice" }
        config_data    = { history = 8 }
        "#,
    );

    assert_eq!(plan.actions(MAIN), ["update"]);
    warning(
        plan.diagnostics(),
        "Change of compression of both buckets has no effect yet",
    );
    assert_eq!(scenario.created(), created);
    assert_eq!(scenario.admin.messages(LATTICE_STREAM), 1);
    for (stream, history) in [(LATTICE_STREAM, 7), (CONFIG_STREAM, 8)] {
        let config = scenario.admin.config(stream);
        let keys = [
            "max_msgs_per_subject",
            "max_bytes",
            "max_msg_size",
            "compression",
            "description",
        ];
        let values = [
            json!(history),
            json!(1_048_576),
            json!(1000),
            json!("s2"),
            json!("ours"),
        ];
        assert_eq!(keys.map(|key| config[key].clone()), values);
        assert_eq!(config["metadata"]["team"], "lattice");
    }
}

#[test]
fn removing_arguments_goes_back_to_the_defaults() {
    let scenario = Scenario::start();
    scenario.converge("");
    let sound = BUCKETS.map(|(_, stream)| scenario.admin.config(stream));
    scenario.converge("history = 7\nmax_bytes = 1048576\nplacement = { tags = [\"ssd\"] }\nconfig_data = { max_value_size = 10 }");

    scenario.converge("");

    assert_eq!(
        BUCKETS.map(|(_, stream)| scenario.admin.config(stream)),
        sound
    );
}

#[test]
fn a_change_for_one_bucket_does_not_touch_the_other() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.note();

    scenario.converge("config_data = { history = 4 }");

    scenario
        .admin
        .expect_noted(&[format!("UPDATED {CONFIG_STREAM}")]);
}

#[test]
fn a_change_that_only_terraform_knows_does_not_touch_the_server() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.note();

    let plan = scenario.step("force_destroy = true\ntimeouts = { update = \"90s\" }");

    assert_eq!(plan.change(MAIN).changed(), ["force_destroy", "timeouts"]);
    scenario.admin.expect_noted::<&str>(&[]);
}

#[test]
fn a_metadata_key_that_is_removed_goes_and_those_of_others_stay() {
    let scenario = Scenario::start();
    scenario.converge("metadata = { one = \"1\", two = \"2\" }");
    scenario.admin.edit_stream(LATTICE_STREAM, |config| {
        config["metadata"]["theirs"] = json!("3")
    });

    scenario.converge("metadata = { two = \"2\" }");

    let metadata = scenario.admin.config(LATTICE_STREAM)["metadata"].clone();
    assert_eq!(
        (&metadata["one"], &metadata["two"], &metadata["theirs"]),
        (&Value::Null, &json!("2"), &json!("3"))
    );
    assert_eq!(metadata["_nats.ver"], "2.15.1");
}

#[test]
fn description_and_metadata_that_are_no_longer_set_are_removed_and_those_of_others_stay() {
    let scenario = Scenario::start();
    scenario.converge(
        "description = \"ours\"\nmetadata = { team = \"lattice\" }\nconfig_data = { description = \"own\", metadata = { tier = \"1\" } }",
    );
    for (_, stream) in BUCKETS {
        let theirs = |config: &mut Value| config["metadata"]["theirs"] = json!("1");
        scenario.admin.edit_stream(stream, theirs);
    }

    let plan = scenario.step("");

    assert_eq!(plan.actions(MAIN), ["update"]);
    assert!(plan.change(MAIN).after()["description"].is_null());
    let servers =
        json!({ "_nats.level": "5", "_nats.req.level": "0", "_nats.ver": "2.15.1", "theirs": "1" });
    for (_, stream) in BUCKETS {
        let config = scenario.admin.config(stream);
        assert_eq!(
            (&config["description"], &config["metadata"]),
            (&Value::Null, &servers),
            "{stream}"
        );
    }
    scenario.admin.edit_stream(LATTICE_STREAM, |config| {
        config["description"] = json!("theirs")
    });
    scenario.repair();
    assert!(scenario.terraform.plan().is_empty());
    assert_eq!(
        scenario.admin.config(LATTICE_STREAM)["description"],
        "theirs"
    );
}

#[test]
fn lowering_the_history_says_how_many_values_are_lost_and_deletes_just_those() {
    let scenario = Scenario::start();
    scenario.converge("history = 10");
    for value in ["1", "2", "3", "4"] {
        scenario.admin.put(LATTICE_DATA, "key", value);
    }
    scenario.admin.put(LATTICE_DATA, "other", "1");

    let plan = scenario.step("history = 1");

    let words = warning(
        plan.diagnostics(),
        "Change of history deletes data of bucket LATTICEDATA_default",
    );
    assert!(
        words.says("Of 5 stored revisions") && words.says("3 are deleted"),
        "{words}"
    );
    assert_eq!(words.code, "history = 1");
    assert_eq!(scenario.admin.messages(LATTICE_STREAM), 2);
}

#[test]
fn lowering_the_history_to_more_than_one_counts_what_each_key_loses() {
    let scenario = Scenario::start();
    scenario.converge("history = 10");
    for value in ["1", "2", "3", "4"] {
        scenario.admin.put(LATTICE_DATA, "key", value);
    }
    scenario.admin.put(LATTICE_DATA, "other", "1");

    let plan = scenario.step("history = 3");

    let words = warning(
        plan.diagnostics(),
        "Change of history deletes data of bucket LATTICEDATA_default",
    );
    assert!(
        words.says("Of 5 stored revisions") && words.says("1 is deleted"),
        "{words}"
    );
    assert_eq!(scenario.admin.messages(LATTICE_STREAM), 4);
}

#[test]
fn lowering_the_history_of_a_bucket_that_loses_nothing_by_it_needs_no_warning_of_loss() {
    let scenario = Scenario::start();
    scenario.converge("history = 10");
    scenario.admin.put(LATTICE_DATA, "key", "value");

    let plan = scenario.step("history = 1");

    assert!(plan.diagnostics().is_empty(), "{:#?}", plan.diagnostics());
}

#[test]
fn a_largest_value_below_what_is_stored_deletes_nothing() {
    let scenario = Scenario::start();
    scenario.converge("");
    scenario.admin.put(CONFIG_DATA, "key", &"x".repeat(1000));

    let plan = scenario.step("max_value_size = 10");

    assert_eq!(scenario.admin.messages(CONFIG_STREAM), 1);
    let [said] = plan.diagnostics() else {
        panic!("{:#?}", plan.diagnostics());
    };
    assert_eq!(
        said.summary,
        "Values in bucket CONFIGDATA_default may exceed max_value_size"
    );
}

#[test]
fn another_storage_of_what_holds_keys_is_a_plan_error_at_the_argument_that_says_what_to_do() {
    let scenario = Scenario::start();
    scenario.converge("");
    for bucket in [LATTICE_DATA, CONFIG_DATA] {
        scenario.admin.put(bucket, "key", "value");
    }

    scenario.write("config_data = {\n  storage = \"memory\"\n}");
    let failure = scenario.terraform.plan_error();

    let error = failure.error();
    assert_eq!(
        error.summary,
        "Storage of bucket CONFIGDATA_default cannot be changed"
    );
    assert_eq!(error.line, 2, "{error}");
    assert!(
        error.says("never changes the storage")
            && error.says("nats stream rm KV_CONFIGDATA_default"),
        "{error}"
    );
    assert_eq!(scenario.admin.config(CONFIG_STREAM)["storage"], "file");

    scenario.write("storage = \"memory\"");
    let failure = scenario.terraform.plan_error();

    let error = failure.error();
    assert_eq!(error.summary, "Storage of both buckets cannot be changed");
    assert_eq!(error.code, "storage = \"memory\"");
}

#[test]
fn placement_without_members_and_tags_in_another_order_change_nothing() {
    let scenario = Scenario::start();
    scenario.converge("placement = { tags = [\"a\", \"b\"] }");
    scenario.admin.note();
    scenario.admin.edit_stream(LATTICE_STREAM, |config| {
        config["placement"]["tags"] = json!(["b", "a"])
    });

    scenario.converge("placement = { tags = [\"b\", \"a\"] }");
    scenario.converge("placement = {}");
    scenario.converge("");

    // One is the test's own; the others take the placement away.
    let of = |stream| format!("UPDATED {stream}");
    scenario
        .admin
        .expect_noted(&[of(CONFIG_STREAM), of(LATTICE_STREAM), of(LATTICE_STREAM)]);
}

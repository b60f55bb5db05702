//! Making the buckets, taking over existing ones, and a create that fails half-way.

use serde_json::{Value, json};

use crate::scenarios::scenario::{
    BUCKETS, CONFIG_DATA, CONFIG_STREAM, LATTICE_DATA, LATTICE_STREAM, MAIN, Scenario, buckets,
    too_much, warning,
};

#[test]
fn a_lattice_without_arguments_gets_the_buckets_of_a_real_host_key_by_key() {
    let scenario = Scenario::start();

    scenario.converge("");

    let captured: Vec<Value> =
        serde_json::from_str(include_str!("../../fixtures/host-streams.json")).unwrap();
    for stream in &captured {
        assert_eq!(
            &scenario.admin.config(stream["name"].as_str().unwrap()),
            stream
        );
    }
    assert_eq!(
        scenario.admin.stream_names(),
        [CONFIG_STREAM, LATTICE_STREAM]
    );
}

#[test]
fn every_effective_setting_of_each_bucket_is_in_the_state_and_nothing_volatile() {
    let scenario = Scenario::start();

    scenario.converge("");

    let expected = |stream: &str, created: &Value| {
        json!({
            "bucket": stream.trim_start_matches("KV_"), "stream": stream, "created": created, "drift": {},
            "replicas": 1, "storage": "file", "compression": "none", "max_bytes": -1, "max_value_size": -1,
            "history": 1, "placement": null, "description": null, "metadata": null,
        })
    };
    let (state, created) = (scenario.state(), scenario.created());
    for ((key, stream), created) in BUCKETS.iter().zip(&created) {
        assert_eq!(state[key], expected(stream, created));
    }
}

#[test]
fn a_common_setting_holds_for_both_buckets_and_a_bucket_s_own_wins() {
    let scenario = Scenario::start();

    scenario.converge(
        r#"
        lattice        = "prod-1_EU"
        history        = 5
        max_bytes      = 1048576
        max_value_size = 65536
        storage        = "memory"
        compression    = "s2"
        description    = "common"
        metadata       = { team = "lattice" }
        placement      = { tags = ["ssd"] }
        config_data    = { history = 64, storage = "file", description = "own", metadata = { team = "config" } }
        "#,
    );

    let settings = |stream: &str| {
        let config = scenario.admin.config(stream);
        let keys = [
            "max_msgs_per_subject",
            "max_bytes",
            "max_msg_size",
            "storage",
            "compression",
            "description",
        ];
        (
            keys.map(|key| config[key].clone()),
            config["metadata"]["team"].clone(),
            config["placement"]["tags"].clone(),
        )
    };
    let expected = |history: u8, storage: &str, description: &str, team: &str| {
        let values = [
            json!(history),
            json!(1048576),
            json!(65536),
            json!(storage),
            json!("s2"),
            json!(description),
        ];
        (values, json!(team), json!(["ssd"]))
    };
    assert_eq!(
        settings("KV_LATTICEDATA_prod-1_EU"),
        expected(5, "memory", "common", "lattice")
    );
    assert_eq!(
        settings("KV_CONFIGDATA_prod-1_EU"),
        expected(64, "file", "own", "config")
    );
    let state = scenario.state();
    assert_eq!(state["lattice_data"]["history"], 5);
    assert_eq!(state["config_data"]["history"], 64);
}

#[test]
fn an_existing_bucket_is_refused_at_plan_with_both_ways_to_take_it() {
    let scenario = Scenario::start();
    scenario.admin.create_bucket(LATTICE_DATA);

    scenario.write("lattice = \"default\"");
    let failure = scenario.terraform.plan_error();

    let error = failure.error();
    assert_eq!(error.summary, "Bucket LATTICEDATA_default already exists");
    assert_eq!(error.code, "lattice = \"default\"");
    assert!(
        error.says("terraform import <address> default") && error.says("adopt_existing = true"),
        "{error}"
    );
}

#[test]
fn a_bucket_made_between_plan_and_apply_is_refused_and_the_other_is_not_made() {
    let scenario = Scenario::start();
    scenario.write("");
    let plan = scenario.terraform.plan();

    // What a host would make is what is planned: the server would call creating it again a success.
    scenario.admin.create_bucket(LATTICE_DATA);
    let failure = scenario
        .terraform
        .try_apply(&[plan.file().to_str().unwrap()])
        .unwrap_err();

    let error = failure.error();
    assert!(
        error.says("terraform import") && error.says("adopt_existing = true"),
        "{error}"
    );
    assert!(!scenario.is_managed());
    assert_eq!(scenario.admin.stream_names(), [LATTICE_STREAM]);
}

#[test]
fn a_stream_that_takes_a_bucket_s_subjects_is_named_at_plan() {
    let scenario = Scenario::start();
    scenario
        .admin
        .create_stream(&json!({ "name": "in_the_way", "subjects": ["$KV.CONFIGDATA_default.>"] }));

    scenario.write("");
    let failure = scenario.terraform.plan_error();

    let error = failure.error();
    assert!(
        error.says("in_the_way") && error.says("CONFIGDATA_default"),
        "{error}"
    );
}

#[test]
fn adopting_keeps_contents_identity_and_what_others_wrote_and_changes_only_what_differs() {
    let scenario = Scenario::start();
    for bucket in [LATTICE_DATA, CONFIG_DATA] {
        let stream = scenario.admin.create_bucket(bucket);
        scenario.admin.put(bucket, "key", "value");
        scenario.admin.edit_stream(&stream, |config| {
            config["description"] = json!("theirs");
            config["metadata"] = json!({ "theirs": "1" });
            config["allow_direct"] = json!(false);
        });
    }
    let (created, before) = (scenario.created(), scenario.admin.config(LATTICE_STREAM));

    let plan = scenario.step("adopt_existing = true\nhistory = 3\nmetadata = { ours = \"2\" }");

    let words = warning(plan.diagnostics(), "Both buckets are adopted");
    assert!(
        words.says("1 key") && words.says("history from 1 to 3"),
        "{words}"
    );
    assert!(words.says("allow_direct from false to true"), "{words}");
    assert_eq!(scenario.created(), created);
    assert_eq!(scenario.admin.messages(LATTICE_STREAM), 1);
    let mut expected = before;
    expected["max_msgs_per_subject"] = json!(3);
    expected["allow_direct"] = json!(true);
    expected["metadata"]["ours"] = json!("2");
    assert_eq!(scenario.admin.config(LATTICE_STREAM), expected);
    assert_eq!(
        scenario.state()["lattice_data"]["metadata"],
        json!({ "ours": "2" })
    );
}

#[test]
fn adopting_one_bucket_makes_the_other() {
    let scenario = Scenario::start();
    scenario.admin.create_bucket(CONFIG_DATA);
    scenario.admin.put(CONFIG_DATA, "key", "value");

    scenario.converge("adopt_existing = true");

    assert_eq!(
        scenario.admin.stream_names(),
        [CONFIG_STREAM, LATTICE_STREAM]
    );
    assert_eq!(scenario.admin.messages(CONFIG_STREAM), 1);
}

#[test]
fn adopting_a_bucket_whose_storage_differs_is_refused_at_plan() {
    let scenario = Scenario::start();
    scenario.admin.create_bucket(CONFIG_DATA);

    scenario.write("adopt_existing = true\nstorage = \"memory\"");
    let failure = scenario.terraform.plan_error();

    let error = failure.error();
    assert!(
        error.says("CONFIGDATA_default") && error.says("\"file\""),
        "{error}"
    );
    assert_eq!(error.code, "storage = \"memory\"");
}

#[test]
fn a_create_that_failed_half_way_takes_back_what_it_made() {
    let scenario = Scenario::cramped();
    scenario.write(&too_much("config_data"));

    let failure = scenario.terraform.apply_error();

    let error = failure.error();
    assert_eq!(
        error.summary,
        "Bucket CONFIGDATA_default could not be created"
    );
    assert!(error.says("JetStream 10047"), "{error}");
    assert!(!scenario.is_managed());
    assert_eq!(scenario.admin.stream_names(), Vec::<String>::new());
}

#[test]
fn a_create_that_failed_half_way_leaves_a_bucket_that_it_only_wanted_to_adopt() {
    let scenario = Scenario::cramped();
    scenario.admin.create_bucket(LATTICE_DATA);
    scenario.admin.put(LATTICE_DATA, "key", "value");
    scenario.write(&format!(
        "adopt_existing = true\n{}",
        too_much("config_data")
    ));

    scenario.terraform.apply_error();

    assert!(!scenario.is_managed());
    assert_eq!(scenario.admin.stream_names(), [LATTICE_STREAM]);
    assert_eq!(scenario.admin.messages(LATTICE_STREAM), 1);
}

#[test]
fn an_adoption_that_failed_takes_back_the_bucket_that_was_made_beside_it() {
    let scenario = Scenario::cramped();
    scenario.admin.create_bucket(LATTICE_DATA);
    let before = scenario.admin.config(LATTICE_STREAM);
    let wanted = "adopt_existing = true\nhistory = 3";
    scenario.write(&format!("{wanted}\n{}", too_much("lattice_data")));

    let failure = scenario.terraform.apply_error();

    assert!(
        failure
            .error()
            .says("Bucket LATTICEDATA_default could not be updated"),
        "{failure}"
    );
    assert!(!scenario.is_managed());
    assert_eq!(scenario.admin.stream_names(), [LATTICE_STREAM]);
    assert_eq!(scenario.admin.config(LATTICE_STREAM), before);

    scenario.write(wanted);
    scenario.repair();

    assert_eq!(
        scenario.admin.config(LATTICE_STREAM)["max_msgs_per_subject"],
        3
    );
}

#[test]
fn what_a_failed_create_cannot_take_back_is_in_the_state_and_completed_once_untainted() {
    let mut scenario = Scenario::denied(&["$JS.API.STREAM.DELETE.KV_LATTICEDATA_default"]);
    scenario.write(&too_much("config_data"));

    let failure = scenario.terraform.apply_error();

    assert!(
        failure.says("Bucket CONFIGDATA_default could not be created"),
        "{failure}"
    );
    assert!(failure.says("terraform untaint"), "{failure}");
    assert!(scenario.terraform.state().is_tainted(MAIN));
    assert_eq!(scenario.state()["lattice_data"]["stream"], LATTICE_STREAM);
    assert_eq!(scenario.state()["config_data"], Value::Null);
    let made = scenario.admin.stream(LATTICE_STREAM).unwrap()["created"].clone();

    scenario.allowed();
    scenario.terraform.run(&["untaint", MAIN]).unwrap();
    scenario.terraform.write(&buckets(""));
    scenario.repair();

    assert_eq!(scenario.created()[0], made);
}

//! `reading-plans.md`: what a plan looks like when something has happened.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::guides::page;
use crate::guides::story::OnServer;

const LATTICE: &str = "KV_LATTICEDATA_default";
const CONFIG: &str = "KV_CONFIGDATA_default";

fn situation(heading: &str) -> OnServer {
    OnServer::new("reading-plans", heading)
}

#[test]
fn first_create() {
    let mut given = situation("First create");

    given.story.write();

    given.story.shows();
}

#[test]
fn nothing_to_do() {
    let mut given = situation("Nothing to do");

    given.story.step();

    given.story.shows();
}

#[test]
fn a_setting_was_changed() {
    let mut given = situation("A setting was changed on the server");
    given.story.step();

    given.admin.edit_stream(LATTICE, |config| {
        config["max_bytes"] = json!(1_048_576);
        config["allow_direct"] = json!(false);
    });

    given.story.shows();
    given.story.terraform.apply();
    given.story.terraform.expect_empty();
}

#[test]
fn a_bucket_was_deleted() {
    let mut given = situation("A bucket was deleted");
    given.story.step();

    given.admin.delete_stream(CONFIG);

    given.story.shows();
}

#[test]
fn a_bucket_was_deleted_and_made_again() {
    let mut given = situation("A bucket was deleted and made again");
    given.story.step();

    given.admin.delete_stream(LATTICE);
    given.admin.create_bucket("LATTICEDATA_default");

    given.story.shows();
}

#[test]
fn less_history() {
    let mut given = situation("Less history");
    given.story.step();
    for key in ["one", "two"] {
        for value in ["first", "second", "third"] {
            given.admin.put("LATTICEDATA_default", key, value);
        }
    }

    given.story.write();

    given.story.shows();
    given.story.terraform.apply();
    assert_eq!(given.admin.messages(LATTICE), 2);
}

#[test]
fn a_stream_is_replaced_alone() {
    let mut given = situation("A stream is replaced alone");
    given.story.step();
    given.admin.publish("wadm.evt.default.stop", "an event");

    given.story.write();

    given.story.shows();
}

#[test]
fn what_the_server_cannot_change() {
    let mut given = situation("What the server cannot change, on a bucket that holds keys");
    given.story.step();
    write_two_keys(&given);

    given.story.write();

    given.story.shows();
    assert_eq!(given.admin.messages(CONFIG), 2);
}

#[test]
fn drift_that_cannot_be_repaired() {
    let mut given = situation("Drift that cannot be repaired");
    given.story.step();

    given.admin.edit_stream(CONFIG, |config| {
        config["allow_rollup_hdrs"] = json!(false);
        config["deny_purge"] = json!(true);
    });

    given.story.shows();
}

#[test]
fn a_destroy_of_what_holds_keys() {
    let mut given = situation("A destroy of what holds keys");
    given.story.step();
    write_two_keys(&given);

    given.story.shows();
    given.story.step();

    given.story.shows();
}

#[test]
fn three_replicas_on_a_single_server() {
    let mut given = situation("Three replicas on a single server");

    given.story.write();

    given.story.shows();
}

#[test]
fn subjects_that_another_stream_takes() {
    let mut given = situation("Subjects that another stream takes");
    let audit = json!({ "name": "audit", "subjects": ["wasmbus.evt.>"] });
    given.admin.create_stream(&audit);

    given.story.write();

    given.story.shows();
}

#[test]
fn it_exists_already() {
    let mut given = situation("It exists already");
    for bucket in ["LATTICEDATA_default", "CONFIGDATA_default"] {
        given.admin.create_bucket(bucket);
    }

    given.story.write();

    given.story.shows();
    given.story.write();
    given.story.shows();
    given.story.terraform.apply();
    given.story.terraform.expect_empty();
}

#[test]
fn a_saved_plan_that_is_applied_late() {
    let mut given = situation("A saved plan that is applied late");
    given.story.step();
    given.story.write();
    given.story.shows();

    given.admin.delete_stream(CONFIG);

    given.story.shows();
}

#[test]
fn the_words_by_which_warnings_are_told_apart_are_the_provider_s() {
    let page = page::read("reading-plans");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| \""));
    let words: Vec<&str> = rows.filter_map(|row| row.split('"').next()).collect();
    let source = source_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/resources"));

    assert!(words.len() > 4, "{words:?}");
    for words in words {
        assert!(source.contains(words), "{words:?}");
    }
}

/// All that is written in a folder.
fn source_of(folder: &Path) -> String {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let texts = entries.map(|entry| match entry.path().is_dir() {
        true => source_of(&entry.path()),
        false => fs::read_to_string(entry.path()).unwrap_or_default(),
    });
    texts.collect()
}

fn write_two_keys(given: &OnServer) {
    for key in ["one", "two"] {
        given.admin.put("CONFIGDATA_default", key, "value");
    }
}

//! `reading-plans.md`: what a plan looks like when something has happened.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::guides::normalise::AT_ONCE;
use crate::guides::page;
use crate::guides::page_run::OnServer;

const LATTICE: &str = "KV_LATTICEDATA_default";
const CONFIG: &str = "KV_CONFIGDATA_default";

fn situation(heading: &str) -> OnServer {
    OnServer::new("reading-plans", heading)
}

#[test]
fn first_create() {
    let mut on_server = situation("First create");

    on_server.run.write();

    on_server.run.shows();
}

#[test]
fn nothing_to_do() {
    let mut on_server = situation("No changes");

    on_server.run.step();

    on_server.run.shows();
}

#[test]
fn a_setting_was_changed() {
    let mut on_server = situation("A setting was changed on the server");
    on_server.run.step();

    on_server.admin.edit_stream(LATTICE, |config| {
        config["max_bytes"] = json!(1_048_576);
        config["allow_direct"] = json!(false);
    });

    on_server.run.shows();
    on_server.run.terraform.apply();
    on_server.run.terraform.expect_empty();
}

#[test]
fn a_bucket_was_deleted() {
    let mut on_server = situation("A bucket was deleted");
    on_server.run.step();

    on_server.admin.delete_stream(CONFIG);

    on_server.run.shows();
}

#[test]
fn a_bucket_was_deleted_and_made_again() {
    let mut on_server = situation("A bucket was recreated");
    on_server.run.step();
    // Two times that are closer are shown as of the same moment.
    std::thread::sleep(2 * AT_ONCE);

    on_server.admin.delete_stream(LATTICE);
    on_server.admin.create_bucket("LATTICEDATA_default");

    on_server.run.shows();
}

#[test]
fn less_history() {
    let mut on_server = situation("A lower history");
    on_server.run.step();
    for key in ["one", "two"] {
        for value in ["first", "second", "third"] {
            on_server.admin.put("LATTICEDATA_default", key, value);
        }
    }

    on_server.run.write();

    on_server.run.shows();
    on_server.run.terraform.apply();
    assert_eq!(on_server.admin.messages(LATTICE), 2);
}

#[test]
fn a_stream_is_replaced_alone() {
    let mut on_server = situation("Only one stream is replaced");
    on_server.run.step();
    on_server.admin.publish("wadm.evt.default.stop", "an event");

    on_server.run.write();

    on_server.run.shows();
}

#[test]
fn what_the_server_cannot_change() {
    let mut on_server = situation("A setting of a bucket with keys that the server cannot change");
    on_server.run.step();
    write_two_keys(&on_server);

    on_server.run.write();

    on_server.run.shows();
    assert_eq!(on_server.admin.messages(CONFIG), 2);
}

#[test]
fn drift_that_cannot_be_repaired() {
    let mut on_server = situation("Drift that cannot be repaired");
    on_server.run.step();

    on_server.admin.edit_stream(CONFIG, |config| {
        config["allow_rollup_hdrs"] = json!(false);
        config["deny_purge"] = json!(true);
    });

    on_server.run.shows();
}

#[test]
fn a_destroy_of_what_holds_keys() {
    let mut on_server = situation("A destroy of a bucket with keys");
    on_server.run.step();
    write_two_keys(&on_server);

    on_server.run.shows();
    on_server.run.step();

    on_server.run.shows();
}

#[test]
fn three_replicas_on_a_single_server() {
    let mut on_server = situation("Three replicas on a single server");

    on_server.run.write();

    on_server.run.shows();
}

#[test]
fn subjects_that_another_stream_takes() {
    let mut on_server = situation("Another stream has the same subjects");
    let audit = json!({ "name": "audit", "subjects": ["wasmbus.evt.>"] });
    on_server.admin.create_stream(&audit);

    on_server.run.write();

    on_server.run.shows();
}

#[test]
fn it_exists_already() {
    let mut on_server = situation("The buckets already exist");
    for bucket in ["LATTICEDATA_default", "CONFIGDATA_default"] {
        on_server.admin.create_bucket(bucket);
    }

    on_server.run.write();

    on_server.run.shows();
    on_server.run.write();
    on_server.run.shows();
    on_server.run.terraform.apply();
    on_server.run.terraform.expect_empty();
}

#[test]
fn a_saved_plan_that_is_applied_late() {
    let mut on_server = situation("A saved plan that is applied late");
    on_server.run.step();
    on_server.run.write();
    on_server.run.shows();

    on_server.admin.delete_stream(CONFIG);

    on_server.run.shows();
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

fn write_two_keys(on_server: &OnServer) {
    for key in ["one", "two"] {
        on_server.admin.put("CONFIGDATA_default", key, "value");
    }
}

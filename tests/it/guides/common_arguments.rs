//! `common-arguments.md`: common arguments, those of one bucket, and `ignore_changes` on either.

use serde_json::json;

use crate::guides::page;
use crate::guides::page_run::OnServer;

const LATTICE: &str = "KV_LATTICEDATA_default";
const CONFIG: &str = "KV_CONFIGDATA_default";

fn situation(heading: &str) -> OnServer {
    OnServer::new("common-arguments", heading)
}

/// As `nats stream edit --max-bytes 209715200` does.
fn raise(on_server: &OnServer, streams: &[&str]) {
    for stream in streams {
        on_server
            .admin
            .edit_stream(stream, |config| config["max_bytes"] = json!(209_715_200));
    }
}

#[test]
fn a_common_argument_that_is_ignored() {
    let mut on_server = situation("A common argument that is ignored");
    on_server.run.step();

    raise(&on_server, &[LATTICE, CONFIG]);

    on_server.run.shows();
    on_server.run.terraform.expect_empty();
    on_server.run.write();
    on_server.run.shows();
}

#[test]
fn a_common_argument_of_which_only_one_bucket_differs() {
    let mut on_server = situation("Only one bucket differs from a common argument");
    on_server.run.step();

    raise(&on_server, &[CONFIG]);

    on_server.run.shows();
    on_server.run.write();
    on_server.run.shows();
    on_server.run.terraform.expect_empty();
}

#[test]
fn one_argument_of_one_bucket() {
    let mut on_server = situation("One argument of one bucket");
    on_server.run.step();

    raise(&on_server, &[CONFIG]);

    on_server.run.shows();
    on_server.run.terraform.expect_empty();
}

#[test]
fn all_arguments_but_not_what_has_none_nor_a_bucket_that_is_deleted() {
    let mut on_server = situation("All arguments");
    on_server.run.step();

    raise(&on_server, &[CONFIG]);

    on_server.run.shows();
    // What the page says of the configuration, of what has no argument, and of a deletion.
    let text = page::under("common-arguments", "All arguments")[0]
        .text
        .clone();
    let terraform = &on_server.run.terraform;
    terraform.write(&text.replace("104857600", "1048576"));
    terraform.expect_empty();
    on_server
        .admin
        .edit_stream(LATTICE, |config| config["allow_direct"] = json!(false));
    terraform.apply();
    assert_eq!(on_server.admin.config(LATTICE)["allow_direct"], true);
    on_server.admin.delete_stream(CONFIG);
    terraform.apply();
    assert_eq!(on_server.admin.stream_names(), [CONFIG, LATTICE]);
    terraform.expect_empty();
}

#[test]
fn one_key_of_metadata() {
    let mut on_server = situation("One key of metadata");
    on_server.run.step();

    for stream in [LATTICE, CONFIG] {
        on_server.admin.edit_stream(stream, |config| {
            config["metadata"]["owner"] = json!("inventory");
            config["metadata"]["cost-centre"] = json!("4711");
        });
    }

    on_server.run.shows();
    on_server.run.terraform.expect_empty();
}

#[test]
fn one_argument_of_a_stream_of_wadm() {
    let mut on_server = situation("One argument of a stream of wadm");
    on_server.run.step();

    raise(&on_server, &["wadm_events"]);

    on_server.run.shows();
    on_server.run.terraform.expect_empty();
}

#[test]
fn a_common_argument_without_effect() {
    let mut on_server = situation("A common argument without effect");
    on_server.run.step();

    on_server.run.write();

    on_server.run.shows();
    on_server.run.terraform.expect_empty();
}

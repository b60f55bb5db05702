//! `pipelines.md`: the jobs of a pipeline, one after another, with only the variables that the page exports.

use serde_json::json;

use crate::guides::conf::SECRET;
use crate::guides::page::Block;
use crate::guides::page_run::{OnServer, PageRun};
use crate::support::{NatsServer, Operator, password};

const PAGE: &str = "pipelines";

/// The variables that a `shell` block exports.
fn exports(block: &Block) -> Vec<&str> {
    let lines = block
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("export "));
    lines
        .filter_map(|line| Some(line.split_once('=')?.0))
        .collect()
}

#[test]
fn everything_may_come_from_variables() {
    let plain = NatsServer::configured(&password("terraform", SECRET));
    let operator = Operator::new();
    let hosted = NatsServer::configured(&operator.config());
    let credentials = operator.credentials();
    let heading = "Variables instead of files";

    let mut run = PageRun::new(
        PAGE,
        heading,
        &[
            ("NATS_URL", &plain.url()),
            ("NATS_USER", "terraform"),
            ("NATS_PASSWORD", SECRET),
        ],
    );
    run.step();
    let exported = run.next("shell");
    assert_eq!(
        exports(&exported),
        ["NATS_URL", "NATS_USER", "NATS_PASSWORD"]
    );
    let (config, exported) = (run.next_config(), run.next("shell"));

    assert_eq!(exports(&exported), ["NATS_URL", "TF_VAR_nats_credentials"]);
    let mut run = PageRun::without_blocks(&[("NATS_URL", &hosted.url())]);
    run.terraform
        .set_env("TF_VAR_nats_credentials", &credentials);
    run.terraform.step(&config);
}

#[test]
fn a_plan_is_saved_approved_and_applied() {
    let mut given = OnServer::new(PAGE, "Plan, approve, apply");
    let before = "resource \"wasmcloud_lattice_buckets\" \"default\" {}";
    given.run.terraform.step(before);
    given.run.write();

    given.run.shows();
    assert_eq!(given.run.code, Some(2));
    given.run.shows();

    assert_eq!(given.run.code, Some(0));
    given.run.terraform.expect_empty();
}

#[test]
fn the_exit_code_tells_drift_from_health_and_from_failure() {
    let mut given = OnServer::new(PAGE, "Drift detection");
    let job = given.run.next("shell").text;
    let job = job.trim().strip_prefix("terraform ").expect("a command");
    let bucket = "KV_CONFIGDATA_default";
    given
        .run
        .terraform
        .step("resource \"wasmcloud_lattice_buckets\" \"default\" {}");

    given.run.run(job);
    assert_eq!(given.run.code, Some(0));
    given
        .admin
        .edit_stream(bucket, |config| config["max_bytes"] = json!(1000));
    given.run.run(job);
    assert_eq!(given.run.code, Some(2));

    given.run.terraform.apply();
    given.admin.edit_stream(bucket, |config| {
        config["allow_rollup_hdrs"] = json!(false);
        config["deny_purge"] = json!(true);
    });
    let printed = given.run.run(job);
    assert!(printed.contains("Warning: "), "{printed}");
    assert_eq!(given.run.code, Some(0));

    given.server.stop();
    given.run.run(job);
    assert_eq!(given.run.code, Some(1));
    given.run.run(&format!("{job} -refresh=false"));
    assert_eq!(given.run.code, Some(0));
}

#[test]
fn times_are_set_in_the_provider_block_and_the_resource() {
    let mut given = OnServer::new(PAGE, "Timeouts");

    given.run.step();
}

//! What the provider makes, used by the real wadm: it starts without the right to make anything, does its work, and
//! leaves everything as it is.
//!
//! `make test-wadm` builds wadm (tests/wadm-process) and runs this. wadm's own streams are its own business: what is
//! looked at is that events, commands and statuses go through, and that configurations and creation times stay.

mod wadm;
mod lattice;
mod installation;

use serde_json::json;

use self::installation::{Installation, MAIN, installation};
use self::wadm::Wadm;

#[test]
#[ignore = "needs the real wadm: make test-wadm"]
fn wadm_works_on_what_we_made_and_leaves_it_as_it_is() {
    works_and_leaves_it("", &[]);
}

#[test]
#[ignore = "needs the real wadm: make test-wadm"]
fn so_does_a_multi_tenant_one_which_could_not_even_make_its_streams() {
    works_and_leaves_it("multitenant = true", &["--multitenant"]);
}

fn works_and_leaves_it(arguments: &str, options: &[&str]) {
    let installation = Installation::on_a_server(!options.is_empty());
    installation.step(arguments);
    let made = installation.assets();
    assert_eq!(made.len(), 8);

    let mut wadm = installation.start_wadm(options);
    let models = wadm.wait_for_answer(&installation.lattice);
    installation.expect_known("NHOST");
    installation.expect_deployed();

    assert_eq!(models, json!([]));
    assert!(wadm.is_running());
    assert_eq!(installation.assets(), made);
    installation.expect_no_violation();
    installation.terraform.expect_empty();
}

#[test]
#[ignore = "needs the real wadm: make test-wadm"]
fn without_what_we_make_the_same_wadm_does_not_start() {
    let installation = Installation::on_a_server(false);

    let mut wadm = installation.start_wadm(&[]);
    let status = wadm.wait_for_end();

    assert_eq!(status.code(), Some(1), "{}", wadm.log());
    assert_eq!(installation.assets().len(), 0);
}

#[test]
#[ignore = "needs the real wadm: make test-wadm"]
fn wadm_finds_its_buckets_under_the_names_that_the_configuration_gives() {
    let installation = Installation::with_buckets("facts", "plans");
    installation.step("state = { bucket = \"facts\" }\nmanifests = { bucket = \"plans\" }");
    let made = installation.assets();

    let options = [
        "--state-bucket-name",
        "facts",
        "--manifest-bucket-name",
        "plans",
    ];
    let mut wadm = installation.start_wadm(&options);
    wadm.wait_for_answer(&installation.lattice);
    installation.expect_known("NHOST");
    installation.expect_deployed();

    assert_eq!(installation.assets(), made);
    installation.expect_no_violation();
}

#[test]
#[ignore = "needs the real wadm: make test-wadm"]
fn what_wadm_makes_itself_is_imported_and_planned_without_a_change() {
    let installation = Installation::on_a_server(false);
    let mut wadm = Wadm::start(&installation.servers.url(), "admin", &[]);
    wadm.wait_for_answer(&installation.lattice);
    let made = installation.assets();

    let terraform = &installation.terraform;
    terraform.write(&self::installation(""));
    terraform.import(MAIN, "wadm_state/wadm_manifests").unwrap();

    terraform.expect_empty();
    assert_eq!(installation.assets(), made);
    assert_eq!(made.len(), 8);
}

#[test]
#[ignore = "needs the real wadm: make test-wadm"]
fn more_replicas_under_a_working_wadm_neither_stop_its_events_nor_change_anything_else() {
    let installation = Installation::on_a_cluster();
    installation.step("");
    let made = installation.assets();
    let mut wadm = installation.start_wadm_on(0);
    wadm.wait_for_answer(&installation.lattice);
    installation.expect_known("NHOST");
    let _events = installation.lattice.keep_beating("NHOST");

    installation.step("replicas = 3");
    let delivered = installation.delivered();
    installation.expect_known("NAFTER");
    installation.expect_deployed();
    assert!(installation.delivered() > delivered);
    installation.step("replicas = 1");
    installation.expect_known("NFEWER");
    // After either raise the server has stopped sourcing in about half of the runs: nothing here can make it do so.
    installation.step("replicas = 3");
    installation.expect_known("NAGAIN");

    assert!(wadm.is_running());
    let mut expected = made;
    for asset in expected.values_mut() {
        asset["config"]["num_replicas"] = json!(3);
    }
    assert_eq!(installation.assets(), expected);
    installation.expect_no_violation();
    installation.terraform.expect_empty();
}

//! Warnings: few, once, only when the plan sets what they are about, and none afterwards.

use crate::bad_input::setup::Setup;
use crate::support::{Cluster, Diagnostic, NatsServer, warning};

const MEMORY: &str = "Storage in memory may lose data";
const EVEN: &str = "An even number of replicas has no advantage";
const SINGLE: &str = "One replica in a cluster";

fn summaries(said: &[Diagnostic]) -> Vec<&str> {
    said.iter().map(|said| said.summary.as_str()).collect()
}

fn wadm(arguments: &str) -> String {
    format!("resource \"wadm_jetstream\" \"main\" {{\nprovider = wasmcloud\n{arguments}\n}}\n")
}

#[test]
fn memory_is_warned_of_for_what_exists_nowhere_else_once_and_when_it_is_set() {
    let server = NatsServer::start();
    let setup = Setup::server(&server.url());

    let plan = setup.terraform.step(&wadm("storage = \"memory\""));
    let said = warning(plan.diagnostics(), MEMORY);
    assert!(
        said.says("The contents of bucket wadm_manifests exist nowhere else"),
        "{said}"
    );
    assert!(
        !said.says("wadm_state") && !said.says("wadm_events"),
        "{said}"
    );
    assert_eq!(said.code, "storage = \"memory\"");
    assert_eq!(plan.diagnostics().len(), 1, "{:#?}", plan.diagnostics());

    // Nothing on a steady plan, nor on a change of something else.
    let plan = setup.terraform.plan();
    assert_eq!(summaries(plan.diagnostics()), [""; 0]);
    let plan = setup
        .terraform
        .step(&wadm("storage = \"memory\"\nmax_bytes = 104857600"));
    assert_eq!(summaries(plan.diagnostics()), [""; 0]);
}

#[test]
fn both_buckets_of_a_lattice_are_named_by_one_warning() {
    let server = NatsServer::start();
    let setup = Setup::server(&server.url());
    setup.write("", "storage = \"memory\"");

    let plan = setup.terraform.plan();

    assert_eq!(summaries(plan.diagnostics()), [MEMORY]);
    let said = &plan.diagnostics()[0];
    assert!(
        said.says("bucket LATTICEDATA_default, bucket CONFIGDATA_default"),
        "{said}"
    );
}

#[test]
fn what_needs_no_server_is_said_without_one() {
    let setup = Setup::server(crate::bad_input::setup::NOBODY);
    setup.write("", "storage = \"memory\"\nreplicas = 4");

    let plan = setup.terraform.plan();

    let mut said = summaries(plan.diagnostics());
    said.sort_unstable();
    assert_eq!(
        said,
        [EVEN, MEMORY, "The plan was not checked against the server"]
    );
}

#[test]
fn one_replica_or_two_in_a_cluster_are_warned_of_when_they_are_set_and_three_are_not() {
    let cluster = Cluster::start(3);
    let setup = Setup::cluster(&cluster);
    setup.write("", "replicas = 2");
    let two = setup.terraform.plan();
    assert_eq!(summaries(two.diagnostics()), [EVEN]);
    assert_eq!(two.diagnostics()[0].code, "replicas = 2");

    setup.write("", "");
    let one = setup.terraform.plan();
    assert_eq!(summaries(one.diagnostics()), [SINGLE]);
    let said = &one.diagnostics()[0];
    for text in [
        "in the cluster \"loopback\" of 3 servers",
        "bucket LATTICEDATA_default, bucket CONFIGDATA_default",
        "Set `replicas = 3`",
    ] {
        assert!(said.says(text), "{said}");
    }
    setup.terraform.apply_plan(&one);
    assert_eq!(summaries(setup.terraform.plan().diagnostics()), [""; 0]);

    setup.write("", "replicas = 3");
    let three = setup.terraform.plan();
    assert_eq!(summaries(three.diagnostics()), [""; 0]);
    setup.terraform.apply_plan(&three);
    setup.terraform.expect_empty();
}

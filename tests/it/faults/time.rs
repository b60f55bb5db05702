//! Operations end with their timeout, whatever the server does, and say what is known of each asset.

use std::time::{Duration, Instant};

use crate::binary::setup::BINARY;
use crate::support::{NatsServer, Plan, Terraform};

/// So many objects that their requests wait for each other.
const LATTICES: usize = 40;
/// What Terraform needs besides, on a busy machine. Without an end of its own each operation takes a multiple of its
/// timeout here.
const TERRAFORM: Duration = Duration::from_secs(15);

fn lattices(arguments: &str) -> String {
    format!(
        "resource \"wasmcloud_lattice_buckets\" \"main\" {{\n  count = {LATTICES}\n  \
         lattice = \"l${{count.index}}\"\n{arguments}\n  \
         timeouts = {{ create = \"6s\", update = \"6s\", delete = \"6s\", read = \"6s\" }}\n}}\n"
    )
}

fn timed(server: &NatsServer, work: impl FnOnce()) -> Duration {
    server.pause();
    let started = Instant::now();
    work();
    let took = started.elapsed();
    server.resume();
    took
}

fn apply(terraform: &Terraform, plan: &Plan) {
    let file = plan.file();
    let failure = terraform
        .try_apply(&["-parallelism=100", file.to_str().unwrap()])
        .unwrap_err();
    for lattice in [0, LATTICES - 1] {
        assert!(failure.says("NATS"), "{lattice}: {failure}");
    }
}

#[test]
fn every_operation_on_a_silent_server_ends_with_its_timeout_also_when_many_wait() {
    let server = NatsServer::start();
    let mut terraform = Terraform::with_binary(BINARY).env("NATS_URL", &server.url());
    terraform.set_env("NATS_TIMEOUT", "5s");

    terraform.write(&lattices(""));
    let plan = terraform.plan();
    let create = timed(&server, || apply(&terraform, &plan));
    terraform.write(&lattices("  adopt_existing = true"));
    terraform
        .run(&["apply", "-auto-approve", "-input=false", "-refresh=false"])
        .ok();
    terraform.apply();
    terraform.write(&lattices("  adopt_existing = true\n  history = 3"));
    let plan = terraform.plan();
    let update = timed(&server, || apply(&terraform, &plan));
    terraform.apply();
    let plan = terraform.plan_with(&["-destroy"]);
    let delete = timed(&server, || apply(&terraform, &plan));
    let read = timed(&server, || {
        _ = terraform.try_plan(&["-parallelism=100"]).unwrap_err()
    });

    let limit = Duration::from_secs(8) + TERRAFORM;
    for (operation, took) in [
        ("create", create),
        ("update", update),
        ("delete", delete),
        ("read", read),
    ] {
        assert!(took < limit, "{operation}: {took:?}");
    }
}

//! Terraform ended by SIGKILL: the provider asks nothing more, and leaves.

use std::thread;
use std::time::{Duration, Instant};

use crate::binary::setup::{BINARY, provider_of, wait_until_gone};
use crate::support::{Link, NatsServer, Terraform, wait_for};

const LATTICES: &str = "resource \"wasmcloud_lattice_buckets\" \"main\" {\n  \
    count = 12\n  lattice = \"l${count.index}\"\n}\n\
    resource \"wadm_jetstream\" \"main\" {\n  provider = wasmcloud\n}\n";
/// What was on its way when Terraform ended has been counted by then.
const UNDER_WAY: Duration = Duration::from_millis(150);

fn mutates(subject: &str) -> bool {
    ["CREATE", "UPDATE", "DELETE", "PURGE"]
        .iter()
        .any(|verb| subject.starts_with(&format!("$JS.API.STREAM.{verb}.")))
}

/// Kills Terraform once the first request of a kind has come; answers what was asked from then on, and how long the
/// provider stayed.
fn asked_after(
    command: &[&str],
    link: &Link,
    terraform: &Terraform,
    kind: &str,
) -> (Vec<String>, Duration) {
    let running = terraform.start_group(command);
    wait_for("the first request", Duration::from_secs(120), || {
        link.asked()
            .0
            .iter()
            .any(|subject| subject.contains(kind))
            .then_some(())
    });
    let provider = provider_of(&running);
    running.kill();
    let killed = Instant::now();
    assert!(running.wait().is_err());
    thread::sleep(UNDER_WAY);
    link.asked();
    wait_until_gone(provider);
    let stayed = killed.elapsed();
    thread::sleep(Duration::from_secs(1));
    (link.asked().0, stayed)
}

#[test]
fn a_provider_without_its_terraform_asks_nothing_more_and_ends() {
    let server = NatsServer::start();
    // So slow that each operation is in the middle of something.
    let link = Link::slow(&server, Duration::from_millis(300));
    let terraform = Terraform::with_binary(BINARY).env("NATS_URL", &link.url());
    terraform.write(LATTICES);

    let options = ["-input=false", "-no-color", "-auto-approve"];
    let apply = [&["apply"][..], &options].concat();
    let (asked, stayed) = asked_after(&apply, &link, &terraform, "STREAM.CREATE.KV_LATTICEDATA_l");
    let changes = |asked: Vec<String>| asked.into_iter().filter(|subject| mutates(subject));
    assert_eq!(changes(asked).count(), 0);
    assert!(stayed < Duration::from_secs(4), "{stayed:?}");

    let mut terraform = Terraform::with_binary(BINARY).env("NATS_URL", &server.url());
    terraform.write(&LATTICES.replace("main\" {", "main\" {\n  adopt_existing = true"));
    terraform.apply();
    let plan = terraform.plan_with(&["-destroy"]);
    terraform.set_env("NATS_URL", &link.url());
    link.asked();
    let file = plan.file();
    let destroy = ["apply", "-input=false", "-no-color", file.to_str().unwrap()];
    let (asked, stayed) = asked_after(&destroy, &link, &terraform, "STREAM.DELETE.");
    assert_eq!(asked, Vec::<String>::new());
    assert!(stayed < Duration::from_secs(4), "{stayed:?}");
}

//! `README.md`: its first configuration, as a new user applies it.

use crate::guides::page::README;
use crate::guides::page_run::PageRun;
use crate::support::NatsServer;

#[test]
fn the_first_configuration_is_planned_applied_and_planned_again() {
    let server = NatsServer::start();
    let mut run = PageRun::new(README, "A first configuration", &[]);
    run = run.at("nats://127.0.0.1:4222", &server.url());

    run.write();
    let created = run.shows();
    let applied = run.shows();
    let nothing = run.shows();

    assert!(created.contains("Plan: 1 to add"), "{created}");
    assert!(applied.contains("Apply complete!"), "{applied}");
    assert!(nothing.contains("No changes."), "{nothing}");
    assert!(run.is_over());
}

//! Ctrl-C in the middle of a create, which a terminal sends to Terraform and the provider alike.

use std::time::Duration;

use crate::binary::setup::{APPLY, BINARY, STREAMS, Setup, provider_of, wait_until_gone};
use crate::support::{Admin, CREATES, Gate, NatsServer, Side, terraform_versions};

#[test]
fn after_ctrl_c_in_a_create_the_state_has_all_that_the_server_has() {
    for side in [Side::Requests, Side::Answers] {
        for cli in terraform_versions() {
            let server = NatsServer::start();
            let gate = Gate::before(server.port(), side, CREATES);
            let setup = Setup::with(cli, BINARY, &gate.url());
            let mut running = setup.terraform.start_group(APPLY);
            gate.wait_until_reached(1);
            let provider = provider_of(&running);

            running.interrupt_group();
            std::thread::sleep(Duration::from_millis(300));
            assert!(
                running.is_running(),
                "Terraform did not wait for the provider"
            );
            gate.open();
            let ended = running.wait();

            // Both were on their way, so both were made; an interrupted apply is a failure nevertheless.
            assert!(
                ended.is_err_and(|failure| failure.says("Interrupt received")),
                "{}",
                setup.terraform.version()
            );
            assert_eq!(Admin::connect(&server.url()).stream_names(), STREAMS);
            assert_eq!(setup.streams_in_state(), STREAMS);
            assert!(!setup.is_tainted());
            setup.terraform.expect_empty();
            wait_until_gone(provider);
            setup.expect_nothing_left();
        }
    }
}

#[test]
fn ctrl_c_ends_a_wait_for_a_server_that_is_away() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut setup = Setup::server(&format!("nats://{}", silent.local_addr().unwrap()));
    setup.terraform.set_env("NATS_TIMEOUT", "60s");
    // The plan inside an apply is one that Terraform itself does not stop.
    let plan = ["plan", "-input=false", "-no-color"];
    let running = setup.terraform.start_group(&plan);
    let (_dialled, _) = silent.accept().unwrap();
    let began = std::time::Instant::now();

    running.interrupt_group();
    let ended = running.wait();

    assert!(ended.is_err());
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
    setup.expect_nothing_left();
}

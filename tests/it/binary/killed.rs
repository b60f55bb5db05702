//! Terraform or the provider ended by SIGKILL, as the kernel does when memory is short, in the middle of a create.

use rustix::process::{Pid, Signal};

use crate::binary::setup::{APPLY, CONFIG, STREAMS, Setup, provider_of, wait_until_gone};
use crate::support::{Admin, CREATES, Gate, NatsServer, Side};

#[test]
fn when_terraform_is_killed_the_provider_begins_nothing_more_and_leaves() {
    for side in [Side::Requests, Side::Answers] {
        let server = NatsServer::start();
        let gate = Gate::before(server.port(), side, CREATES);
        let setup = Setup::server(&gate.url());
        let running = setup.terraform.start_group(APPLY);
        gate.wait_until_reached(1);
        let provider = provider_of(&running);

        running.kill();
        assert!(running.wait().is_err());
        gate.open();
        wait_until_gone(provider);

        setup.expect_nothing_left();
        // The first stream alone was asked for, and the provider begins nothing more.
        let admin = Admin::connect(&server.url());
        crate::support::wait_for("the stream", std::time::Duration::from_secs(60), || {
            (admin.stream_names() == [STREAMS[1]]).then_some(())
        });
        assert_eq!(setup.streams_in_state(), [] as [&str; 0]);
        told_how_to_go_on(&setup);
    }
}

#[test]
fn when_the_provider_is_killed_terraform_says_so_and_the_next_apply_how_to_go_on() {
    let server = NatsServer::start();
    let gate = Gate::before(server.port(), Side::Answers, CREATES);
    let setup = Setup::server(&gate.url());
    let running = setup.terraform.start_group(APPLY);
    gate.wait_until_reached(1);
    // The server has the first, and the provider has not heard of it.
    let admin = Admin::connect(&server.url());
    crate::support::wait_for("the stream", std::time::Duration::from_secs(60), || {
        (admin.stream_names() == [STREAMS[1]]).then_some(())
    });

    kill(provider_of(&running));
    let failure = running.wait().unwrap_err();
    gate.open();

    // Two texts of Terraform, depending on whether it sees the end of the connection or of the process first.
    let texts = ["Plugin did not respond", "Request cancelled"];
    assert!(texts.iter().any(|text| failure.says(text)), "{failure}");
    told_how_to_go_on(&setup);
}

/// What is on the server and not in the state is refused with the ways out, and each of them works.
fn told_how_to_go_on(setup: &Setup) {
    let failure = setup.terraform.plan_error();
    assert!(
        failure.says("terraform import <address> default"),
        "{failure}"
    );
    assert!(failure.says("adopt_existing = true"), "{failure}");

    setup
        .terraform
        .write(&CONFIG.replace("{}", "{\n  adopt_existing = true\n}"));
    setup.terraform.run(APPLY).unwrap();

    setup.terraform.expect_empty();
    assert_eq!(setup.streams_in_state(), STREAMS);
}

fn kill(pid: u32) {
    let pid = Pid::from_raw(pid.try_into().unwrap()).unwrap();
    rustix::process::kill_process(pid, Signal::KILL).unwrap();
}

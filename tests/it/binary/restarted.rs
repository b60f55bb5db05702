//! A server that ends in the middle of a create and is started again: the apply goes on where it was.

use crate::binary::setup::{APPLY, BINARY, STREAMS, Setup};
use crate::support::{Admin, CREATES, Gate, NatsServer, Side, terraform_default};

#[test]
fn an_apply_survives_that_its_server_crashes_or_is_restarted_in_a_create() {
    let sides = [Side::Requests, Side::Answers];
    let ends = [NatsServer::crash, NatsServer::stop];
    for (side, end) in sides
        .into_iter()
        .flat_map(|side| ends.map(|end| (side, end)))
    {
        let server = NatsServer::start();
        let gate = Gate::before(server.port(), side, CREATES);
        let setup = Setup::with(terraform_default(), BINARY, &gate.url());
        let running = setup.terraform.start(APPLY);
        gate.wait_until_reached(1);

        end(&server);
        server.restart();
        gate.open();
        let ended = running.wait();

        assert!(ended.is_ok(), "{}", ended.unwrap_err());
        let admin = Admin::connect(&server.url());
        assert_eq!(admin.stream_names(), STREAMS);
        assert_eq!(setup.streams_in_state(), STREAMS);
        assert!(!setup.is_tainted());
        setup.terraform.expect_empty();
    }
}

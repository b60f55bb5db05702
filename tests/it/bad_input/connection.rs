//! Nobody there, or somebody who does not answer.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use crate::bad_input::setup::{BUCKETS, NOBODY, Setup};
use crate::support::NatsServer;

/// Nobody is waited for in vain for long.
const SHORT: &str = "connect_timeout = \"1s\"";

#[test]
fn an_unreachable_server_is_named_with_where_its_address_comes_from() {
    let by_argument = Setup::nothing();
    by_argument.write(&format!("servers = [\"{NOBODY}\"]\n{SHORT}"), "");
    let by_variable = Setup::server(NOBODY);
    by_variable.write(SHORT, "");

    for (setup, origin) in [
        (
            by_argument,
            "The address comes from the argument `servers`.",
        ),
        (
            by_variable,
            "The address comes from the environment variable NATS_URL.",
        ),
    ] {
        // Planning needs no server: it may be made by the same apply. It says that nobody was asked.
        let plan = setup.terraform.plan();
        let failure = setup.refused();

        let [warning] = plan.diagnostics() else {
            panic!("one warning: {:?}", plan.diagnostics())
        };
        assert_eq!(
            warning.summary,
            "The plan was not checked against the server"
        );
        // The first request is patient: the server may be about to start.
        assert!(
            warning.says("(tried ") && warning.says(" times in "),
            "{warning}"
        );
        let error = failure.error();
        assert_eq!(error.summary, "The NATS server is not reachable");
        for told in [warning, error] {
            assert!(told.says(NOBODY) && told.says(origin), "{told}");
            assert!(told.says("Connection refused"), "{told}");
            assert!(
                told.says("set `servers` in the provider block, or NATS_URL"),
                "{told}"
            );
        }
    }
}

#[test]
fn a_name_that_does_not_resolve_is_said() {
    let setup = Setup::nothing();
    // Refused before any name server is asked, which may take its time: no part of a name is longer than 63 letters.
    let address = format!("nats://{}.invalid:4222", "n".repeat(64));
    setup.write(&format!("servers = [\"{address}\"]\n{SHORT}"), "");

    let failure = setup.refused();

    let error = failure.error();
    assert!(
        error.says(&format!("{address}: the name does not resolve")),
        "{error}"
    );
}

#[test]
fn a_server_that_accepts_and_stays_silent_is_given_up_at_the_timeout() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("nats://{}", silent.local_addr().unwrap());
    let setup = Setup::environment(&[("NATS_URL", &address), ("NATS_TIMEOUT", "700ms")]);
    setup.write("", "");

    let started = Instant::now();
    let failure = setup.refused();

    let error = failure.error();
    assert!(
        error.says("the server sent no NATS greeting within 700 ms"),
        "{error}"
    );
    assert!(error.says(&address), "{error}");
    // Each question dials but once: not giving up would take the two minutes that a create has.
    assert!(
        started.elapsed() < Duration::from_secs(30),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn the_second_of_two_servers_is_used_when_the_first_is_away() {
    let server = NatsServer::start();
    let setup = Setup::nothing();

    setup.applied(
        &format!("servers = [\"{NOBODY}\", \"{}\"]", server.url()),
        "",
    );

    setup.terraform.expect_empty();
}

#[test]
fn an_object_in_the_state_survives_a_server_that_is_away() {
    let server = NatsServer::start();
    let setup = Setup::server(&server.url());
    setup.applied("", "");
    server.stop();

    setup.write(SHORT, "history = 5");
    let changing = setup.refused();
    let destroying = setup.refused_to(|terraform| terraform.destroy_error());
    server.restart();

    for failure in [changing, destroying] {
        assert!(failure.error().says(&server.url()), "{failure}");
    }
    setup.terraform.apply();
    setup.terraform.expect_empty();
    assert_eq!(setup.terraform.state().values(BUCKETS)["history"], 5);
}

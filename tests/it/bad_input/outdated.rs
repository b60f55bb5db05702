//! Features that the server is too old for. The server is a newer one whose greeting says 2.9.10: the greeting is all
//! that the provider goes by, and no package has a 2.9 for every developer.

use crate::bad_input::setup::Setup;
use crate::support::{Admin, Link, NatsServer};

#[test]
fn what_an_old_server_would_drop_is_refused_at_plan_with_both_versions_at_the_argument() {
    let server = NatsServer::start();
    let link = Link::posing_as_2_9_10(&server);
    let setup = Setup::server(&link.url());

    for (argument, name) in [
        ("compression = \"s2\"", "compression"),
        ("metadata = { team = \"a\" }", "metadata"),
    ] {
        setup.write("", argument);
        let failure = setup.refused_to(|terraform| terraform.plan_error());

        let error = failure.error();
        assert_eq!(error.summary, format!("{name} needs nats-server 2.10"));
        assert_eq!(error.code, argument);
        for text in [
            "has version 2.9.10",
            "Upgrade the server to 2.10 or newer",
            &format!("remove `{name}`"),
            "bucket LATTICEDATA_default, bucket CONFIGDATA_default",
        ] {
            assert!(error.says(text), "{text}: {error}");
        }
    }
    assert_eq!(
        Admin::connect(&server.url()).stream_names(),
        Vec::<String>::new()
    );
}

#[test]
fn wadm_needs_a_server_that_renames_subjects_on_their_way() {
    let server = NatsServer::start();
    let link = Link::posing_as_2_9_10(&server);
    let setup = Setup::server(&link.url());
    setup
        .terraform
        .write("resource \"wadm_jetstream\" \"main\" {\n  provider = wasmcloud\n}\n");

    let failure = setup.refused_to(|terraform| terraform.plan_error());

    let error = failure.error();
    assert_eq!(error.summary, "sources needs nats-server 2.10");
    assert!(
        error.says("This applies to stream wadm_event_consumer"),
        "{error}"
    );
    assert!(error.says("has version 2.9.10"), "{error}");
}

#[test]
fn what_an_old_server_knows_is_accepted() {
    let server = NatsServer::start();
    let link = Link::posing_as_2_9_10(&server);
    let setup = Setup::server(&link.url());

    setup.applied("", "history = 3\nmax_bytes = 1048576");

    setup.terraform.expect_empty();
}

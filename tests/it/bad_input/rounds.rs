//! What a plan asks the server: everything in one round where something is to change, nothing where nothing is.

use std::time::Duration;

use crate::bad_input::setup::{STREAMS, Setup};
use crate::support::{Admin, Link, NatsServer};

/// Far more than it takes to send all questions of a plan, on a busy machine too.
const ROUND_TRIP: Duration = Duration::from_secs(1);

const BOTH: &str = "resource \"wasmcloud_lattice_buckets\" \"main\" {\n}\nresource \"wadm_jetstream\" \"main\" {\n  provider = wasmcloud\n}\n";

fn asks(asked: &[String], question: &str) -> bool {
    asked
        .iter()
        .any(|asked| asked == &format!("$JS.API.{question}"))
}

#[test]
fn a_create_asks_everything_in_one_round() {
    let server = NatsServer::start();
    let link = Link::slow(&server, ROUND_TRIP);
    let setup = Setup::server(&link.url());
    setup.terraform.write(BOTH);

    let plan = setup.terraform.plan();

    assert!(plan.diagnostics().is_empty(), "{:#?}", plan.diagnostics());
    let (asked, rounds) = link.asked();
    for question in [
        "INFO",
        "STREAM.NAMES",
        "STREAM.INFO.KV_LATTICEDATA_default",
        "STREAM.CREATE.KV_LATTICEDATA_default",
        "STREAM.INFO.wadm_event_consumer",
        "STREAM.CREATE.wadm_event_consumer",
    ] {
        assert!(asks(&asked, question), "{question}: {asked:?}");
    }
    assert_eq!(rounds, 1, "{asked:?}");
}

#[test]
fn a_smaller_history_is_counted_in_the_same_round() {
    let server = NatsServer::start();
    let link = Link::slow(&server, ROUND_TRIP);
    let setup = Setup::server(&link.url());
    setup.applied("", "history = 10");
    let admin = crate::support::Admin::connect(&server.url());
    for value in 0..5 {
        admin.put("CONFIGDATA_default", "key", &value.to_string());
    }
    setup.write("", "history = 3");
    // What was seen a moment ago is not asked for again.
    std::thread::sleep(Duration::from_millis(1100));
    link.asked();

    let plan = setup.terraform.plan_with(&["-refresh=false"]);

    assert!(
        plan.diagnostics()
            .iter()
            .any(|warning| warning.says("Of 5 stored revisions in 285 bytes, 2 are deleted")),
        "{:#?}",
        plan.diagnostics()
    );
    let (asked, rounds) = link.asked();
    for stream in STREAMS {
        assert!(
            asks(&asked, &format!("STREAM.UPDATE.{stream}")),
            "{asked:?}"
        );
    }
    assert_eq!(rounds, 1, "{asked:?}");
}

#[test]
fn a_steady_plan_asks_nothing_beyond_its_refresh() {
    let server = NatsServer::start();
    let link = Link::slow(&server, Duration::ZERO);
    let setup = Setup::server(&link.url());
    setup.terraform.write(BOTH);
    setup.terraform.apply();
    link.asked();

    let before = server.api_requests();
    let plan = setup.terraform.plan_with(&["-refresh=false"]);
    assert!(plan.is_empty());
    assert_eq!(
        (link.asked().0, server.api_requests()),
        (Vec::new(), before)
    );

    let plan = setup.terraform.plan();
    assert!(plan.is_empty());
    let (mut asked, _) = link.asked();
    asked.retain(|subject| subject != "$JS.API.STREAM.NAMES" && subject != "$JS.API.INFO");
    let reads = asked
        .iter()
        .all(|subject| subject.starts_with("$JS.API.STREAM.INFO."));
    assert!(reads && asked.len() == 10, "{asked:?}");
    // One look at who answers, and one for the streams of an old wadm.
    assert_eq!(server.api_requests(), before + 12);
}

#[test]
fn what_changes_nothing_on_the_server_asks_nothing() {
    let server = NatsServer::start();
    let link = Link::slow(&server, Duration::ZERO);
    let setup = Setup::server(&link.url());
    setup.applied("", "");
    setup.write("", "force_destroy = true\ntimeouts = { read = \"30s\" }");
    link.asked();

    let plan = setup.terraform.plan_with(&["-refresh=false"]);

    assert!(!plan.is_empty());
    assert_eq!(link.asked().0, Vec::<String>::new());
}

#[test]
fn whether_deleting_is_allowed_is_asked_only_by_a_plan_that_deletes_and_deletes_nothing() {
    let server = NatsServer::start();
    let admin = Admin::connect(&server.url());
    let link = Link::slow(&server, Duration::ZERO);
    let setup = Setup::server(&link.url());
    setup.applied("", "force_destroy = true");
    admin.put("LATTICEDATA_default", "key", "value");
    let everything =
        || STREAMS.map(|stream| admin.stream(stream).map(|info| info["state"].clone()));
    let before = everything();
    let deletions = || {
        let (mut asked, _) = link.asked();
        asked.retain(|subject| subject.contains("DELETE"));
        asked.sort();
        asked
    };
    deletions();

    setup.write("", "history = 2\nforce_destroy = true");
    assert!(!setup.terraform.plan().is_empty());
    assert_eq!(deletions(), Vec::<String>::new());

    let both = STREAMS.map(|stream| format!("$JS.API.STREAM.DELETE.{stream}"));
    assert!(!setup.terraform.plan_with(&["-destroy"]).is_empty());
    assert_eq!(deletions(), both);
    setup.write("", "lattice = \"other\"\nforce_destroy = true");
    assert!(!setup.terraform.plan().is_empty());
    assert_eq!(deletions(), both);
    assert_eq!(everything(), before);
}

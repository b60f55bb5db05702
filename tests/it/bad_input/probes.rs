//! Permissions are found out without doing anything, on every server and without a word in its log; and those that the
//! documentation lists are enough.

use serde_json::json;

use crate::bad_input::setup::{STREAMS, Setup};
use crate::support::{Admin, Cluster, NatsServer, nats_server_versions, warning};

const BOTH: &str = "resource \"wasmcloud_lattice_buckets\" \"main\" {\n}\nresource \"wadm_jetstream\" \"main\" {\n  provider = wasmcloud\n}\n";

/// What the provider's user is allowed for wadm; the test adds the same for the two buckets of the lattice.
const FOR_WADM: &str = include_str!("../../fixtures/permissions.conf");

/// What a server says of a busy machine, whatever it is asked.
const OF_LOAD: [&str; 2] = ["Internal subscription on ", "Readloop processing time: "];

/// What a log has of warnings and errors after its first `length` bytes.
fn complaints(log: &str, length: usize) -> Vec<&str> {
    let lines = log[length..].lines();
    lines
        .filter(|line| line.contains("[WRN]") || line.contains("[ERR]"))
        .filter(|line| !OF_LOAD.iter().any(|words| line.contains(words)))
        .collect()
}

#[test]
fn a_probe_makes_nothing_changes_nothing_and_is_in_no_log_on_every_server() {
    for version in nats_server_versions() {
        let server = NatsServer::start_with(version, "");
        let admin = Admin::connect(&server.url());
        let setup = Setup::server(&server.url());
        setup.write("", "");
        let start = server.log().len();

        setup.terraform.plan();

        assert_eq!(admin.stream_names(), Vec::<String>::new(), "{version}");
        let log = server.log();
        assert_eq!(complaints(&log, start), Vec::<&str>::new(), "{version}");
        setup.applied("", "");
        let start = server.log().len();
        let before = STREAMS.map(|stream| admin.config(stream));
        setup.write("", "history = 5\ndescription = \"another\"");
        setup.terraform.plan();
        assert_eq!(STREAMS.map(|stream| admin.config(stream)), before);
        let log = server.log();
        assert_eq!(complaints(&log, start), Vec::<&str>::new(), "{version}");
    }
}

#[test]
fn a_probe_is_as_harmless_in_a_cluster() {
    let cluster = Cluster::start(3);
    let admin = Admin::connect(&cluster.url());
    let setup = Setup::cluster(&cluster);
    setup.write("", "replicas = 3");
    let logs = || cluster.servers().iter().map(NatsServer::log);
    let starts: Vec<_> = logs().map(|log| log.len()).collect();

    setup.terraform.plan();

    assert_eq!(admin.stream_names(), Vec::<String>::new());
    setup.applied("", "replicas = 3");
    let before = STREAMS.map(|stream| admin.config(stream));
    setup.write("", "replicas = 3\nhistory = 5");
    setup.terraform.plan();
    assert_eq!(STREAMS.map(|stream| admin.config(stream)), before);
    for (log, start) in logs().zip(starts) {
        let invalid: Vec<_> = complaints(&log, start)
            .into_iter()
            .filter(|line| line.contains("Invalid JetStream request") || line.contains("API"))
            .collect();
        assert_eq!(invalid, Vec::<&str>::new());
    }
}

#[test]
fn the_recommended_permissions_are_enough_for_everything_and_no_other_is_tried() {
    let buckets = STREAMS.iter().flat_map(|stream| {
        ["INFO", "CREATE", "UPDATE", "DELETE"]
            .map(|operation| format!("\"$JS.API.STREAM.{operation}.{stream}\"\n"))
    });
    let names = "\"$JS.API.STREAM.NAMES\"\n";
    let allowed = format!("{names}{}", buckets.collect::<String>());
    let server = NatsServer::configured(&FOR_WADM.replacen(names, &allowed, 1));
    let url = server.url();
    let setup = Setup::environment(&[
        ("NATS_URL", url.as_str()),
        ("NATS_USER", "terraform"),
        ("NATS_PASSWORD", "secret"),
    ]);

    setup.terraform.converge(BOTH);
    let changed = BOTH.replace("{\n}", "{\n  history = 5\n}");
    setup
        .terraform
        .step(&changed.replace("= wasmcloud\n", "= wasmcloud\n  max_bytes = 104857600\n"));
    setup.terraform.destroy();

    let log = server.log();
    assert!(!log.contains("Violation"), "{log}");
}

#[test]
fn reading_is_enough_while_nothing_changes() {
    let server = NatsServer::configured(
        "authorization { users: [
            { user: admin, password: secret }
            { user: reader, password: secret, permissions: { publish: { allow: [\"$JS.API.STREAM.INFO.>\"] } } }
        ] }",
    );
    let url = server.url();
    let login = |user| {
        [
            ("NATS_URL", url.as_str()),
            ("NATS_USER", user),
            ("NATS_PASSWORD", "secret"),
        ]
    };
    let mut setup = Setup::environment(&login("admin"));
    setup.terraform.converge(BOTH);

    setup.environment_is_now(&login("reader"));
    let plan = setup.terraform.plan();

    assert!(
        plan.is_empty() && plan.diagnostics().is_empty(),
        "{:#?}",
        plan.diagnostics()
    );
}

#[test]
fn a_single_denied_asset_is_named_and_those_that_are_allowed_are_not() {
    let server = NatsServer::configured(&crate::support::denied_publish(&[
        "$JS.API.STREAM.CREATE.wadm_status",
    ]));
    let url = server.url();
    let setup = Setup::environment(&[
        ("NATS_URL", url.as_str()),
        ("NATS_USER", "limited"),
        ("NATS_PASSWORD", "secret"),
    ]);
    setup.terraform.write(BOTH);

    let failure = setup.refused_to(|terraform| terraform.plan_error());

    let error = failure.error();
    assert_eq!(
        error.summary,
        "No permission to publish to $JS.API.STREAM.CREATE.wadm_status"
    );
    assert!(
        error.says(&url) && error.says("\"$JS.API.STREAM.CREATE.wadm_status\""),
        "{error}"
    );
    assert_eq!(error.address, "wadm_jetstream.main");
}

#[test]
fn taking_over_needs_no_permission_to_make_what_is_there() {
    let server = NatsServer::configured(&crate::support::denied_publish(&[
        "$JS.API.STREAM.CREATE.>",
    ]));
    let url = server.url();
    let admin = Admin::connect_as(&url, "admin", "secret");
    for bucket in ["LATTICEDATA_default", "CONFIGDATA_default"] {
        admin.create_bucket(bucket);
    }
    let setup = Setup::environment(&[
        ("NATS_URL", url.as_str()),
        ("NATS_USER", "limited"),
        ("NATS_PASSWORD", "secret"),
    ]);

    setup.applied("", "adopt_existing = true\nhistory = 2");

    assert_eq!(admin.config(STREAMS[0])["max_msgs_per_subject"], 2);
}

#[test]
fn a_stream_of_an_old_wadm_that_may_not_be_read_is_told_without_its_contents() {
    let server = NatsServer::configured(&crate::support::denied_publish(&[
        "$JS.API.STREAM.INFO.wadm_mirror",
    ]));
    let url = server.url();
    let admin = Admin::connect_as(&url, "admin", "secret");
    admin.create_stream(&json!({ "name": "wadm_mirror", "subjects": ["old.evt"] }));
    let setup = Setup::environment(&[
        ("NATS_URL", url.as_str()),
        ("NATS_USER", "limited"),
        ("NATS_PASSWORD", "secret"),
    ]);
    setup.terraform.write(BOTH);

    let plan = setup.terraform.plan();

    let said = warning(plan.diagnostics(), "Stream wadm_mirror is in the account");
    assert!(
        !said.says("It contains") && said.says("deletes it at every start"),
        "{said}"
    );
}

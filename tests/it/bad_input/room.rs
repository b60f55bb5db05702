//! Room in the account: what all objects of a plan need together, refused while planning with the numbers.

use std::time::Duration;

use serde_json::json;

use crate::bad_input::setup::{SOON_AGAIN, Setup};
use crate::support::{
    Admin, Cluster, Diagnostic, NatsServer, Operator, nats_server_of_line, nats_server_versions,
    system_account, wait_for,
};

/// An account, and a provider in it.
struct Account {
    setup: Setup,
    admin: Admin,
    server: NatsServer,
}

fn login(url: &str) -> [(&'static str, &str); 3] {
    [
        ("NATS_URL", url),
        ("NATS_USER", "admin"),
        ("NATS_PASSWORD", "secret"),
    ]
}

impl Account {
    fn limited_to(version: &str, limits: &str) -> Self {
        let server = NatsServer::start_with(version, &system_account(limits));
        let url = server.url();
        Self {
            setup: Setup::environment(&login(&url)),
            admin: Admin::connect_as(&url, "admin", "secret"),
            server,
        }
    }

    /// The errors of a plan for these lattices.
    fn refused(&self, lattices: &[(&str, &str)]) -> Vec<Diagnostic> {
        self.setup.terraform.write(&config(lattices));
        let failure = self.setup.refused_to(|terraform| terraform.plan_error());
        let errors = failure.diagnostics.into_iter();
        errors.filter(|said| said.severity == "error").collect()
    }

    /// What fits is applied, and then nothing is left to do.
    fn accepted(&self, lattices: &[(&str, &str)]) {
        self.setup.terraform.converge(&config(lattices));
    }

    /// The account has other limits from now on.
    fn limit(&self, from: &str, to: &str) {
        let file = self.server.folder().join("server.conf");
        let config = std::fs::read_to_string(&file).unwrap();
        assert!(config.contains(from), "{config}");
        std::fs::write(&file, config.replace(from, to)).unwrap();
        self.server.restart();
        wait_for("the streams", Duration::from_secs(30), || {
            self.admin
                .try_api_within(Duration::from_secs(2), "STREAM.NAMES", &json!({}))
                .ok()
        });
    }
}

fn config(lattices: &[(&str, &str)]) -> String {
    let each = lattices.iter().map(|(lattice, arguments)| {
        format!("resource \"wasmcloud_lattice_buckets\" \"{lattice}\" {{\nlattice = \"{lattice}\"\n{arguments}\n}}\n")
    });
    each.collect()
}

#[test]
fn the_bytes_of_all_objects_of_a_plan_are_added_to_those_reserved() {
    for version in nats_server_versions() {
        let account = Account::limited_to(version, "max_file: 1000000");
        account.admin.create_stream(
            &json!({ "name": "other", "subjects": ["other"], "max_bytes": 100_000 }),
        );

        let errors = account.refused(&[("a", "max_bytes = 300000"), ("b", "max_bytes = 300000")]);

        let [error] = &errors[..] else {
            panic!("{version}: one of them is the one too many: {errors:#?}")
        };
        assert_eq!(error.summary, "max_bytes is more than the account allows");
        assert_eq!(error.code, "max_bytes = 300000");
        for text in [
            "The account allows 1000000 bytes in files for all streams (JetStream 10047)",
            "100000 bytes are reserved now, and 1300000 bytes would be reserved after the planned changes",
        ] {
            assert!(error.says(text), "{version}: {error}");
        }
        account.accepted(&[("a", "max_bytes = 250000"), ("b", "max_bytes = 200000")]);
    }
}

#[test]
fn what_a_change_frees_is_free_for_the_rest_of_it() {
    let account = Account::limited_to(
        nats_server_versions()[0],
        "max_file: 1000000, max_mem: 1000000",
    );
    account.accepted(&[("a", "max_bytes = 500000")]);

    // More than half for one bucket alone, and then less for the other.
    let errors = account.refused(&[(
        "a",
        "max_bytes = 500000\nlattice_data = { max_bytes = 600000 }",
    )]);
    assert!(
        errors[0].says("1000000 bytes are reserved now, and 1100000 bytes would be reserved after the planned changes"),
        "{errors:#?}"
    );
    // One takes what the other gives, in both directions.
    for (lattice, config) in [(700_000, 300_000), (300_000, 700_000), (500_000, 500_000)] {
        account.accepted(&[(
            "a",
            &format!("lattice_data = {{ max_bytes = {lattice} }}\nconfig_data = {{ max_bytes = {config} }}"),
        )]);
    }
    // What another object frees in the same apply is perhaps not free in time.
    let errors = account.refused(&[("b", "max_bytes = 500000")]);
    assert!(
        errors[0].says("2000000 bytes would be reserved"),
        "{errors:#?}"
    );
    let errors = account.refused(&[("a", "max_bytes = 400000"), ("b", "max_bytes = 100000")]);
    assert!(
        errors[0].says("1000000 bytes are reserved now, and 1200000 bytes would be reserved after the planned changes")
            && errors[0].says("in a separate apply if Terraform manages them"),
        "{errors:#?}"
    );
    account.accepted(&[]);
    account.accepted(&[("b", "max_bytes = 500000")]);
    let errors = account.refused(&[("b", "max_bytes = 500000"), ("c", "")]);
    assert!(
        errors[0].says("1000001 bytes would be reserved after the planned changes. Delete streams"),
        "{errors:#?}"
    );
    account.accepted(&[
        ("b", "max_bytes = 500000"),
        ("c", "storage = \"memory\"\nmax_bytes = 500000"),
    ]);
    let errors = account.refused(&[
        ("b", "max_bytes = 500000"),
        ("c", "storage = \"memory\"\nmax_bytes = 500001"),
    ]);
    assert!(
        errors[0].says("1000000 bytes in memory for all streams (JetStream 10028)"),
        "{errors:#?}"
    );
    // What is too much already may become less.
    account.accepted(&[
        ("b", "max_bytes = 400000"),
        ("c", "storage = \"memory\"\nmax_bytes = 500000"),
    ]);
}

#[test]
fn an_account_whose_limit_was_lowered_accepts_what_its_server_accepts() {
    for version in ["2.12", "2.15"] {
        let version = nats_server_of_line(version);
        let account = Account::limited_to(version, "max_file: 1000000, max_mem: 1000000");
        account.accepted(&[("a", "max_bytes = 300000")]);
        account.limit("max_file: 1000000", "max_file: 500000");

        // Whatever is changed: another setting, or the very limit that is too much.
        for change in ["history = 2\nmax_bytes = 300000", "max_bytes = 290000"] {
            let errors = account.refused(&[("a", change)]);
            let [error] = &errors[..] else {
                panic!("{version}: not one cause: {errors:#?}")
            };
            assert_eq!(
                error.summary,
                "The account has reserved more than its limit"
            );
            for text in [
                "allows 500000 bytes in files",
                "reserves 600000 bytes",
                "raise the account's limit to at least 600000 bytes",
            ] {
                assert!(error.says(text), "{version}: {error}");
            }
        }
        // What the error advises works: a smaller limit where the server accepts it, a larger account on all.
        if version.starts_with("2.15") {
            let one = "lattice_data = { max_bytes = 200000 }";
            account.accepted(&[("a", &format!("max_bytes = 300000\n{one}"))]);
        } else {
            account.limit("max_file: 500000", "max_file: 600000");
        }
        account.accepted(&[("a", "max_bytes = 200000")]);
    }
}

#[test]
fn the_streams_of_all_objects_of_a_plan_are_added_to_those_that_are_there() {
    let account = Account::limited_to(nats_server_versions()[0], "max_streams: 5");
    account
        .admin
        .create_stream(&json!({ "name": "other", "subjects": ["other"] }));

    let errors = account.refused(&[("a", ""), ("b", ""), ("c", "")]);

    let [error] = &errors[..] else {
        panic!("one of them is the one too many: {errors:#?}")
    };
    assert_eq!(error.summary, "The account allows no more streams");
    assert!(
        error.says("allows 5 streams (JetStream 10027). It has 1, and would have 7 after the planned changes"),
        "{error}"
    );
    account.accepted(&[("a", ""), ("b", "")]);
    // A replaced object makes room for the one that takes its place.
    account
        .setup
        .terraform
        .write(&config(&[("a", ""), ("b", "")]).replace("lattice = \"b\"", "lattice = \"c\""));
    account.setup.terraform.apply();
    account.setup.terraform.expect_empty();
}

#[test]
fn each_replica_takes_room_on_servers_that_count_so() {
    let cluster = Cluster::start_with(
        nats_server_versions()[0],
        3,
        &system_account("max_file: 1000000"),
    );
    let url = cluster.url();
    let setup = Setup::environment(&[&login(&url)[..], &[SOON_AGAIN]].concat());
    setup.write("", "replicas = 3\nmax_bytes = 170000");

    let failure = setup.refused_to(|terraform| terraform.plan_error());

    let error = failure.error();
    assert_eq!(error.code, "max_bytes = 170000");
    assert!(
        error.says("0 bytes are reserved now, and 1020000 bytes would be reserved after the planned changes. Each replica is counted."),
        "{error}"
    );
    setup.applied("", "replicas = 3\nmax_bytes = 160000");
    setup.terraform.expect_empty();
}

#[test]
fn an_account_with_tiers_is_judged_by_the_tier_of_the_replicas() {
    let operator = Operator::with_tier("R1", json!({ "disk_storage": 1_000_000, "streams": 2 }));
    let server = NatsServer::configured(&operator.config());
    let credentials = server.folder().join("app.creds");
    std::fs::write(&credentials, operator.credentials()).unwrap();
    let setup = Setup::environment(&[
        ("NATS_URL", &server.url()),
        ("NATS_CREDS", credentials.to_str().unwrap()),
    ]);

    for (arguments, code, text) in [
        (
            "max_bytes = 600000",
            "max_bytes = 600000",
            "1200000 bytes would be",
        ),
        (
            "storage = \"memory\"",
            "storage = \"memory\"",
            "does not allow streams in memory",
        ),
    ] {
        setup.write("", arguments);
        let failure = setup.refused_to(|terraform| terraform.plan_error());
        let error = failure.error();
        assert_eq!(error.code, code);
        assert!(error.says(text), "{error}");
    }
    setup.applied("", "max_bytes = 500000");
    setup.terraform.expect_empty();
    let more = config(&[("more", "")]);
    setup.terraform.write_file("more.tf", &more);
    let failure = setup.refused_to(|terraform| terraform.plan_error());
    assert!(
        failure.says("It has 2, and would have 4 after the planned changes"),
        "{failure}"
    );
}

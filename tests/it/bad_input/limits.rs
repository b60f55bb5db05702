//! What the server or the account has no room for: refused while planning where that is certain, else at apply with
//! everything taken back.

use serde_json::json;

use crate::bad_input::setup::Setup;
use crate::support::{Admin, Diagnostic, NatsServer, Plan, system_account, warning};

struct Limited {
    setup: Setup,
    admin: Admin,
    _server: NatsServer,
}

impl Limited {
    /// An account with these limits, in the server's words.
    fn to(limits: &str) -> Self {
        Self::on(NatsServer::configured(&system_account(limits)))
    }

    fn on(server: NatsServer) -> Self {
        let url = server.url();
        let login = [
            ("NATS_URL", url.as_str()),
            ("NATS_USER", "admin"),
            ("NATS_PASSWORD", "secret"),
        ];
        Self {
            setup: Setup::environment(&login),
            admin: Admin::connect_as(&url, "admin", "secret"),
            _server: server,
        }
    }

    /// The one error of a plan.
    fn planned(&self, arguments: &str) -> Diagnostic {
        self.setup.write("", arguments);
        let failure = self.setup.refused_to(|terraform| terraform.plan_error());
        failure.error().clone()
    }
}

#[test]
fn limits_of_the_account_are_told_while_planning_at_the_argument() {
    let cases = [
        (
            "max_bytes_required: true",
            "replicas = 1",
            "The account requires max_bytes",
            "",
            "Set `max_bytes`",
        ),
        (
            "disk_max_stream_bytes: 1000000",
            "max_bytes = 2000000",
            "max_bytes is more than the account allows",
            "max_bytes = 2000000",
            "allows 1000000 bytes for one stream",
        ),
        (
            "memory_max_stream_bytes: 1000000",
            "storage = \"memory\"\nmax_bytes = 2000000",
            "max_bytes is more than the account allows",
            "max_bytes = 2000000",
            "allows 1000000 bytes for one stream",
        ),
        (
            "max_file: 1000000",
            "max_bytes = 2000000",
            "max_bytes is more than the account allows",
            "max_bytes = 2000000",
            "allows 1000000 bytes in files for all streams",
        ),
        (
            "max_file: 0, max_mem: 1000000",
            "storage = \"file\"",
            "The account does not allow this storage",
            "storage = \"file\"",
            "does not allow streams in files",
        ),
    ];

    for (limits, arguments, summary, code, text) in cases {
        let limited = Limited::to(limits);
        let error = limited.planned(arguments);
        assert_eq!(error.summary, summary);
        assert!(error.says(text), "{error}");
        assert!(code.is_empty() || error.code == code, "{error}");
    }
}

#[test]
fn an_account_that_has_all_its_streams_is_told_so_while_planning() {
    let limited = Limited::to("max_streams: 1");
    limited
        .admin
        .create_stream(&json!({ "name": "other", "subjects": ["other"] }));

    let error = limited.planned("");

    assert_eq!(error.summary, "The account allows no more streams");
    for text in [
        "The account allows 1 stream (JetStream 10027). It has 1, and would have 3 after the planned changes.",
        "raise the account's `max_streams`",
    ] {
        assert!(error.says(text), "{error}");
    }
}

#[test]
fn a_server_without_room_for_what_is_reserved_is_told_so_and_nothing_is_made() {
    let accounts = system_account("max_file: -1");
    let limited = Limited::on(NatsServer::launch(
        "2.15.1",
        "max_file_store: 1000000",
        &accounts,
    ));
    limited.setup.write("", "max_bytes = 2000000");

    let failure = limited.setup.refused();

    assert!(failure.says("JetStream 10047"), "{failure}");
    assert!(failure.says("`max_bytes` reserves storage"), "{failure}");
    assert!(
        failure
            .diagnostics
            .iter()
            .all(|diagnostic| diagnostic.code == "max_bytes = 2000000"),
        "{failure}"
    );
    assert_eq!(limited.admin.stream_names(), Vec::<String>::new());
}

#[test]
fn replicas_on_a_single_server_are_refused_while_planning() {
    let server = NatsServer::start();
    let setup = Setup::server(&server.url());

    for (arguments, code) in [
        ("replicas = 3", "replicas = 3"),
        ("config_data = {\n  replicas = 3\n}", "replicas = 3"),
    ] {
        setup.write("", arguments);
        let failure = setup.refused_to(|terraform| terraform.plan_error());
        let error = failure.error();
        assert_eq!(error.summary, "Replicas need a cluster");
        assert!(
            error.code.contains(code) || error.code.contains("config_data"),
            "{error}"
        );
        assert!(
            error.says("Set `replicas = 1`, or connect to a cluster"),
            "{error}"
        );
        assert!(error.says(&server.url()), "{error}");
    }
}

#[test]
fn a_small_limit_for_wadm_is_one_warning_when_it_is_set_and_none_after_it() {
    let server = NatsServer::start();
    let setup = Setup::server(&server.url());

    let plan: Plan = setup.terraform.step("resource \"wadm_jetstream\" \"main\" {\n  provider  = wasmcloud\n  max_bytes = 1000000\n}\n");

    let said = warning(plan.diagnostics(), "max_bytes is small for wadm");
    assert_eq!(said.code, "max_bytes = 1000000");
    assert_eq!(plan.diagnostics().len(), 1, "{:?}", plan.diagnostics());
    assert!(setup.terraform.plan().diagnostics().is_empty());
}

#[test]
fn what_no_message_of_the_server_holds_is_refused_while_planning_with_both_numbers() {
    let server = NatsServer::configured("max_payload: 4096");
    let setup = Setup::server(&server.url());
    let note = |length: usize| {
        format!(
            "config_data = {{ metadata = {{ note = {:?} }} }}",
            "x".repeat(length)
        )
    };
    setup.applied("", &note(2000));
    setup.write("", &note(4500));

    let failure = setup.terraform.plan_error();

    let error = failure.error();
    assert_eq!(
        error.summary,
        "Bucket CONFIGDATA_default has a configuration that is too large"
    );
    assert!(
        error.says("has 5") && error.says("at most 4096 bytes (`max_payload`)"),
        "{error}"
    );
    assert!(error.code.contains("metadata"), "{error}");
    setup.applied("", &note(3000));
    setup.terraform.expect_empty();
}

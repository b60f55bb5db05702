//! Subjects that the server denies: said at once, with the subject and what to grant.

use crate::bad_input::setup::{STREAMS, Setup};
use crate::support::{Admin, Failure, NatsServer, denied_publish};

struct Denied {
    setup: Setup,
    admin: Admin,
    url: String,
    _server: NatsServer,
}

impl Denied {
    /// A provider whose user may not do this; `permissions` is what stands in the server's configuration.
    fn start(permissions: &str) -> Self {
        let server = NatsServer::configured(permissions);
        let url = server.url();
        let setup = Setup::environment(&login(&url, "limited"));
        Self {
            setup,
            admin: Admin::connect_as(&url, "admin", "secret"),
            url,
            _server: server,
        }
    }

    fn publishing(subject: &str) -> Self {
        Self::start(&denied_publish(&[subject]))
    }

    /// Makes the buckets as somebody who may.
    fn made(&mut self) {
        self.setup.environment_is_now(&login(&self.url, "admin"));
        self.setup.applied("", "");
        self.setup.environment_is_now(&login(&self.url, "limited"));
    }
}

fn login<'a>(url: &'a str, user: &'a str) -> [(&'a str, &'a str); 3] {
    [
        ("NATS_URL", url),
        ("NATS_USER", user),
        ("NATS_PASSWORD", "secret"),
    ]
}

/// The errors about both buckets, each with the denied subject and what to grant.
fn denials(failure: &Failure, summary: &str, operation: &str) {
    let error = failure.error();
    assert_eq!(
        error.summary,
        format!("Both buckets could not be {summary}")
    );
    let all = format!("$JS.API.STREAM.{operation}");
    assert!(
        error.says(&format!("has no permission to publish to {all}.<stream>")),
        "{error}"
    );
    assert!(
        error.says(&format!("Grant the provider's user permission to publish to {all}.<stream>, or to {all}.> for all streams")),
        "{error}"
    );
    for stream in STREAMS {
        assert!(error.says(&format!("(stream {stream})")), "{error}");
    }
}

/// The one error of a plan that needs a permission on both buckets.
fn lacking(failure: &Failure, operation: &str) {
    let error = failure.error();
    assert_eq!(error.summary, "No permission to publish to 2 subjects");
    let operation = format!("$JS.API.STREAM.{operation}");
    for stream in STREAMS {
        assert!(error.says(&format!("\"{operation}.{stream}\"")), "{error}");
    }
    assert!(
        error.says("Add each line to `permissions.publish.allow`"),
        "{error}"
    );
    assert!(
        error.says(&format!("`{operation}.>` allows it for all streams")),
        "{error}"
    );
}

#[test]
fn denied_reading_is_told_before_a_create_and_keeps_what_is_in_the_state() {
    let mut denied = Denied::publishing("$JS.API.STREAM.INFO.>");
    denied.setup.write("", "");
    let creating = denied.setup.refused_to(|terraform| terraform.plan_error());

    denied.made();
    let refreshing = denied.setup.refused_to(|terraform| terraform.plan_error());
    let destroying = denied
        .setup
        .refused_to(|terraform| terraform.destroy_error());

    for failure in [creating, refreshing, destroying] {
        denials(&failure, "read", "INFO");
    }
    assert_eq!(denied.admin.stream_names(), STREAMS);
}

#[test]
fn denied_creating_is_refused_by_the_plan_with_the_lines_to_grant() {
    let denied = Denied::publishing("$JS.API.STREAM.CREATE.>");
    denied.setup.write("", "");

    let failure = denied.setup.refused_to(|terraform| terraform.plan_error());

    lacking(&failure, "CREATE");
    assert_eq!(denied.admin.stream_names(), Vec::<String>::new());
}

#[test]
fn denied_updating_is_refused_by_the_plan_and_not_needed_while_nothing_changes() {
    let mut denied = Denied::publishing("$JS.API.STREAM.UPDATE.>");
    denied.made();
    let before = STREAMS.map(|stream| denied.admin.config(stream));
    denied.setup.terraform.expect_empty();

    denied.setup.write("", "history = 5");
    let failure = denied.setup.refused_to(|terraform| terraform.plan_error());

    lacking(&failure, "UPDATE");
    assert_eq!(STREAMS.map(|stream| denied.admin.config(stream)), before);
}

#[test]
fn denied_deleting_is_refused_by_the_plan_of_a_destroy() {
    let mut denied = Denied::publishing("$JS.API.STREAM.DELETE.>");
    denied.made();

    let failure = denied
        .setup
        .refused_to(|terraform| terraform.destroy_error());

    lacking(&failure, "DELETE");
    assert_eq!(denied.admin.stream_names(), STREAMS);
}

#[test]
fn a_denied_inbox_is_told_once_with_the_permission_to_grant() {
    let mut denied = Denied::start(
        "authorization { users: [
            { user: admin, password: secret }
            { user: limited, password: secret, permissions: { subscribe: { deny: \"_INBOX.>\" } } }
        ] }",
    );
    denied.setup.write("", "");
    let creating = denied.setup.refused();
    denied.made();
    let destroying = denied
        .setup
        .refused_to(|terraform| terraform.destroy_error());

    for failure in [creating, destroying] {
        let error = failure.error();
        assert_eq!(
            error.summary,
            "Answers of the NATS server cannot be received"
        );
        assert!(
            error.says("has no permission to subscribe to _INBOX."),
            "{error}"
        );
        assert!(
            error.says("Grant the provider's user permission to subscribe to _INBOX.>"),
            "{error}"
        );
    }
    assert_eq!(denied.admin.stream_names(), STREAMS);
}

#[test]
fn what_the_plan_must_know_is_an_error_when_something_is_made_and_not_asked_for_when_nothing_is() {
    let mut denied = Denied::start(&denied_publish(&[
        "$JS.API.INFO",
        "$JS.API.STREAM.NAMES",
        "$JS.API.STREAM.LIST",
    ]));
    denied.setup.write("", "");

    let failure = denied.setup.refused_to(|terraform| terraform.plan_error());

    let error = failure.error();
    assert_eq!(error.summary, "No permission to publish to 2 subjects");
    for line in ["\"$JS.API.INFO\"", "\"$JS.API.STREAM.NAMES\""] {
        assert!(error.says(line), "{error}");
    }
    denied.made();
    denied.setup.terraform.expect_empty();
}

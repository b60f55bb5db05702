//! Text from servers in what a user reads: letters that steer a terminal or turn the direction of writing are escaped,
//! and names in commands are quoted.

// The lint that forbids these outside tests knows only functions marked #[test].
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use serde_json::json;
use terraform_provider_wasmcloud::testing::jetstream::{Client, StreamConfig};

use crate::bad_input::setup::Setup;
use crate::jetstream::setup::{options, scope};
use crate::support::{Admin, NatsServer, Tap};

/// Right to left, a command, an end of quotes, an escape.
const NAME: &str = "A\u{202e}$(id)'\u{1b}[2J";

fn is_harmless(text: &str) {
    for letter in ["\u{202e}", "\u{1b}[2J", "\u{7}"] {
        assert!(!text.contains(letter), "{text:?}");
    }
}

#[test]
fn the_name_of_a_stream_is_escaped_and_quoted() {
    let server = NatsServer::start();
    let admin = Admin::connect(&server.url());
    admin.create_stream(&json!({ "name": NAME, "subjects": ["wadm.evt.>"] }));
    let setup = Setup::server(&server.url());
    setup
        .terraform
        .write("resource \"wadm_jetstream\" \"main\" {\n  provider = wasmcloud\n}\n");

    let failure = setup.refused_to(|terraform| terraform.plan_error());

    let error = failure.error();
    assert!(
        error
            .summary
            .contains("Stream A\\u{202e}$(id)'\\u{1b}[2J has the subjects"),
        "{failure}"
    );
    assert!(
        error.says("`nats stream edit 'A\\u{202e}$(id)'\\''\\u{1b}[2J'`"),
        "{failure}"
    );
    is_harmless(&failure.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_and_a_version_are_escaped() {
    let server = NatsServer::start();
    let tap = Tap::editing(server.port(), |_, bytes| {
        let text = String::from_utf8_lossy(bytes);
        // As long as what it replaces, because a message says how long it is.
        let text = text.replace("stream not found", "\\u001b[2J\\u202ex");
        text.into_bytes()
    });

    let client = Client::new(options(&tap.url()));
    let error = client
        .update(&StreamConfig::named("MISSING"), &scope())
        .await
        .unwrap_err();

    let text = error.to_string();
    assert!(text.contains("\"\\u{1b}[2J\\u{202e}x\""), "{text}");
    is_harmless(&text);

    let tap = Tap::editing(server.port(), |_, bytes| {
        let text = String::from_utf8_lossy(bytes);
        let versions = crate::support::nats_server_versions().into_iter();
        let posing = versions.fold(text.into_owned(), |text, version| {
            let version = format!("\"version\":\"{version}\"");
            text.replace(&version, "\"version\":\"1.0.0\\u001b[2J\\nnext\"")
        });
        posing.into_bytes()
    });
    let error = Client::new(options(&tap.url()))
        .stream("MISSING", &scope())
        .await
        .unwrap_err();

    let text = error.to_string();
    assert!(text.contains("version 1.0.0\\u{1b}[2J\\nnext"), "{text}");
    is_harmless(&text);
}

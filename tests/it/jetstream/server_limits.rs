//! Servers whose own configuration limits streams, or that take no key that they do not know.

// The lint that forbids these outside tests knows only functions marked #[test].
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use serde_json::{Value, json};
use terraform_provider_wasmcloud::testing::catalogue::CATALOGUE;
use terraform_provider_wasmcloud::testing::jetstream::{Client, SETTINGS, StreamConfig};

use crate::jetstream::setup::{client, config, scope};
use crate::jetstream::table::{example, level_of, started_on, with};
use crate::support::{NatsServer, nats_server_versions};

/// What a server logs of a request with a key that it does not know, strict or not.
const UNKNOWN_KEY: &str = "Invalid JetStream request";

/// Servers before 2.11 know no `strict`, and log nothing.
fn strict(version: &str) -> &'static str {
    match level_of(version) {
        0 => "",
        _ => "strict: true",
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_asset_is_created_and_changed_under_every_limit_that_a_server_puts_on_streams() {
    for version in nats_server_versions() {
        let limits = format!(
            "limits {{ duplicate_window: \"1m\", max_ack_pending: 5, max_request_batch: 5, max_ha_assets: 1 }}\n{}",
            strict(version)
        );
        let server = NatsServer::launch(version, &limits, "");
        let client = client(&server.url());

        for asset in CATALOGUE {
            let name = asset.name.replace("{}", "default");
            let mut wanted = asset.config(&name, false);
            wanted.remove("duplicate_window");
            let made = client.create(&wanted, &scope()).await.unwrap().info.config;

            let shorter = changed(&made, json!({ "max_age": 30_000_000_000_u64 }));
            let shorter = client.update(&shorter, &scope()).await.unwrap().config;
            let longer = changed(&shorter, json!({ "max_age": 300_000_000_000_u64 }));
            let longer = client.update(&longer, &scope()).await.unwrap().config;

            // From 2.14 on, a stream with sources has none.
            let windows = [&made, &shorter, &longer].map(window);
            let (sourced, level) = (!asset.sources().is_empty(), level_of(version));
            let expected = match sourced && level > 3 {
                true => [None; 3],
                false => [Some(60), Some(30), Some(60)],
            };
            assert_eq!(windows, expected, "{} on {version}", asset.key);
        }
        assert!(!server.log().contains(UNKNOWN_KEY), "{}", server.log());
    }
}

/// The settings changed, and the window left to the server.
fn changed(live: &StreamConfig, changes: Value) -> StreamConfig {
    let changes = changes.as_object().expect("an object");
    let changes: Vec<_> = changes
        .iter()
        .map(|(key, value)| (key.as_str(), value.clone()))
        .collect();
    let mut config = live.overlaid(&changes);
    config.remove("duplicate_window");
    config
}

/// The window in seconds, if there is one.
fn window(config: &StreamConfig) -> Option<u64> {
    let nanos = config.get("duplicate_window")?.as_u64()?;
    (nanos > 0).then_some(nanos / 1_000_000_000)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_has_a_key_that_its_server_does_not_know() {
    for version in nats_server_versions() {
        let (server, _admin) = started_on(NatsServer::launch(version, strict(version), ""));
        let (client, level) = (client(&server.url()), level_of(version));

        for setting in SETTINGS.iter().filter(|row| row.level <= level) {
            let name = format!("{}-known", setting.key);
            let given = example(setting, level).unwrap_or_default();
            let given = match setting.key {
                "sealed" => json!({}),
                _ => given,
            };
            takes_all_keys(&client, &name, &given).await;
        }

        assert!(!server.log().contains(UNKNOWN_KEY), "{}", server.log());
    }
}

/// Creates a stream with every key that a setting has, changes it, and deletes it.
async fn takes_all_keys(client: &Client, name: &str, given: &Value) {
    let given = match given {
        Value::Null => &json!({}),
        given => given,
    };
    let wanted = config(with(name, given)).normal();
    let made = client.create(&wanted, &scope()).await;
    let made = made.unwrap_or_else(|error| panic!("{name}: {error}"));
    let other = wanted.overlaid(&[("description", json!("other"))]);
    let updated = client.update(&other, &scope()).await;
    updated.unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(made.unfinished.is_none(), "{name}");
    client.delete(name, &scope()).await.unwrap();
}

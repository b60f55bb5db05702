//! Logs of the real process: JSON lines on stderr, at the level that was asked for.

use serde_json::Value;
use terraform_provider_wasmcloud::testing::terraform::proto::plugin::Empty;

use crate::plugin::client::Handshake;
use crate::plugin::process::{Process, as_terraform, binary};

/// All that a short life of the plugin writes to stderr with these variables.
async fn stderr(variables: &[(&str, &str)]) -> String {
    let mut command = as_terraform(binary());
    command.envs(variables.iter().copied());
    let process = Process::start(command);
    let connection = Handshake::read(&process)
        .connect_plain()
        .await
        .expect("a connection");
    connection.health("plugin").await.expect("an answer");
    let _ = connection.controller().shutdown(Empty {}).await;
    process.rest().1
}

#[tokio::test]
async fn every_line_is_one_that_terraform_takes_apart() {
    let stderr = stderr(&[("TF_LOG", "TRACE")]).await;

    assert!(stderr.contains("\"serving\""), "{stderr}");
    for line in stderr.lines() {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let text = |name: &str| {
            line[name]
                .as_str()
                .unwrap_or_else(|| panic!("no text {name} in {line}"))
        };
        assert!(["trace", "debug", "info", "warn", "error"].contains(&text("@level")));
        assert!(text("@module").starts_with("provider"));
        assert!(!text("@message").is_empty());
        let (_, fraction) = text("@timestamp").rsplit_once('.').expect("a fraction");
        assert_eq!(fraction.trim_end_matches('Z').len(), 6, "{line}");
    }
}

#[tokio::test]
async fn without_a_level_nothing_is_written() {
    assert_eq!(stderr(&[]).await, "");
}

#[tokio::test]
async fn the_provider_s_own_variable_goes_before_the_others() {
    let quiet = stderr(&[
        ("TF_LOG", "TRACE"),
        ("TF_LOG_PROVIDER", "TRACE"),
        ("TF_LOG_PROVIDER_WASMCLOUD", "ERROR"),
    ])
    .await;
    let loud = stderr(&[
        ("TF_LOG", "ERROR"),
        ("TF_LOG_PROVIDER", "ERROR"),
        ("TF_LOG_PROVIDER_WASMCLOUD", "DEBUG"),
    ])
    .await;

    assert_eq!(quiet, "");
    assert!(loud.contains("\"serving\""), "{loud}");
}

//! What the provider logs, as Terraform passes it on.

use std::fs;

use serde_json::Value;

use crate::binary::setup::{APPLY, Setup};
use crate::support::{Admin, NatsServer, password};

const SECRET: &str = "hunter2";

/// Levels of the lines that the provider itself wrote while it made and destroyed buckets, with these variables.
fn levels(variables: &[(&str, &str)]) -> Vec<String> {
    let text = log(variables);
    let ours = text
        .lines()
        .filter(|line| line.contains(" provider.terraform-provider-wasmcloud: "));
    let mut levels: Vec<String> = ours
        .map(|line| line.split(['[', ']']).nth(1).unwrap().to_owned())
        .collect();
    levels.sort();
    levels.dedup();
    levels
}

/// All that Terraform logs with these variables, held against the secret.
fn log(variables: &[(&str, &str)]) -> String {
    let server = NatsServer::configured(&password("app", SECRET));
    let mut setup = Setup::server(&server.url());
    let file = setup.terraform.folder().join("terraform.log");
    for (name, value) in variables {
        setup.terraform.set_env(name, value);
    }
    for (name, value) in [
        ("TF_LOG_PATH", file.to_str().unwrap()),
        ("NATS_USER", "app"),
        ("NATS_PASSWORD", SECRET),
        // Whoever waits in vain warns.
        ("NATS_TIMEOUT", "60s"),
    ] {
        setup.terraform.set_env(name, value);
    }

    setup.terraform.run(APPLY).unwrap();
    setup.terraform.destroy();

    assert!(
        Admin::connect_as(&server.url(), "app", SECRET)
            .stream_names()
            .is_empty()
    );
    let text = fs::read_to_string(&file).unwrap_or_default();
    assert!(!text.contains(SECRET), "the password is in the log");
    text
}

#[test]
fn terraform_takes_the_lines_apart_and_no_secret_is_in_them() {
    let text = log(&[("TF_LOG", "JSON")]);

    let lines = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let ours: Vec<Value> = lines
        .filter(|line| line["subject"].is_string() && line["@message"] == "asked JetStream")
        .collect();
    // Two buckets: read, made, read and deleted.
    assert!(ours.len() >= 8, "{}", ours.len());
    for line in ours {
        assert_eq!(line["@level"], "debug");
        assert_eq!(line["@module"], "provider.jetstream");
        assert!(
            line["subject"].as_str().unwrap().starts_with("$JS.API."),
            "{line}"
        );
    }
}

#[test]
fn a_level_is_taken_from_the_variable_that_is_nearest_to_the_provider() {
    assert_eq!(levels(&[("TF_LOG", "INFO")]), ["INFO"]);
    assert_eq!(levels(&[("TF_LOG_PROVIDER", "DEBUG")]), ["DEBUG", "INFO"]);
    assert_eq!(
        levels(&[("TF_LOG", "TRACE"), ("TF_LOG_PROVIDER_WASMCLOUD", "INFO")]),
        ["INFO"]
    );
    assert_eq!(
        levels(&[
            ("TF_LOG_PROVIDER", "TRACE"),
            ("TF_LOG_PROVIDER_WASMCLOUD", "OFF")
        ]),
        [] as [&str; 0]
    );
}

//! A state that an earlier build wrote, private state included, goes on: it plans nothing.
//!
//! `tests/fixtures/stored-state` was written by the provider before its source was restructured: a configuration, the state
//! of its apply, and the folder of the nats-server (2.10.26) with the streams that it created, at the times that the state
//! has. Messages are left out: the streams had none.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::support::{Admin, NatsServer, Terraform, nats_server_versions, serve};

#[test]
fn a_state_of_an_earlier_build_plans_nothing_on_any_server() {
    for version in nats_server_versions() {
        let server = with_streams(version);
        let provider = serve(&[("NATS_URL", &server.url())]);
        let terraform = Terraform::reattached(&provider.reattach());
        let config = fs::read_to_string(fixture().join("main.tf")).expect("a configuration");
        let state = fs::read_to_string(fixture().join("state.json")).expect("a state");
        terraform.write(&config);
        terraform.write_file("terraform.tfstate", &state);

        terraform.expect_empty_without_refresh_too();
        let refresh = terraform.plan_with(&["-refresh-only"]);
        assert!(
            refresh.json()["resource_drift"].is_null(),
            "{}",
            refresh.text()
        );
        assert!(
            terraform
                .apply()
                .iter()
                .all(|one| one.severity == "warning")
        );

        let private = |state: &serde_json::Value| -> Vec<serde_json::Value> {
            let resources = state["resources"].as_array().into_iter().flatten();
            resources
                .map(|one| one["instances"][0]["private"].clone())
                .collect()
        };
        let before: serde_json::Value = serde_json::from_str(&state).expect("JSON");
        assert_eq!(private(&before).len(), 3);
        if version.starts_with("2.10") {
            assert_eq!(private(&terraform.state_file()), private(&before));
        }
    }
}

#[test]
fn texts_that_an_earlier_build_has_set_are_removed_when_they_are_no_longer_set() {
    let server = with_streams(nats_server_versions()[0]);
    let provider = serve(&[("NATS_URL", &server.url())]);
    let terraform = Terraform::reattached(&provider.reattach());
    let config = fs::read_to_string(fixture().join("main.tf")).expect("a configuration");
    let lines = config.lines();
    let without: Vec<_> = lines
        .filter(|line| !line.contains("description ") && !line.contains("metadata "))
        .collect();
    let state = fs::read_to_string(fixture().join("state.json")).expect("a state");
    terraform.write_file("terraform.tfstate", &state);
    let admin = Admin::connect(&server.url());
    let streams = [
        "KV_LATTICEDATA_prod",
        "KV_CONFIGDATA_prod",
        "KV_wadm_manifests_blue",
    ];
    // What others do meanwhile stays.
    admin.edit_stream("KV_CONFIGDATA_default", |config| {
        config["description"] = json!("theirs")
    });

    terraform.step(&without.join("\n"));

    for stream in streams {
        let config = admin.config(stream);
        assert!(config["description"].is_null(), "{config}");
        assert!(config["metadata"]["team"].is_null(), "{config}");
    }
    assert_eq!(
        admin.config("KV_CONFIGDATA_default")["description"],
        "theirs"
    );
}

/// A server with the streams that the state has.
fn with_streams(version: &str) -> NatsServer {
    let server = NatsServer::start_with(version, "");
    server.stop();
    copy(
        &fixture().join("store/jetstream"),
        &server.folder().join("jetstream/jetstream"),
    );
    server.restart();
    server
}

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/stored-state")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &target),
            false => _ = fs::copy(entry.path(), target).expect("a file"),
        }
    }
}

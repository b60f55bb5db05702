//! A state that an earlier build wrote, private state included, goes on: it plans nothing.
//!
//! `tests/fixtures/stored-state` was written by the provider before its source was restructured: a configuration, the state
//! of its apply, and the folder of the nats-server (2.10.26) with the streams that it created, at the times that the state
//! has. Messages are left out: the streams had none.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{NatsServer, Terraform, nats_server_versions, serve};

#[test]
fn a_state_of_an_earlier_build_plans_nothing_on_any_server() {
    for version in nats_server_versions() {
        let server = NatsServer::start_with(version, "");
        server.stop();
        copy(
            &fixture().join("store/jetstream"),
            &server.folder().join("jetstream/jetstream"),
        );
        server.restart();
        let provider = serve(&[("NATS_URL", &server.url())]);
        let terraform = Terraform::reattached(&provider.reattach());
        let config = fs::read_to_string(fixture().join("main.tf")).expect("a configuration");
        let state = fs::read_to_string(fixture().join("state.json")).expect("a state");
        terraform.write(&config);
        terraform.write_file("terraform.tfstate", &state);

        terraform.expect_empty_without_refresh_too();
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

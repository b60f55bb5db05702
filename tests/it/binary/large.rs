//! Far more than the 4 MiB that gRPC takes unless told otherwise, through a real Terraform both ways.

use std::fs;

use serde_json::json;

use crate::binary::setup::{APPLY, MAIN, Setup};
use crate::support::NatsServer;

/// Bytes of one text in the state.
const SIZE: usize = 20_000_000;

#[test]
fn a_state_of_20_megabytes_is_read_and_planned() {
    let server = NatsServer::start();
    let setup = Setup::server(&server.url());
    setup.terraform.run(APPLY).unwrap();
    // No server keeps such a text, so it is put where only Terraform and the provider see it.
    let mut state = setup.terraform.state_file();
    state["resources"][0]["instances"][0]["attributes"]["timeouts"] =
        json!({ "create": "1h", "read": null, "update": null, "delete": "1".repeat(SIZE) });
    fs::write(
        setup.terraform.folder().join("terraform.tfstate"),
        state.to_string(),
    )
    .unwrap();

    // Out of the state, into the provider and back: an upgrade, a refresh, and a plan with it as the prior state.
    let plan = setup.terraform.plan();

    assert_eq!(plan.actions(MAIN), ["update"]);
    let before = &plan.json()["resource_changes"][0]["change"]["before"]["timeouts"]["delete"];
    assert_eq!(before.as_str().map(str::len), Some(SIZE));
}

//! `wadm_jetstream`: all assets, the mode, and what keeps wadm from working.

use serde_json::{Value, json};

use super::read;
use crate::support::{NatsServer, Workspace};

const ADDRESS: &str = "data.wadm_jetstream.main";
const DATA: &str = "
data \"wadm_jetstream\" \"main\" {
  provider   = wasmcloud
  depends_on = [wadm_jetstream.main]
}
";

fn config(arguments: &str) -> String {
    format!(
        "resource \"wadm_jetstream\" \"main\" {{\n  provider = wasmcloud\n{arguments}\n}}\n{DATA}"
    )
}

fn details(found: &Value, stream: &str) -> Vec<String> {
    let hazards = found["hazards"].as_array().unwrap().iter();
    hazards
        .filter(|hazard| hazard["stream"] == stream)
        .map(|hazard| hazard["detail"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn all_assets_are_read_with_the_mode_that_their_subjects_show() {
    for multitenant in [false, true] {
        let workspace = Workspace::on(NatsServer::start());
        let config = config(&format!(
            "  multitenant = {multitenant}\n  commands = {{ max_age = \"90s\" }}"
        ));

        let found = read(&workspace, &config, ADDRESS);

        assert_eq!(found["multitenant"], multitenant);
        assert_eq!(found["hazards"], json!([]), "{multitenant}");
        assert_eq!(found["commands"]["max_age"], "90s");
        assert_eq!(found["manifests"]["bucket"], "wadm_manifests");
        assert_eq!(found["manifests"]["keys"], 0);
        assert_eq!(found["event_consumer"]["messages"], 0);
        assert!(found["event_consumer"]["sources"].is_array());
        assert_eq!(found["commands"]["keys"], Value::Null);
    }
}

#[test]
fn buckets_with_other_names_are_read_by_these_names() {
    let workspace = Workspace::on(NatsServer::start());
    let config = config("  state = { bucket = \"own_state\" }\n  manifests = { bucket = \"own\" }")
        .replace(
            "  depends_on",
            "  state_bucket     = \"own_state\"\n  manifests_bucket = \"own\"\n  depends_on",
        );

    let found = read(&workspace, &config, ADDRESS);

    assert_eq!(found["state"]["stream"], "KV_own_state");
    assert_eq!(found["manifests"]["bucket"], "own");
}

#[test]
fn hazards_are_streams_of_an_old_wadm_and_settings_that_wadm_does_not_accept() {
    let workspace = Workspace::on(NatsServer::start());
    read(&workspace, &config(""), ADDRESS);
    workspace
        .admin
        .create_stream(&json!({ "name": "wadm_mirror", "subjects": ["mirrored"] }));
    workspace.admin.publish("mirrored", "x");
    workspace.admin.edit_stream("wadm_commands", |config| {
        config["subjects"] = json!(["wadm.cmd.*", "more.cmd.*"]);
    });
    // The resource is no longer in the configuration, so nothing is repaired.
    let forget =
        "removed {\n  from = wadm_jetstream.main\n  lifecycle {\n    destroy = false\n  }\n}\n";
    let alone = DATA.replace("  depends_on = [wadm_jetstream.main]\n", "");

    let found = read(&workspace, &format!("{alone}{forget}"), ADDRESS);

    let mirror = details(&found, "wadm_mirror").join("\n");
    assert!(mirror.contains("It contains 1 message."), "{mirror}");
    assert!(mirror.contains("`nats stream rm wadm_mirror`"), "{mirror}");
    let commands = details(&found, "wadm_commands").join("\n");
    assert!(
        commands.contains("subjects is [\"wadm.cmd.*\",\"more.cmd.*\"], and should be"),
        "{commands}"
    );
}

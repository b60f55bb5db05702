//! `wasmcloud_lattices`: every lattice, complete or not, in each JetStream domain.

use serde_json::{Value, json};

use super::{HEADER, read};
use crate::support::{
    Admin, NatsServer, Workspace, domain, nats_server_versions, terraform_default,
};

const ADDRESS: &str = "data.wasmcloud_lattices.all";
const DATA: &str = "data \"wasmcloud_lattices\" \"all\" {\n}\n";

#[test]
fn complete_and_incomplete_lattices_are_listed_and_other_streams_are_not() {
    let workspace = Workspace::on(NatsServer::start());
    assert_eq!(read(&workspace, DATA, ADDRESS)["lattices"], json!({}));
    for bucket in [
        "LATTICEDATA_a",
        "CONFIGDATA_a",
        "LATTICEDATA_b",
        "CONFIGDATA_c",
        "wadm_state",
        "other",
    ] {
        workspace.admin.create_bucket(bucket);
    }

    let found = read(&workspace, DATA, ADDRESS);

    assert_eq!(
        found["lattices"],
        json!({
            "a": { "complete": true, "missing": [] },
            "b": { "complete": false, "missing": ["CONFIGDATA_b"] },
            "c": { "complete": false, "missing": ["LATTICEDATA_c"] },
        })
    );
    let some = DATA.replace("{\n", "{\n  name = \"?\"\n");
    assert_eq!(
        read(&workspace, &some, ADDRESS)["lattices"],
        found["lattices"]
    );
    let one = DATA.replace("{\n", "{\n  name = \"c*\"\n");
    let found = read(&workspace, &one, ADDRESS);
    assert_eq!(found["lattices"].as_object().unwrap().len(), 1);
}

#[test]
fn a_list_of_several_pages_is_read_to_its_end() {
    let workspace = Workspace::on(NatsServer::start());
    // A page has 1,024 names.
    for number in 0..1100 {
        let config = json!({
            "name": format!("KV_LATTICEDATA_l{number:04}"),
            "subjects": [format!("$KV.LATTICEDATA_l{number:04}.>")],
            "storage": "memory",
        });
        workspace.admin.create_stream(&config);
    }

    let found = read(&workspace, DATA, ADDRESS);

    let lattices = found["lattices"].as_object().unwrap();
    assert_eq!(lattices.len(), 1100);
    assert!(lattices.contains_key("l0000") && lattices.contains_key("l1099"));
}

#[test]
fn the_lattices_of_a_domain_are_imported_with_for_each() {
    let server = NatsServer::launch(nats_server_versions()[0], &domain("hub"), "");
    let (url, admin) = (server.url(), Admin::connect(&server.url()));
    for lattice in ["a", "b"] {
        admin.create_bucket(&format!("LATTICEDATA_{lattice}"));
        admin.create_bucket(&format!("CONFIGDATA_{lattice}"));
    }
    let workspace = Workspace::of(server, admin, terraform_default(), &[("NATS_URL", &url)]);
    let config = format!(
        "{HEADER}
data \"wasmcloud_lattices\" \"all\" {{
  jetstream_domain = \"hub\"
}}

import {{
  for_each = data.wasmcloud_lattices.all.lattices

  to = wasmcloud_lattice_buckets.this[each.key]
  id = \"hub:${{each.key}}\"
}}

resource \"wasmcloud_lattice_buckets\" \"this\" {{
  for_each = data.wasmcloud_lattices.all.lattices

  lattice          = each.key
  jetstream_domain = \"hub\"
}}
"
    );
    workspace.terraform.write(&config);

    let plan = workspace.terraform.plan();

    for lattice in ["a", "b"] {
        let change = plan.change(&format!("wasmcloud_lattice_buckets.this[\"{lattice}\"]"));
        assert_eq!(change.importing()["id"], format!("hub:{lattice}"));
        assert_eq!(change.actions(), ["no-op"]);
    }
    workspace.terraform.apply_plan(&plan);
    let state = workspace.terraform.state();
    assert_ne!(state.values(ADDRESS)["jetstream_domain"], Value::Null);
}

//! `wasmcloud_lattice_buckets`: the configuration of both buckets, what they contain, and who stores them.

use serde_json::json;

use super::read;
use crate::support::{Admin, Cluster, NatsServer, Workspace, terraform_default};

const CONFIG: &str = r#"
resource "wasmcloud_lattice_buckets" "main" {
  lattice   = "prod"
  history   = 3
  max_bytes = 1048576

  config_data = { description = "by hand", metadata = { team = "a" } }
}

data "wasmcloud_lattice_buckets" "main" {
  lattice = wasmcloud_lattice_buckets.main.lattice

  depends_on = [wasmcloud_lattice_buckets.main]
}
"#;
const ADDRESS: &str = "data.wasmcloud_lattice_buckets.main";

#[test]
fn configuration_and_contents_of_both_buckets_are_read() {
    let workspace = Workspace::on(NatsServer::start());
    let empty = read(&workspace, CONFIG, ADDRESS);
    assert_eq!(empty["config_data"]["keys"], 0);
    assert_eq!(empty["config_data"]["last_change"], json!(null));

    workspace.admin.put("CONFIGDATA_prod", "a", "1");
    workspace.admin.put("CONFIGDATA_prod", "a", "2");
    workspace.admin.put("CONFIGDATA_prod", "b", "1");
    let found = read(&workspace, CONFIG, ADDRESS);

    let bucket = &found["config_data"];
    assert_eq!(
        [&found["lattice"], &bucket["bucket"]],
        ["prod", "CONFIGDATA_prod"]
    );
    assert_eq!(bucket["stream"], "KV_CONFIGDATA_prod");
    assert_eq!(
        [&bucket["history"], &bucket["max_bytes"]],
        [&json!(3), &json!(1_048_576)]
    );
    assert_eq!(bucket["description"], "by hand");
    assert_eq!(bucket["metadata"], json!({ "team": "a" }));
    assert_eq!([&bucket["keys"], &bucket["messages"]], [2, 3]);
    assert!(bucket["bytes"].as_u64().is_some_and(|bytes| bytes > 100));
    assert!(
        bucket["last_change"]
            .as_str()
            .is_some_and(|time| time.starts_with("20"))
    );
    assert_eq!(bucket["followers"], json!([]));
    assert_eq!(found["lattice_data"]["keys"], 0);
    assert_eq!(found["hazards"], json!([]));
    assert_eq!(found["jetstream_domain"], json!(null));
}

#[test]
fn what_changes_in_a_bucket_changes_nothing_of_the_resource() {
    let workspace = Workspace::on(NatsServer::start());
    read(&workspace, CONFIG, ADDRESS);
    workspace.admin.put("CONFIGDATA_prod", "a", "1");

    let plan = workspace.terraform.plan();

    assert!(plan.is_empty(), "{}", plan.text());
    assert!(plan.drift("wasmcloud_lattice_buckets.main").is_none());
}

#[test]
fn a_setting_that_hosts_do_not_expect_is_a_hazard() {
    let workspace = Workspace::on(NatsServer::start());
    read(&workspace, CONFIG, ADDRESS);
    workspace
        .admin
        .edit_stream("KV_LATTICEDATA_prod", |config| {
            config["max_consumers"] = json!(1);
            config["subjects"] = json!(["$KV.LATTICEDATA_prod.>", "more"]);
        });

    let lattice = "data \"wasmcloud_lattice_buckets\" \"main\" {\n  lattice = \"prod\"\n}\n";
    let resource = "removed {\n  from = wasmcloud_lattice_buckets.main\n  lifecycle {\n    destroy = false\n  }\n}\n";
    let found = read(&workspace, &format!("{lattice}{resource}"), ADDRESS);

    let hazards = found["hazards"].as_array().unwrap();
    let of = |text: &str| {
        hazards.iter().any(|hazard| {
            hazard["stream"] == "KV_LATTICEDATA_prod"
                && hazard["detail"].as_str().unwrap().contains(text)
        })
    };
    assert!(of("max_consumers is 1, and should be -1."), "{hazards:?}");
    assert!(of("subjects is"), "{hazards:?}");
    assert_eq!(found["lattice_data"]["drift"]["max_consumers"], "1");
}

#[test]
fn leader_and_followers_of_a_cluster_are_read() {
    let cluster = Cluster::start(3);
    let (url, admin) = (cluster.url(), Admin::connect(&cluster.url()));
    let workspace = Workspace::of(cluster, admin, terraform_default(), &[("NATS_URL", &url)]);

    let config = CONFIG.replace("history ", "replicas  = 3\n  history ");
    let found = read(&workspace, &config, ADDRESS);

    let bucket = &found["lattice_data"];
    let followers = bucket["followers"].as_array().unwrap();
    assert_eq!((bucket["replicas"].as_u64(), followers.len()), (Some(3), 2));
    for follower in followers {
        assert_ne!(follower["name"], bucket["leader"]);
        assert_eq!([&follower["current"], &follower["offline"]], [true, false]);
        assert!(follower["lag"].is_u64());
    }
    assert!(bucket["leader"].is_string());
}

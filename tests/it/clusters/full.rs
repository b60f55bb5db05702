//! Clusters that cannot take what is planned: the error names the cause that the server says, or what it can be.

use std::time::Duration;

use serde_json::{Value, json};

use crate::scenarios::scenario::buckets;
use crate::support::{Admin, Cluster, Provided, nats_server_of_line, terraform_default, wait_for};

/// A cluster whose servers have as many streams with replicas as they may have, so that none takes one with so many.
fn full(line: &str, replicas: u8) -> (Cluster, Admin) {
    let limit = "limits { max_ha_assets: 1 }";
    let cluster = Cluster::start_limited(nats_server_of_line(line), 3, limit, "");
    let admin = Admin::connect(&cluster.url());
    for stream in 0..10 {
        let name = format!("full{stream}");
        let config = json!({ "name": name, "subjects": [name], "num_replicas": 3 });
        if create(&admin, &config).is_err() {
            // The leader knows how many each server has from the server's last statistics.
            wait_for("a full cluster", Duration::from_secs(60), || {
                let probe =
                    json!({ "name": "probe", "subjects": ["probe"], "num_replicas": replicas });
                match create(&admin, &probe) {
                    Ok(_) => {
                        admin.delete_stream("probe");
                        None
                    }
                    Err(_) => Some(()),
                }
            });
            return (cluster, admin);
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    panic!("the servers take any number of streams");
}

fn create(admin: &Admin, config: &Value) -> Result<Value, Value> {
    let name = config["name"].as_str().expect("a name");
    admin.try_api(&format!("STREAM.CREATE.{name}"), config)
}

/// The error of an apply, which is about replicas and not about bytes.
fn refused(cluster: &Cluster, arguments: [&str; 2], code: &str) {
    let environment = [("NATS_URL", &*cluster.url()), ("NATS_TIMEOUT", "5s")];
    let provided = Provided::with(terraform_default(), &environment);
    let [before, after] = arguments;
    if !before.is_empty() {
        provided.terraform.converge(&buckets(before));
    }
    provided.terraform.write(&buckets(after));

    let failure = provided.terraform.apply_error();

    let error = failure
        .diagnostics
        .iter()
        .find(|said| said.severity == "error")
        .unwrap();
    assert!(
        error.says(code) && error.says("max_ha_assets") && !error.says("max_bytes"),
        "{error}"
    );
}

#[test]
fn servers_with_too_many_replicated_streams_are_named_as_the_cause() {
    let (cluster, _admin) = full("2.12", 1);
    refused(&cluster, ["", ""], "miscellaneous issue");

    let (cluster, _admin) = full("2.15", 3);
    refused(&cluster, ["", "replicas = 3"], "miscellaneous issue");
    let timeouts = "timeouts = { update = \"10s\" }";
    let more = format!("replicas = 3\n{timeouts}");
    refused(&cluster, [timeouts, &more], "JetStream 10023");
}

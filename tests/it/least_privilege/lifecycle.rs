//! The whole list: everything that is done to both resources, without one violation.

use serde_json::json;

use crate::least_privilege::list::streams;
use crate::least_privilege::setup::{BUCKETS, Setup, WADM, noted};
use crate::support::nats_server_versions;

/// Arguments of the buckets, one of each kind that a single server can change.
const BUCKETS_CHANGED: &str = "
history        = 5
max_bytes      = 5000000
max_value_size = 100000
compression    = \"s2\"
lattice_data   = { description = \"links\", metadata = { team = \"a\" } }
config_data    = { max_bytes = 6000000, history = 2 }
timeouts       = { update = \"2m\" }";

const WADM_CHANGED: &str = "
max_bytes      = 7000000
compression    = \"s2\"
state          = { history = 2, max_value_size = 500000, description = \"seen\" }
manifests      = { history = 3, metadata = { team = \"a\" } }
events         = { max_age = \"80s\", description = \"events\" }
commands       = { max_age = \"90s\" }
status         = { max_msgs_per_subject = 20, max_bytes = 8000000 }
notify         = { max_age = \"60s\" }
wasmbus_events = { max_age = \"60s\", metadata = { team = \"b\" } }
event_consumer = { max_age = \"100s\" }
force_destroy  = true";

#[test]
fn the_whole_life_of_both_resources_needs_nothing_that_is_not_in_the_list() {
    for version in newest_and_oldest() {
        let setup = Setup::on(version, &[]);

        live(&setup);

        assert_eq!(setup.violations("whole"), Vec::<String>::new(), "{version}");
    }
}

/// The log is worth asking: what is denied is in it.
#[test]
fn a_violation_would_be_in_the_servers_log() {
    let line = "$JS.API.STREAM.INFO.wadm_notify".to_owned();
    for version in newest_and_oldest() {
        let mut setup = Setup::on(version, std::slice::from_ref(&line));
        setup.log_in("lacking0");
        setup.write("", "");

        setup.terraform.plan_error();

        let violations = noted(|| setup.violations("lacking0"));
        assert!(
            violations.iter().any(|violation| violation.contains(&line)),
            "{}",
            setup.server.log()
        );
    }
}

fn newest_and_oldest() -> [&'static str; 2] {
    let versions = nats_server_versions();
    [versions[0], versions[versions.len() - 1]]
}

/// Everything but what needs several servers.
fn live(setup: &Setup) {
    created_kept_and_repaired(setup);
    updated_and_replaced(setup);
    imported_and_destroyed(setup);
}

fn created_kept_and_repaired(setup: &Setup) {
    setup.converge("", "");
    assert_eq!(setup.admin.stream_names(), sorted());

    for stream in streams() {
        setup
            .admin
            .edit_stream(&stream, |config| config["max_bytes"] = json!(9_999_999));
    }
    let drifted = setup.step("", "");
    assert_eq!(drifted.actions(BUCKETS), ["update"]);
    assert_eq!(drifted.actions(WADM), ["update"]);

    for stream in streams() {
        setup.admin.delete_stream(&stream);
        setup.terraform.apply();
        assert_eq!(setup.admin.stream_names(), sorted(), "{stream}");
    }
    setup.terraform.expect_empty();
}

fn updated_and_replaced(setup: &Setup) {
    setup.converge(BUCKETS_CHANGED, WADM_CHANGED);
    assert_eq!(
        setup.admin.config("wadm_notify")["max_age"],
        json!(60_000_000_000_u64)
    );

    let created = |stream: &str| setup.admin.stream(stream).unwrap()["created"].clone();
    let before = created("wadm_status");
    setup.converge(
        BUCKETS_CHANGED,
        &WADM_CHANGED.replace("max_msgs_per_subject = 20", "storage = \"memory\""),
    );
    assert_ne!(created("wadm_status"), before);

    let anew = [format!("-replace={BUCKETS}"), format!("-replace={WADM}")];
    setup.terraform.try_apply(&[&anew[0], &anew[1]]).unwrap();
    assert_ne!(created("KV_LATTICEDATA_default"), before);
    setup.terraform.expect_empty();
}

fn imported_and_destroyed(setup: &Setup) {
    for (address, id) in [(BUCKETS, "default"), (WADM, "wadm_state/wadm_manifests")] {
        setup.terraform.run(&["state", "rm", address]).unwrap();
        setup.terraform.import(address, id).unwrap();
    }
    setup.terraform.apply();
    setup.terraform.expect_empty();

    for address in [BUCKETS, WADM] {
        setup.terraform.run(&["state", "rm", address]).unwrap();
    }
    setup.converge(
        "adopt_existing = true",
        "adopt_existing = true\nstatus = { storage = \"memory\" }",
    );

    setup.terraform.destroy();
    assert_eq!(setup.admin.stream_names(), Vec::<String>::new());
}

fn sorted() -> Vec<String> {
    let mut streams = streams();
    streams.sort();
    streams
}

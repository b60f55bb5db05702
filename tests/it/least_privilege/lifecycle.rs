//! What a resource requires: everything that is done to it, by a user who may do nothing else, without one violation.

use serde_json::json;

use crate::least_privilege::list;
use crate::least_privilege::setup::{BUCKETS, Setup, WADM, noted, wadm_streams};
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

/// A resource, and a user who has exactly what it requires.
struct Life {
    user: &'static str,
    address: &'static str,
    import_id: &'static str,
    streams: Vec<String>,
    changed: &'static str,
    /// What of `changed` becomes another text, and the stream that this replaces.
    replaced: (&'static str, &'static str, &'static str),
}

fn lives() -> [Life; 2] {
    [
        Life {
            user: "buckets",
            address: BUCKETS,
            import_id: "default",
            streams: list::BUCKET_STREAMS.map(str::to_owned).to_vec(),
            changed: BUCKETS_CHANGED,
            replaced: (
                "history = 2",
                "history = 2, storage = \"memory\"",
                "KV_CONFIGDATA_default",
            ),
        },
        Life {
            user: "wadm",
            address: WADM,
            import_id: "wadm_state/wadm_manifests",
            streams: wadm_streams(),
            changed: WADM_CHANGED,
            replaced: (
                "max_msgs_per_subject = 20",
                "storage = \"memory\"",
                "wadm_status",
            ),
        },
    ]
}

/// Replicas are changed in `cluster`.
#[test]
fn the_whole_life_of_each_resource_needs_nothing_that_is_not_required() {
    for version in newest_and_oldest() {
        let mut setup = Setup::on(version, &[]);
        for life in lives() {
            setup.log_in(life.user);

            created_repaired_and_changed(&setup, &life);
            replaced(&setup, &life);
            imported_adopted_and_destroyed(&setup, &life);

            let violations = setup.violations(life.user);
            assert_eq!(violations, Vec::<String>::new(), "{version}");
        }
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

impl Life {
    /// The resource with these arguments.
    fn config(&self, arguments: &str) -> String {
        let (kind, name) = self.address.split_once('.').expect("an address");
        format!("resource {kind:?} {name:?} {{\nprovider = wasmcloud\n{arguments}\n}}\n")
    }

    /// The arguments that replace a stream.
    fn with_replaced(&self) -> String {
        let (from, to, _) = self.replaced;
        self.changed.replace(from, to)
    }
}

fn created_repaired_and_changed(setup: &Setup, life: &Life) {
    setup.terraform.converge(&life.config(""));
    let mut streams = life.streams.clone();
    streams.sort();
    assert_eq!(setup.admin.stream_names(), streams);

    // All drift at once: some are changed, and some are deleted.
    let (changed, deleted) = life.streams.split_at(life.streams.len() / 2);
    for stream in changed {
        setup
            .admin
            .edit_stream(stream, |config| config["max_bytes"] = json!(9_999_999));
    }
    for stream in deleted {
        setup.admin.delete_stream(stream);
    }
    setup.terraform.converge(&life.config(""));
    assert_eq!(setup.admin.stream_names(), streams);
    assert_eq!(setup.admin.config(&changed[0])["max_bytes"], -1);

    setup.terraform.converge(&life.config(life.changed));
    assert_ne!(setup.admin.config(&changed[0])["max_bytes"], -1);
}

fn replaced(setup: &Setup, life: &Life) {
    let created = |stream: &str| setup.admin.stream(stream).expect("a stream")["created"].clone();
    let (_, _, stream) = life.replaced;
    let (before, other) = (created(stream), created(&life.streams[0]));

    setup
        .terraform
        .converge(&life.config(&life.with_replaced()));

    assert_ne!(created(stream), before);
    assert_eq!(created(&life.streams[0]), other);
    let all = format!("-replace={}", life.address);
    setup.terraform.try_apply(&[&all]).expect("an apply");
    assert_ne!(created(&life.streams[0]), other);
}

fn imported_adopted_and_destroyed(setup: &Setup, life: &Life) {
    let forget = || setup.terraform.run(&["state", "rm", life.address]);
    forget().expect("it was there");
    let imported = setup.terraform.import(life.address, life.import_id);
    imported.expect("an import");
    setup.terraform.apply();
    setup.terraform.expect_empty();

    forget().expect("it was there");
    let adopting = format!("{}\nadopt_existing = true", life.with_replaced());
    setup.terraform.converge(&life.config(&adopting));

    setup.terraform.destroy();
    assert_eq!(setup.admin.stream_names(), Vec::<String>::new());
}

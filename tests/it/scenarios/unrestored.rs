//! A bucket that the server did not restore when it was restarted: its data is still on disk.

use std::path::PathBuf;

use crate::scenarios::scenario::{CONFIG_DATA, CONFIG_STREAM, Scenario, warning};
use crate::support::{NatsServer, nats_server_versions};

/// The folder in which the server stores the bucket.
fn store(server: &NatsServer) -> PathBuf {
    let accounts = server.folder().join("jetstream/jetstream");
    let streams = accounts.join("$G/streams");
    streams.join(CONFIG_STREAM)
}

#[test]
fn what_is_still_on_disk_is_neither_called_deleted_nor_to_be_purged() {
    for version in nats_server_versions() {
        let scenario = Scenario::with_server(NatsServer::start_with(version, ""));
        scenario.converge("");
        for key in ["a", "b", "c"] {
            scenario.admin.put(CONFIG_DATA, key, "1");
        }
        scenario.server.stop();
        std::fs::write(store(&scenario.server).join("meta.sum"), "damaged").unwrap();
        scenario.server.restart();

        let plan = scenario.terraform.plan();
        let applied = scenario.terraform.apply_plan(&plan);

        let planned = warning(
            plan.diagnostics(),
            "Bucket CONFIGDATA_default no longer exists",
        );
        for text in [
            "or the server may not have restored it when it was restarted",
            "look for its name in the server's log",
            "with those that the server finds on disk",
        ] {
            assert!(planned.says(text), "{version}: {planned}");
        }
        // The server has found them.
        assert_eq!(scenario.admin.messages(CONFIG_STREAM), 3, "{version}");
        let found = warning(&applied, "is new and contains older messages");
        assert!(
            found.says("3 keys") && found.says("this may be the only copy"),
            "{version}: {found}"
        );
        for said in [planned, found] {
            assert!(!said.says("purge"), "{version}: {said}");
        }
    }
}

//! `destroy.md`: each reason for which a destroy is refused, and that what the page says to do works.

use serde_json::json;

use crate::guides::page_run::OnServer;

const BUCKET: &str = "CONFIGDATA_default";
const STREAM: &str = "KV_CONFIGDATA_default";
const ADDRESS: &str = "wasmcloud_lattice_buckets.default";
const NOTHING_SET: &str = "resource \"wasmcloud_lattice_buckets\" \"default\" {\n}\n";

fn situation(heading: &str) -> OnServer {
    OnServer::new("destroy", heading)
}

/// On a server on which the buckets were created without any argument, and one has two keys.
fn with_keys(heading: &str) -> OnServer {
    let on_server = situation(heading);
    on_server.run.terraform.converge(NOTHING_SET);
    write_two_keys(&on_server);
    on_server
}

fn write_two_keys(on_server: &OnServer) {
    for key in ["one", "two"] {
        on_server.admin.put(BUCKET, key, "value");
    }
}

#[test]
fn force_destroy_counts_once_it_is_applied() {
    let mut on_server = with_keys("Delete the contents too");
    on_server.run.write();

    on_server.run.shows();
    assert_eq!(on_server.admin.messages(STREAM), 2);

    let printed = on_server.run.succeeds();
    assert!(printed.contains("is deleted with 2 keys"), "{printed}");
    assert_eq!(on_server.admin.stream_names(), [""; 0]);
}

#[test]
fn skip_destroy_and_state_rm_leave_the_buckets_on_the_server() {
    let mut on_server = with_keys("Keep the buckets on the server");
    on_server.run.write();

    on_server.run.succeeds();

    assert_eq!(on_server.admin.messages(STREAM), 2);
    assert_eq!(on_server.run.terraform.state().addresses(), [""; 0]);
    let import = "import {\n  to = wasmcloud_lattice_buckets.default\n  id = \"default\"\n}\n";
    let terraform = &on_server.run.terraform;
    terraform.converge(&format!("{import}{NOTHING_SET}"));
    terraform
        .run(&["state", "rm", ADDRESS])
        .expect("a state without it");
    assert_eq!(on_server.admin.messages(STREAM), 2);
}

#[test]
fn prevent_destroy_protects_empty_buckets_while_the_block_is_there() {
    let mut on_server = situation("Prevent every destroy");
    on_server.run.step();

    let printed = on_server.run.run("destroy");

    assert!(
        printed.contains("Instance cannot be destroyed"),
        "{printed}"
    );
    let terraform = &on_server.run.terraform;
    terraform.write("");
    assert_eq!(terraform.plan().actions(ADDRESS), ["delete"]);
}

#[test]
fn what_the_plan_of_the_configuration_refuses_is_destroyed_without_refresh() {
    let mut on_server = situation("The plan of the configuration is refused");
    on_server.run.step();
    write_two_keys(&on_server);
    on_server.run.write();

    on_server.run.shows();

    on_server.run.succeeds();
    assert_eq!(on_server.admin.stream_names(), [""; 0]);
}

#[test]
fn a_resource_with_keys_is_not_replaced_and_untaint_keeps_it() {
    let mut on_server = situation("Tainted resources");
    on_server.run.step();
    write_two_keys(&on_server);

    on_server.run.shows();

    on_server.run.run(&format!("taint {ADDRESS}"));
    assert!(on_server.run.terraform.try_plan(&[]).is_err());
    let printed = on_server.run.succeeds();
    assert!(printed.contains("No changes."), "{printed}");
}

#[test]
fn a_renamed_resource_is_moved_with_its_contents() {
    let mut on_server = situation("Renamed resources");
    on_server.run.step();
    write_two_keys(&on_server);
    let terraform = &on_server.run.terraform;
    terraform.write(&NOTHING_SET.replace("\"default\"", "\"production\""));
    terraform.plan_error();
    on_server.run.write();

    on_server.run.succeeds();

    assert_eq!(on_server.admin.messages(STREAM), 2);
    on_server.run.terraform.expect_empty();
}

#[test]
fn deleted_keys_count_until_they_are_purged() {
    let mut on_server = situation("Deleted keys");
    on_server.run.step();
    on_server.admin.put(BUCKET, "one", "value");
    on_server.admin.delete_key(BUCKET, "one");

    let printed = on_server.run.run("destroy");
    assert!(
        printed.contains("Bucket CONFIGDATA_default contains 1 key"),
        "{printed}"
    );

    on_server
        .admin
        .api(&format!("STREAM.PURGE.{STREAM}"), &json!({}));
    on_server.run.succeeds();
    assert_eq!(on_server.admin.stream_names(), [""; 0]);
}

//! A real wasmCloud host on what the provider has created, with the permissions of the guide on least privilege: it starts
//! without the right to create anything, does its work, and leaves everything as it is.
//!
//! `make test-host` builds the host (tests/wasmcloud-host-process) and runs this.

mod host;
mod control;
mod platform;

use std::fs;

use serde_json::json;

use self::platform::{CONFIG, Login, Platform, users};
use crate::guides::conf::SECRET;
use crate::support::{Admin, nats_server_versions};

/// A component with one function that does nothing, as the crate `wat` encodes this text. (With a component that exports
/// nothing, the host does not end: it polls its exports again and again.)
///
/// ```wat
/// (component
///   (core module (func (export "greet")))
///   (core instance (instantiate 0))
///   (alias core export 0 "greet" (core func))
///   (type (func))
///   (func (type 0) (canon lift (core func 0)))
///   (instance (export "greet" (func 0)))
///   (export "test:greeter/greet" (instance 0)))
/// ```
const COMPONENT: &[u8] = b"\0asm\r\0\x01\0\x01#\0asm\x01\0\0\0\x01\x04\x01`\0\0\x03\x02\x01\0\x07\t\x01\x05greet\0\0\n\x04\x01\x02\0\x0b\
    \x02\x04\x01\0\0\0\x06\x0b\x01\0\0\x01\0\x05greet\x07\x05\x01@\0\x01\0\x08\x06\x01\0\0\0\0\0\x05\x0c\x01\x01\x01\0\x05greet\x01\0\
    \x0b\x18\x01\0\x12test:greeter/greet\x05\0\0";
/// Where the component is called.
const CALLS: &str = "default.greeter.wrpc.0.0.1.test:greeter/greet.greet";

#[test]
#[ignore = "needs the real host: make test-host"]
fn a_host_without_a_login_works_as_no_auth_user() {
    works(Login::NoAuthUser);
}

#[test]
#[ignore = "needs the real host: make test-host"]
fn a_host_with_a_credentials_file_works_in_operator_mode() {
    works(Login::CredentialsFile);
}

#[test]
#[ignore = "needs the real host: make test-host"]
fn a_host_with_a_jwt_and_its_seed_works_in_operator_mode() {
    works(Login::JwtAndSeed);
}

/// Demands all that a host does with its buckets, on the newest and on the oldest server.
fn works(login: Login) {
    let versions = nats_server_versions();
    for version in [versions.first(), versions.last()].into_iter().flatten() {
        works_and_leaves_it_as_it_is(&Platform::new(version, login));
    }
}

#[test]
#[ignore = "needs the real host: make test-host"]
fn a_host_names_the_domain_of_its_own_server_with_the_lists_as_they_are() {
    works_and_leaves_it_as_it_is(&Platform::with_domain());
}

#[test]
#[ignore = "needs the real host: make test-host"]
fn a_host_behind_a_leaf_node_works_with_the_domain_in_its_lists() {
    works_and_leaves_it_as_it_is(&Platform::behind_a_leaf_node());
}

fn works_and_leaves_it_as_it_is(platform: &Platform) {
    let terraform = &platform.workspace.terraform;
    terraform.step(CONFIG);
    let made = platform.assets();
    assert_eq!(made.len(), 10);

    configuration_link_and_component(platform);
    what_one_host_has_stored_is_read_by_the_next(platform);

    assert_eq!(platform.violations(), Vec::<String>::new());
    assert_eq!(platform.assets(), made);
    terraform.expect_empty();
}

fn configuration_link_and_component(platform: &Platform) {
    let control = &platform.control;
    let nothing = json!(null);
    let host = platform.start_host();
    assert_eq!(platform.event("host_started")["version"], "1.9.2");
    assert_eq!(control.ask("host.ping", &nothing)["id"], host.id);

    let greeting = json!({ "text": "hello" });
    control.ask("config.put.greeting", &greeting);
    control.ask("config.put.other", &greeting);
    assert_eq!(
        platform.stored("CONFIGDATA_default", "greeting"),
        Some(greeting.clone())
    );
    assert_eq!(control.ask("config.get.greeting", &nothing), greeting);
    control.ask("config.del.other", &nothing);
    assert_eq!(platform.stored("CONFIGDATA_default", "other"), None);

    control.ask("link.put", &link());
    let stored = platform.stored("LATTICEDATA_default", "COMPONENT_greeter");
    assert_eq!(stored.expect("a component")["links"], json!([link()]));
    assert_eq!(control.ask("claims.get", &nothing), json!([]));

    // Its configuration is watched as long as it runs.
    let file = platform.workspace.server.folder().join("greeter.wasm");
    fs::write(&file, COMPONENT).expect("a file");
    let scale = json!({
        "component_ref": format!("file://{}", file.display()), "component_id": "greeter", "count": 1,
        "host_id": host.id, "config": ["greeting"],
    });
    control.ask(&format!("component.scale.{}", host.id), &scale);
    assert_eq!(
        platform.event("component_scaled")["component_id"],
        "greeter"
    );
    let inventory = control.ask(&format!("host.get.{}", host.id), &nothing);
    assert_eq!(inventory["components"][0]["id"], "greeter", "{inventory}");
    let subjects = platform.subjects_of_hosts();
    assert!(subjects.iter().any(|one| one == CALLS), "{subjects:?}");

    platform.stop(host);
}

fn what_one_host_has_stored_is_read_by_the_next(platform: &Platform) {
    let control = &platform.control;
    let host = platform.start_host();

    assert_eq!(control.ask("link.get", &json!(null)), json!([link()]));
    let source = json!({ "source_id": "greeter", "name": "default", "wit_namespace": "wasi", "wit_package": "keyvalue" });
    control.ask("link.del", &source);
    let stored = platform.stored("LATTICEDATA_default", "COMPONENT_greeter");
    assert_eq!(stored.expect("a component")["links"], json!([]));

    platform.stop(host);
}

fn link() -> serde_json::Value {
    json!({
        "source_id": "greeter", "target": "store", "name": "default", "wit_namespace": "wasi", "wit_package": "keyvalue",
        "interfaces": ["store"], "source_config": [], "target_config": ["greeting"],
    })
}

#[test]
#[ignore = "needs the real host: make test-host"]
fn a_host_does_not_send_a_user_and_a_password_that_its_address_has() {
    let users = users().replace("no_auth_user: host\n", "");
    let platform = Platform::with_configuration(nats_server_versions()[0], &users);
    platform.workspace.terraform.step(CONFIG);
    let server = &platform.workspace.server;

    let mut host = platform.launch_host(&[("WASMCLOUD_NATS_HOST", "host:secret@127.0.0.1")]);
    let status = host.wait_for_end();

    assert_eq!(status.code(), Some(1), "{}", host.log());
    assert!(host.log().contains("authorization violation"));
    assert!(server.log().contains("authentication error"));
    assert!(!server.log().contains("authentication error - User"));
    // They are right: another client logs in with them.
    let other = Admin::connect_as(&server.url(), "host", SECRET);
    assert!(other.stream("KV_CONFIGDATA_default").is_some());
}

#[test]
#[ignore = "needs the real host: make test-host"]
fn whatever_user_its_address_has_a_host_is_the_no_auth_user_and_shows_the_password() {
    let platform = Platform::new(nats_server_versions()[0], Login::NoAuthUser);
    platform.workspace.terraform.step(CONFIG);

    let mut host = platform.launch_host(&[("WASMCLOUD_NATS_HOST", "terraform:secret@127.0.0.1")]);
    host.wait_for_start();

    let connections = platform.workspace.server.connz();
    let connections = connections["connections"].as_array().expect("a list");
    let of_the_host = connections.iter().filter(|one| one["name"] == "wasmbus");
    let users: Vec<_> = of_the_host.map(|one| &one["authorized_user"]).collect();
    // One for the control interface and JetStream, one for calls.
    assert_eq!(users, ["host", "host"]);
    let answer = platform.control.ask("host.ping", &json!(null));
    let shown = answer["ctl_host"].as_str().expect("an address");
    assert!(shown.contains("terraform:secret@"), "{shown}");
}

#[test]
#[ignore = "needs the real host: make test-host"]
fn without_its_buckets_the_same_host_does_not_start_and_creates_none() {
    let platform = Platform::new(nats_server_versions()[0], Login::NoAuthUser);

    let mut host = platform.launch_host(&[]);
    let status = host.wait_for_end();

    assert_eq!(status.code(), Some(1), "{}", host.log());
    assert!(host.log().contains("failed to create bucket"));
    let refused = "Publish Violation - Subject \"$JS.API.STREAM.CREATE.KV_LATTICEDATA_default\"";
    assert!(
        platform
            .violations()
            .iter()
            .any(|line| line.contains(refused))
    );
    assert!(platform.assets().is_empty());
}

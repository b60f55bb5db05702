//! The permissions that functions return are those of the guides, and a server that gets them lets Terraform do its work.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::functions::{HEADER, Offline};
use crate::guides::permissions::Permissions;
use crate::support::{Admin, NatsServer, Workspace, login, terraform_default};

const GUIDE: &str = include_str!("../../../docs/guides/least-privilege.md");
/// The lists with which the real wadm runs, in tests/it/real_wadm.
const WADM: &str = include_str!("../../fixtures/permissions.conf");

/// What some calls return, in the words of JSON.
fn returned(calls: &[(&str, &str)]) -> Value {
    let outputs = calls.iter().map(|(name, call)| {
        format!("output \"{name}\" {{\n  value = provider::wasmcloud::{call}\n}}\n")
    });
    Offline::with(terraform_default()).outputs(&(HEADER.to_owned() + &outputs.collect::<String>()))
}

fn subjects(permissions: &Value) -> [BTreeSet<String>; 2] {
    ["publish", "subscribe"].map(|right| {
        let list = permissions[right]["allow"].as_array().expect("a list");
        let all: BTreeSet<String> = list
            .iter()
            .map(|subject| subject.as_str().expect("a text").to_owned())
            .collect();
        assert_eq!(all.len(), list.len(), "a subject is there twice: {list:?}");
        all
    })
}

fn written(config: &str, user: &str) -> [BTreeSet<String>; 2] {
    let Permissions {
        publish, subscribe, ..
    } = Permissions::of(config, user);
    [publish, subscribe].map(|list| list.into_iter().collect())
}

#[test]
fn hosts_and_wadm_get_the_permissions_with_which_the_real_ones_run() {
    let returned = returned(&[
        ("host", "host_permissions(\"default\")"),
        ("wadm", "wadm_permissions()"),
        ("multitenant", "wadm_permissions({ multitenant = true })"),
    ]);

    assert_eq!(subjects(&returned["host"]), written(GUIDE, "host"));
    assert_eq!(subjects(&returned["wadm"]), written(GUIDE, "wadm"));
    assert_eq!(subjects(&returned["multitenant"]), written(WADM, "wadm"));
    for user in ["host", "wadm"] {
        let responses = &returned[user]["allow_responses"];
        assert_eq!(responses["max"], 1000);
        assert_eq!(responses["expires"], "2m");
    }
}

#[test]
fn a_server_that_reads_the_permissions_lets_terraform_do_all_its_work() {
    let returned = returned(&[
        (
            "terraform",
            "provider_permissions({ lattices = [\"default\"], wadm = true })",
        ),
        (
            "least",
            "provider_permissions({ lattices = [\"default\"], wadm = true, optional = false })",
        ),
        ("host", "host_permissions(\"default\")"),
        ("wadm", "wadm_permissions()"),
    ]);
    let users = returned.as_object().expect("an object").iter();
    let users: Vec<_> = users
        .map(|(name, permissions)| {
            serde_json::json!({ "user": name, "password": "secret", "permissions": permissions })
        })
        .collect();

    for user in ["terraform", "least"] {
        let config = serde_json::json!({ "users": users });
        let server = NatsServer::configured(&format!("authorization {config}"));
        let url = server.url();
        // Who looks at the server afterwards: wadm may read its streams.
        let admin = Admin::connect_as(&url, "wadm", "secret");
        let workspace = Workspace::of(server, admin, terraform_default(), &login(&url, user));
        let config = |history: u8| {
            format!(
                "{HEADER}\nresource \"wasmcloud_lattice_buckets\" \"default\" {{\n  history = {history}\n}}\nresource \"wadm_jetstream\" \"this\" {{\n  provider = wasmcloud\n}}\n"
            )
        };

        workspace.terraform.converge(&config(1));
        assert!(workspace.admin.stream("KV_wadm_manifests").is_some());
        workspace.terraform.converge(&config(5));
        workspace.terraform.destroy();

        let log = workspace.server.log();
        let violations = log.lines().filter(|line| line.contains("Violation"));
        let refused: Vec<_> = violations.collect();
        assert!(refused.is_empty(), "{user}: {refused:?}");
    }
}

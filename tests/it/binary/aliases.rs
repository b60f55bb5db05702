//! Several provider blocks in one configuration: each has a process and a connection of its own.

use std::fmt::Write as _;

use crate::binary::setup::{BINARY, STREAMS};
use crate::support::{Admin, NatsServer, Terraform, password, token};

#[test]
fn several_clusters_and_accounts_live_in_one_configuration() {
    let first = NatsServer::configured(&password("app", "secret"));
    let second = NatsServer::configured(&token("t0ken"));
    let third = NatsServer::start();
    let blocks = [
        ("first", &first, "user = \"app\"\n  password = \"secret\""),
        ("second", &second, "token = \"t0ken\""),
        ("third", &third, ""),
    ];
    let mut config = String::new();
    for (history, (alias, server, login)) in (1..).zip(&blocks) {
        write!(
            config,
            "provider \"wasmcloud\" {{\n  alias = \"{alias}\"\n  servers = [\"{}\"]\n  {login}\n}}\n\
            resource \"wasmcloud_lattice_buckets\" \"{alias}\" {{\n  provider = wasmcloud.{alias}\n  history = {history}\n}}\n",
            server.url()
        )
        .unwrap();
    }
    let terraform = Terraform::with_binary(BINARY);

    terraform.converge(&config);

    let admins = [
        Admin::connect_as(&first.url(), "app", "secret"),
        Admin::connect_with(
            &second.url(),
            async_nats::ConnectOptions::with_token("t0ken".to_owned()),
        ),
        Admin::connect(&third.url()),
    ];
    for (history, admin) in (1..).zip(&admins) {
        assert_eq!(admin.stream_names(), STREAMS);
        assert_eq!(admin.config(STREAMS[0])["max_msgs_per_subject"], history);
    }

    admins[1].delete_stream(STREAMS[1]);
    let plan = terraform.plan();

    let changed: Vec<_> = blocks
        .iter()
        .map(|(alias, ..)| plan.actions(&format!("wasmcloud_lattice_buckets.{alias}"))[0])
        .collect();
    assert_eq!(changed, ["no-op", "update", "no-op"]);
}

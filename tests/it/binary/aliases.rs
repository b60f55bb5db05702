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

/// Two resources for the same streams, each through a provider block with a login of its own; the second has these
/// arguments.
fn two_blocks(url: &str, first: &str, second: &str) -> String {
    let mut config = String::new();
    for (user, resource) in [("one", first), ("two", second)] {
        write!(
            config,
            "provider \"wasmcloud\" {{\n  alias = \"{user}\"\n  servers = [\"{url}\"]\n  user = \"{user}\"\n  password = \"secret\"\n}}\n{}\n",
            resource.replace("{}", &format!("\"{user}\" {{\n  provider = wasmcloud.{user}"))
        )
        .unwrap();
    }
    config
}

/// A server with one account and two users.
fn one_account() -> NatsServer {
    NatsServer::configured(
        "accounts { A { jetstream: enabled, users: [{ user: one, password: secret }, { user: two, password: secret }] } }",
    )
}

const WADM: &str = "resource \"wadm_jetstream\" {}\n}";
const BUCKETS: &str = "resource \"wasmcloud_lattice_buckets\" {}\n}";
const ADOPTING: &str = "resource \"wasmcloud_lattice_buckets\" {}\n  adopt_existing = true\n}";

#[test]
fn what_a_resource_of_another_provider_block_has_just_created_or_adopted_is_refused_with_the_reason()
 {
    for (exist, one, other) in [
        (false, WADM, WADM),
        (false, BUCKETS, ADOPTING),
        (true, ADOPTING, ADOPTING),
    ] {
        let server = one_account();
        let admin = Admin::connect_as(&server.url(), "one", "secret");
        let terraform = Terraform::with_binary(BINARY);
        if exist {
            admin.create_bucket("LATTICEDATA_default");
            admin.create_bucket("CONFIGDATA_default");
        }
        terraform.write(&two_blocks(&server.url(), one, other));

        let failure = terraform.apply_error();

        let error = failure.error();
        assert!(
            error.summary.starts_with("Another resource manages stream"),
            "{exist} {one} {other}: {failure}"
        );
        assert!(error.says("another provider block"), "{error}");
        assert_eq!(terraform.state().addresses().len(), 1, "{exist} {one}");
        let names = admin.stream_names();

        // The next run finds what the first has in the state.
        let failure = terraform.apply_error();
        let error = failure.error();
        assert!(
            error.summary.starts_with("Another resource manages stream"),
            "{failure}"
        );
        assert_eq!(admin.stream_names(), names);
    }
}

#[test]
fn what_one_provider_block_gives_up_another_may_adopt() {
    let server = one_account();
    let admin = Admin::connect_as(&server.url(), "one", "secret");
    let terraform = Terraform::with_binary(BINARY);
    let keeping = BUCKETS.replace("\n}", "\n  skip_destroy = true\n}");
    let one = two_blocks(&server.url(), &keeping, "");
    terraform.converge(&one);
    let created = admin.stream(STREAMS[0]).unwrap()["created"].clone();

    terraform.write(&two_blocks(&server.url(), &keeping, ADOPTING));
    let failure = terraform.apply_error();
    assert!(
        failure
            .error()
            .summary
            .starts_with("Another resource manages stream"),
        "{failure}"
    );
    terraform.converge(&two_blocks(&server.url(), "", ADOPTING));

    assert_eq!(admin.stream(STREAMS[0]).unwrap()["created"], created);
    assert_eq!(
        terraform.state().addresses(),
        ["wasmcloud_lattice_buckets.two"]
    );
}

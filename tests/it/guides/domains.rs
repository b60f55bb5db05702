//! `leaf-nodes-and-domains.md`: a hub, a leaf node, and two accounts, as the page configures them.

use crate::guides::conf::{self, SECRET};
use crate::guides::page;
use crate::guides::page_run::PageRun;
use crate::support::{Admin, NatsServer, free_port, wait_for_domain};

const PAGE: &str = "leaf-nodes-and-domains";
const BUCKETS: [&str; 2] = ["KV_CONFIGDATA_default", "KV_LATTICEDATA_default"];
/// What the real wadm sent to make its streams.
const WADM_REQUESTS: &str = include_str!("../../fixtures/wadm-create-requests.jsonl");

/// The hub and a leaf node.
pub struct Linked {
    pub hub: NatsServer,
    pub leaf: NatsServer,
}

impl Linked {
    /// As the page configures them; `edit` changes the leaf node's configuration.
    pub fn start(edit: &[(&str, &str)]) -> Self {
        let [hub, leaf] = &page::under(PAGE, "Servers")[..] else {
            panic!("the page has not two servers")
        };
        let place = format!("127.0.0.1:{}", free_port());
        let hub = conf::start(hub, &[("0.0.0.0:7422", &place)]);
        let leaf = conf::start(leaf, &[edit, &[("hub.example.com:7422", &place)]].concat());
        wait_for_domain(&Admin::connect_as(&leaf.url(), "host", SECRET), "hub");
        let servers = Self { hub, leaf };
        if edit.is_empty() {
            wait_for_domain(&servers.admin(), "berlin");
        }
        servers
    }

    /// One heading, with a provider that is connected to the hub.
    fn page_run(&self, heading: &str) -> PageRun {
        self.run_of(PAGE, heading)
    }

    /// One heading of any page, in the same way.
    pub fn run_of(&self, page: &str, heading: &str) -> PageRun {
        self.run_through(&address(&self.hub), page, heading, &[])
    }

    /// As [`Linked::run_of`], with a provider that connects to the hub through this address and has these variables.
    pub fn run_through(
        &self,
        address: &str,
        page: &str,
        heading: &str,
        environment: &[(&str, &str)],
    ) -> PageRun {
        let mut run = PageRun::new(page, heading, environment).at("hub.example.com:4222", address);
        run.terraform.set_env("TF_VAR_terraform_password", SECRET);
        run
    }

    pub fn admin(&self) -> Admin {
        Admin::connect_as(&self.hub.url(), "terraform", SECRET)
    }
}

pub fn address(server: &NatsServer) -> String {
    format!("127.0.0.1:{}", server.port())
}

#[test]
fn one_provider_block_keeps_buckets_in_every_domain() {
    let servers = Linked::start(&[]);

    servers.page_run("Buckets in every domain").step();

    for domain in ["hub", "berlin"] {
        let admin = servers.admin().in_domain(domain);
        assert_eq!(admin.stream_names(), BUCKETS);
        assert_eq!(admin.config(BUCKETS[0])["max_msgs_per_subject"], 5);
    }
}

#[test]
fn a_domain_that_nobody_answers_for_is_refused() {
    let servers = Linked::start(&[]);
    let mut run = servers.page_run("The domain is part of the identity");

    run.write();

    run.shows();
    assert_eq!(run.code, Some(1));
}

#[test]
fn what_a_leaf_node_has_is_imported_from_the_hub() {
    let servers = Linked::start(&[]);
    let admin = servers.admin().in_domain("berlin");
    for bucket in ["LATTICEDATA_default", "CONFIGDATA_default"] {
        admin.create_bucket(bucket);
    }
    for request in WADM_REQUESTS.lines() {
        admin.create_stream(&serde_json::from_str(request).expect("a request"));
    }

    let mut run = servers.page_run("Import");
    let plan = run.step();

    for address in ["wasmcloud_lattice_buckets.berlin", "wadm_jetstream.berlin"] {
        assert_eq!(plan.actions(address), ["no-op"]);
    }
}

#[test]
fn clients_of_a_leaf_node_without_jetstream_name_the_hub() {
    let servers = Linked::start(&[
        ("jetstream { store_dir: \"jetstream\", domain: berlin }", ""),
        ("jetstream: enabled,", ""),
    ]);
    let heading = "A leaf node without JetStream";
    let login = [("NATS_USER", "host"), ("NATS_PASSWORD", SECRET)];
    let mut run =
        PageRun::new(PAGE, heading, &login).at("leaf.example.com:4222", &address(&servers.leaf));

    let config = run.next_config();
    run.terraform.step(&format!(
        "{config}\nresource \"wasmcloud_lattice_buckets\" \"default\" {{}}"
    ));

    assert_eq!(servers.admin().stream_names(), BUCKETS);
}

#[test]
fn jetstream_of_another_account_is_reached_by_its_prefix() {
    let heading = "JetStream of another account";
    let mut run = PageRun::new(PAGE, heading, &[]);
    let server = conf::start(&run.next("conf"), &[]);
    let mut run = run.at("hub.example.com:4222", &address(&server));
    run.terraform.set_env("TF_VAR_terraform_password", SECRET);

    run.step();

    let admin = Admin::connect_as(&server.url(), "platform", SECRET);
    assert_eq!(admin.stream_names(), BUCKETS);
    assert!(!server.log().contains("Violation"), "{}", server.log());
}

//! JetStream domains: which one an object is in is part of which object it is.

use crate::scenarios::scenario::{LATTICE_DATA, LATTICE_STREAM, MAIN, Scenario, buckets};
use crate::support::{Admin, Leaf, terraform_default};

const STREAMS: [&str; 2] = ["KV_CONFIGDATA_default", LATTICE_STREAM];

/// Hub and leaf node; the provider is connected to the hub.
fn hub_and_leaf() -> Scenario<Leaf> {
    let leaf = Leaf::start();
    let url = leaf.hub.url();
    let admin = Admin::connect_as(&url, "app", "secret");
    Scenario::of(leaf, admin, terraform_default(), &at(&url))
}

fn at(url: &str) -> [(&'static str, &str); 3] {
    [
        ("NATS_URL", url),
        ("NATS_USER", "app"),
        ("NATS_PASSWORD", "secret"),
    ]
}

fn provider(arguments: &str, resource: &str) -> String {
    format!(
        "provider \"wasmcloud\" {{\n{arguments}\n}}\n{}",
        buckets(resource)
    )
}

impl Scenario<Leaf> {
    /// The streams of a domain.
    fn streams_of(&self, domain: &str) -> Vec<String> {
        self.admin.in_domain(domain).stream_names()
    }
}

#[test]
fn one_provider_block_serves_many_domains() {
    let scenario = hub_and_leaf();
    let config = "resource \"wasmcloud_lattice_buckets\" \"site\" {\n\
        for_each         = toset([\"hub\", \"leaf\"])\n\
        jetstream_domain = each.key\n\
        history          = each.key == \"leaf\" ? 2 : 3\n\
    }\n";

    scenario.terraform.converge(config);

    for (domain, history) in [("hub", 3), ("leaf", 2)] {
        assert_eq!(scenario.streams_of(domain), STREAMS);
        let stream = scenario.admin.in_domain(domain).config(LATTICE_STREAM);
        assert_eq!(stream["max_msgs_per_subject"], history, "{domain}");
    }

    scenario
        .admin
        .in_domain("leaf")
        .edit_stream(LATTICE_STREAM, |config| config["max_bytes"] = 1000.into());

    let plan = scenario.repair();

    assert_eq!(
        plan.actions("wasmcloud_lattice_buckets.site[\"leaf\"]"),
        ["update"]
    );
    assert_eq!(
        plan.actions("wasmcloud_lattice_buckets.site[\"hub\"]"),
        ["no-op"]
    );
}

#[test]
fn another_domain_is_another_object() {
    let scenario = hub_and_leaf();
    scenario.converge("jetstream_domain = \"hub\"");

    let plan = scenario.step("jetstream_domain = \"leaf\"");

    assert_eq!(plan.actions(MAIN), ["delete", "create"]);
    assert_eq!(plan.change(MAIN).replace_paths()[0][0], "jetstream_domain");
    assert_eq!(scenario.streams_of("hub"), Vec::<String>::new());
    assert_eq!(scenario.streams_of("leaf"), STREAMS);
}

#[test]
fn what_is_lost_in_the_former_domain_is_counted_and_refused() {
    let scenario = hub_and_leaf();
    scenario.converge("jetstream_domain = \"hub\"");
    scenario
        .admin
        .in_domain("hub")
        .put(LATTICE_DATA, "key", "value");

    scenario.write("jetstream_domain = \"leaf\"");
    let failure = scenario.terraform.plan_error();

    assert_eq!(
        failure.error().summary,
        "Bucket LATTICEDATA_default contains 1 key"
    );
    assert_eq!(scenario.streams_of("hub"), STREAMS);
}

#[test]
fn where_the_domain_is_set_makes_no_difference() {
    let scenario = hub_and_leaf();
    scenario
        .terraform
        .step(&provider("jetstream_domain = \"leaf\"", ""));
    assert_eq!(scenario.state()["jetstream_domain"], "leaf");
    assert_eq!(scenario.streams_of("leaf"), STREAMS);

    let plan = scenario
        .terraform
        .step(&provider("", "jetstream_domain = \"leaf\""));

    assert!(plan.is_empty(), "{}", plan.text());
}

#[test]
fn another_domain_in_the_provider_block_is_in_the_plan() {
    let scenario = hub_and_leaf();
    scenario
        .terraform
        .step(&provider("jetstream_domain = \"leaf\"", ""));

    scenario
        .terraform
        .write(&provider("jetstream_domain = \"hub\"", ""));
    let plan = scenario.terraform.plan();

    assert_eq!(plan.actions(MAIN), ["delete", "create"]);
    assert_eq!(plan.change(MAIN).before()["jetstream_domain"], "leaf");
    assert_eq!(plan.change(MAIN).after()["jetstream_domain"], "hub");
}

#[test]
fn an_object_without_a_domain_is_not_lost_when_the_provider_block_gets_one() {
    let scenario = hub_and_leaf();
    scenario.converge("");
    assert_eq!(
        scenario.state()["jetstream_domain"],
        serde_json::Value::Null
    );

    scenario
        .terraform
        .write(&provider("jetstream_domain = \"leaf\"", ""));
    let plan = scenario.terraform.plan();

    assert_eq!(plan.actions(MAIN), ["delete", "create"]);
    assert!(
        plan.drift(MAIN).is_none(),
        "it was looked for in another place"
    );
}

#[test]
fn a_domain_may_be_known_only_at_apply() {
    let scenario = hub_and_leaf();
    let config = format!(
        "resource \"terraform_data\" \"later\" {{\n  input = \"leaf\"\n}}\n{}",
        buckets("jetstream_domain = terraform_data.later.output")
    );

    let plan = scenario.terraform.step(&config);

    assert_eq!(plan.change(MAIN).after_unknown()["jetstream_domain"], true);
    assert_eq!(scenario.streams_of("leaf"), STREAMS);
}

#[test]
fn the_domain_of_the_provider_block_may_be_known_only_at_apply() {
    let scenario = hub_and_leaf();
    let config = format!(
        "resource \"terraform_data\" \"later\" {{\n  input = \"leaf\"\n}}\n{}",
        provider("jetstream_domain = terraform_data.later.output", "")
    );

    let plan = scenario.terraform.step(&config);

    assert_eq!(plan.change(MAIN).after_unknown()["jetstream_domain"], true);
    assert_eq!(scenario.state()["jetstream_domain"], "leaf");
    assert_eq!(scenario.streams_of("leaf"), STREAMS);
}

#[test]
fn an_import_id_names_another_domain() {
    let scenario = hub_and_leaf();
    scenario.converge("jetstream_domain = \"leaf\"");
    scenario.terraform.run(&["state", "rm", MAIN]).unwrap();

    let refused = scenario.terraform.plan_error();
    assert!(
        refused.error().detail.contains("\"leaf:default\""),
        "{refused}"
    );
    scenario.terraform.import(MAIN, "leaf:default").unwrap();

    scenario.terraform.expect_empty();
}

#[test]
fn a_domain_that_is_not_there_is_refused_at_plan() {
    let scenario = hub_and_leaf();

    scenario.write("jetstream_domain = \"moon\"");
    let failure = scenario.terraform.plan_error();

    assert!(failure.error().detail.contains("\"moon\""), "{failure}");
    assert!(
        failure.error().detail.contains("jetstream_domain"),
        "{failure}"
    );
}

#[test]
fn what_is_no_name_of_a_domain_is_refused() {
    let scenario = hub_and_leaf();

    for (name, word) in [("a.b", "'.'"), ("", "mpty"), ("$JS.hub.API", "'.'")] {
        scenario.write(&format!("jetstream_domain = {name:?}"));
        let failure = scenario.terraform.plan_error();

        let error = failure.error();
        assert!(error.detail.contains(word), "{name}: {failure}");
    }
}

#[test]
fn a_wadm_of_a_leaf_node_is_made_and_imported_there() {
    let scenario = hub_and_leaf();
    let config = "resource \"wadm_jetstream\" \"main\" {\n  provider         = wasmcloud\n  jetstream_domain = \"leaf\"\n}\n";
    let address = "wadm_jetstream.main";
    scenario.terraform.converge(config);
    assert_eq!(scenario.streams_of("leaf").len(), 8);
    assert_eq!(scenario.streams_of("hub"), Vec::<String>::new());

    scenario.terraform.run(&["state", "rm", address]).unwrap();
    let id = "leaf:wadm_state/wadm_manifests";
    scenario.terraform.import(address, id).unwrap();

    scenario.terraform.expect_empty();
}

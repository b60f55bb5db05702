//! `terraform query`: what exists in an account is listed, read, and written as configuration.

use std::fs;

use serde_json::{Value, json};

use crate::support::{
    Admin, Failure, NatsServer, Program, Terraform, WADM_STREAMS, Workspace, newest_of, serve,
};
use crate::wadm::captured;

/// On a new server, with the newest Terraform.
fn newest() -> Workspace {
    let server = NatsServer::start();
    let (url, admin) = (server.url(), Admin::connect(&server.url()));
    let newest = newest_of(Program::Terraform);
    let workspace = Workspace::of(server, admin, newest, &[("NATS_URL", &url)]);
    workspace.terraform.write("provider \"wasmcloud\" {}\n");
    workspace
}

/// A lattice as its hosts have made it.
fn make_lattice(admin: &Admin, lattice: &str) {
    for kind in ["LATTICEDATA", "CONFIGDATA"] {
        admin.create_bucket(&format!("{kind}_{lattice}"));
    }
}

fn list(r#type: &str, config: &str, more: &str) -> String {
    format!(
        "list \"{type}\" \"all\" {{\nprovider = wasmcloud\nconfig {{\n{config}\n}}\n{more}\n}}\n"
    )
}

fn lattices(config: &str, more: &str) -> String {
    list("wasmcloud_lattice_buckets", config, more)
}

/// The lines that a query printed, by their type.
struct Answer(Vec<Value>);

impl Answer {
    fn of(terraform: &Terraform, query: &str) -> Self {
        Self::try_of(terraform, query).unwrap_or_else(|failure| panic!("{failure}"))
    }

    fn try_of(terraform: &Terraform, query: &str) -> Result<Self, Failure> {
        terraform.write_file("main.tfquery.hcl", query);
        let text = terraform.run(&["query", "-json"])?;
        let lines = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        Ok(Self(lines.collect()))
    }

    fn found(&self) -> Vec<&Value> {
        let lines = self.0.iter();
        let found = lines.filter(|line| line["type"] == "list_resource_found");
        found.map(|line| &line["list_resource_found"]).collect()
    }

    fn names(&self) -> Vec<&str> {
        let found = self.found().into_iter();
        found
            .filter_map(|one| one["display_name"].as_str())
            .collect()
    }

    fn warnings(&self) -> Vec<&Value> {
        let lines = self.0.iter().filter(|line| line["type"] == "diagnostic");
        lines.map(|line| &line["diagnostic"]).collect()
    }
}

#[test]
fn lattices_are_listed_by_name_pattern_and_no_more_than_the_limit() {
    let workspace = newest();
    for lattice in ["default", "prod-eu", "prod-us"] {
        make_lattice(&workspace.admin, lattice);
    }
    workspace.admin.create_bucket("of_another_team");

    let all = Answer::of(&workspace.terraform, &lattices("", ""));
    let some = Answer::of(&workspace.terraform, &lattices("lattice = \"prod-*\"", ""));
    let one = Answer::of(&workspace.terraform, &lattices("", "limit = 1"));
    let none = Answer::of(&workspace.terraform, &lattices("lattice = \"x?\"", ""));

    assert_eq!(all.names(), ["default", "prod-eu", "prod-us"]);
    assert_eq!(some.names(), ["prod-eu", "prod-us"]);
    assert_eq!(one.names(), ["default"]);
    assert!(none.names().is_empty() && none.warnings().is_empty());
    let identity = json!({ "lattice": "default", "jetstream_domain": null });
    assert_eq!(all.found()[0]["identity"], identity);
    assert!(all.found()[0]["resource_object"].is_null());
}

#[test]
fn an_incomplete_lattice_is_listed_with_what_is_missing() {
    let workspace = newest();
    make_lattice(&workspace.admin, "default");
    workspace.admin.create_bucket("LATTICEDATA_half");

    for more in ["", "include_resource = true"] {
        let answer = Answer::of(&workspace.terraform, &lattices("", more));

        assert_eq!(
            answer.names(),
            ["default", "half (missing: CONFIGDATA_half)"]
        );
        let [warning] = answer.warnings()[..] else {
            panic!("{:?}", answer.0)
        };
        assert_eq!(warning["severity"], "warning");
        assert_eq!(warning["summary"], "1 object of the list is incomplete");
        let detail = warning["detail"].as_str().expect("a detail");
        assert!(detail.contains("CONFIGDATA_half"), "{detail}");
    }
}

#[test]
fn a_resource_that_is_included_has_the_settings_on_the_server() {
    let workspace = newest();
    make_lattice(&workspace.admin, "default");
    workspace
        .admin
        .edit_stream("KV_LATTICEDATA_default", |config| {
            config["max_msgs_per_subject"] = json!(7)
        });

    let answer = Answer::of(
        &workspace.terraform,
        &lattices("", "include_resource = true"),
    );

    let object = &answer.found()[0]["resource_object"];
    assert_eq!(object["lattice_data"]["history"], 7);
    assert_eq!(object["config_data"]["stream"], "KV_CONFIGDATA_default");
}

#[test]
fn the_configuration_that_a_query_writes_imports_everything_and_plans_nothing() {
    let workspace = newest();
    for lattice in ["default", "prod"] {
        make_lattice(&workspace.admin, lattice);
    }
    workspace.admin.edit_stream("KV_CONFIGDATA_prod", |config| {
        config["max_bytes"] = json!(5_000_000)
    });
    captured::make(&workspace.admin, &captured::requests());
    let before = workspace.admin.assets();
    let query = format!(
        "{}{}",
        lattices("", ""),
        list("wadm_jetstream", "", "").replace("\"all\"", "\"installations\"")
    );
    let terraform = &workspace.terraform;
    terraform.write_file("main.tfquery.hcl", &query);

    let written = terraform.run(&["query", "-generate-config-out=generated.tf", "-no-color"]);

    written.unwrap_or_else(|failure| panic!("{failure}"));
    let generated = fs::read_to_string(terraform.folder().join("generated.tf")).expect("a file");
    let plan = terraform.plan();
    assert!(plan.is_empty(), "{}\n{generated}", plan.text());
    terraform.apply_plan(&plan);
    terraform.expect_empty();
    assert_eq!(terraform.state().addresses().len(), 3, "{generated}");
    assert_eq!(workspace.admin.assets(), before);
    assert!(generated.contains("max_bytes = 5000000"), "{generated}");
}

#[test]
fn an_installation_of_wadm_is_found_in_both_modes_and_with_other_names() {
    for multitenant in [false, true] {
        let workspace = newest();
        let terraform = &workspace.terraform;
        terraform.converge(&format!(
            "resource \"wadm_jetstream\" \"main\" {{\nprovider = wasmcloud\nmultitenant = {multitenant}\n\
             state = {{ bucket = \"blue\" }}\n}}\n"
        ));

        let usual = Answer::of(terraform, &list("wadm_jetstream", "", ""));
        let named = list(
            "wadm_jetstream",
            "state_bucket = \"bl*\"",
            "include_resource = true",
        );
        let named = Answer::of(terraform, &named);

        assert_eq!(
            usual.names(),
            ["wadm_state/wadm_manifests (missing: wadm_state)"]
        );
        let advice = usual.warnings()[0]["detail"].as_str().expect("a detail");
        assert!(advice.contains("set it in `config`"), "{advice}");
        assert_eq!(named.names(), ["blue/wadm_manifests"]);
        let object = &named.found()[0]["resource_object"];
        assert_eq!(object["multitenant"], multitenant);
        assert_eq!(named.found()[0]["identity"]["state_bucket"], "blue");
        assert_eq!(workspace.admin.stream_names().len(), WADM_STREAMS.len());
    }
}

#[test]
fn a_list_that_cannot_be_made_says_why() {
    let workspace = newest();
    for bucket in ["one_state", "two_state"] {
        workspace.admin.create_bucket(bucket);
    }
    for (query, says) in [
        (
            lattices("lattice = \"a.b\"", ""),
            "is not a pattern of names",
        ),
        (
            lattices("jetstream_domain = \"a b\"", ""),
            "Set only the name",
        ),
        (
            list("wadm_jetstream", "state_bucket = \"*_state\"", ""),
            "Several buckets match",
        ),
    ] {
        let Err(failure) = Answer::try_of(&workspace.terraform, &query) else {
            panic!("{query}")
        };
        assert!(failure.says(says), "{failure}");
    }
    let nobody = serve(&[("NATS_URL", "nats://127.0.0.1:1")]);
    let terraform = Terraform::reattached_to(newest_of(Program::Terraform), &nobody.reattach());
    terraform.write("provider \"wasmcloud\" {\nconnect_timeout = \"100ms\"\n}\n");

    let Err(failure) = Answer::try_of(&terraform, &lattices("", "")) else {
        panic!("it was listed")
    };

    assert!(failure.says("127.0.0.1:1"), "{failure}");
}

#[test]
fn a_domain_is_listed_by_its_name() {
    let workspace = Workspace::on_hub(newest_of(Program::Terraform));
    workspace.terraform.write("provider \"wasmcloud\" {}\n");
    make_lattice(&workspace.admin.in_domain("leaf"), "far");
    make_lattice(&workspace.admin.in_domain("hub"), "near");

    let far = Answer::of(
        &workspace.terraform,
        &lattices("jetstream_domain = \"leaf\"", ""),
    );
    let near = Answer::of(
        &workspace.terraform,
        &lattices("jetstream_domain = \"hub\"", ""),
    );

    assert_eq!(far.names(), ["leaf:far"]);
    assert_eq!(near.names(), ["hub:near"]);
    assert_eq!(far.found()[0]["identity"]["jetstream_domain"], "leaf");
}

#[test]
fn the_examples_list_what_exists() {
    let workspace = newest();
    make_lattice(&workspace.admin, "default");
    captured::make(&workspace.admin, &captured::requests());
    for r#type in ["wasmcloud_lattice_buckets", "wadm_jetstream"] {
        let file = format!("examples/list-resources/{type}/list-resource.tfquery.hcl");
        let root = crate::generated::committed::root();
        let example = fs::read_to_string(root.join(file)).expect("an example");

        let answer = Answer::of(&workspace.terraform, &example);

        assert!(!answer.names().is_empty(), "{type}");
        assert!(answer.warnings().is_empty(), "{:?}", answer.0);
    }
}

#[test]
fn a_list_needs_only_the_permissions_of_its_page() {
    const NAMES: &str = "$JS.API.STREAM.NAMES";
    const PAGE: &str = include_str!("../../../docs/list-resources/lattice_buckets.md");
    assert!(PAGE.contains(NAMES) && PAGE.contains("$JS.API.STREAM.INFO.<stream>"));
    let users = format!(
        "authorization {{ timeout: 30, users: [
            {{ user: admin, password: secret }}
            {{ user: names, password: secret, permissions: {{ publish: [\"{NAMES}\"], subscribe: [\"_INBOX.>\"] }} }}
            {{ user: reads, password: secret, permissions: {{
                publish: [\"{NAMES}\", \"$JS.API.STREAM.INFO.>\"], subscribe: [\"_INBOX.>\"]
            }} }}
            {{ user: nothing, password: secret, permissions: {{ publish: [\"other\"], subscribe: [\"_INBOX.>\"] }} }}
        ] }}"
    );
    let server = NatsServer::configured(&users);
    let mut workspace = Workspace::logged_in(server, "names");
    workspace.provided.use_cli(newest_of(Program::Terraform));
    workspace.terraform.write("provider \"wasmcloud\" {}\n");
    make_lattice(&workspace.admin, "default");

    let listed = Answer::of(&workspace.terraform, &lattices("", ""));
    assert_eq!(listed.names(), ["default"]);

    workspace.log_in("reads");
    let read = Answer::of(
        &workspace.terraform,
        &lattices("", "include_resource = true"),
    );
    assert_eq!(read.names(), ["default"]);

    workspace.log_in("nothing");
    let Err(failure) = Answer::try_of(&workspace.terraform, &lattices("", "")) else {
        panic!("it was listed")
    };
    assert!(
        failure.says("permission to publish to $JS.API.STREAM.NAMES"),
        "{failure}"
    );
}

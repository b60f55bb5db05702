//! Every file under `examples/` does what its comment says, with the real binary, as a reader would try it.

mod authentication;
mod opentofu;
mod pipelines;
mod policies;
mod readme;
mod terragrunt;
mod use_cases;

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Admin, NatsServer, Terraform, WADM_STREAMS};
use serde_json::{Value, json};

const PROVIDER: &str = env!("CARGO_BIN_EXE_terraform-provider-wasmcloud");
/// What the real wadm sent to make them.
const WADM_REQUESTS: &str = include_str!("../../fixtures/wadm-create-requests.jsonl");
const BUCKETS: &str = "wasmcloud_lattice_buckets.default";

#[test]
fn every_example_is_formatted_by_every_terraform() {
    for cli in crate::support::terraform_versions() {
        let terraform = Terraform::bare(cli);
        let folder = examples();

        let unformatted = terraform.run(&["fmt", "-check", "-recursive", folder.to_str().unwrap()]);

        assert_eq!(
            unformatted.unwrap_or_else(|failure| panic!("{failure}")),
            ""
        );
    }
}

#[test]
fn the_provider_example_is_a_valid_configuration() {
    let terraform = Terraform::with_binary(PROVIDER);
    terraform.write(&read("provider/provider.tf"));

    terraform
        .run(&["validate", "-no-color"])
        .unwrap_or_else(|failure| panic!("{failure}"));

    assert!(terraform.plan().is_empty());
}

#[test]
fn the_quickstart_applies_and_names_its_buckets() {
    let server = NatsServer::start();
    let terraform = Terraform::with_binary(PROVIDER).env("NATS_URL", &server.url());

    let plan = terraform.step(&read("quickstart/main.tf"));

    assert_eq!(plan.actions(BUCKETS), ["create"]);
    let buckets = terraform.shown_state()["values"]["outputs"]["buckets"]["value"].clone();
    assert_eq!(
        buckets,
        json!(["LATTICEDATA_default", "CONFIGDATA_default"])
    );
    assert_eq!(
        Admin::connect(&server.url()).stream_names(),
        ["KV_CONFIGDATA_default", "KV_LATTICEDATA_default"]
    );
}

#[test]
fn the_outputs_of_examples_bear_that_something_no_longer_exists() {
    for (example, output, left) in [
        ("quickstart", "buckets", json!(["LATTICEDATA_default"])),
        ("platform", "streams", Value::Null),
    ] {
        let server = NatsServer::start();
        let admin = Admin::connect(&server.url());
        let terraform = Terraform::with_binary(PROVIDER).env("NATS_URL", &server.url());
        terraform.converge(&read(&format!("{example}/main.tf")));
        let all = admin.stream_names();
        let gone = |name: &String| name.starts_with("KV_CONFIGDATA") || name == "wadm_notify";
        let shown = || terraform.shown_state()["values"]["outputs"][output]["value"].clone();
        let refresh = || {
            let options = ["apply", "-refresh-only", "-auto-approve", "-input=false"];
            terraform
                .run(&options)
                .unwrap_or_else(|failure| panic!("{failure}"));
        };

        for stream in admin.stream_names().iter().filter(|name| gone(name)) {
            admin.delete_stream(stream);
        }
        refresh();
        let expected = match left {
            // The map `streams` has what the next apply recreates.
            Value::Null => json!(all),
            left => left,
        };
        assert_eq!(shown(), expected);

        // And that nothing of an object exists.
        for stream in admin.stream_names() {
            admin.delete_stream(&stream);
        }
        refresh();
        assert!(shown().as_array().is_none_or(Vec::is_empty));
    }
}

#[test]
fn the_resource_example_applies_and_goes_again() {
    let server = NatsServer::start();
    let admin = Admin::connect(&server.url());
    let terraform = Terraform::with_binary(PROVIDER).env("NATS_URL", &server.url());

    terraform.converge(&read("resources/wasmcloud_lattice_buckets/resource.tf"));

    let histories = ["LATTICEDATA", "CONFIGDATA"]
        .map(|kind| admin.config(&format!("KV_{kind}_production"))["max_msgs_per_subject"].clone());
    assert_eq!(histories, [20, 5]);
    assert_eq!(admin.config("KV_CONFIGDATA_preview")["storage"], "memory");

    admin.put("CONFIGDATA_preview", "key", "value");
    terraform.destroy();

    assert!(admin.stream_names().is_empty());
}

#[test]
fn the_wadm_example_makes_an_installation_in_each_of_two_accounts() {
    let server = NatsServer::configured(
        "accounts {
            TEST { jetstream: enabled, users: [{ user: test, password: secret }] }
            PRODUCTION { jetstream: enabled, users: [{ user: production, password: secret }] }
        }",
    );
    let terraform = Terraform::with_binary(PROVIDER)
        .env("NATS_URL", &server.url())
        .env("NATS_USER", "test")
        .env("NATS_PASSWORD", "secret")
        .env("TF_VAR_production_password", "secret");

    terraform.converge(&read("resources/wadm_jetstream/resource.tf"));

    let admins =
        ["test", "production"].map(|user| Admin::connect_as(&server.url(), user, "secret"));
    for admin in &admins {
        assert_eq!(admin.stream_names(), WADM_STREAMS);
    }
    assert_eq!(admins[0].config("wadm_events")["max_bytes"], -1);
    let production = |stream: &str, key: &str| admins[1].config(stream)[key].clone();
    assert_eq!(production("wadm_events", "max_age"), 300_000_000_000_u64);
    assert_eq!(production("wadm_commands", "max_bytes"), 104_857_600);
    assert_eq!(production("KV_wadm_manifests", "max_msgs_per_subject"), 10);
    assert_eq!(production("KV_wadm_manifests", "max_bytes"), 268_435_456);

    terraform.destroy();
    assert!(admins.iter().all(|admin| admin.stream_names().is_empty()));
}

#[test]
fn the_platform_example_keeps_the_buckets_of_every_lattice_and_one_wadm() {
    let server = NatsServer::start();
    let admin = Admin::connect(&server.url());
    let terraform = Terraform::with_binary(PROVIDER).env("NATS_URL", &server.url());

    terraform.converge(&read("platform/main.tf"));

    let kinds = ["CONFIGDATA", "LATTICEDATA"];
    let mut streams: Vec<String> = kinds
        .iter()
        .flat_map(|kind| ["production", "staging"].map(|lattice| format!("KV_{kind}_{lattice}")))
        .chain(WADM_STREAMS.map(str::to_owned))
        .collect();
    streams.sort();
    assert_eq!(admin.stream_names(), streams);
    let shown = terraform.shown_state()["values"]["outputs"]["streams"]["value"].clone();
    assert_eq!(shown, json!(streams));

    admin.delete_stream("wadm_events");
    admin.delete_stream("KV_CONFIGDATA_staging");
    terraform
        .try_apply(&["-refresh-only"])
        .unwrap_or_else(|failure| panic!("{failure}"));
    let shown = terraform.shown_state()["values"]["outputs"]["streams"]["value"].clone();
    assert_eq!(shown, json!(streams));
    terraform.apply();

    let with_another = terraform.plan_with(&["-var", "lattices=[\"production\", \"next\"]"]);
    let buckets = |lattice: &str| {
        with_another.actions(&format!("wasmcloud_lattice_buckets.each[\"{lattice}\"]"))
    };
    assert_eq!(buckets("production"), ["no-op"]);
    assert_eq!(buckets("next"), ["create"]);
    assert_eq!(buckets("staging"), ["delete"]);
    assert_eq!(with_another.actions("wadm_jetstream.this"), ["no-op"]);
}

/// Ten times, since the wrong layout, two names for one source, goes wrong by chance.
#[test]
fn a_module_that_calls_the_provider_wadm_gets_the_root_s_configuration_and_needs_no_line() {
    let (server, other) = (NatsServer::start(), NatsServer::start());
    let admin = Admin::connect(&server.url());
    // The configuration wins over the variable, so an unconfigured provider would be seen.
    let root = read("module/main.tf").replace(
        "provider \"wasmcloud\" {",
        &format!(
            "provider \"wasmcloud\" {{\n  servers = [\"{}\"]",
            server.url()
        ),
    );
    let terraform = Terraform::with_binary(PROVIDER).env("NATS_URL", &other.url());
    fs::create_dir(terraform.folder().join("wadm")).unwrap();
    terraform.write_file("wadm/main.tf", &read("module/wadm/main.tf"));
    terraform.write(&root);
    terraform
        .run(&["get", "-no-color"])
        .unwrap_or_else(|failure| panic!("{failure}"));

    let plan = terraform.plan();
    terraform.apply_plan(&plan);

    assert_eq!(plan.actions("module.wadm.wadm_jetstream.this"), ["create"]);
    let said = plan.diagnostics();
    assert!(
        !said
            .iter()
            .any(|said| said.says("Duplicate required provider")),
        "{said:#?}"
    );
    assert_eq!(admin.stream_names(), WADM_STREAMS);
    for _ in 0..10 {
        assert!(terraform.plan().is_empty());
    }
    assert!(Admin::connect(&other.url()).stream_names().is_empty());
}

#[test]
fn the_wadm_import_command_and_block_take_over_what_wadm_has_made() {
    for by_block in [false, true] {
        let server = NatsServer::start();
        let admin = Admin::connect(&server.url());
        for line in WADM_REQUESTS.lines() {
            admin.create_stream(&serde_json::from_str(line).unwrap());
        }
        let terraform = Terraform::with_binary(PROVIDER).env("NATS_URL", &server.url());
        let block = read("resources/wadm_jetstream/import-by-string-id.tf");

        if by_block {
            let plan = terraform.step(&block);

            assert_eq!(plan.actions("wadm_jetstream.this"), ["no-op"]);
            continue;
        }
        let (_, resource) = block.split_once("\n\n").unwrap();
        terraform.write(resource);
        let script = read("resources/wadm_jetstream/import.sh");
        let command = script
            .lines()
            .find(|line| line.starts_with("terraform import"));
        let [_, _, address, id] = command.unwrap().split(' ').collect::<Vec<_>>()[..] else {
            panic!("{script}")
        };
        terraform
            .import(address, id)
            .unwrap_or_else(|failure| panic!("{failure}"));

        terraform.expect_empty();
    }
}

#[test]
fn the_import_command_takes_over_what_hosts_have_made() {
    let server = server_of_hosts();
    let terraform = Terraform::with_binary(PROVIDER).env("NATS_URL", &server.url());
    terraform.write("resource \"wasmcloud_lattice_buckets\" \"default\" {}");
    let script = read("resources/wasmcloud_lattice_buckets/import.sh");
    let command: Vec<&str> = script.lines().last().unwrap().split_whitespace().collect();
    let ["terraform", "import", address, id] = command[..] else {
        panic!("{command:?}")
    };

    terraform
        .import(address, id)
        .unwrap_or_else(|failure| panic!("{failure}"));

    terraform.expect_empty();
}

#[test]
fn the_import_block_takes_over_what_hosts_have_made() {
    let server = server_of_hosts();
    let terraform = Terraform::with_binary(PROVIDER).env("NATS_URL", &server.url());
    let block = read("resources/wasmcloud_lattice_buckets/import-by-string-id.tf");

    let plan = terraform.step(&format!(
        "{block}\nresource \"wasmcloud_lattice_buckets\" \"default\" {{}}"
    ));

    assert_eq!(plan.actions(BUCKETS), ["no-op"]);
    assert_eq!(plan.change(BUCKETS).importing()["id"], "default");
}

/// A server on which a host has made its buckets and stored a key.
fn server_of_hosts() -> NatsServer {
    let server = NatsServer::start();
    let admin = Admin::connect(&server.url());
    admin.create_bucket("LATTICEDATA_default");
    admin.create_bucket("CONFIGDATA_default");
    admin.put("CONFIGDATA_default", "key", "value");
    server
}

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

fn read(path: &str) -> String {
    fs::read_to_string(examples().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

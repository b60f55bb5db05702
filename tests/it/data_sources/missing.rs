//! What does not exist, cannot be reached or is not known yet.

use super::HEADER;
use crate::support::{
    Admin, NatsServer, Workspace, domain, nats_server_versions, terraform_default,
};

const BUCKETS: &str = "data \"wasmcloud_lattice_buckets\" \"main\" {\n  lattice = \"prod\"\n}\n";
const WADM: &str = "data \"wadm_jetstream\" \"main\" {\n  provider = wasmcloud\n}\n";

fn workspace(config: &str) -> Workspace {
    let workspace = Workspace::on(NatsServer::start());
    workspace.terraform.write(&format!("{HEADER}{config}"));
    workspace
}

#[test]
fn what_does_not_exist_is_an_error_that_names_it_and_what_to_check() {
    let workspace = workspace(BUCKETS);
    let none = workspace.terraform.plan_error();
    workspace.admin.create_bucket("LATTICEDATA_prod");
    let one = workspace.terraform.plan_error();
    workspace.terraform.write(&format!("{HEADER}{WADM}"));
    let wadm = workspace.terraform.plan_error();

    assert!(none.says("Neither of the two buckets exists"), "{none}");
    assert!(
        none.says("KV_LATTICEDATA_prod or KV_CONFIGDATA_prod"),
        "{none}"
    );
    assert!(none.says("depends_on"), "{none}");
    assert!(one.says("Bucket CONFIGDATA_prod does not exist"), "{one}");
    assert!(
        wadm.says("None of the 8 buckets and streams exists"),
        "{wadm}"
    );
}

#[test]
fn an_argument_that_is_not_valid_is_an_error_without_a_server() {
    let workspace = workspace(&BUCKETS.replace("prod", "my lattice"));
    workspace.server.stop();

    let failure = workspace.terraform.plan_error();

    assert!(failure.says("use only letters, digits"), "{failure}");
}

#[test]
fn a_server_that_is_not_reachable_is_the_usual_error() {
    let workspace = workspace(&format!("{BUCKETS}{WADM}"));
    workspace.server.stop();
    let timeout = "provider \"wasmcloud\" {\n  connect_timeout = \"1s\"\n}\n";
    workspace
        .terraform
        .write(&format!("{HEADER}{timeout}{BUCKETS}"));

    let failure = workspace.terraform.plan_error();

    assert!(
        failure.says("The NATS server is not reachable"),
        "{failure}"
    );
}

#[test]
fn an_unknown_provider_configuration_is_an_error_that_says_what_is_unknown() {
    let workspace = workspace("");
    let url = workspace.server.url();
    let address = format!("resource \"terraform_data\" \"url\" {{\n  input = \"{url}\"\n}}\n");
    let provider = "provider \"wasmcloud\" {\n  servers = [terraform_data.url.output]\n}\n";
    let lattices = |depends: &str| {
        format!(
            "data \"wasmcloud_lattices\" \"all\" {{\n{depends}}}\noutput \"all\" {{\n  value = keys(data.wasmcloud_lattices.all.lattices)\n}}\n"
        )
    };
    workspace
        .terraform
        .write(&format!("{HEADER}{address}{provider}{}", lattices("")));

    let failure = workspace.terraform.plan_error();

    assert!(
        failure.says("Provider configuration is not known yet"),
        "{failure}"
    );
    assert!(failure.says("`servers`"), "{failure}");
    assert!(failure.says("depends_on"), "{failure}");

    // What the error says works.
    let depends = "  depends_on = [terraform_data.url]\n";
    workspace
        .terraform
        .write(&format!("{HEADER}{address}{provider}{}", lattices(depends)));
    workspace.terraform.apply();
    let shown = workspace.terraform.shown_state();
    assert_eq!(
        shown["values"]["outputs"]["all"]["value"],
        serde_json::json!([])
    );
}

#[test]
fn a_data_source_that_depends_on_a_create_is_read_after_it() {
    let workspace = workspace(
        "resource \"wasmcloud_lattice_buckets\" \"main\" {\n  lattice = \"prod\"\n}\n\
         data \"wasmcloud_lattice_buckets\" \"main\" {\n  lattice    = \"prod\"\n  depends_on = [wasmcloud_lattice_buckets.main]\n}\n",
    );

    workspace.terraform.apply();

    let state = workspace.terraform.state();
    let found = state.values("data.wasmcloud_lattice_buckets.main");
    assert_eq!(found["config_data"]["stream"], "KV_CONFIGDATA_prod");
    workspace.terraform.expect_empty();
}

#[test]
fn the_domain_is_that_of_the_provider_block_unless_the_data_source_sets_one() {
    let server = NatsServer::launch(nats_server_versions()[0], &domain("hub"), "");
    let (url, admin) = (server.url(), Admin::connect(&server.url()));
    admin.create_bucket("CONFIGDATA_a");
    let workspace = Workspace::of(server, admin, terraform_default(), &[("NATS_URL", &url)]);
    let data = |argument: &str| format!("data \"wasmcloud_lattices\" \"all\" {{\n{argument}}}\n");
    let block = "provider \"wasmcloud\" {\n  jetstream_domain = \"hub\"\n}\n";
    workspace
        .terraform
        .write(&format!("{HEADER}{block}{}", data("")));
    workspace.terraform.apply();
    let state = workspace.terraform.state();
    assert_eq!(
        state.values("data.wasmcloud_lattices.all")["jetstream_domain"],
        "hub"
    );

    for (block, argument, says) in [
        (
            block,
            "  jetstream_domain = \"away\"\n",
            "JetStream domain away is not reachable",
        ),
        (
            "provider \"wasmcloud\" {\n  jetstream_api_prefix = \"$JS.hub.API\"\n}\n",
            "  jetstream_domain = \"hub\"\n",
            "Both a domain and an API prefix are set",
        ),
    ] {
        workspace
            .terraform
            .write(&format!("{HEADER}{block}{}", data(argument)));

        let failure = workspace.terraform.plan_error();

        assert!(failure.says(says), "{failure}");
    }
}

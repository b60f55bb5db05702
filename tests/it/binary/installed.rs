//! Every Terraform there is, the provider beside its source and the provider from a mirror.

use crate::binary::setup::{APPLY, BINARY, STREAMS, Setup};
use crate::support::{Admin, NatsServer, Terraform, mirror, terraform_default, terraform_versions};

#[test]
fn every_terraform_makes_keeps_and_destroys() {
    let server = NatsServer::start();
    let admin = Admin::connect(&server.url());

    for cli in terraform_versions() {
        let setup = Setup::with(cli, BINARY, &server.url());

        setup.terraform.run(APPLY).unwrap();

        assert_eq!(
            admin.stream_names(),
            STREAMS,
            "{}",
            setup.terraform.version()
        );
        setup.terraform.expect_empty();
        setup.terraform.destroy();
        assert_eq!(admin.stream_names(), Vec::<String>::new());
        setup.expect_nothing_left();
    }
}

#[test]
fn from_a_mirror_it_is_installed_by_init() {
    let server = NatsServer::start();
    let terraform = Terraform::bare(terraform_default());
    let registry = terraform.cli().program.registry();
    let mirror = terraform.folder().join(".mirror");
    terraform.write_cli_config(&mirror::unpacked(&mirror, registry));
    let setup = Setup::of(terraform, &server.url());

    let init = setup
        .terraform
        .run(&["init", "-input=false", "-no-color"])
        .unwrap();
    let version = setup.terraform.run(&["version", "-json"]).unwrap();
    setup.terraform.run(APPLY).unwrap();
    setup.terraform.expect_empty();
    setup.terraform.destroy();

    assert!(init.contains("Installed wasmcloud/wasmcloud v0"), "{init}");
    let selected = format!(
        "\"{registry}/wasmcloud/wasmcloud\": \"{}\"",
        env!("CARGO_PKG_VERSION")
    );
    assert!(version.contains(&selected), "{version}");
}

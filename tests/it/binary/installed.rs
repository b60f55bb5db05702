//! Every Terraform there is, the provider beside its source and the provider from a mirror.

use std::fs;
use std::path::Path;

use crate::binary::setup::{APPLY, BINARY, STREAMS, Setup};
use crate::support::{Admin, NatsServer, Terraform, terraform_default, terraform_versions};

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
    let mirror = terraform.folder().join(".mirror");
    install(&mirror);
    terraform.write_cli_config(&format!(
        "provider_installation {{\n  filesystem_mirror {{ path = \"{}\" }}\n}}\n",
        mirror.display()
    ));
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
        "\"registry.terraform.io/wasmcloud/wasmcloud\": \"{}\"",
        env!("CARGO_PKG_VERSION")
    );
    assert!(version.contains(&selected), "{version}");
}

/// Puts the binary where a mirror has it.
fn install(mirror: &Path) {
    let version = env!("CARGO_PKG_VERSION");
    let machine = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let folder = mirror.join(format!(
        "registry.terraform.io/wasmcloud/wasmcloud/{version}/{system}_{machine}"
    ));
    fs::create_dir_all(&folder).unwrap();
    fs::copy(
        BINARY,
        folder.join(format!("terraform-provider-wasmcloud_v{version}")),
    )
    .unwrap();
}

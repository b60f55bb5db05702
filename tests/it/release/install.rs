//! A release is installed as users do it, and then plans.

use std::fs;
use std::path::Path;

use crate::release::registry::{FileServer, checksum};
use crate::release::setup::{Files, Release, VERSION, archive, platform};
use crate::support::{NatsServer, Terraform, terraform_default};

#[test]
fn a_registry_gives_a_signed_release_whose_checksums_are_locked() {
    let release = Release::signed();
    let registry = FileServer::registry(&release, |_| ());
    let terraform = installing(&registry, registry.address(), "direct {}");

    let init = terraform.run(INIT).unwrap();
    let lock = format!("-platform={}", platform());
    terraform
        .run(&["providers", "lock", "-no-color", &lock])
        .unwrap();

    let installed = format!(
        "Installed {}/wasmcloud/wasmcloud v{VERSION}",
        registry.address()
    );
    assert!(init.contains(&installed), "{init}");
    assert!(
        init.contains(&format!("key ID {}", release.key.id)),
        "{init}"
    );
    let locked = fs::read_to_string(terraform.folder().join(".terraform.lock.hcl")).unwrap();
    let sum = checksum(&release, &archive());
    assert!(locked.contains(&format!("\"zh:{sum}\"")), "{locked}");
    assert!(locked.contains("\"h1:"), "{locked}");
    expect_plan(&terraform);
}

#[test]
fn a_mirror_of_a_registry_gives_it_from_a_folder_and_over_the_network() {
    let release = Release::signed();
    let registry = FileServer::registry(&release, |_| ());
    let mirroring = installing(&registry, PUBLIC, "direct {}");
    mirroring.run(&["providers", "mirror", "mirror"]).unwrap();
    let mirror = mirroring.folder().join("mirror");

    let method = format!("filesystem_mirror {{ path = {mirror:?} }}");
    let from_folder = installing(&registry, PUBLIC, &method);
    from_folder.run(INIT).unwrap();
    let server = FileServer::start(|_| files_below(&mirror, "/mirror"));
    let method = format!(
        "network_mirror {{ url = \"https://{}/mirror/\" }}",
        server.address()
    );
    let from_network = installing(&server, PUBLIC, &method);
    // Neither asks where the mirror is from.
    drop(registry);
    from_network.run(INIT).unwrap();

    for terraform in [from_folder, from_network] {
        let providers = terraform.folder().join(".terraform/providers");
        let place = format!("{PUBLIC}/wasmcloud/wasmcloud/{VERSION}/{}", platform());
        let licences = providers.join(place).join("THIRD-PARTY-LICENSES.txt");
        assert!(licences.exists(), "{}", licences.display());
        expect_plan(&terraform);
    }
}

#[test]
fn a_client_that_does_not_trust_the_registry_installs_nothing() {
    let release = Release::signed();
    let registry = FileServer::registry(&release, |_| ());
    let other = FileServer::start(|_| Files::new());
    let terraform = installing(&other, registry.address(), "direct {}");

    let failure = terraform.run(INIT).unwrap_err();

    assert!(
        failure.to_string().contains("unknown authority"),
        "{failure}"
    );
}

pub const INIT: &[&str] = &["init", "-input=false", "-no-color"];

/// Terraform's own registry, in whose place the server of a test answers.
const PUBLIC: &str = "registry.terraform.io";

/// A Terraform that trusts a server, and whose configuration needs the provider of this host, installed by this method.
pub fn installing(trusted: &FileServer, host: &str, method: &str) -> Terraform {
    let terraform = Terraform::bare(terraform_default()).env("SSL_CERT_FILE", &trusted.authority());
    let registry = format!("https://{}/v1/providers/", trusted.address());
    terraform.write_cli_config(&format!(
        "host \"{PUBLIC}\" {{\n  services = {{ \"providers.v1\" = \"{registry}\" }}\n}}\n\
         provider_installation {{\n  {method}\n}}\n"
    ));
    terraform.write(&format!(
        r#"
        terraform {{
          required_providers {{
            wasmcloud = {{
              source  = "{host}/wasmcloud/wasmcloud"
              version = "{VERSION}"
            }}
          }}
        }}

        resource "wasmcloud_lattice_buckets" "main" {{}}
        "#
    ));
    terraform
}

/// What was installed plans, before a real server.
fn expect_plan(terraform: &Terraform) {
    let server = NatsServer::start();
    let terraform = terraform.clone().env("NATS_URL", &server.url());

    let plan = terraform.plan();

    assert_eq!(plan.actions("wasmcloud_lattice_buckets.main"), ["create"]);
}

/// The files below a folder, by their path below `prefix`.
pub fn files_below(folder: &Path, prefix: &str) -> Files {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .flat_map(|entry| {
            let path = format!("{prefix}/{}", entry.file_name().to_str().unwrap());
            match entry.path().is_dir() {
                true => files_below(&entry.path(), &path),
                false => Files::from([(path, fs::read(entry.path()).unwrap())]),
            }
        })
        .collect()
}

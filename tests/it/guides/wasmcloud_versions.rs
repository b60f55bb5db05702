//! `wasmcloud-versions.md`: what is used by which version, and how the rest is deleted or kept.

use terraform_provider_wasmcloud::testing::catalogue::{AssetKind, CATALOGUE};

use crate::guides::page;
use crate::guides::page_run::OnServer;

const PAGE: &str = "wasmcloud-versions";

/// Both objects, with contents, and the configuration of the page applied.
fn applied(heading: &str) -> OnServer {
    let mut on_server = OnServer::new(PAGE, heading);
    on_server.run.step();
    on_server.admin.put("LATTICEDATA_default", "key", "value");
    on_server.admin.put("wadm_manifests", "key", "value");
    on_server
}

#[test]
fn the_table_names_every_bucket_and_stream_and_none_has_a_subject_of_2_x() {
    let page = page::read(PAGE);
    let named = page.lines().filter(|line| line.contains("| no |"));
    let named = named.filter_map(|line| line.split('`').nth(1));
    let named: Vec<String> = named.map(|name| name.replace("<lattice>", "{}")).collect();

    let names: Vec<&str> = CATALOGUE.iter().map(|asset| asset.name).collect();
    assert_eq!(named, names);
    for asset in CATALOGUE {
        if let AssetKind::Stream(stream) = asset.kind {
            let subjects = [stream.subjects, stream.multitenant_subjects].concat();
            // `*.wasmbus.evt.*.>` does not match `runtime.host...` either: its second word is wasmbus.
            let words = ["wadm", "wasmbus"];
            assert!(
                subjects
                    .iter()
                    .all(|subject| subject.split('.').take(2).any(|word| words.contains(&word))),
                "{subjects:?}"
            );
        }
    }
}

#[test]
fn what_is_not_used_any_more_is_deleted_with_its_contents() {
    let mut on_server = applied("Delete what is no longer used");

    let printed = on_server.run.succeeds();

    assert!(
        printed.contains("Bucket LATTICEDATA_default is deleted with 1 key"),
        "{printed}"
    );
    assert_eq!(on_server.admin.stream_names(), [""; 0]);
}

#[test]
fn the_blocks_may_be_removed_instead() {
    let mut on_server = applied("Delete what is no longer used");
    on_server.run.skip(&["shell"]);

    on_server.run.terraform.write("");
    on_server.run.terraform.apply();

    assert_eq!(on_server.admin.stream_names(), [""; 0]);
}

#[test]
fn what_is_only_removed_from_terraform_stays_on_the_server() {
    let mut on_server = applied("Keep the data, remove it from Terraform");

    on_server.run.succeeds();

    assert_eq!(on_server.admin.stream_names().len(), CATALOGUE.len());
    assert_eq!(on_server.admin.messages("KV_wadm_manifests"), 1);
}

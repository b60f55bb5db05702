//! What is not the release that was signed is not installed.

use std::io::{Cursor, Write};

use serde_json::Value;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::release::install::{INIT, files_below, installing};
use crate::release::registry::{FileServer, checksum, download};
use crate::release::setup::{Files, Release, archive, file};
use crate::support::Terraform;

#[test]
fn an_archive_that_is_not_that_of_the_checksum_is_refused() {
    let release = Release::signed();
    let registry = FileServer::registry(&release, alter);

    let failure = refused(&registry);

    assert!(
        failure.contains("archive has incorrect checksum"),
        "{failure}"
    );
}

#[test]
fn checksums_that_were_changed_after_the_signature_are_refused() {
    let release = Release::signed();
    let other = Release::of(&altered(&release));
    let registry = FileServer::registry(&release, |site| {
        alter(site);
        let sums = format!("/files/{}", file("SHA256SUMS"));
        site.insert(sums, other.files[&file("SHA256SUMS")].clone());
        set(site, "shasum", &checksum(&other, &archive()).into());
    });

    let failure = refused(&registry);

    assert!(failure.contains("error checking signature"), "{failure}");
}

#[test]
fn a_signature_by_another_key_than_the_registry_knows_is_refused() {
    let release = Release::signed();
    let other = Release::signed();
    let registry = FileServer::registry(&release, |site| {
        let signature = file("SHA256SUMS.sig");
        site.insert(
            format!("/files/{signature}"),
            other.files[&signature].clone(),
        );
    });

    let failure = refused(&registry);

    assert!(
        failure.contains("authentication signature from unknown issuer"),
        "{failure}"
    );
}

#[test]
fn another_archive_than_the_locked_one_is_refused() {
    let release = Release::signed();
    let registry = FileServer::registry(&release, |_| ());
    let terraform = installing(&registry, registry.address(), "direct {}");
    terraform.run(INIT).unwrap();
    let locked = std::fs::read_to_string(terraform.folder().join(".terraform.lock.hcl")).unwrap();

    // Signed by its owner, and of the same version all the same.
    let other = FileServer::registry(&Release::of(&altered(&release)), |_| ());
    let later = installing(&other, other.address(), "direct {}");
    let locked = locked.replace(registry.address(), other.address());
    later.write_file(".terraform.lock.hcl", &locked);

    let failure = failed(&later);
    assert!(
        failure.contains("checksums previously recorded in the dependency lock file"),
        "{failure}"
    );
}

/// Installs from a registry, which must fail and leave nothing installed.
fn refused(registry: &FileServer) -> String {
    failed(&installing(registry, registry.address(), "direct {}"))
}

fn failed(terraform: &Terraform) -> String {
    let failure = terraform.run(INIT).unwrap_err().to_string();
    let providers = terraform.folder().join(".terraform/providers");
    // OpenTofu leaves the folder, with the file that locks it.
    if providers.exists() {
        let files = files_below(&providers, "");
        let is_ours = |name: &&String| name.contains("/terraform-provider-");
        assert_eq!(files.keys().find(is_ours), None, "{failure}");
    }
    // As one line: Terraform breaks them.
    failure
        .split_whitespace()
        .filter(|word| *word != "│")
        .collect::<Vec<_>>()
        .join(" ")
}

/// Changes the archive that a registry serves.
fn alter(site: &mut Files) {
    let archive = site.get_mut(&format!("/files/{}", archive())).unwrap();
    change(archive);
}

/// The files without checksums, with another archive.
fn altered(release: &Release) -> Files {
    let mut files = release.files.clone();
    files.retain(|name, _| !name.contains("SHA256SUMS"));
    change(files.get_mut(&archive()).unwrap());
    files
}

/// Adds a file.
fn change(archive: &mut Vec<u8>) {
    let mut zip = ZipWriter::new_append(Cursor::new(std::mem::take(archive))).unwrap();
    let options = SimpleFileOptions::default();
    zip.start_file("added.txt", options).unwrap();
    zip.write_all(b"added").unwrap();
    *archive = zip.finish().unwrap().into_inner();
}

/// Changes what a registry says of the download.
fn set(site: &mut Files, key: &str, value: &Value) {
    let document = site.get_mut(&download()).unwrap();
    let mut json: Value = serde_json::from_slice(document).unwrap();
    json[key] = value.clone();
    *document = json.to_string().into_bytes();
}

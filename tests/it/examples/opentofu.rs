//! The examples for what only OpenTofu has, with the newest OpenTofu. `make test-tofu` runs them.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use crate::examples::{PROVIDER, examples, read};
use crate::support::{
    Admin, Failure, NatsServer, Program, Terraform, WADM_STREAMS, mirror, newest_of,
};

const LATTICE: [&str; 2] = ["KV_CONFIGDATA_default", "KV_LATTICEDATA_default"];

/// OpenTofu with an example, which finds this server by NATS_URL.
fn opentofu(example: &str, server: &NatsServer) -> Terraform {
    with(
        Terraform::with_binary_and(newest_of(Program::OpenTofu), PROVIDER),
        example,
        server,
    )
}

fn with(terraform: Terraform, example: &str, server: &NatsServer) -> Terraform {
    copy(&examples().join(example), terraform.folder());
    terraform.env("NATS_URL", &server.url())
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn both_sorted() -> Vec<&'static str> {
    let mut streams = [&LATTICE[..], &WADM_STREAMS[..]].concat();
    streams.sort_unstable();
    streams
}

fn succeeds<T>(result: Result<T, Failure>) -> T {
    result.unwrap_or_else(|failure| panic!("{failure}"))
}

/// Terraform does not look at `.tofu` files.
#[test]
#[ignore = "needs OpenTofu: make test-tofu"]
fn every_example_is_formatted_by_opentofu() {
    let tofu = Terraform::bare(newest_of(Program::OpenTofu));
    let folder = examples();

    let unformatted =
        succeeds(tofu.run(&["fmt", "-check", "-recursive", folder.to_str().unwrap()]));

    assert_eq!(unformatted, "");
}

#[test]
#[ignore = "needs OpenTofu: make test-tofu"]
fn an_encrypted_state_and_plan_cannot_be_read_without_the_passphrase() {
    let server = NatsServer::start();
    let mut terraform = opentofu("opentofu/state-encryption", &server);
    terraform.set_env("TF_VAR_passphrase", "correct horse battery staple");

    let plan = terraform.plan();
    terraform.apply_plan(&plan);

    terraform.expect_empty();
    assert_eq!(Admin::connect(&server.url()).stream_names(), both_sorted());
    for file in [plan.file(), terraform.folder().join("terraform.tfstate")] {
        let bytes = fs::read(&file).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.contains("encrypted_data"), "{}", file.display());
        assert!(!text.contains("wadm_events"), "{}", file.display());
    }
    terraform.set_env("TF_VAR_passphrase", "another horse battery staple");
    let failure = terraform.try_plan(&[]).unwrap_err();
    assert!(failure.says("decryption failed"), "{failure}");
}

/// Terraform reads the same folder.
#[test]
#[ignore = "needs OpenTofu: make test-tofu"]
fn a_tofu_file_replaces_the_terraform_file_of_the_same_name() {
    let server = NatsServer::start();
    let example = "opentofu/tofu-files";

    let tofu = opentofu(example, &server);
    tofu.apply();
    tofu.expect_empty();
    let refused = tofu.destroy_error();
    assert!(
        refused.says("Resource instance cannot be destroyed"),
        "{refused}"
    );
    succeeds(tofu.try_apply(&["-destroy", "-var=protected=false"]));
    assert_eq!(Admin::connect(&server.url()).stream_names(), [""; 0]);

    let terraform = Terraform::with_binary_and(newest_of(Program::Terraform), PROVIDER);
    let terraform = with(terraform, example, &server);
    terraform.apply();
    terraform.expect_empty();
    assert!(
        terraform
            .destroy_error()
            .says("Instance cannot be destroyed")
    );
    assert_eq!(Admin::connect(&server.url()).stream_names(), LATTICE);
}

#[test]
#[ignore = "needs OpenTofu: make test-tofu"]
fn one_provider_block_manages_several_sites_and_a_site_is_removed_in_two_steps() {
    let servers = ["berlin", "lyon"].map(|site| (site, NatsServer::start()));
    let terraform = opentofu("opentofu/provider-for-each", &servers[0].1);
    let mut main = read("opentofu/provider-for-each/main.tf");
    for (site, server) in &servers {
        let name = format!("nats://nats.{site}.example.com:4222");
        assert!(main.contains(&name), "{main}");
        main = main.replace(&name, &server.url());
    }

    terraform.step(&main);

    let streams = || {
        servers
            .each_ref()
            .map(|(_, server)| Admin::connect(&server.url()).stream_names())
    };
    assert_eq!(
        streams(),
        [
            ["KV_CONFIGDATA_berlin", "KV_LATTICEDATA_berlin"],
            ["KV_CONFIGDATA_lyon", "KV_LATTICEDATA_lyon"]
        ]
    );

    let going = "lattice = \"lyon\", decommissioned = true";
    let plan = terraform.step(&main.replace("lattice = \"lyon\"", going));
    assert_eq!(
        plan.actions("wasmcloud_lattice_buckets.site[\"lyon\"]"),
        ["delete"]
    );
    let without: Vec<_> = main
        .lines()
        .filter(|line| !line.contains("lattice = \"lyon\""))
        .collect();
    terraform.write(&without.join("\n"));
    terraform.expect_empty();
    assert_eq!(streams()[1], [""; 0]);
}

#[test]
#[ignore = "needs OpenTofu: make test-tofu"]
fn an_environment_has_its_own_state_and_its_own_module() {
    let server = NatsServer::start();
    // `init` looks for a provider even when one is given by dev_overrides.
    let terraform = Terraform::bare(newest_of(Program::OpenTofu));
    let folder = terraform.folder().join(".mirror");
    terraform.write_cli_config(&mirror::unpacked(&folder, Program::OpenTofu.registry()));
    let terraform = with(terraform, "opentofu/early-evaluation", &server);
    let variable = "-var=environment=staging";

    succeeds(terraform.run(&["init", "-input=false", "-no-color", variable]));
    succeeds(terraform.try_apply(&[variable]));

    let config = Admin::connect(&server.url()).config("KV_CONFIGDATA_staging");
    assert_eq!(config["max_msgs_per_subject"], 5);
    assert!(terraform.folder().join("staging.tfstate").is_file());
    let modules = terraform.folder().join(".terraform/modules/modules.json");
    let modules: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(modules).unwrap()).unwrap();
    let all = modules["Modules"].as_array().unwrap();
    assert!(
        all.iter().any(|one| one["Source"] == "./lattice"),
        "{modules}"
    );
}

#[test]
#[ignore = "needs OpenTofu: make test-tofu"]
fn what_is_not_enabled_does_not_exist_and_is_not_destroyed_with_keys() {
    let server = NatsServer::start();
    let admin = Admin::connect(&server.url());
    let terraform = opentofu("opentofu/enabled", &server);
    let output = || terraform.shown_state()["values"]["outputs"]["manifests"]["value"].clone();

    succeeds(terraform.try_apply(&["-var=wadm=false"]));
    assert_eq!(admin.stream_names(), LATTICE);
    assert!(output().is_null());

    terraform.apply();
    assert_eq!(admin.stream_names(), both_sorted());
    assert_eq!(output(), "wadm_manifests");
    terraform.expect_empty();

    admin.put("wadm_manifests", "key", "value");
    let failure = terraform.try_plan(&["-var=wadm=false"]).unwrap_err();
    assert!(
        failure.says("Bucket wadm_manifests contains 1 key"),
        "{failure}"
    );

    // What had `count` before.
    let counted = read("opentofu/enabled/main.tf")
        .replace(
            "  lifecycle {\n    enabled = var.wadm\n  }\n",
            "  count = var.wadm ? 1 : 0\n",
        )
        .replace(
            "wadm_jetstream.this.manifests",
            "wadm_jetstream.this[0].manifests",
        );
    let before = admin.assets();
    terraform.step(&counted);
    let plan = terraform.step(&read("opentofu/enabled/main.tf"));
    assert_eq!(plan.actions("wadm_jetstream.this"), ["no-op"]);
    assert_eq!(admin.assets(), before);
}

/// As jobs of a build machine: they begin with an empty cache, all at the same time.
#[test]
#[ignore = "needs OpenTofu: make test-tofu"]
fn configurations_that_are_initialized_at_the_same_time_share_one_copy_of_the_provider() {
    const JOBS: usize = 6;
    let server = NatsServer::start();
    let folder = tempfile::tempdir().unwrap();
    let [mirror, cache] = ["mirror", "cache"].map(|name| folder.path().join(name));
    fs::create_dir(&cache).unwrap();
    let installation = mirror::packed(&mirror, Program::OpenTofu.registry());
    let jobs: Vec<_> = (0..JOBS)
        .map(|_| {
            let terraform = Terraform::bare(newest_of(Program::OpenTofu));
            terraform.write_cli_config(&installation);
            with(terraform, "opentofu/shared-cache", &server)
                .env("TF_PLUGIN_CACHE_DIR", cache.to_str().unwrap())
        })
        .collect();

    thread::scope(|scope| {
        for (number, job) in jobs.iter().enumerate() {
            scope.spawn(move || {
                succeeds(job.run(&["init", "-input=false", "-no-color"]));
                let lattice = format!("-var=lattice=job-{number}");
                succeeds(job.try_apply(&[&lattice]));
            });
        }
    });

    let provider = "registry.opentofu.org/wasmcloud/wasmcloud";
    for job in &jobs {
        let installed = job
            .folder()
            .join(format!(".terraform/providers/{provider}"));
        let copies = linked(&installed);
        assert!(
            copies.len() == 1 && copies[0].starts_with(cache.canonicalize().unwrap()),
            "{copies:?}"
        );
    }
    let streams = Admin::connect(&server.url()).stream_names();
    assert_eq!(streams.len(), 2 * JOBS, "{streams:?}");
}

/// Where the binaries under a folder are after all links.
fn linked(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().flatten();
    let found = entries.flat_map(|entry| {
        let path = entry.path();
        if path.is_dir() {
            linked(&path)
        } else {
            vec![path.canonicalize().unwrap()]
        }
    });
    found.collect()
}

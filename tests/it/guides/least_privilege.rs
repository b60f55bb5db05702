//! `least-privilege.md`: its users do their work without a violation, and can do no more.

use std::collections::BTreeSet;

use serde_json::json;
use terraform_provider_wasmcloud::testing::catalogue::CATALOGUE;

use crate::guides::conf::{self, SECRET};
use crate::guides::page;
use crate::guides::page_run::PageRun;
use crate::guides::permissions::Permissions;
use crate::support::{Admin, NatsServer, nats_server_versions};

const PAGE: &str = "least-privilege";
const HEADING: &str = "The users";
/// The lists with which the real wadm runs, in tests/it/real_wadm.
const WADM: &str = include_str!("../../fixtures/permissions.conf");

fn page_run() -> (PageRun, NatsServer) {
    let server = conf::start(&page::under(PAGE, HEADING)[0], &[]);
    (page_run_on(&server), server)
}

/// The users' configuration, from the server's block on.
fn page_run_on(server: &NatsServer) -> PageRun {
    let place = format!("127.0.0.1:{}", server.port());
    let mut run = PageRun::new(PAGE, HEADING, &[]).at("nats.example.com:4222", &place);
    run.skip(&["conf"]);
    run.terraform.set_env("TF_VAR_nats_password", SECRET);
    run
}

/// All that one user of a configuration may publish or subscribe to.
fn subjects(config: &str, user: &str) -> BTreeSet<String> {
    let Permissions {
        publish, subscribe, ..
    } = Permissions::of(config, user);
    publish.into_iter().chain(subscribe).collect()
}

fn page_subjects(user: &str) -> BTreeSet<String> {
    subjects(&page::under(PAGE, HEADING)[0].text, user)
}

#[test]
fn terraform_s_user_does_all_its_work_and_touches_nothing_else() {
    let (mut run, server) = page_run();

    let config = run.next_config();
    run.terraform.step(&config);
    let changed = config
        .replace("\"default\" {", "\"default\" {\n  history = 5")
        .replace(
            "provider = wasmcloud\n",
            "provider = wasmcloud\n\n  max_bytes = 1048576\n  events = { storage = \"memory\" }\n",
        );
    run.terraform.step(&changed);
    run.terraform.destroy();

    assert!(!server.log().contains("Violation"), "{}", server.log());
}

#[test]
fn terraform_s_list_has_every_stream_of_the_catalogue_and_no_other() {
    let named: BTreeSet<String> = page_subjects("terraform")
        .iter()
        .filter_map(|subject| subject.strip_prefix("$JS.API.STREAM.CREATE."))
        .map(str::to_owned)
        .collect();

    let streams = CATALOGUE
        .iter()
        .map(|asset| asset.stream_name(&asset.name.replace("{}", "default")));
    assert_eq!(named, streams.collect());
    for stream in named {
        for operation in ["INFO", "UPDATE", "DELETE"] {
            let subject = format!("$JS.API.STREAM.{operation}.{stream}");
            assert!(page_subjects("terraform").contains(&subject), "{subject}");
        }
    }
}

#[test]
fn wadm_s_list_is_the_one_with_which_wadm_runs() {
    let mut tested = subjects(WADM, "wadm");
    let multitenant: Vec<String> = tested
        .iter()
        .filter(|subject| subject.starts_with("*."))
        .cloned()
        .collect();
    tested.retain(|subject| !multitenant.contains(subject));

    assert_eq!(page_subjects("wadm"), tested);
    let text = page::read(PAGE);
    for subject in multitenant {
        assert!(text.contains(&format!("`{subject}`")), "{subject}");
    }
}

#[test]
fn the_versions_that_the_page_calls_tested_are_those_of_the_tests() {
    let version = |manifest: &str, name: &str| {
        let row = manifest.lines().find(|line| line.starts_with(name));
        let (_, rest) = row.expect("its row").split_once("\"=").expect("a version");
        rest.split('"').next().expect("its end").to_owned()
    };
    let host = version(
        include_str!("../../wasmcloud-host-process/Cargo.toml"),
        "wasmcloud-host =",
    );
    let wadm = version(include_str!("../../wadm-process/Cargo.toml"), "wadm =");
    let servers = nats_server_versions();
    let (newest, oldest) = (servers[0], servers[servers.len() - 1]);

    let text = page::read(PAGE);

    for tested in [
        format!("(crate `wasmcloud-host` {host})"),
        format!("on nats-server {newest} and {oldest},"),
        format!("wadm was tested with {wadm}."),
    ] {
        assert!(text.contains(&tested), "{tested}");
    }
}

#[test]
fn neither_wadm_nor_a_host_can_make_or_take_away_a_stream() {
    let (mut run, server) = page_run();
    run.step();

    for (user, own) in [
        ("wadm", "KV_wadm_manifests"),
        ("host", "KV_CONFIGDATA_default"),
    ] {
        let admin = Admin::connect_as(&server.url(), user, SECRET);
        assert!(admin.stream(own).is_some());
        assert!(
            !server.log().contains(&format!("/user:{user}\"")),
            "{}",
            server.log()
        );
        for what in ["CREATE", "UPDATE", "DELETE", "PURGE"] {
            admin.send(&format!("$JS.API.STREAM.{what}.{own}"), "{}");
            let denied = format!(
                "/user:{user}\" - Publish Violation - Subject \"$JS.API.STREAM.{what}.{own}\""
            );
            crate::support::wait_for(&denied, std::time::Duration::from_secs(30), || {
                server.log().contains(&denied).then_some(())
            });
        }
    }
    run.terraform.expect_empty();
}

#[test]
fn a_user_that_only_looks_sees_drift_and_can_change_nothing() {
    let mut job = PageRun::new(PAGE, "A user for drift detection", &[]);
    let mut both = page::under(PAGE, HEADING)[0].clone();
    both.text = with_users_of(&both.text, &job.next("conf").text);
    let server = conf::start(&both, &[]);
    let mut run = page_run_on(&server);
    let config = run.next_config();
    run.terraform.step(&config);
    let command = job.next("shell").text;
    let command = command
        .trim()
        .strip_prefix("terraform ")
        .expect("a command");

    run.terraform
        .write(&config.replace("\"terraform\"", "\"watcher\""));
    run.run(command);
    assert_eq!(run.code, Some(0));
    Admin::connect_as(&server.url(), "terraform", SECRET)
        .edit_stream("wadm_events", |config| config["max_bytes"] = json!(1000));
    let printed = run.run(command);

    assert_eq!(run.code, Some(2), "{printed}");
    assert!(printed.contains("max_bytes"), "{printed}");
    run.run("plan -detailed-exitcode");
    assert_eq!(run.code, Some(1));
}

/// A configuration with the users of another in front of its own.
fn with_users_of(config: &str, other: &str) -> String {
    let (start, end) = ("users: [", "] }");
    let users = other.split_once(start).expect("users").1;
    let users = users.rsplit_once(end).expect("their end").0;
    config.replacen(start, &format!("{start}{users}"), 1)
}

#[test]
fn a_host_reads_and_writes_the_keys_of_its_lattice() {
    let (mut run, server) = page_run();
    run.step();
    // A host sends no user and no password.
    let host = Admin::connect(&server.url());

    for bucket in ["LATTICEDATA_default", "CONFIGDATA_default"] {
        host.put(bucket, "key", "value");
        let deliver = "_INBOX.watch";
        let watch = json!({
            "stream_name": format!("KV_{bucket}"),
            "config": { "deliver_subject": deliver, "deliver_policy": "all", "ack_policy": "none", "mem_storage": true, "num_replicas": 1 },
        });
        host.api(&format!("CONSUMER.CREATE.KV_{bucket}"), &watch);
    }

    assert!(!server.log().contains("Violation"), "{}", server.log());
}

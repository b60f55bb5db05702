//! `offline-sites.md`: a hub and a leaf node that is offline, slow to answer, or lost.

use std::thread;
use std::time::{Duration, Instant};

use crate::guides::domains::{Linked, address};
use crate::guides::page;
use crate::guides::page_run::PageRun;
use crate::support::{CREATES, Gate, Side, wait_for, wait_for_domain};

const PAGE: &str = "offline-sites";
const OFFLINE: &str = "JetStream domain berlin is not reachable";
const STREAM: &str = "KV_CONFIGDATA_default";
/// The bucket whose create is requested before the gate keeps an answer.
const CREATED_FIRST: &str = "KV_LATTICEDATA_default";

/// The leaf node is offline: the hub knows it.
fn end_berlin(servers: &Linked) {
    servers.leaf.crash();
    wait_for("the end of the link", Duration::from_secs(60), || {
        (servers.hub.varz()["leafnodes"] == 0).then_some(())
    });
}

/// The configuration of the page's first section, which the others go on from, with the page's names for places.
fn both_sites(run: &PageRun) -> String {
    let blocks = page::under(PAGE, "Plan while a site is offline");
    run.placed(&blocks[0].text)
}

fn history(servers: &Linked, domain: &str) -> u64 {
    let config = servers.admin().in_domain(domain).config(STREAM);
    config["max_msgs_per_subject"].as_u64().expect("a number")
}

#[test]
fn a_site_that_is_offline_stops_a_plan_an_apply_and_a_refresh_and_changes_nothing() {
    let servers = Linked::start(&[]);
    let mut run = servers.run_of(PAGE, "Plan while a site is offline");
    run.step();
    let before = run.terraform.state_file();

    end_berlin(&servers);

    // Long before the 60 s that a read may take.
    let start = Instant::now();
    run.shows();
    assert!(start.elapsed() < Duration::from_secs(30));
    for command in ["apply", "apply -refresh-only"] {
        let printed = run.run(command);
        assert_eq!(run.code, Some(1));
        assert!(printed.contains(OFFLINE), "{printed}");
    }
    assert_eq!(run.terraform.state_file(), before);
}

#[test]
fn the_other_sites_are_changed_with_target_and_the_rest_is_planned_without_refresh() {
    let servers = Linked::start(&[]);
    let mut run = servers.run_of(PAGE, "Change the other sites");
    run.terraform.step(&both_sites(&run));
    run.write();
    end_berlin(&servers);

    run.succeeds();

    assert_eq!(history(&servers, "hub"), 10);
    run.go_on(PAGE, "Plan without reading the sites");
    run.shows();
    assert_eq!(run.code, Some(1));
    // As the page says: a plan that changes nothing at that site does not need it.
    run.terraform.write(&both_sites(&run));
    let printed = run.run("apply -refresh=false -target=wasmcloud_lattice_buckets.site[\"hub\"]");
    assert_eq!(run.code, Some(0), "{printed}");
    let printed = run.run("apply -refresh=false");
    assert!(printed.contains("No changes."), "{printed}");
    assert_eq!(history(&servers, "hub"), 5);
}

#[test]
fn with_a_state_for_each_site_one_that_is_offline_stops_only_its_own_plans() {
    let servers = Linked::start(&[]);
    let mut run = servers.run_of(PAGE, "One state for each site");
    run.write();

    run.succeeds();

    end_berlin(&servers);
    run.terraform.expect_empty();
    run.run("workspace select berlin");
    let printed = run.run("plan");
    assert!(printed.contains(OFFLINE), "{printed}");
}

#[test]
fn an_apply_waits_within_its_time_limit_for_a_site_that_was_disconnected_meanwhile() {
    let servers = Linked::start(&[]);
    let gate = Gate::before(servers.hub.port(), Side::Requests, CREATES);
    let through = gate.url().replace("nats://", "");
    let mut run = servers.run_through(&through, PAGE, "Timeouts", &[]);
    run.write();

    let apply = ["apply", "-input=false", "-no-color", "-auto-approve"];
    let running = run.terraform.start(&apply);
    gate.wait_until_reached(1);
    end_berlin(&servers);
    gate.open();
    // Requests that nobody answers, before the site is back.
    thread::sleep(Duration::from_secs(1));
    servers.leaf.restart();

    running.wait().expect("an apply that succeeds");
    let admin = servers.admin().in_domain("berlin");
    assert_eq!(admin.stream_names(), [STREAM, CREATED_FIRST]);
}

#[test]
fn a_create_whose_result_is_not_known_is_kept() {
    let servers = Linked::start(&[]);
    let heading = "A create whose result is not known";
    let gate = Gate::before(servers.hub.port(), Side::Answers, CREATES);
    let interrupted = gate.url().replace("nats://", "");
    let mut run = servers.run_through(&interrupted, PAGE, heading, &[("NATS_TIMEOUT", "1s")]);
    // Gives up soon.
    let last = "jetstream_domain = \"berlin\"\n";
    let soon = format!("{last}  timeouts = {{ create = \"3s\" }}\n");
    let config = run.next_config().replace(last, &soon);
    run.terraform.write(&config);
    run.succeeds();

    run.shows();

    assert_eq!(run.code, Some(1));
    let admin = servers.admin().in_domain("berlin");
    let created = admin.stream(CREATED_FIRST).expect("the bucket")["created"].clone();
    let direct = config.replace(&interrupted, &address(&servers.hub));
    run.terraform.write(&direct);
    run.succeeds();
    run.terraform.expect_empty();
    assert_eq!(
        admin.stream(CREATED_FIRST).expect("the bucket")["created"],
        created
    );
}

#[test]
fn a_site_that_is_lost_is_removed_from_the_state_and_imported_if_it_comes_back() {
    let servers = Linked::start(&[]);
    let mut run = servers.run_of(PAGE, "A site that is lost");
    run.terraform.step(&both_sites(&run));
    end_berlin(&servers);

    run.succeeds();
    run.write();

    run.terraform.expect_empty();
    servers.leaf.restart();
    wait_for_domain(&servers.admin(), "berlin");
    let import = "import {\n  to = wasmcloud_lattice_buckets.site[\"berlin\"]\n  id = \"berlin:default\"\n}\n";
    let plan = run.terraform.step(&(both_sites(&run) + import));
    assert_eq!(
        plan.actions("wasmcloud_lattice_buckets.site[\"berlin\"]"),
        ["no-op"]
    );
}

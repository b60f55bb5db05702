//! `tests/snapshots/situations.md`: what Terraform prints, so that a change of a text is seen.

use serde_json::{Value, json};

use crate::guides::page::SITUATIONS;
use crate::guides::page_run::{OnServer, PageRun};
use crate::support::{NatsServer, denied_publish, password};

const LATTICE: &str = "KV_LATTICEDATA_default";
const CONFIG: &str = "KV_CONFIGDATA_default";
const BOTH: [&str; 2] = [LATTICE, CONFIG];

/// A heading of the page, and what is done between the blocks under it.
struct Situation {
    heading: &'static str,
    play: fn(&mut OnServer),
}

fn play(situations: &[Situation]) {
    for situation in situations {
        let mut on_server = OnServer::new(SITUATIONS, situation.heading);
        (situation.play)(&mut on_server);
    }
}

const fn situation(heading: &'static str, play: fn(&mut OnServer)) -> Situation {
    Situation { heading, play }
}

/// The last block is planned or applied, after all before it were applied.
fn changed(on_server: &mut OnServer) {
    on_server.run.step();
    on_server.run.write();
    on_server.run.shows();
}

fn planned(on_server: &mut OnServer) {
    on_server.run.write();
    on_server.run.shows();
}

/// Applied, and then another client does this.
fn after(on_server: &mut OnServer, done: impl FnOnce(&OnServer)) {
    on_server.run.step();
    done(on_server);
    on_server.run.shows();
}

fn put_keys(on_server: &OnServer) {
    for value in ["first", "second"] {
        on_server.admin.put("LATTICEDATA_default", "link", value);
        on_server.admin.put("CONFIGDATA_default", "one", value);
        on_server.admin.put("CONFIGDATA_default", "two", value);
    }
}

/// Applied, filled with keys, and then changed to the next block.
fn changed_with_keys(on_server: &mut OnServer) {
    on_server.run.step();
    put_keys(on_server);
    on_server.run.write();
    on_server.run.shows();
}

#[test]
fn changes() {
    play(&[
        situation("The first plan of wadm_jetstream", planned),
        situation("An update in place", changed),
        situation("Common arguments that every bucket overrides", changed),
        situation("Another storage for empty buckets", changed),
        situation("Another storage with force_destroy", changed_with_keys),
        situation("Compression of both buckets", changed_with_keys),
        situation(
            "Another lattice in place of one with keys",
            changed_with_keys,
        ),
        situation("A renamed resource with a moved block", changed_with_keys),
        situation("A max_bytes below what is stored", changed_with_keys),
        situation("Another mode of wadm", changed),
    ]);
}

#[test]
fn drift_and_import() {
    play(&[
        situation("Both buckets no longer exist", |on_server| {
            after(on_server, |on_server| {
                for stream in BOTH {
                    on_server.admin.delete_stream(stream);
                }
            })
        }),
        situation("Both buckets are sealed", |on_server| {
            after(on_server, |on_server| {
                for stream in BOTH {
                    let seal = |config: &mut Value| config["sealed"] = json!(true);
                    on_server.admin.edit_stream(stream, seal);
                }
            })
        }),
        situation("A refresh alone", |on_server| {
            after(on_server, |on_server| {
                let limit = |config: &mut Value| config["max_bytes"] = json!(1_048_576);
                on_server.admin.edit_stream(LATTICE, limit);
            })
        }),
        situation("An import block", |on_server| {
            created_by_hosts(on_server);
            planned(on_server);
        }),
        situation("An import of what does not exist", planned),
        situation("Two buckets that are adopted", |on_server| {
            created_by_hosts(on_server);
            planned(on_server);
        }),
        situation("Values that are larger than max_value_size", |on_server| {
            on_server.run.step();
            let long = "x".repeat(500);
            on_server.admin.put("CONFIGDATA_default", "long", &long);
            on_server.run.write();
            on_server.run.shows();
        }),
    ]);
}

fn created_by_hosts(on_server: &mut OnServer) {
    for bucket in ["LATTICEDATA_default", "CONFIGDATA_default"] {
        on_server.admin.create_bucket(bucket);
    }
}

#[test]
fn destroys_and_late_applies() {
    play(&[
        situation("A destroy of empty buckets", |on_server| {
            after(on_server, |_| ())
        }),
        situation(
            "A destroy that keeps everything on the server",
            |on_server| after(on_server, put_keys),
        ),
        situation("A destroy of wadm_jetstream", |on_server| {
            after(on_server, |on_server| {
                on_server
                    .admin
                    .put("wadm_manifests", "default", "application");
                on_server.admin.publish("wadm.notify.default", "changed");
            })
        }),
        situation(
            "A replacement that is requested with -replace",
            |on_server| after(on_server, put_keys),
        ),
        situation(
            "A bucket that another client creates after the plan",
            |on_server| {
                on_server.run.write();
                on_server.run.run("plan -out=saved");
                on_server.admin.create_bucket("CONFIGDATA_default");
                on_server.run.shows();
            },
        ),
        situation(
            "A key that is written after the plan of a destroy",
            |on_server| {
                on_server.run.step();
                put_keys(on_server);
                on_server.run.run("plan -destroy -out=saved");
                on_server.admin.put("CONFIGDATA_default", "late", "value");
                on_server.run.shows();
            },
        ),
    ]);
}

#[test]
fn refusals_without_a_server() {
    play(&[
        situation("Arguments that are not valid", planned),
        situation("Replicas that are even, and storage in memory", planned),
        situation("Limits that break wadm", planned),
        situation("Another cluster than expected", planned),
        situation(
            "A server that is not reachable before anything exists",
            |on_server| {
                on_server.server.stop();
                planned(on_server);
            },
        ),
        situation("A server that is not reachable at a refresh", |on_server| {
            after(on_server, |on_server| on_server.server.stop())
        }),
    ]);
}

#[test]
fn refusals_of_the_server() {
    let denied = denied_publish(&["$JS.API.STREAM.CREATE.KV_CONFIGDATA_default"]);
    let account = |limits: &str| {
        format!(
            "accounts {{ A {{ jetstream: {{ {limits} }}, users: [ {{ user: admin, password: secret }} ] }} }}"
        )
    };
    for (heading, config, user) in [
        ("A permission that is missing", denied, "limited"),
        (
            "More bytes than the account allows",
            account("max_file: 1000000, max_mem: 1000000"),
            "admin",
        ),
        (
            "More streams than the account allows",
            account("max_streams: 1"),
            "admin",
        ),
        ("A login that is refused", password("app", "secret"), "app"),
    ] {
        let server = NatsServer::configured(&config);
        let secret = if user == "app" { "wrong" } else { "secret" };
        let environment = [
            ("NATS_URL", &*server.url()),
            ("NATS_USER", user),
            ("NATS_PASSWORD", secret),
        ];
        let mut run = PageRun::new(SITUATIONS, heading, &environment);
        run.write();
        run.shows();
    }
}

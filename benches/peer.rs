//! The provider beside the Go provider `nats-io/jetstream`, whose `jetstream_kv_bucket` makes the same buckets: on the same
//! server, with the same Terraform, in turns.
//!
//! Run by `make bench-peer`, which writes `docs/guides/benchmarks.md`. Read the ratios: times depend on the machine.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used
)]

#[allow(dead_code, reason = "the other benchmark uses all of it")]
mod measure;
#[path = "../tests/it/support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the tests use all of it")]
mod support;

use std::fmt::Write;
use std::fs;
use std::path::Path;

use measure::{Cost, OPERATIONS, as_users_run_it, cost_of, lattices, median, millis, program};
use support::{NatsServer, Terraform};

/// How many buckets, and how many rounds: fewer where each takes minutes.
const BUCKETS: [(usize, usize); 3] = [(100, 5), (300, 3), (1000, 1)];
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/guides/benchmarks.md");

/// The costs of all operations in one round.
type Round = [Cost; OPERATIONS.len()];

/// One round of each.
struct Rounds {
    ours: Round,
    theirs: Round,
    /// Terraform without a plugin.
    floor: Round,
}

fn main() {
    // `cargo test --benches` would start it like a test.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let (ours, theirs) = (program("BENCH_PROVIDER"), program("BENCH_PEER"));
    let peer_version = theirs
        .parent()
        .and_then(Path::file_name)
        .expect("a folder with the version")
        .to_string_lossy()
        .into_owned();
    let mut page = head(&peer_version);
    for (buckets, rounds) in BUCKETS {
        let rounds: Vec<Rounds> = (0..rounds)
            .map(|_| Rounds {
                ours: our_round(&ours, buckets),
                theirs: their_round(&theirs, buckets),
                floor: floor_round(buckets),
            })
            .collect();
        let section = section(buckets, &rounds);
        print!("{section}");
        page += &section;
        // After each number, since the last one takes long.
        fs::write(PAGE, &page).expect("the page");
    }
}

fn head(peer_version: &str) -> String {
    format!(
        "---
page_title: \"Benchmarks\"
subcategory: \"\"
description: |-
  Time, processor, memory, connections and requests of this provider, beside the provider nats-io/jetstream.
---

<!-- Written by `make bench-peer`. -->

# Benchmarks

The same key/value buckets, created, planned, updated and destroyed with this provider (`wasmcloud_lattice_buckets`, two
buckets for each) and with the provider nats-io/jetstream {peer_version} (`jetstream_kv_bucket`). Both ran in turns on the same
machine, with nats-server {} and Terraform {}. Times depend on the machine; the ratios do so much less. The time is that of Terraform
with the provider. \"Terraform alone\" is the time of the same number of `terraform_data` resources with one attribute, which need
neither a plugin nor a server: less is not possible. An update sets another `history`.

The command is `make bench-peer PEER=<version>/terraform-provider-jetstream`. Each number is the median; the spread of a time
is its smallest and largest value.
",
        support::nats_server_versions()[0],
        support::terraform_default().version,
    )
}

/// The table of one number of buckets.
fn section(buckets: usize, rounds: &[Rounds]) -> String {
    let mut text = format!(
        "
## {buckets} buckets, rounds: {}

| operation | time, s | jetstream: time, s | ratio | Terraform alone: time, s | provider's processor, s | jetstream: processor, s | memory, MB | jetstream: memory, MB | connections | jetstream: connections | requests | jetstream: requests |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
",
        rounds.len()
    );
    for (place, (name, ..)) in OPERATIONS.into_iter().enumerate() {
        let ours = || rounds.iter().map(|round| round.ours[place]);
        let theirs = || rounds.iter().map(|round| round.theirs[place]);
        let floor = rounds.iter().map(|round| round.floor[place]).collect();
        let middle = |costs: &dyn Fn() -> Vec<Cost>, value: fn(Cost) -> f64| {
            median(costs().into_iter().map(value).collect())
        };
        let (ours, theirs) = (&|| ours().collect(), &|| theirs().collect());
        let seconds = |cost: Cost| millis(cost.time) / 1e3;
        let _ = writeln!(
            text,
            "| {name} | {} | {} | {:.2} | {} | {:.2} | {:.2} | {:.1} | {:.1} | {:.0} | {:.0} | {:.0} | {:.0} |",
            with_spread(ours()),
            with_spread(theirs()),
            middle(ours, seconds) / middle(theirs, seconds),
            with_spread(floor),
            middle(ours, |cost| cost.processor / 1e3),
            middle(theirs, |cost| cost.processor / 1e3),
            middle(ours, |cost| cost.memory),
            middle(theirs, |cost| cost.memory),
            middle(ours, |cost| cost.connections as f64),
            middle(theirs, |cost| cost.connections as f64),
            middle(ours, |cost| cost.requests as f64),
            middle(theirs, |cost| cost.requests as f64),
        );
    }
    text
}

/// The median of the times, and the smallest and largest.
fn with_spread(costs: Vec<Cost>) -> String {
    let times: Vec<_> = costs.iter().map(|cost| millis(cost.time) / 1e3).collect();
    let least = times.iter().copied().fold(f64::INFINITY, f64::min);
    let most = times.iter().copied().fold(0.0, f64::max);
    format!("{:.2} ({least:.2} to {most:.2})", median(times))
}

fn our_round(provider: &Path, buckets: usize) -> Round {
    let server = NatsServer::start();
    let terraform =
        as_users_run_it(Terraform::with_binary(provider).env("NATS_URL", &server.url()));
    round(&terraform, &server, |generation| {
        lattices(buckets / 2, generation)
    })
}

fn their_round(provider: &Path, buckets: usize) -> Round {
    let server = NatsServer::start();
    let terraform = as_users_run_it(Terraform::bare(support::terraform_default()));
    let folder = provider.parent().expect("a folder").display();
    terraform.write_cli_config(&format!(
        "provider_installation {{\n  dev_overrides {{ \"nats-io/jetstream\" = \"{folder}\" }}\n  direct {{}}\n}}\n"
    ));
    let url = server.url();
    round(&terraform, &server, |generation| {
        jetstream(&url, buckets, generation)
    })
}

fn floor_round(buckets: usize) -> Round {
    let terraform = as_users_run_it(Terraform::bare(support::terraform_default()));
    let config = |generation| {
        format!(
            "resource \"terraform_data\" \"many\" {{\ncount = {buckets}\ninput = {generation}\n}}"
        )
    };
    OPERATIONS.map(|(_, generation, command)| {
        terraform.write(&config(generation));
        cost_of(&terraform, None, command)
    })
}

/// The same buckets, with the same settings.
fn jetstream(url: &str, buckets: usize, generation: u32) -> String {
    format!(
        "terraform {{
          required_providers {{
            jetstream = {{ source = \"nats-io/jetstream\" }}
          }}
        }}
        provider \"jetstream\" {{
          servers = \"{url}\"
        }}
        resource \"jetstream_kv_bucket\" \"many\" {{
          count   = {buckets}
          name    = \"${{count.index % 2 == 0 ? \"LATTICEDATA\" : \"CONFIGDATA\"}}_bench-${{floor(count.index / 2)}}\"
          history = {generation}
        }}"
    )
}

fn round(terraform: &Terraform, server: &NatsServer, config: impl Fn(u32) -> String) -> Round {
    OPERATIONS.map(|(_, generation, command)| {
        terraform.write(&config(generation));
        cost_of(terraform, Some(server), command)
    })
}

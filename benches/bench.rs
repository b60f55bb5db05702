//! What the provider costs, beside the same work without it: start, size, memory, processor time, instructions, wall time,
//! connections, requests.
//!
//! Run by `make bench`. It fails for one number only, the memory: times depend on the machine, so read the ratios to the
//! floor (as many `terraform_data`, no provider) of the same run. Connections and requests are counted by the server.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used
)]

mod delay;
mod measure;
#[path = "../tests/it/support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the tests use all of it")]
mod support;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use measure::{Cost, OPERATIONS, as_users_run_it, cost_of, lattices, median, millis, program};
use support::{NatsServer, Terraform};

const STARTS: usize = 20;
const ROUNDS: usize = 3;
const LATTICES: [usize; 2] = [50, 150];
/// Lattices, and how many of them at once, where the memory is measured: many more at once than Terraform does by itself.
const CROWD: usize = 300;
const PARALLELISM: &str = "-parallelism=100";
/// What the provider may take for them, in MB.
const MOST_MEMORY: f64 = 14.0;
/// Few and many lattices: what one costs is the difference, without the start of the processes.
const PROCESSOR_LATTICES: [usize; 2] = [100, 600];
/// The same where every instruction is counted, which takes fifty times as long.
const COUNTED_LATTICES: [usize; 2] = [20, 120];
const BUCKETS_PER_LATTICE: usize = 2;
const ROUND_TRIP: Duration = Duration::from_millis(50);

fn main() {
    // `cargo test --benches` would start it like a test.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let provider = program("BENCH_PROVIDER");

    println!(
        "nats-server {}, Terraform {}",
        support::nats_server_versions()[0],
        support::terraform_default().version
    );
    println!(
        "binary: {:.1} MB",
        fs::metadata(&provider).unwrap().len() as f64 / 1e6
    );
    measure_start(&provider);
    measure_operations(&provider);
    measure_round_trips(&provider);
    measure_processor(&provider);
    measure_instructions(&provider);
    // The last, since it fails when it is too much.
    measure_memory(&provider);
}

fn measure_start(provider: &Path) {
    let starts: Vec<Duration> = (0..STARTS).map(|_| start_to_handshake(provider)).collect();
    let floor: Vec<Duration> = (0..STARTS)
        .map(|_| start_to_exit(Path::new("true")))
        .collect();
    println!(
        "start to handshake line: {:.2} ms, median of {STARTS} (an empty process, start to exit: {:.2} ms)",
        median(starts.into_iter().map(millis).collect()),
        median(floor.into_iter().map(millis).collect()),
    );
}

/// Starts the provider as Terraform does, with a client certificate, and stops the time at the line.
fn start_to_handshake(provider: &Path) -> Duration {
    // It is killed, and a process that is killed leaves its socket's folder behind.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let start = Instant::now();
    let mut child = Command::new(provider)
        .env("TMPDIR", folder.path())
        .env(
            "TF_PLUGIN_MAGIC_COOKIE",
            "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
        )
        .env("PLUGIN_PROTOCOL_VERSIONS", "5,6")
        .env("PLUGIN_CLIENT_CERT", include_str!("client.pem"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the provider starts");
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    let time = start.elapsed();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(
        line.starts_with("1|6|unix|"),
        "not a handshake line: {line:?}"
    );
    time
}

fn start_to_exit(program: &Path) -> Duration {
    let start = Instant::now();
    Command::new(program).status().expect("it starts");
    start.elapsed()
}

/// Measures the provider process of every operation on a crowd.
///
/// # Panics
/// If one takes more than it may.
fn measure_memory(provider: &Path) {
    println!(
        "\nmemory of the provider for {CROWD} lattices with {PARALLELISM}, in MB at most (VmHWM); {MOST_MEMORY} allowed"
    );
    let server = NatsServer::start();
    let terraform =
        as_users_run_it(Terraform::with_binary(provider).env("NATS_URL", &server.url()));
    let peaks = OPERATIONS.map(|(name, generation, command)| {
        terraform.write(&lattices(CROWD, generation));
        // Options come before the file of a plan.
        let command = [&command[..1], &[PARALLELISM], &command[1..]].concat();
        let peak = cost_of(&terraform, None, &command).memory;
        println!("{name:<16} {peak:>5.1}");
        peak
    });
    let highest = peaks.into_iter().fold(0.0, f64::max);
    println!("{:<16} {highest:>5.1}", "highest");
    assert!(
        peaks.iter().all(|peak| *peak > 0.0) && highest < MOST_MEMORY,
        "{peaks:?} MB"
    );
}

/// Measures the processor time of the provider for each lattice.
fn measure_processor(provider: &Path) {
    let [few, many] = PROCESSOR_LATTICES;
    println!(
        "\nprocessor time of the provider per lattice, in ms, from {few} and {many} lattices, median of {ROUNDS}"
    );
    let measure = |count: usize| {
        let server = NatsServer::start();
        let terraform =
            as_users_run_it(Terraform::with_binary(provider).env("NATS_URL", &server.url()));
        OPERATIONS.map(|(_, generation, command)| {
            terraform.write(&lattices(count, generation));
            cost_of(&terraform, None, command).processor
        })
    };
    let rounds: Vec<_> = (0..ROUNDS).map(|_| (measure(few), measure(many))).collect();
    for (place, (name, ..)) in OPERATIONS.into_iter().enumerate() {
        let each = rounds
            .iter()
            .map(|(low, high)| (high[place] - low[place]) / (many - few) as f64);
        println!("{name:<16} {:>6.2}", median(each.collect()));
    }
}

/// Counts the instructions of the provider for each lattice, by callgrind: the same on every machine, nearly.
fn measure_instructions(provider: &Path) {
    let [few, many] = COUNTED_LATTICES;
    println!(
        "\ninstructions of the provider per lattice, in thousands, from {few} and {many} lattices (callgrind)"
    );
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("not counted: valgrind is not installed");
        return;
    }
    let measure = |count: usize| {
        let server = NatsServer::start();
        let counted = CountedProvider::new(provider);
        let terraform = Terraform::with_binary(&counted.script).env("NATS_URL", &server.url());
        OPERATIONS.map(|(_, generation, command)| {
            terraform.write(&lattices(count, generation));
            terraform
                .run(command)
                .unwrap_or_else(|failure| panic!("{failure}"));
            counted.take()
        })
    };
    let (low, high) = (measure(few), measure(many));
    for ((name, ..), (low, high)) in OPERATIONS.into_iter().zip(low.into_iter().zip(high)) {
        println!(
            "{name:<16} {:>6.0}",
            (high as f64 - low as f64) / (many - few) as f64 / 1e3
        );
    }
}

/// The provider under callgrind.
struct CountedProvider {
    /// What Terraform starts.
    script: PathBuf,
    folder: tempfile::TempDir,
}

impl CountedProvider {
    fn new(provider: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let script = folder.path().join("provider");
        let logs = folder.path().join("log.%p");
        let text = format!(
            "#!/bin/sh\nexec valgrind --tool=callgrind --callgrind-out-file=/dev/null --log-file='{}' '{}' \"$@\"\n",
            logs.display(),
            provider.display()
        );
        fs::write(&script, text).expect("a script");
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(&script, executable).expect("an executable script");
        Self { script, folder }
    }

    /// The instructions of all its processes since the last time.
    ///
    /// # Panics
    /// If one of them did not end by itself, so that callgrind counted nothing.
    fn take(&self) -> u64 {
        let files = fs::read_dir(self.folder.path()).expect("the folder");
        let logs = files
            .map(|file| file.expect("a file").path())
            .filter(|path| path.to_string_lossy().contains("/log."));
        logs.map(|path| {
            let text = fs::read_to_string(&path).expect("a log");
            fs::remove_file(&path).expect("its log");
            let collected = text
                .lines()
                .find_map(|line| line.split_once("Collected : "));
            let (_, count) = collected.unwrap_or_else(|| panic!("no count: {text}"));
            count.trim().parse::<u64>().expect("a number")
        })
        .sum()
    }
}

/// What `wadm_jetstream` costs over a link with a round trip: the time above the same without one, in round trips.
fn measure_round_trips(provider: &Path) {
    println!(
        "\nwadm_jetstream over a link with a round trip of {} ms",
        ROUND_TRIP.as_millis()
    );
    println!(
        "{:<16} {:>9} {:>9} {:>12}",
        "operation", "loopback", "link", "round trips"
    );
    let near = rounds(|| wadm_cycle(provider, None));
    let far = rounds(|| wadm_cycle(provider, Some(ROUND_TRIP)));
    for ((name, near), (_, far)) in near.into_iter().zip(far) {
        let (near, far) = (millis(near.time), millis(far.time));
        println!(
            "{name:<16} {near:>9.0} {far:>9.0} {:>12.1}",
            (far - near) / millis(ROUND_TRIP)
        );
    }
}

fn wadm_cycle(provider: &Path, round_trip: Option<Duration>) -> Vec<(&'static str, Cost)> {
    let server = NatsServer::start();
    let url = match round_trip {
        Some(round_trip) => format!(
            "nats://127.0.0.1:{}",
            delay::link(server.port(), round_trip)
        ),
        None => server.url(),
    };
    let terraform = as_users_run_it(Terraform::with_binary(provider).env("NATS_URL", &url));
    cycle(&terraform, Some(&server), |generation| {
        let bytes = u64::from(generation) << 20;
        format!(
            "resource \"wadm_jetstream\" \"this\" {{\n  provider  = wasmcloud\n  max_bytes = {bytes}\n}}"
        )
    })
}

fn measure_operations(provider: &Path) {
    println!(
        "\nwall time in ms, median of {ROUNDS}; `above` is the time above the floor per lattice"
    );
    println!(
        "{:<16} {:>4} {:>7} {:>9} {:>6} {:>7} {:>12} {:>9} {:>11}",
        "operation",
        "n",
        "floor",
        "provider",
        "ratio",
        "above",
        "connections",
        "requests",
        "per bucket"
    );
    for count in LATTICES {
        let floor = rounds(|| {
            cycle(
                &as_users_run_it(Terraform::bare(support::terraform_default())),
                None,
                |generation| floor_config(count, generation),
            )
        });
        let ours = rounds(|| {
            let server = NatsServer::start();
            let terraform =
                as_users_run_it(Terraform::with_binary(provider).env("NATS_URL", &server.url()));
            cycle(&terraform, Some(&server), |generation| {
                lattices(count, generation)
            })
        });
        for ((name, floor), (_, cost)) in floor.into_iter().zip(ours) {
            print_row(name, count, floor, cost);
        }
    }
}

fn print_row(name: &str, count: usize, floor: Cost, cost: Cost) {
    let (without, with) = (millis(floor.time), millis(cost.time));
    println!(
        "{name:<16} {count:>4} {without:>7.0} {with:>9.0} {:>6.2} {:>7.2} {:>12} {:>9} {:>11.2}",
        with / without,
        (with - without) / count as f64,
        cost.connections,
        cost.requests,
        cost.requests as f64 / (count * BUCKETS_PER_LATTICE) as f64,
    );
}

/// What each operation costs.
fn cycle(
    terraform: &Terraform,
    server: Option<&NatsServer>,
    config: impl Fn(u32) -> String,
) -> Vec<(&'static str, Cost)> {
    let costs = OPERATIONS.map(|(name, generation, command)| {
        terraform.write(&config(generation));
        (name, cost_of(terraform, server, command))
    });
    costs.to_vec()
}

/// Several cycles as one: the median time of each operation, and its counts, which must not differ between rounds by luck.
fn rounds(mut cycle: impl FnMut() -> Vec<(&'static str, Cost)>) -> Vec<(&'static str, Cost)> {
    let rounds: Vec<_> = (0..ROUNDS).map(|_| cycle()).collect();
    let operations = 0..rounds[0].len();
    let median_of = |index: usize| {
        let (name, _) = rounds[0][index];
        let costs = || rounds.iter().map(|round| round[index].1);
        let middle = |value: fn(Cost) -> f64| median(costs().map(value).collect());
        let cost = Cost {
            time: Duration::from_secs_f64(middle(|cost| cost.time.as_secs_f64())),
            memory: middle(|cost| cost.memory),
            processor: middle(|cost| cost.processor),
            connections: costs()
                .map(|cost| cost.connections)
                .max()
                .unwrap_or_default(),
            requests: costs().map(|cost| cost.requests).max().unwrap_or_default(),
        };
        (name, cost)
    };
    operations.map(median_of).collect()
}

fn floor_config(count: usize, generation: u32) -> String {
    format!(
        "resource \"terraform_data\" \"many\" {{\n  count = {count}\n  input = {generation}\n}}"
    )
}

//! What one command of Terraform costs.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::support::{NatsServer, Terraform};

/// In a second, of the times in `/proc/PID/stat`: the same on every Linux.
const TICKS: f64 = 100.0;
/// Between two looks at the processes.
const PAUSE: Duration = Duration::from_millis(3);

const PLAN: &[&str] = &["plan", "-input=false", "-no-color", "-out=.plan"];
const PLAN_DESTROY: &[&str] = &[
    "plan",
    "-destroy",
    "-input=false",
    "-no-color",
    "-out=.plan",
];
const APPLY: &[&str] = &["apply", "-input=false", "-no-color", ".plan"];
/// The life of a configuration, with the generation of it that is planned; plans and applies apart, because each is a
/// process with its own connection.
pub const OPERATIONS: [(&str, u32, &[&str]); 7] = [
    ("plan create", 1, PLAN),
    ("create", 1, APPLY),
    ("steady plan", 1, PLAN),
    ("plan update", 2, PLAN),
    ("update", 2, APPLY),
    ("plan destroy", 2, PLAN_DESTROY),
    ("destroy", 2, APPLY),
];

/// What a command cost.
#[derive(Clone, Copy)]
pub struct Cost {
    /// The wall time.
    pub time: Duration,
    /// The most memory that one process of a provider had, in MB.
    pub memory: f64,
    /// The processor time of all processes of providers, in ms.
    pub processor: f64,
    /// The connections to the server.
    pub connections: u64,
    /// The requests to JetStream.
    pub requests: u64,
}

/// Runs a command and looks at the processes of providers meanwhile.
///
/// # Panics
/// If the command fails.
pub fn cost_of(terraform: &Terraform, server: Option<&NatsServer>, command: &[&str]) -> Cost {
    let counters = || {
        let Some(server) = server else { return (0, 0) };
        let connections = server.varz()["total_connections"].as_u64().unwrap();
        let requests = server.jsz()["api"]["total"].as_u64().unwrap();
        (connections, requests)
    };
    let before = counters();
    let (mut peak, mut ticks) = (0, BTreeMap::new());
    let start = Instant::now();
    let mut running = terraform.start(command);
    while running.is_running() {
        for pid in running.children() {
            let read = |file: &str| fs::read_to_string(format!("/proc/{pid}/{file}"));
            let status = read("status").unwrap_or_default();
            // Between fork and exec a child is a copy of Terraform.
            if status.starts_with("Name:\tterraform-provi") {
                peak = peak.max(kilobytes(&status, "VmHWM:"));
                ticks.insert(pid, processor_ticks(&read("stat").unwrap_or_default()));
            }
        }
        std::thread::sleep(PAUSE);
    }
    let time = start.elapsed();
    running.wait().unwrap_or_else(|failure| panic!("{failure}"));
    let after = counters();
    Cost {
        time,
        memory: peak as f64 / 1e3,
        processor: ticks.into_values().sum::<u64>() as f64 * 1e3 / TICKS,
        connections: after.0 - before.0,
        requests: after.1 - before.1,
    }
}

/// `utime` and `stime` of a line of `/proc/PID/stat`, whose second field is the name in parentheses (proc(5)).
fn processor_ticks(stat: &str) -> u64 {
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let times = fields.split_whitespace().skip(11).take(2);
    times.filter_map(|ticks| ticks.parse::<u64>().ok()).sum()
}

/// A line of `/proc/PID/status`, such as `VmHWM:    10240 kB`.
fn kilobytes(status: &str, key: &str) -> u64 {
    let line = status.lines().find(|line| line.starts_with(key));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .unwrap_or_default()
}

/// Terraform with Go's own settings for its memory, which the tests change for it and for every provider that it starts.
pub fn as_users_run_it(terraform: Terraform) -> Terraform {
    terraform.env("GOGC", "100").env("GOMEMLIMIT", "off")
}

/// A program whose path `make` hands over in a variable.
///
/// # Panics
/// If it is not there.
pub fn program(variable: &str) -> PathBuf {
    let path = std::env::var_os(variable)
        .unwrap_or_else(|| panic!("{variable} is not set: run the target of the GNUmakefile"));
    let path = PathBuf::from(path);
    assert!(path.is_file(), "{} is not there", path.display());
    path
}

/// `generation` is what an update changes.
pub fn lattices(count: usize, generation: u32) -> String {
    format!(
        "resource \"wasmcloud_lattice_buckets\" \"many\" {{
          count   = {count}
          lattice = \"bench-${{count.index}}\"
          history = {generation}
        }}"
    )
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

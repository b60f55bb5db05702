//! Ten thousand lattices, listed by the real binary in little memory.

use std::fs;
use std::time::Duration;

use futures::StreamExt;
use serde_json::{Value, json};

use crate::support::{NatsServer, Program, Terraform, newest_of, runtime};

const BINARY: &str = env!("CARGO_BIN_EXE_terraform-provider-wasmcloud");
const LATTICES: usize = 10_000;
/// Names on one page, as a server sends them.
const PAGE: usize = 1024;
/// The most memory that the provider may have used, in kilobytes. Built for tests, it needs 19,000 for 100 lattices.
const MOST_KILOBYTES: u64 = 40_000;

/// Answers as a JetStream with the buckets of many lattices does. A server with 20,000 streams takes minutes to make, and
/// any client may answer to the subjects of the API where the server itself has no JetStream.
fn answering(server: &NatsServer) {
    let url = server.url();
    let (ready, is_ready) = std::sync::mpsc::channel();
    runtime().spawn(async move {
        let client = async_nats::connect(url).await.expect("a connection");
        let mut requests = client.subscribe("$JS.API.>").await.expect("a subscription");
        client.flush().await.expect("a connection");
        ready.send(()).expect("the test waits");
        while let Some(request) = requests.next().await {
            let body = serde_json::from_slice(&request.payload).unwrap_or_default();
            let answer = answer(&request.subject, &body).to_string();
            let reply = request.reply.expect("a request");
            let _ = client.publish(reply, answer.into()).await;
        }
    });
    is_ready.recv().expect("an answering client");
}

fn answer(subject: &str, body: &Value) -> Value {
    let api = subject.trim_start_matches("$JS.API.");
    if api == "STREAM.NAMES" {
        let offset = body["offset"].as_u64().unwrap_or_default() as usize;
        let last = (offset + PAGE).min(2 * LATTICES);
        let names: Vec<_> = (offset..last).map(name).collect();
        return json!({ "total": 2 * LATTICES, "offset": offset, "limit": PAGE, "streams": names });
    }
    if api == "INFO" {
        return json!({ "streams": 2 * LATTICES, "limits": { "max_streams": -1 }, "api": { "level": 3 } });
    }
    let Some(stream) = api.strip_prefix("STREAM.INFO.") else {
        return json!({ "error": { "code": 503, "err_code": 10039, "description": "not enabled" } });
    };
    let bucket = stream.trim_start_matches("KV_");
    json!({
        "config": {
            "name": stream, "subjects": [format!("$KV.{bucket}.>")], "retention": "limits", "storage": "file",
            "max_consumers": -1, "max_msgs": -1, "max_bytes": -1, "max_age": 0, "max_msgs_per_subject": 1,
            "max_msg_size": -1, "discard": "new", "num_replicas": 1, "duplicate_window": 120_000_000_000_u64,
            "allow_direct": true, "deny_delete": true, "allow_rollup_hdrs": true,
        },
        "created": "2026-01-01T00:00:00.000000001Z",
        "state": { "messages": 0, "bytes": 0, "first_seq": 1, "last_seq": 0 },
        "ts": "2026-01-02T00:00:00Z",
    })
}

/// Sorted, as a server sends them: all of one kind before those of the other.
fn name(number: usize) -> String {
    let kind = ["CONFIGDATA", "LATTICEDATA"][number / LATTICES];
    format!("KV_{kind}_lattice-{:05}", number % LATTICES)
}

#[test]
fn ten_thousand_lattices_are_listed_and_read_in_little_memory() {
    let server = NatsServer::without_jetstream();
    answering(&server);
    let cli = newest_of(Program::Terraform);
    let terraform = Terraform::with_binary_and(cli, BINARY).env("NATS_URL", &server.url());
    terraform.write("provider \"wasmcloud\" {}\n");
    terraform.write_file(
        "main.tfquery.hcl",
        "list \"wasmcloud_lattice_buckets\" \"all\" {\nprovider = wasmcloud\ninclude_resource = true\nlimit = 20000\n}\n",
    );

    let mut running = terraform.start(&["query", "-json"]);
    let mut peak = 0;
    while running.is_running() {
        peak = running
            .children()
            .into_iter()
            .map(peak_memory)
            .fold(peak, u64::max);
        std::thread::sleep(Duration::from_millis(5));
    }
    let text = running.wait().unwrap_or_else(|failure| panic!("{failure}"));

    let found = text
        .lines()
        .filter(|line| line.contains("list_resource_found"));
    assert_eq!(found.count(), LATTICES);
    assert!(peak > 0 && peak < MOST_KILOBYTES, "{peak} kB");
}

/// The most memory that a process of the provider has used, in kilobytes; 0 for another process.
fn peak_memory(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let mut lines = status.lines();
    let peak = lines.find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    // Between fork and exec a child is a copy of Terraform.
    peak.filter(|_| status.starts_with("Name:\tterraform-provi"))
        .unwrap_or_default()
}

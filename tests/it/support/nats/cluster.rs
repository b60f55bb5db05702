//! Several nats-servers that belong together: a JetStream cluster, and a hub with a leaf node.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::server::free_port;
use crate::support::{Admin, NatsServer, tools, wait_for};

/// Longer than elections that have to be repeated take.
const PATIENCE: Duration = Duration::from_secs(120);

/// How often a cluster is started. When all its servers connect to each other at the same moment, the first leader may
/// never receive the answers of one of them (seen with 2.10.26, after "Duplicate Route"); another start does not repeat it.
const STARTS: usize = 4;
/// How long a start may take until another is tried.
const START_PATIENCE: Duration = Duration::from_secs(20);

/// A JetStream cluster on the loopback address.
pub struct Cluster {
    servers: Vec<NatsServer>,
}

impl Cluster {
    /// `size` servers of the default version, once they have a leader who sees all of them.
    pub fn start(size: usize) -> Self {
        Self::start_with(tools::nats_server_versions()[0], size, "")
    }

    /// As [`Cluster::start`], of a version of `tools/versions`, each with `config` added.
    ///
    /// The nth server carries the tags `node:<n>` and `all`, for placement.
    pub fn start_with(version: &str, size: usize, config: &str) -> Self {
        Self::start_limited(version, size, "", config)
    }

    /// As [`Cluster::start_with`], with settings inside the `jetstream` block of each.
    pub fn start_limited(version: &str, size: usize, jetstream: &str, config: &str) -> Self {
        for _ in 1..STARTS {
            let cluster = Self::launch(version, size, jetstream, config);
            if cluster.is_complete_within(START_PATIENCE) {
                return cluster;
            }
            eprintln!("the cluster of {version} did not become complete: starting another");
        }
        let cluster = Self::launch(version, size, jetstream, config);
        cluster.wait_for_leader();
        cluster
    }

    fn launch(version: &str, size: usize, jetstream: &str, config: &str) -> Self {
        let ports: Vec<u16> = (0..size).map(|_| free_port()).collect();
        let routes: Vec<String> = ports
            .iter()
            .map(|port| format!("nats://127.0.0.1:{port}"))
            .collect();
        let routes = routes.join("\", \"");
        let servers = ports.iter().enumerate().map(|(index, port)| {
            let node = index + 1;
            let config = format!(
                "server_name: node{node}
                server_tags: [\"node:{node}\", \"all\"]
                cluster {{ name: loopback, listen: \"127.0.0.1:{port}\", routes: [\"{routes}\"] }}
                {config}"
            );
            NatsServer::launch(version, jetstream, &config)
        });
        Self {
            servers: servers.collect(),
        }
    }

    fn is_complete_within(&self, limit: Duration) -> bool {
        let start = Instant::now();
        while start.elapsed() < limit {
            if self.has_all_routes() && self.leader().is_some() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        false
    }

    /// All servers, separated by commas, as NATS_URL takes them.
    pub fn url(&self) -> String {
        let urls: Vec<String> = self.servers.iter().map(NatsServer::url).collect();
        urls.join(",")
    }

    pub fn servers(&self) -> &[NatsServer] {
        &self.servers
    }

    /// Waits until a meta leader is elected that knows all the others and receives their answers.
    pub fn wait_for_leader(&self) {
        wait_for("a meta leader with all its peers", PATIENCE, || {
            (self.has_all_routes() && self.leader().is_some()).then_some(())
        });
    }

    /// Whether every server announces the addresses of all.
    fn has_all_routes(&self) -> bool {
        self.servers
            .iter()
            .all(|server| server.addresses() >= self.servers.len())
    }

    fn leader(&self) -> Option<&NatsServer> {
        self.servers.iter().find(|server| self.leads(server))
    }

    fn leads(&self, server: &NatsServer) -> bool {
        let meta = &server.jsz()["meta_cluster"];
        let name = &server.varz()["server_name"];
        let peers = meta["replicas"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        meta["leader"].is_string()
            && meta["leader"] == *name
            && peers.len() == self.servers.len() - 1
            && peers
                .iter()
                .all(|peer| peer["current"] == true && peer["offline"] != true)
    }
}

/// A hub with the JetStream domain `hub` and a leaf node with the domain `leaf`, both in one account of the user `app`
/// with the password `secret`.
pub struct Leaf {
    pub hub: NatsServer,
    pub leaf: NatsServer,
}

impl Leaf {
    /// Starts both, and waits until each answers for the other's domain.
    pub fn start() -> Self {
        Self::start_with(tools::nats_server_versions()[0], "")
    }

    /// As [`Leaf::start`], of a version of `tools/versions`, with `config` added to the leaf node's.
    pub fn start_with(version: &str, config: &str) -> Self {
        let port = free_port();
        let accounts = "accounts {
            SYS { users: [{ user: sys, password: secret }] }
            APP { jetstream: enabled, users: [{ user: app, password: secret }] }
        }
        system_account: SYS";
        let hub = NatsServer::launch(
            version,
            "domain: hub",
            &format!("leafnodes {{ listen: \"127.0.0.1:{port}\" }}\n{accounts}"),
        );
        let leaf = NatsServer::launch(
            version,
            "domain: leaf",
            &format!(
                "leafnodes {{ remotes: [{{ url: \"nats://app:secret@127.0.0.1:{port}\", account: APP }}] }}\n{accounts}\n{config}"
            ),
        );
        wait_for_domain(&Admin::connect_as(&hub.url(), "app", "secret"), "leaf");
        wait_for_domain(&Admin::connect_as(&leaf.url(), "app", "secret"), "hub");
        Self { hub, leaf }
    }
}

/// Waits until a domain on the other side of a leaf node's link answers, which is later than that the link stands.
pub fn wait_for_domain(admin: &Admin, domain: &str) {
    let admin = admin.in_domain(domain);
    let soon = Duration::from_secs(2);
    wait_for(domain, PATIENCE, || {
        admin.try_api_within(soon, "INFO", &json!({})).ok()
    });
}

/// How long a flag of a replica may lag after an election.
const LAG: Duration = Duration::from_secs(5);

impl Admin {
    /// Demands that a stream has so many replicas, that no change of them is under way, and that each holds all of it.
    /// Gives what the server says of it.
    pub fn expect_replicas(&self, stream: &str, replicas: usize) -> Value {
        wait_for(stream, LAG, || {
            let live = self
                .try_api(&format!("STREAM.INFO.{stream}"), &json!({}))
                .ok()?;
            let cluster = &live["cluster"];
            let followers = cluster["replicas"]
                .as_array()
                .map_or(&[][..], Vec::as_slice);
            assert_eq!(followers.len() + 1, replicas, "{stream}: {cluster}");
            assert!(cluster["desired"].is_null(), "{stream}: {cluster}");
            let current = followers.iter().all(|replica| replica["current"] == true);
            (current && cluster["leader"].is_string()).then_some(live)
        })
    }
}

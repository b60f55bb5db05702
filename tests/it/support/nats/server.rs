//! One nats-server process of a test: its own folder, its own ports, killed when the value is dropped.
//!
//! The ports are chosen before the start, below the range from which the kernel takes the ports of outgoing connections.
//! So a server that is restarted finds its port free, and the routes of a cluster are known in advance.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitOptions};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{tools, wait_for};

const START_LIMIT: Duration = Duration::from_secs(60);

/// A running nats-server.
pub struct NatsServer {
    version: String,
    folder: TempDir,
    port: u16,
    monitor_port: u16,
    /// It says nothing before a TLS handshake.
    handshake_first: bool,
    process: Mutex<Option<Child>>,
}

impl NatsServer {
    /// The default version, with JetStream and without accounts.
    pub fn start() -> Self {
        Self::start_with(tools::nats_server_versions()[0], "")
    }

    /// The default version with more configuration, such as that of [`crate::support::password`].
    pub fn configured(config: &str) -> Self {
        Self::start_with(tools::nats_server_versions()[0], config)
    }

    /// A version of `tools/versions`, with JetStream, and `config` added to the configuration file.
    pub fn start_with(version: &str, config: &str) -> Self {
        Self::launch(version, "", config)
    }

    /// The default version with everything that its configuration says, but for where clients connect.
    pub fn with_file(config: &str) -> Self {
        Self::launch_file(tools::nats_server_versions()[0], config)
    }

    /// A server on which JetStream is not enabled.
    pub fn without_jetstream() -> Self {
        Self::launch_file(tools::nats_server_versions()[0], "")
    }

    /// As [`NatsServer::start_with`], with settings inside the `jetstream` block, such as `domain: hub`.
    pub fn launch(version: &str, jetstream: &str, config: &str) -> Self {
        // The server resolves a relative folder against its working directory, which is its own folder.
        Self::launch_file(
            version,
            &format!("jetstream {{ store_dir: jetstream\n{jetstream} }}\n{config}"),
        )
    }

    fn launch_file(version: &str, config: &str) -> Self {
        let server = Self {
            version: version.to_owned(),
            folder: tempfile::Builder::new()
                .prefix("nats-")
                .tempdir()
                .expect("a folder"),
            port: free_port(),
            monitor_port: free_port(),
            handshake_first: config.contains("handshake_first: true"),
            process: Mutex::new(None),
        };
        let listen = format!(
            "listen: \"127.0.0.1:{}\"\nhttp: \"127.0.0.1:{}\"\n{config}\n",
            server.port, server.monitor_port
        );
        let config = if config.contains("server_name:") {
            listen
        } else {
            format!("server_name: \"server-{}\"\n{listen}", server.port)
        };
        fs::write(server.folder().join("server.conf"), config).expect("server.conf");
        server.run();
        server.wait_until_ready();
        server
    }

    /// Where clients connect, such as `nats://127.0.0.1:29001`.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// The port of [`NatsServer::url`].
    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn version(&self) -> &str {
        &self.version
    }

    /// The server's own folder, in which it runs.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What the server has logged so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    /// `/varz`: among much else `total_connections` and `connections`.
    pub fn varz(&self) -> Value {
        self.monitor("/varz")
    }

    /// How many addresses of its cluster the server announces.
    pub fn addresses(&self) -> usize {
        self.varz()["connect_urls"].as_array().map_or(0, Vec::len)
    }

    /// `/jsz`: among much else `api.total`, the JetStream API requests so far, and `meta_cluster`.
    pub fn jsz(&self) -> Value {
        self.monitor("/jsz")
    }

    /// The JetStream API requests so far. The server counts a moment after it has answered: the count that stays.
    pub fn api_requests(&self) -> u64 {
        let count = || self.jsz()["api"]["total"].as_u64().expect("a count");
        wait_for("a count that stays", Duration::from_secs(60), || {
            let counted = count();
            std::thread::sleep(Duration::from_millis(300));
            (count() == counted).then_some(counted)
        })
    }

    /// `/connz`: the open connections and their names.
    pub fn connz(&self) -> Value {
        self.monitor("/connz?auth=true")
    }

    /// What the monitoring port answers for a path.
    pub fn monitor(&self, path: &str) -> Value {
        let limit = Duration::from_secs(30);
        let (status, body) = wait_for("an answer of the monitoring port", limit, || {
            self.http(path)
        });
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap_or_else(|error| panic!("{path}: {error}: {body}"))
    }

    /// Stops the server as an operator would (SIGTERM) and waits for its end. What it stored stays.
    pub fn stop(&self) {
        self.end(Signal::TERM);
    }

    /// Ends the server with SIGKILL, as a crash would. What it stored stays.
    pub fn crash(&self) {
        self.end(Signal::KILL);
    }

    /// Starts it again on the same ports with what it stored; stops it first if it runs.
    pub fn restart(&self) {
        self.stop();
        self.run();
        self.wait_until_ready();
    }

    /// Stands still without closing a connection (SIGSTOP): requests time out.
    pub fn pause(&self) {
        let pid = self.signal(Signal::STOP);
        // The signal is under way until every thread stands; only then has the process stopped as a whole.
        let stopped = rustix::process::waitpid(Some(pid), WaitOptions::UNTRACED);
        let (_, status) = stopped
            .expect("the state of our own child")
            .expect("no WNOHANG");
        assert!(status.stopped(), "it did not stop, it ended: {status:?}");
    }

    /// Goes on after [`NatsServer::pause`], with everything that arrived meanwhile.
    pub fn resume(&self) {
        self.signal(Signal::CONT);
    }

    fn run(&self) {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log_path())
            .expect("a log file");
        let child = Command::new(tools::nats_server(&self.version))
            .args(["--config", "server.conf"])
            .current_dir(self.folder())
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a second handle of the log"))
            .stderr(log)
            .spawn()
            .expect("nats-server starts");
        *self.process.lock().unwrap() = Some(child);
    }

    fn wait_until_ready(&self) {
        wait_for("the server's ports", START_LIMIT, || {
            let ended = self
                .process
                .lock()
                .unwrap()
                .as_mut()
                .and_then(|child| child.try_wait().unwrap());
            if let Some(status) = ended {
                panic!(
                    "nats-server {} ended with {status}:\n{}",
                    self.version,
                    self.log()
                );
            }
            // Not whether JetStream is healthy: a cluster becomes so only with its other members.
            let monitor = self.http("/varz").is_some_and(|(status, _)| status == 200);
            (monitor && self.greets()).then_some(())
        });
    }

    fn end(&self, signal: Signal) {
        let Some(mut child) = self.process.lock().unwrap().take() else {
            return;
        };
        let pid = pid_of(&child);
        let _ = rustix::process::kill_process(pid, signal);
        // A process that stands still gets no SIGTERM before it goes on.
        let _ = rustix::process::kill_process(pid, Signal::CONT);
        child.wait().expect("the server's end");
    }

    fn signal(&self, signal: Signal) -> Pid {
        let process = self.process.lock().unwrap();
        let pid = pid_of(process.as_ref().expect("the server runs"));
        rustix::process::kill_process(pid, signal).expect("a signal to our own child");
        pid
    }

    /// Whether the client port, which opens last, says its INFO.
    fn greets(&self) -> bool {
        let greeting = TcpStream::connect(("127.0.0.1", self.port)).and_then(|mut stream| {
            if self.handshake_first {
                return Ok(*b"INFO");
            }
            stream.set_read_timeout(Some(Duration::from_secs(5)))?;
            let mut word = [0; 4];
            stream.read_exact(&mut word).map(|()| word)
        });
        greeting.is_ok_and(|word| &word == b"INFO")
    }

    /// Status and body, or nothing when nobody listens. By hand: one GET does not deserve a client library.
    fn http(&self, path: &str) -> Option<(u16, String)> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.monitor_port)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
        write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some((status, body.to_owned()))
    }

    fn log_path(&self) -> PathBuf {
        self.folder().join("server.log")
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        self.end(Signal::KILL);
        if std::thread::panicking() {
            eprintln!("--- log of {} ---\n{}", self.url(), self.log());
        }
    }
}

/// A TCP port of the loopback address that nobody uses. Each comes once in six thousand.
pub fn free_port() -> u16 {
    static BLOCK: OnceLock<(TcpListener, u16)> = OnceLock::new();
    static NEXT: AtomicU16 = AtomicU16::new(0);

    let (_own, first) = BLOCK.get_or_init(own_block);
    for _ in 1..PORTS {
        let step = NEXT.fetch_add(1, Ordering::Relaxed) % (PORTS - 1);
        let port = first + 1 + step;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no free port from {first} on");
}

/// The ports of one test program.
const PORTS: u16 = 6_000;

/// A block of ports for this program alone, as long as it listens on the first: those that run side by side would else
/// take the port of a server that is away for a moment.
fn own_block() -> (TcpListener, u16) {
    const FIRST: u16 = 20_000;
    const BLOCKS: u16 = 2;

    // Seldom the block of the program before, whose servers somebody may still look for.
    let start = (std::process::id() % u32::from(BLOCKS)) as u16;
    let mut blocks = (0..BLOCKS).map(|step| FIRST + (start + step) % BLOCKS * PORTS);
    let own = blocks.find_map(|first| Some((TcpListener::bind(("127.0.0.1", first)).ok()?, first)));
    own.expect("a free block of ports")
}

fn pid_of(child: &Child) -> Pid {
    Pid::from_child(child)
}

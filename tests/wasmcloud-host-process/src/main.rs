//! A wasmCloud host as a process, for tests: the crate's own host with the variables of its own binary.
//!
//! That binary (wasmCloud 1.9.2) is not published as a crate. It reads the same variables, for which it also has options,
//! and adds telemetry, labels, limits, and registries to load from; the connections to NATS and all that is done with them
//! are the crate's.

use std::env;
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use nkeys::KeyPair;
use tokio::select;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use wasmcloud_host::url::Url;
use wasmcloud_host::{WasmbusHost, WasmbusHostConfig};

const SHUTDOWN_LIMIT: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    log();
    let config = config()?;
    // It is too large for the stack of a build without optimisation.
    let (host, shutdown) = Box::pin(WasmbusHost::new(config)).await?;
    let mut terminated = signal(SignalKind::terminate())?;
    select! {
        _ = terminated.recv() => {}
        stopped = host.stopped() => {
            stopped?;
        }
    }
    drop(host);
    tokio::time::timeout(SHUTDOWN_LIMIT, shutdown)
        .await
        .context("the host did not shut down in time")?
}

fn log() {
    let levels = Targets::new()
        .with_target("wasmcloud_host", LevelFilter::DEBUG)
        .with_default(LevelFilter::INFO);
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(false);
    tracing_subscriber::registry()
        .with(levels)
        .with(layer)
        .init();
}

fn config() -> anyhow::Result<WasmbusHostConfig> {
    let (ctl_jwt, ctl_key) = login("CTL")?.unzip();
    let (rpc_jwt, rpc_key) = login("RPC")?.unzip();
    let mut config = WasmbusHostConfig {
        ctl_nats_url: url("CTL")?,
        ctl_jwt,
        ctl_key,
        rpc_nats_url: url("RPC")?,
        rpc_jwt,
        rpc_key,
        js_domain: variable("JS_DOMAIN"),
        allow_file_load: variable("ALLOW_FILE_LOAD").is_some_and(|value| value == "true"),
        version: "1.9.2".to_owned(),
        ..WasmbusHostConfig::default()
    };
    if let Some(lattice) = variable("LATTICE") {
        config.lattice = lattice.into();
    }
    if let Some(seed) = variable("HOST_SEED") {
        config.host_key = Some(Arc::new(KeyPair::from_seed(&seed)?));
    }
    Ok(config)
}

/// Where one of the two connections goes: the control interface with JetStream (`CTL`), or calls (`RPC`).
fn url(connection: &str) -> anyhow::Result<Url> {
    let either = |what: &str| {
        let own = variable(&format!("{connection}_{what}"));
        own.or_else(|| variable(&format!("NATS_{what}")))
    };
    let host = either("HOST").unwrap_or_else(|| "127.0.0.1".to_owned());
    let port = either("PORT").unwrap_or_else(|| "4222".to_owned());
    Url::parse(&format!("nats://{host}:{port}")).context("no address of NATS")
}

/// The JWT and the key with which a connection logs in: its own, or those of both.
fn login(connection: &str) -> anyhow::Result<Option<(String, Arc<KeyPair>)>> {
    match own_login(connection)? {
        Some(own) => Ok(Some(own)),
        None => own_login("NATS"),
    }
}

fn own_login(name: &str) -> anyhow::Result<Option<(String, Arc<KeyPair>)>> {
    let setting = |what: &str| variable(&format!("{name}_{what}"));
    let (jwt, seed) = match (setting("CREDS"), setting("JWT"), setting("SEED")) {
        (Some(path), None, None) => {
            let text = fs::read_to_string(&path).with_context(|| path.clone())?;
            let part =
                |kind: &str| section(&text, kind).with_context(|| format!("{path} has no {kind}"));
            (part("NATS USER JWT")?, part("USER NKEY SEED")?)
        }
        (None, Some(jwt), Some(seed)) => (jwt, seed),
        (None, None, None) => return Ok(None),
        _ => anyhow::bail!("either a credentials file, or a JWT with its seed"),
    };
    Ok(Some((jwt, Arc::new(KeyPair::from_seed(&seed)?))))
}

/// What is between the two marks of a kind in a credentials file.
fn section(text: &str, kind: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("-----BEGIN {kind}-----\n"))?;
    let (section, _) = rest.split_once(&format!("\n------END {kind}------"))?;
    Some(section.to_owned())
}

fn variable(name: &str) -> Option<String> {
    env::var(format!("WASMCLOUD_{name}")).ok()
}

//! wadm as a process, for tests: the crate's own server with the options and variables of its own binary.
//!
//! That binary is not published as a crate, and adds only logging and tracing to what is here.

use clap::Parser;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use wadm::config::WadmConfig;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let levels = Targets::new()
        .with_target("wadm", LevelFilter::DEBUG)
        .with_default(LevelFilter::INFO);
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(false);
    tracing_subscriber::registry()
        .with(levels)
        .with(layer)
        .init();

    let mut tasks = wadm::start_wadm(WadmConfig::parse()).await?;
    // Neither task ends unless something is wrong; wadm's own binary ends with the first, too.
    match tasks.join_next().await {
        Some(ended) => ended?,
        None => anyhow::bail!("wadm started nothing"),
    }
}

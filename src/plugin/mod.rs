//! go-plugin: what makes a process a plugin that Terraform and OpenTofu can start, call and end.
//!
//! Terraform starts the process, reads one line from its stdout, calls it over the socket named
//! there, and ends it with `GRPCController.Shutdown`. What a newcomer would get wrong: stdout
//! carries that line and nothing else; Ctrl-C reaches this process too and must not end it, since
//! calls are running; and a Terraform that was killed says nothing, so the parent is watched.
//!
//! Nothing here knows a Terraform value or NATS.

mod definition;
mod host;
mod handshake;
mod usage;
mod net;
mod services;
mod process;
mod in_process;
pub mod log;

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::anyhow;
use tracing::{debug, info};

use crate::os;
use crate::plugin::handshake::Start;
use crate::plugin::host::Host;
use crate::plugin::net::{Listener, Transport, tls};
use crate::plugin::process::Parent;
use crate::plugin::services::Connections;
use crate::terraform::proto::tfplugin6::provider_server::Provider;

pub use crate::plugin::definition::{About, Plugin};
pub use crate::plugin::in_process::{InProcess, serve_in_process};

/// How long the answer to Shutdown may take to leave. Terraform waits two seconds before it
/// kills; what has not left by then never will.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_millis(50);

/// How long running calls may take to end after Terraform was killed: as long as an answer that is on its way.
const ORPHANED: Duration = Duration::from_secs(1);

/// Does what the process was started for: serve Terraform, serve a debugger's user, or say what
/// this is. Returns when the process is to end.
pub fn serve<P: Provider>(plugin: Plugin<P>) -> ExitCode {
    let parent = Parent::now();
    let about = plugin.about.clone();
    let arguments = env::args_os()
        .skip(1)
        .map(|argument| argument.to_string_lossy().into_owned());
    // What is not text must not count as unset: a client certificate would, and TLS be left out.
    let variable = |name: &str| env::var_os(name).map(|value| value.to_string_lossy().into_owned());
    let outcome = match handshake::start(arguments, variable) {
        Ok(Start::Plugin(host)) => serve_host(plugin, &host, &parent),
        Ok(Start::Debug) => serve_debug(plugin),
        Ok(Start::Help) => print(&usage::help(&about)),
        Ok(Start::Version) => print(&format!("{} {}\n", about.name, about.version)),
        Err(refusal) => Err(anyhow!(usage::refusal(&refusal, &about))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = write(&mut io::stderr(), &format!("{error:#}\n"));
            ExitCode::FAILURE
        }
    }
}

/// Serves the host that started this process, until it says Shutdown or is gone.
fn serve_host<P: Provider>(plugin: Plugin<P>, host: &Host, parent: &Parent) -> anyhow::Result<()> {
    let runtime = process::runtime()?;
    let outcome = runtime.block_on(until_shutdown(plugin, host, parent));
    runtime.shutdown_background();
    outcome
}

async fn until_shutdown<P: Provider>(
    plugin: Plugin<P>,
    host: &Host,
    parent: &Parent,
) -> anyhow::Result<()> {
    os::ignore_interrupts()?;
    let listener = Listener::open(Transport::here(), plugin.about.name, host).await?;
    let tls = host
        .client_certificate
        .as_deref()
        .map(tls::Identity::for_client)
        .transpose()?;
    print(&handshake::line(listener.address(), tls.as_ref(), host))?;
    debug!(address = %listener.address(), tls = tls.is_some(), "serving");

    let connections = Connections::new(plugin.provider, plugin.stop.clone());
    tokio::select! {
        () = connections.accept(&listener, tls.map(tls::Identity::into_acceptor)) => {}
        () = plugin.stop.cancelled() => {
            let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, connections.closed()).await;
        }
        () = parent.gone() => {
            info!(calls = plugin.tasks.len(), "the process that started this one has ended");
            // They begin nothing more: their caller is gone.
            plugin.tasks.close();
            let _ = tokio::time::timeout(ORPHANED, plugin.tasks.wait()).await;
        }
    }
    Ok(())
}

/// Serves any client that knows the address, until Ctrl-C: for a Terraform run beside a debugger.
fn serve_debug<P: Provider>(plugin: Plugin<P>) -> anyhow::Result<()> {
    let stop = plugin.stop.clone();
    let server = serve_in_process(plugin)?;
    let stopped = async {
        print(&in_process::instructions(&server))?;
        stop.cancelled().await;
        Ok(())
    };
    process::runtime()?.block_on(async {
        tokio::select! {
            // In this order: Ctrl-C is listened to before anybody knows where to connect.
            biased;
            interrupted = tokio::signal::ctrl_c() => Ok(interrupted?),
            ended = stopped => ended,
        }
    })
}

/// Writes a text to stdout.
fn print(text: &str) -> anyhow::Result<()> {
    Ok(write(&mut io::stdout(), text)?)
}

/// Writes a text whole, where `println!` would panic once the pipe is closed.
fn write(out: &mut impl Write, text: &str) -> io::Result<()> {
    out.write_all(text.as_bytes())?;
    out.flush()
}

//! go-plugin: what makes a process a plugin that Terraform and OpenTofu can start, call and end.
//!
//! Terraform starts the process, reads one line from its stdout, calls it over the socket named
//! there, and ends it with `GRPCController.Shutdown`. What a newcomer would get wrong: stdout
//! carries that line and nothing else; Ctrl-C reaches this process too and must not end it, since
//! calls are running; and a Terraform that was killed says nothing, so the parent is watched.
//!
//! Nothing here knows a Terraform value or NATS.

mod handshake;
mod in_process;
mod life;
pub mod log;
mod net;
mod services;
mod tls;

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, info};

use crate::plugin::handshake::{Host, Start};
use crate::plugin::life::Parent;
use crate::plugin::net::{Listener, Transport};
use crate::plugin::services::Connections;
use crate::terraform::proto::tfplugin6::provider_server::Provider;

pub use crate::plugin::in_process::{InProcess, serve_in_process};

/// How long the answer to Shutdown may take to leave. Terraform waits two seconds before it
/// kills; what has not left by then never will.
const FAREWELL: Duration = Duration::from_millis(50);

/// Who the plugin is, for those who run it by hand.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// The name of the binary, `terraform-provider-<type>`.
    pub name: &'static str,
    /// The version without `v`.
    pub version: &'static str,
    /// The source address in a registry, `<namespace>/<type>`.
    pub address: &'static str,
    /// What else `--help` says: environment variables, where the documentation is.
    pub help: &'static str,
}

/// A provider, and how its calls and its process depend on each other.
pub struct Plugin<P> {
    /// Who it is.
    pub about: About,
    /// What answers Terraform's calls. Message limits are set here, not by the caller.
    pub provider: P,
    /// The calls that run. Each belongs to the provider and may outlive its request; when
    /// Terraform is gone without a Shutdown, the process stays until they are done.
    pub tasks: TaskTracker,
    /// Ends the process when cancelled, and is cancelled by Terraform's Shutdown. It is not
    /// StopProvider, which asks the calls to finish and leaves the process as it is.
    pub stop: CancellationToken,
}

/// Does what the process was started for: serve Terraform, serve a debugger's user, or say what
/// this is. Returns when the process is to end.
pub fn serve<P: Provider>(plugin: Plugin<P>) -> ExitCode {
    let parent = Parent::now();
    let about = plugin.about;
    let arguments = env::args_os()
        .skip(1)
        .map(|argument| argument.to_string_lossy().into_owned());
    let outcome = match handshake::start(arguments, |name| env::var(name).ok()) {
        Ok(Start::Plugin(host)) => runtime().and_then(|runtime| {
            let outcome = runtime.block_on(serve_host(plugin, &host, &parent));
            runtime.shutdown_background();
            outcome
        }),
        Ok(Start::Debug) => serve_debug(plugin),
        Ok(Start::Help) => say(&mut io::stdout(), &handshake::help(&about)),
        Ok(Start::Version) => say(
            &mut io::stdout(),
            &format!("{} {}\n", about.name, about.version),
        ),
        Err(refusal) => Err(io::Error::other(refusal.text(&about))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = say(&mut io::stderr(), &format!("{error}\n"));
            ExitCode::FAILURE
        }
    }
}

/// Serves the host that started this process, until it says Shutdown or is gone.
async fn serve_host<P: Provider>(
    plugin: Plugin<P>,
    host: &Host,
    parent: &Parent,
) -> io::Result<()> {
    life::ignore_interrupts()?;
    let listener = Listener::open(Transport::here(), plugin.about.name, host).await?;
    let tls = host
        .client_certificate
        .as_deref()
        .map(tls::Identity::for_client)
        .transpose()?;
    say(
        &mut io::stdout(),
        &handshake::line(listener.address(), tls.as_ref(), host),
    )?;
    debug!(address = %listener.address(), tls = tls.is_some(), "serving");

    let connections = Connections::new(plugin.provider, plugin.stop.clone());
    tokio::select! {
        () = connections.accept(&listener, tls.map(tls::Identity::into_acceptor)) => {}
        () = plugin.stop.cancelled() => {
            let _ = tokio::time::timeout(FAREWELL, connections.closed()).await;
        }
        () = parent.gone() => {
            info!(calls = plugin.tasks.len(), "the process that started this one is gone, finishing its calls");
            plugin.tasks.close();
            plugin.tasks.wait().await;
        }
    }
    Ok(())
}

/// Serves whoever is told where, until Ctrl-C: for a Terraform run beside a debugger.
fn serve_debug<P: Provider>(plugin: Plugin<P>) -> io::Result<()> {
    let stop = plugin.stop.clone();
    let server = serve_in_process(plugin)?;
    let told = async {
        say(&mut io::stdout(), &in_process::instructions(&server))?;
        stop.cancelled().await;
        Ok(())
    };
    runtime()?.block_on(async {
        tokio::select! {
            // In this order: Ctrl-C is listened to before anybody knows where to connect.
            biased;
            interrupted = tokio::signal::ctrl_c() => interrupted,
            ended = told => ended,
        }
    })
}

/// Few threads: the provider waits for the network, and a start is paid at every plan.
fn runtime() -> io::Result<Runtime> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores.min(4))
        .enable_all()
        .build()
}

/// Writes a text whole, where `println!` would panic once nobody listens.
fn say(out: &mut impl Write, text: &str) -> io::Result<()> {
    out.write_all(text.as_bytes())?;
    out.flush()
}

//! The same services for a Terraform that did not start this process: `-debug`, and tests.
//!
//! Such a Terraform finds the process through TF_REATTACH_PROVIDERS, speaks without TLS, and
//! neither stops the provider nor ends it; it may configure it many times over.

use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};

use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::os;
use crate::plugin::definition::Plugin;
use crate::plugin::host::Host;
use crate::plugin::net::{Address, Listener, Transport};
use crate::plugin::process;
use crate::plugin::services::Connections;

use crate::terraform::proto::tfplugin6::provider_server::Provider;

/// A provider served by threads of this process. Dropping it ends it, calls included.
pub struct InProcess {
    source: &'static str,
    address: Address,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl InProcess {
    /// The value of TF_REATTACH_PROVIDERS that makes a Terraform use this provider.
    pub fn reattach(&self) -> String {
        let address =
            json!({ "Network": self.address.network(), "String": self.address.to_string() });
        // A provider under test, so that Terraform leaves the process alone.
        let provider = json!({
            "Protocol": "grpc",
            "ProtocolVersion": 6,
            "Pid": std::process::id(),
            "Test": true,
            "Addr": address,
        });
        json!({ self.source: provider }).to_string()
    }

    /// Where it listens: the path of a unix socket, or on Windows `127.0.0.1:<port>`.
    pub fn address(&self) -> String {
        self.address.to_string()
    }
}

impl Drop for InProcess {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Serves a plugin beside whatever else the process does, on threads of its own, to all who may
/// reach its socket.
///
/// # Errors
/// When no thread, or no place for a socket, can be had.
pub fn serve_in_process<P: Provider>(plugin: Plugin<P>) -> anyhow::Result<InProcess> {
    let (source, stop) = (plugin.about.address, plugin.stop.clone());
    let (opened, opening) = mpsc::channel();
    let thread = thread::Builder::new()
        .name("in-process plugin".to_owned())
        .spawn(move || {
            if let Err(error) = run(plugin, &opened) {
                let _ = opened.send(Err(error));
            }
        })?;
    let address = opening.recv()??;
    Ok(InProcess {
        source,
        address,
        stop,
        thread: Some(thread),
    })
}

/// Serves until `plugin.stop`, after saying where.
fn run<P: Provider>(
    plugin: Plugin<P>,
    opened: &Sender<anyhow::Result<Address>>,
) -> anyhow::Result<()> {
    let runtime = process::runtime()?;
    let outcome = runtime.block_on(async {
        let listener =
            Listener::open(Transport::here(), plugin.about.name, &Host::anyone()).await?;
        let _ = opened.send(Ok(listener.address().clone()));
        let connections = Connections::new(plugin.provider, plugin.stop.clone());
        tokio::select! {
            () = connections.accept(&listener, None) => {}
            () = plugin.stop.cancelled() => {}
        }
        Ok(())
    });
    runtime.shutdown_background();
    outcome
}

/// What `-debug` prints.
pub(super) fn instructions(server: &InProcess) -> String {
    let set = os::set_variable("TF_REATTACH_PROVIDERS", &server.reattach());
    format!(
        "The provider is running. To use it, set this variable in another terminal, and run Terraform there:\n\n\t{set}\n\nTo stop the provider, press Ctrl-C.\n"
    )
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;
    use std::path::PathBuf;

    use serde_json::Value;
    use tokio_util::task::TaskTracker;

    use super::*;
    use crate::plugin::definition::About;

    struct Nothing;

    impl Provider for Nothing {}

    fn started() -> InProcess {
        let about = About {
            name: "test",
            version: "0",
            address: "wasmcloud/wasmcloud",
            help: String::new(),
        };
        let plugin = Plugin {
            about,
            provider: Nothing,
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        };
        serve_in_process(plugin).expect("it serves")
    }

    #[test]
    fn reattach_says_where_and_that_the_process_is_not_terraform_s() {
        let server = started();

        let reattach: Value = serde_json::from_str(&server.reattach()).expect("JSON");

        let provider = &reattach["wasmcloud/wasmcloud"];
        assert_eq!(provider["Protocol"], "grpc");
        assert_eq!(provider["ProtocolVersion"], 6);
        assert_eq!(provider["Pid"], std::process::id());
        assert_eq!(provider["Test"], true);
        assert_eq!(provider["Addr"]["Network"], "unix");
        assert!(UnixStream::connect(provider["Addr"]["String"].as_str().expect("a path")).is_ok());
    }

    #[test]
    fn dropping_it_removes_its_socket() {
        let server = started();
        let socket = PathBuf::from(server.address());
        assert!(socket.exists());

        drop(server);

        assert!(!socket.parent().expect("a directory").exists());
    }

    #[tokio::test]
    async fn it_may_be_started_and_dropped_in_async_code() {
        let server = started();

        assert!(
            tokio::net::UnixStream::connect(server.address())
                .await
                .is_ok()
        );
    }
}

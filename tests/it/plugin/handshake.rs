//! The one line on stdout, and that it is the only one.

use std::path::Path;

use terraform_provider_wasmcloud::testing::terraform::proto::health::health_check_response::ServingStatus;
use terraform_provider_wasmcloud::testing::terraform::proto::plugin::Empty;

use crate::plugin::certificate::ClientCertificate;
use crate::plugin::client::{Handshake, started};
use crate::plugin::process::{Process, as_terraform, binary};

#[test]
fn the_line_names_a_socket_and_a_certificate() {
    let mut command = as_terraform(binary());
    command.env("PLUGIN_CLIENT_CERT", ClientCertificate::new().pem());
    let process = Process::start(command);

    let line = process.line().expect("a line");

    let fields: Vec<_> = line
        .strip_suffix('\n')
        .expect("a whole line")
        .split('|')
        .collect();
    assert_eq!(fields.len(), 6, "{line}");
    assert_eq!(
        [fields[0], fields[1], fields[2], fields[4]],
        ["1", "6", "unix", "grpc"]
    );
    assert!(
        Path::new(fields[3]).starts_with(process.temporary()),
        "{line}"
    );
    // go-plugin ignores a certificate of 50 characters or fewer, and padding breaks its decoder.
    assert!(fields[5].len() > 50 && !fields[5].contains('='), "{line}");
}

#[tokio::test]
async fn without_a_client_certificate_it_serves_without_tls() {
    let process = Process::start(as_terraform(binary()));

    let handshake = Handshake::read(&process);

    assert_eq!(handshake.fields[5..], [""]);
    let connection = handshake.connect_plain().await.expect("a connection");
    assert_eq!(
        connection.health("plugin").await.expect("an answer"),
        ServingStatus::Serving
    );
}

#[tokio::test]
async fn nothing_follows_the_line_on_stdout() {
    let (process, connection) = started().await;
    connection.health("plugin").await.expect("an answer");

    let _ = connection.controller().shutdown(Empty {}).await;

    assert_eq!(process.rest(), (String::new(), String::new()));
}

#[test]
fn a_host_that_asks_for_multiplexing_hears_that_there_is_none() {
    let mut command = as_terraform(binary());
    command.env("PLUGIN_MULTIPLEX_GRPC", "true");

    let handshake = Handshake::read(&Process::start(command));

    assert_eq!(handshake.fields[5..], ["", "false"]);
}

#[tokio::test]
async fn the_socket_is_where_the_host_wants_it() {
    let shared = tempfile::tempdir().unwrap();
    let mut command = as_terraform(binary());
    command.env("PLUGIN_UNIX_SOCKET_DIR", shared.path());
    let mut process = Process::start(command);

    let handshake = Handshake::read(&process);

    assert_eq!(Path::new(handshake.socket()).parent(), Some(shared.path()));
    let connection = handshake.connect_plain().await.expect("a connection");
    let _ = connection.controller().shutdown(Empty {}).await;
    assert!(process.ended().success());
    assert_eq!(std::fs::read_dir(shared.path()).unwrap().count(), 0);
}

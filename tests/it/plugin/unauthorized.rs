//! Whoever is not the Terraform that started the plugin cannot call it.

use std::env;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output};

use terraform_provider_wasmcloud::testing::terraform::proto::health::health_check_response::ServingStatus;
use terraform_provider_wasmcloud::testing::terraform::proto::tfplugin6::get_provider_schema;

use crate::plugin::certificate::ClientCertificate;
use crate::plugin::client::{Handshake, started};
use crate::plugin::process::{Process, as_terraform, binary};

/// A plugin, the certificate of the client it expects, and where it is.
fn plugin() -> (Process, ClientCertificate, Handshake) {
    let certificate = ClientCertificate::new();
    let mut command = as_terraform(binary());
    command.env("PLUGIN_CLIENT_CERT", certificate.pem());
    let process = Process::start(command);
    let handshake = Handshake::read(&process);
    (process, certificate, handshake)
}

#[tokio::test]
async fn the_client_that_the_host_named_may_call() {
    let (_process, connection) = started().await;

    let health = connection.health("plugin").await;
    let unknown = connection.health("something").await;
    let schema = connection
        .provider()
        .get_provider_schema(get_provider_schema::Request {})
        .await;

    assert_eq!(health.expect("an answer"), ServingStatus::Serving);
    assert_eq!(
        unknown.expect_err("no such service").code(),
        tonic::Code::NotFound
    );
    let schema = schema.expect("a schema").into_inner();
    assert!(
        schema
            .resource_schemas
            .contains_key("wasmcloud_lattice_buckets")
    );
}

#[tokio::test]
async fn a_client_without_a_certificate_is_refused() {
    let (_process, certificate, handshake) = plugin();

    let refusal = handshake.refusal(None).await.expect("a refusal");

    assert!(refusal.contains("CertificateRequired"), "{refusal}");
    assert_eq!(handshake.refusal(Some(&certificate)).await, None);
}

#[tokio::test]
async fn a_certificate_of_the_same_kind_but_not_the_same_is_refused() {
    let (_process, certificate, handshake) = plugin();
    let foreign = ClientCertificate::new();

    let refusal = handshake.refusal(Some(&foreign)).await.expect("a refusal");

    assert!(refusal.contains("AccessDenied"), "{refusal}");
    assert_eq!(handshake.refusal(Some(&certificate)).await, None);
}

#[tokio::test]
async fn the_right_certificate_without_its_key_is_refused() {
    let (_process, certificate, handshake) = plugin();
    let copied = certificate.with_key_of(&ClientCertificate::new());

    let refusal = handshake.refusal(Some(&copied)).await.expect("a refusal");

    assert!(refusal.contains("DecryptError"), "{refusal}");
    assert_eq!(handshake.refusal(Some(&certificate)).await, None);
}

#[tokio::test]
async fn a_client_without_tls_is_refused() {
    let (_process, certificate, handshake) = plugin();

    let health = match handshake.connect_plain().await {
        Ok(connection) => connection
            .health("plugin")
            .await
            .map_err(|status| status.to_string()),
        Err(error) => Err(error.to_string()),
    };

    assert!(health.is_err(), "{health:?}");
    assert_eq!(handshake.refusal(Some(&certificate)).await, None);
}

/// As root: another user tries. Else this user cannot become another, and the permissions that
/// keep others out are looked at instead.
#[test]
fn another_user_does_not_reach_the_socket() {
    let (process, _, handshake) = plugin();
    let socket = Path::new(handshake.socket());
    let dir = socket.parent().unwrap();

    assert_eq!(dir.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(
        socket.metadata().unwrap().permissions().mode() & 0o777,
        0o600
    );
    if process.temporary().metadata().unwrap().uid() != 0 {
        eprintln!("not root: only the permissions were checked, no other user tried");
        return;
    }

    // Nobody must reach everything but the plugin's own directory, or the test would prove nothing.
    fs::set_permissions(process.temporary(), PermissionsExt::from_mode(0o755)).unwrap();
    let open = tempfile::tempdir().unwrap();
    fs::set_permissions(open.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let tests = open.path().join("tests");
    fs::copy(env::current_exe().unwrap(), &tests).unwrap();
    let reachable = open.path().join("reachable");
    let _listener = std::os::unix::net::UnixListener::bind(&reachable).unwrap();
    fs::set_permissions(&reachable, PermissionsExt::from_mode(0o777)).unwrap();

    let control = as_nobody(&tests, &reachable);
    let attempt = as_nobody(&tests, socket);

    assert!(
        control.status.success(),
        "nobody cannot even run a test: {control:?}"
    );
    assert!(!attempt.status.success());
    assert!(
        String::from_utf8_lossy(&attempt.stderr).contains("PermissionDenied"),
        "{attempt:?}"
    );
}

/// Runs `connects` below as a user without any rights.
fn as_nobody(tests: &Path, socket: &Path) -> Output {
    loop {
        let output = Command::new(tests)
            .args([
                "--exact",
                "plugin::unauthorized::connects",
                "--ignored",
                "--nocapture",
            ])
            .env("SOCKET", socket)
            .current_dir("/")
            .uid(65_534)
            .gid(65_534)
            .output();
        match output {
            // A process that another test starts has the copy open for writing, until it runs its own program.
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => {}
            output => return output.unwrap(),
        }
    }
}

#[test]
#[ignore = "run by another test as another user"]
fn connects() {
    let socket = env::var_os("SOCKET").expect("SOCKET says where to connect");

    UnixStream::connect(socket).expect("a connection");
}

//! A plugin with slow and panicking calls, which the real one has not: this test binary itself,
//! started once more as a process of its own.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use terraform_provider_wasmcloud::plugin::{self, About, Plugin, log};
use terraform_provider_wasmcloud::testing::terraform::proto::plugin::Empty;
use terraform_provider_wasmcloud::testing::terraform::proto::tfplugin6::provider_server::Provider;
use terraform_provider_wasmcloud::testing::terraform::proto::tfplugin6::{
    Diagnostic, DynamicValue, RawState, get_metadata, get_provider_schema, upgrade_resource_state,
    validate_provider_config,
};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::{Request, Response, Status};

use crate::plugin::certificate::ClientCertificate;
use crate::plugin::client::{Connection, Handshake};
use crate::plugin::process::{Process, as_terraform};
use crate::plugin::process_end::{Orphan, eventually};

/// Where the slow call leaves `begun` and `done`.
const MARKS: &str = "MARKS";

/// How many milliseconds the slow call takes.
const SLOW: &str = "SLOW";

struct Actor {
    tasks: TaskTracker,
}

#[tonic::async_trait]
impl Provider for Actor {
    /// Slow, in a task that outlives its request.
    async fn get_provider_schema(
        &self,
        _: Request<get_provider_schema::Request>,
    ) -> Result<Response<get_provider_schema::Response>, Status> {
        let marks = PathBuf::from(env::var_os(MARKS).unwrap());
        let slow = Duration::from_millis(env::var(SLOW).unwrap().parse().unwrap());
        let call = self.tasks.spawn(async move {
            fs::write(marks.join("begun"), "").unwrap();
            tokio::time::sleep(slow).await;
            fs::write(marks.join("done"), "").unwrap();
        });
        call.await
            .map_err(|error| Status::internal(error.to_string()))?;
        Ok(Response::new(get_provider_schema::Response::default()))
    }

    /// Gives back the state it is given.
    async fn upgrade_resource_state(
        &self,
        request: Request<upgrade_resource_state::Request>,
    ) -> Result<Response<upgrade_resource_state::Response>, Status> {
        let json = request
            .into_inner()
            .raw_state
            .map(|state| state.json)
            .unwrap_or_default();
        let state = DynamicValue {
            msgpack: json,
            json: Vec::new(),
        };
        let answer = upgrade_resource_state::Response {
            upgraded_state: Some(state),
            ..Default::default()
        };
        Ok(Response::new(answer))
    }

    /// Panics, and makes a diagnostic of it.
    async fn validate_provider_config(
        &self,
        _: Request<validate_provider_config::Request>,
    ) -> Result<Response<validate_provider_config::Response>, Status> {
        let call = self
            .tasks
            .spawn(log::caught(async { panic!("the milk is sour") }));
        let panic = call.await.expect_err("a panic").into_panic();
        let diagnostic = Diagnostic {
            summary: log::panic_text(&*panic).to_owned(),
            ..Diagnostic::default()
        };
        Ok(Response::new(validate_provider_config::Response {
            diagnostics: vec![diagnostic],
        }))
    }

    /// Panics, and nobody catches it.
    async fn get_metadata(
        &self,
        _: Request<get_metadata::Request>,
    ) -> Result<Response<get_metadata::Response>, Status> {
        panic!("the house is on fire")
    }
}

#[test]
#[ignore = "run by other tests as a plugin"]
fn acts() {
    log::init();
    let tasks = TaskTracker::new();
    let about = About {
        name: "actor",
        version: "0",
        address: "test/actor",
        help: String::new(),
    };
    // The arguments are the test harness's, and none of the plugin's options.
    let code = plugin::serve(Plugin {
        about,
        provider: Actor {
            tasks: tasks.clone(),
        },
        tasks,
        stop: CancellationToken::new(),
    });
    std::process::exit(i32::from(code != std::process::ExitCode::SUCCESS));
}

fn actor() -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args([
        "--exact",
        "plugin::test_plugin::acts",
        "--ignored",
        "--nocapture",
    ]);
    // With one thread the harness would begin the line that the handshake is to be on.
    command.arg("--test-threads=2");
    command
}

async fn connect(handshake: &Handshake) -> Connection {
    handshake.connect_plain().await.expect("a connection")
}

#[tokio::test]
async fn when_the_parent_is_killed_running_calls_have_a_moment_to_end() {
    let marks = tempfile::tempdir().unwrap();
    let mut command = actor();
    command.env(MARKS, marks.path()).env(SLOW, "500");
    let orphan = Orphan::of(&command);
    let connection = connect(&orphan.handshake).await;
    let call = tokio::spawn(async move {
        connection
            .provider()
            .get_provider_schema(get_provider_schema::Request {})
            .await
    });
    tokio::task::spawn_blocking({
        let begun = marks.path().join("begun");
        move || eventually("the call begins", || begun.exists())
    })
    .await
    .unwrap();

    orphan.kill_parent();
    call.abort();
    let (stdout, _) = orphan.parent.rest();

    assert_eq!(stdout, "");
    assert!(marks.path().join("done").exists(), "the call was cut off");
    assert!(orphan.parent.leftovers().is_empty());
}

#[tokio::test]
async fn shutdown_does_not_wait_for_running_calls() {
    let marks = tempfile::tempdir().unwrap();
    let mut command = as_terraform(actor());
    // As long as the end of a process may take on a busy machine.
    command.env(MARKS, marks.path()).env(SLOW, "20000");
    let mut process = Process::start(command);
    let connection = connect(&Handshake::read(&process)).await;
    let mut provider = connection.provider();
    let call = tokio::spawn(async move {
        provider
            .get_provider_schema(get_provider_schema::Request {})
            .await
    });
    tokio::task::spawn_blocking({
        let begun = marks.path().join("begun");
        move || eventually("the call begins", || begun.exists())
    })
    .await
    .unwrap();

    let _ = connection.controller().shutdown(Empty {}).await;
    let status = process.ended();

    assert!(status.success());
    assert!(!marks.path().join("done").exists(), "the process waited");
    assert!(process.leftovers().is_empty());
    call.abort();
}

#[tokio::test]
async fn a_panic_that_a_call_caught_is_told_once_and_not_as_a_crash() {
    let mut command = as_terraform(actor());
    command.env("TF_LOG", "ERROR");
    let process = Process::start(command);
    let connection = connect(&Handshake::read(&process)).await;

    let answer = connection
        .provider()
        .validate_provider_config(validate_provider_config::Request::default())
        .await;
    let _ = connection.controller().shutdown(Empty {}).await;

    let diagnostics = answer.expect("an answer").into_inner().diagnostics;
    assert_eq!(diagnostics[0].summary, "the milk is sour");
    let (_, stderr) = process.rest();
    assert!(
        stderr.contains("a call panicked: the milk is sour"),
        "{stderr}"
    );
    assert!(
        !stderr.lines().any(|line| line.starts_with("panic: ")),
        "{stderr}"
    );
}

#[tokio::test]
async fn a_panic_that_nobody_caught_is_reported_as_a_crash_and_the_plugin_lives_on() {
    let process = Process::start(as_terraform(actor()));
    let connection = connect(&Handshake::read(&process)).await;

    let answer = connection
        .provider()
        .get_metadata(get_metadata::Request {})
        .await;
    let next = connection.health("plugin").await;
    let _ = connection.controller().shutdown(Empty {}).await;

    assert!(answer.is_err());
    assert!(next.is_ok(), "{next:?}");
    let (_, stderr) = process.rest();
    assert!(
        stderr.starts_with("panic: the house is on fire\n"),
        "{stderr}"
    );
}

#[tokio::test]
async fn a_state_of_20_megabytes_goes_in_and_comes_back() {
    let certificate = ClientCertificate::new();
    let mut command = as_terraform(actor());
    command.env("PLUGIN_CLIENT_CERT", certificate.pem());
    let process = Process::start(command);
    let connection = Handshake::read(&process)
        .connect(&certificate)
        .await
        .expect("a connection");
    let json: Vec<u8> = (0..20_000_000_u32)
        .map(|byte| byte.to_le_bytes()[0])
        .collect();
    let raw_state = RawState {
        json: json.clone(),
        ..RawState::default()
    };
    let request = upgrade_resource_state::Request {
        raw_state: Some(raw_state),
        ..Default::default()
    };

    let mut provider = connection.provider().max_decoding_message_size(usize::MAX);
    let answer = provider.upgrade_resource_state(request).await;

    let state = answer
        .expect("an answer")
        .into_inner()
        .upgraded_state
        .expect("a state");
    assert!(state.msgpack == json, "the state has changed on its way");
}

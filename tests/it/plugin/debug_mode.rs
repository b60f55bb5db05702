//! `-debug`: served to a Terraform that did not start the process.

use serde_json::Value;
use terraform_provider_wasmcloud::testing::terraform::proto::health::health_check_response::ServingStatus;
use tokio::net::UnixStream;

use crate::plugin::client::Connection;
use crate::plugin::process::{Process, binary};

#[tokio::test]
async fn it_prints_how_to_attach_and_serves_until_ctrl_c() {
    for option in ["-debug", "--debug"] {
        let mut command = binary();
        command.arg(option).env_remove("TF_PLUGIN_MAGIC_COOKIE");
        let mut process = Process::start(command);

        let line = std::iter::from_fn(|| process.line())
            .find(|line| line.contains("TF_REATTACH_PROVIDERS="))
            .expect("the variable");
        let (_, value) = line.trim().split_once('=').unwrap();
        let reattach: Value =
            serde_json::from_str(value.trim_matches('\'')).expect("JSON in single quotes");
        let (source, provider) = reattach.as_object().unwrap().iter().next().unwrap();

        assert_eq!(
            source.split('/').count(),
            2,
            "{source} is no namespace and type"
        );
        assert_eq!(provider["Pid"], process.child.id());
        assert_eq!(provider["ProtocolVersion"], 6);
        assert_eq!(provider["Test"], true);
        let socket = provider["Addr"]["String"].as_str().unwrap();
        let stream = UnixStream::connect(socket).await.unwrap();
        let health = Connection::over(stream)
            .await
            .unwrap()
            .health("plugin")
            .await;
        assert_eq!(health.expect("an answer"), ServingStatus::Serving);

        process.signal("INT");

        assert!(process.ended().success());
        assert!(process.leftovers().is_empty());
    }
}

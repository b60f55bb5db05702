//! `hosted-accounts.md`: an account of a server in operator mode that demands sizes and has room for one replica only.

use serde_json::json;
use tempfile::TempDir;

use crate::conf::private_file;
use crate::story::Story;
use crate::support::{Admin, NatsServer, Operator};

const PAGE: &str = "hosted-accounts";
const ONE_GIB: u64 = 1 << 30;

/// A server with such an account, and its credentials.
struct Hosted {
    server: NatsServer,
    operator: Operator,
    folder: TempDir,
}

impl Hosted {
    fn start() -> Self {
        let limits = json!({
            "disk_storage": ONE_GIB, "mem_storage": 0, "streams": 12, "consumer": 100, "max_bytes_required": true,
        });
        let operator = Operator::with_tier("R1", limits);
        let server = NatsServer::configured(&operator.config());
        let folder = tempfile::tempdir().expect("a folder");
        Self {
            server,
            operator,
            folder,
        }
    }

    fn story(&self, heading: &str) -> Story {
        let file = private_file(
            self.folder.path(),
            "user.creds",
            &self.operator.credentials(),
        );
        let login = [("NATS_CREDS", file.to_str().expect("a path in UTF-8"))];
        self.story_with(heading, &login)
    }

    fn story_with(&self, heading: &str, environment: &[(&str, &str)]) -> Story {
        let place = format!("nats://127.0.0.1:{}", self.server.port());
        Story::new(PAGE, heading, environment).at("tls://nats.example.com:4222", &place)
    }
}

#[test]
fn one_line_of_max_bytes_is_enough_for_all() {
    let hosted = Hosted::start();
    let mut story = hosted.story_with("One line", &[]);
    story
        .terraform
        .set_env("TF_VAR_nats_credentials", &hosted.operator.credentials());

    story.step();

    let admin = Admin::connect_with(&hosted.server.url(), hosted.operator.login());
    assert_eq!(admin.stream_names().len(), 10);
    assert_eq!(admin.config("KV_wadm_manifests")["max_bytes"], 67_108_864);
}

#[test]
fn what_the_account_does_not_allow_is_refused() {
    for heading in ["Without a size", "More than the account has", "Tiers"] {
        let hosted = Hosted::start();
        let mut story = hosted.story(heading);

        story.write();

        story.shows();
        assert_eq!(story.code, Some(1), "{heading}");
    }
}

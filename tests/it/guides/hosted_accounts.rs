//! `hosted-accounts.md`: an account of a server in operator mode that demands sizes and has room for one replica only.

use serde_json::json;
use tempfile::TempDir;

use crate::guides::conf::private_file;
use crate::guides::page_run::PageRun;
use crate::support::{Admin, Cluster, NatsServer, Operator, nats_server_versions};

const PAGE: &str = "hosted-accounts";
const ONE_GIB: u64 = 1 << 30;

/// Servers with such an account, and its credentials.
struct Hosted<S = NatsServer> {
    // They end with it.
    _servers: S,
    url: String,
    operator: Operator,
    folder: TempDir,
}

fn operator() -> Operator {
    let limits = json!({
        "disk_storage": ONE_GIB, "mem_storage": 0, "streams": 12, "consumer": 100, "max_bytes_required": true,
    });
    Operator::with_tier("R1", limits)
}

impl Hosted {
    fn start() -> Self {
        let operator = operator();
        let server = NatsServer::configured(&operator.config());
        let url = server.url();
        Self::of(server, url, operator)
    }
}

impl Hosted<Cluster> {
    /// On three servers, as hosted ones are.
    fn on_a_cluster() -> Self {
        let operator = operator();
        let version = nats_server_versions()[0];
        let cluster = Cluster::start_with(version, 3, &operator.config());
        let url = cluster.servers()[0].url();
        Self::of(cluster, url, operator)
    }
}

impl<S> Hosted<S> {
    fn of(servers: S, url: String, operator: Operator) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self {
            _servers: servers,
            url,
            operator,
            folder,
        }
    }

    fn page_run(&self, heading: &str) -> PageRun {
        let file = private_file(
            self.folder.path(),
            "user.creds",
            &self.operator.credentials(),
        );
        let login = [("NATS_CREDS", file.to_str().expect("a path in UTF-8"))];
        self.page_run_with(heading, &login)
    }

    fn page_run_with(&self, heading: &str, environment: &[(&str, &str)]) -> PageRun {
        PageRun::new(PAGE, heading, environment).at("tls://nats.example.com:4222", &self.url)
    }
}

#[test]
fn one_line_of_max_bytes_is_enough_for_all() {
    let hosted = Hosted::start();
    let mut run = hosted.page_run_with("Set the size", &[]);
    run.terraform
        .set_env("TF_VAR_nats_credentials", &hosted.operator.credentials());

    run.step();

    let admin = Admin::connect_with(&hosted.url, hosted.operator.login());
    assert_eq!(admin.stream_names().len(), 10);
    assert_eq!(admin.config("KV_wadm_manifests")["max_bytes"], 67_108_864);
}

#[test]
fn a_size_that_is_missing_or_too_large_is_refused() {
    for heading in ["Without a size", "More than the account has"] {
        let hosted = Hosted::start();

        expect_refused(&hosted, heading);
    }
}

#[test]
fn replicas_for_which_the_account_has_no_tier_are_refused() {
    let hosted = Hosted::on_a_cluster();

    expect_refused(&hosted, "Tiers");
}

fn expect_refused<S>(hosted: &Hosted<S>, heading: &str) {
    let mut run = hosted.page_run(heading);

    run.write();

    run.shows();
    assert_eq!(run.code, Some(1), "{heading}");
}

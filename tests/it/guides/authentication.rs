//! `authentication.md`: each way to log in and to connect, against a server that takes no other.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::guides::conf::{self, SECRET, private_file};
use crate::guides::page::{self, Block};
use crate::guides::page_run::PageRun;
use crate::support::{Admin, Authority, NatsServer, Operator, SocksProxy, free_port};

const PAGE: &str = "authentication";
/// What the configurations of the page make, which are about the provider block only.
const RESOURCE: &str = "\nresource \"wasmcloud_lattice_buckets\" \"default\" {\n}\n";

/// A way to reach a server: what is there besides the blocks of the page.
struct Way {
    heading: &'static str,
    /// The home folder of the user who runs Terraform; `nats` in it is also what the server's configuration calls `/etc/nats`.
    home: TempDir,
    places: Vec<(String, String)>,
    variables: Vec<(&'static str, String)>,
}

impl Way {
    fn under(heading: &'static str) -> Self {
        Self {
            heading,
            home: tempfile::tempdir().expect("a folder"),
            places: Vec::new(),
            variables: Vec::new(),
        }
    }

    /// Sets a variable of the configuration.
    fn variable(mut self, name: &'static str, value: &str) -> Self {
        self.variables.push((name, value.to_owned()));
        self
    }

    /// What the page calls `name` is at `place`.
    fn at(mut self, name: &str, place: &str) -> Self {
        self.places.push((name.to_owned(), place.to_owned()));
        self
    }

    /// Writes `~/nats/<name>`.
    fn file(self, name: &str, content: &str) -> Self {
        private_file(&self.home.path().join("nats"), name, content);
        self
    }

    /// Writes the certificates and keys of a private authority.
    fn with_certificates(self) -> Self {
        let authority = Authority::new();
        let (server, client) = (authority.server(&["127.0.0.1"]), authority.client());
        self.file("ca.pem", &authority.pem())
            .file("server.pem", &server.certificate)
            .file("server-key.pem", &server.key)
            .file("terraform.pem", &client.certificate)
            .file("terraform-key.pem", &client.key)
            .variable("nats_client_key", &client.key)
    }

    /// A server with the configuration that stands beside the example.
    fn server(&self) -> NatsServer {
        self.server_of(&page::under(PAGE, self.heading))
    }

    fn server_of(&self, blocks: &[Block]) -> NatsServer {
        let block = blocks.iter().find(|block| block.language == "conf");
        let nats = format!("{}/", self.home.path().join("nats").display());
        let mut places = vec![("/etc/nats/", nats.as_str())];
        let own = self.places.iter();
        places.extend(own.map(|(name, place)| (name.as_str(), place.as_str())));
        conf::start(block.expect("a conf block"), &places)
    }

    /// Demands that every configuration under the heading reaches the server, and only with what it says.
    fn reaches(self, server: &NatsServer) {
        let home = self
            .home
            .path()
            .to_str()
            .expect("a path in UTF-8")
            .to_owned();
        let address = format!("127.0.0.1:{}", server.port());
        let mut run = PageRun::new(PAGE, self.heading, &[("HOME", &home)]);
        run.skip(&["conf", "json"]);
        for (name, place) in &self.places {
            run = run.at(name, place);
        }
        run = run.at("nats.example.com:4222", &address);
        for (name, value) in &self.variables {
            run.terraform.set_env(&format!("TF_VAR_{name}"), value);
        }
        copy_certificates(self.home.path(), run.terraform.folder());
        while !run.is_over() {
            let config = run.next_config();
            let config = if config.contains("resource ") {
                config
            } else {
                config + RESOURCE
            };
            run.terraform.step(&config);
            assert_eq!(
                run.terraform.plan().diagnostics().len(),
                0,
                "{}",
                self.heading
            );
        }
    }
}

/// What `file(...)` in a configuration reads beside it.
fn copy_certificates(home: &Path, folder: &Path) {
    for (from, to) in [
        ("ca.pem", "nats-ca.pem"),
        ("terraform.pem", "terraform.pem"),
    ] {
        let from = home.join("nats").join(from);
        if from.exists() {
            fs::copy(from, folder.join(to)).expect("a copy");
        }
    }
}

#[test]
fn user_and_password() {
    let way = Way::under("User and password").variable("nats_password", SECRET);
    let server = way.server();

    way.reaches(&server);
}

#[test]
fn only_the_intended_account() {
    let way = Way::under("Only the intended account and cluster").variable("nats_password", SECRET);
    let server = way.server();

    way.reaches(&server);
}

#[test]
fn token() {
    let way = Way::under("Token").variable("nats_token", SECRET);
    let server = way.server();

    way.reaches(&server);
}

#[test]
fn credentials_as_content_and_as_a_file() {
    let operator = Operator::new();
    let server = NatsServer::configured(&operator.config());

    Way::under("Credentials")
        .variable("nats_credentials", &operator.credentials())
        .reaches(&server);
    forget(&server, &operator);
    Way::under("Credentials in a file")
        .file("terraform.creds", &operator.credentials())
        .reaches(&server);
}

#[test]
fn jwt_and_seed() {
    let operator = Operator::new();
    let server = NatsServer::configured(&operator.config());
    let user = operator.user(None);

    Way::under("JWT and seed")
        .variable("nats_jwt", &user.jwt)
        .variable("nats_seed", &user.seed)
        .reaches(&server);
}

#[test]
fn nkey() {
    let key = nkeys::KeyPair::new_user();
    let way = Way::under("Nkey")
        .variable("nats_nkey", &key.seed().expect("a seed"))
        .at("$TERRAFORM_NKEY", &key.public_key());
    let server = way.server();

    way.reaches(&server);
}

#[test]
fn tls_with_a_private_authority() {
    let way = Way::under("TLS with a private CA").with_certificates();
    let server = way.server();

    way.reaches(&server);
}

#[test]
fn mutual_tls_as_content_and_as_files() {
    let way = Way::under("Mutual TLS").with_certificates();
    let server = way.server();

    way.reaches(&server);
}

#[test]
fn tls_handshake_first() {
    let way = Way::under("TLS handshake first").with_certificates();
    let server = way.server();

    way.reaches(&server);
}

#[test]
fn websocket() {
    let port = free_port();
    let way = Way::under("WebSocket")
        .with_certificates()
        .variable("nats_password", SECRET)
        .at("0.0.0.0:443", &format!("127.0.0.1:{port}"))
        .at("nats.example.com:443", &format!("127.0.0.1:{port}"));
    let server = way.server();

    way.reaches(&server);
}

#[test]
fn socks5_proxy() {
    let server = NatsServer::start();
    let proxy = SocksProxy::start();
    // A name, so that one sees who resolves it.
    let address = format!("localhost:{}", server.port());

    Way::under("SOCKS5 proxy")
        .at("nats.example.com:4222", &address)
        .at("bastion.example.com:1080", &proxy.place())
        .reaches(&server);

    assert!(proxy.asked().contains(&address), "{:?}", proxy.asked());
}

#[test]
fn nats_context() {
    let heading = "NATS context";
    let with_password = page::under(PAGE, "User and password");
    let way = Way::under(heading);
    let server = way.server_of(&with_password);
    let blocks = page::under(PAGE, heading);
    let context = blocks.iter().find(|block| block.language == "json");
    let address = format!("127.0.0.1:{}", server.port());
    let context = context
        .expect("a context")
        .text
        .replace("nats.example.com:4222", &address);

    way.file("../.config/nats/context/production.json", &context)
        .reaches(&server);
}

#[test]
fn several_accounts() {
    let heading = "Several servers, accounts or users";
    let users = ["test", "production"];
    let server = Way::under(heading).server();
    let address = format!("127.0.0.1:{}", server.port());
    let mut run = PageRun::with_binary(PAGE, heading).at("nats.example.com:4222", &address);
    run.skip(&["conf"]);
    for user in users {
        run.terraform
            .set_env(&format!("TF_VAR_{user}_password"), SECRET);
    }

    run.step();

    for user in users {
        let admin = Admin::connect_as(&server.url(), user, SECRET);
        assert_eq!(admin.stream_names().len(), 2, "{user}");
    }
}

/// Takes away what one way has made, for the next.
fn forget(server: &NatsServer, operator: &Operator) {
    let admin = Admin::connect_with(&server.url(), operator.login());
    for stream in admin.stream_names() {
        admin.delete_stream(&stream);
    }
}

//! The provider block with a real Terraform: each thing that can be content, file, variable or a context's field is taken
//! as each of them.

// The lint that forbids these outside tests knows only functions marked #[test].
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Authority, Issued, NatsServer, Operator, Terraform, serve};

/// Files that only their owner may read, and a configuration folder with one NATS context.
struct Files {
    folder: TempDir,
}

impl Files {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("nats/context")).unwrap();
        Self { folder }
    }

    fn path(&self) -> &str {
        self.folder.path().to_str().unwrap()
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path.display().to_string()
    }

    fn context(&self, fields: &Value) {
        self.write("nats/context/prod.json", &fields.to_string());
    }
}

/// Makes the buckets with these arguments and variables, finds nothing left to do, and deletes them. `files` are in the
/// folder of the configuration.
fn applies(arguments: &str, variables: &[(&str, &str)], files: &[(&str, &str)]) {
    let provider = serve(&[&[("NATS_TIMEOUT", "30s")], variables].concat());
    let terraform = Terraform::reattached(&provider.reattach());
    for (name, text) in files {
        terraform.write_file(name, text);
    }
    terraform.write(&format!(
        "provider \"wasmcloud\" {{\n{arguments}\n}}\n\
         resource \"wasmcloud_lattice_buckets\" \"main\" {{}}\n"
    ));
    let plan = terraform.plan();
    assert_eq!(plan.diagnostics().len(), 0, "{:?}", plan.diagnostics());
    terraform.apply_plan(&plan);
    terraform.expect_empty();
    terraform.destroy();
}

#[test]
fn a_jwt_and_its_seed_are_taken_as_content_files_variables_and_from_a_context() {
    let operator = Operator::new();
    let server = NatsServer::configured(&operator.config());
    let (url, user, files) = (server.url(), operator.user(None), Files::new());
    let (jwt_file, seed_file) = (
        files.write("jwt", &user.jwt),
        files.write("seed", &format!("{}\n", user.seed)),
    );
    files.context(&json!({ "url": url, "user_jwt": user.jwt, "user_seed": user.seed }));

    applies(
        "jwt = file(\"jwt.txt\")\nseed = file(\"seed.txt\")",
        &[("NATS_URL", &url)],
        &[("jwt.txt", &user.jwt), ("seed.txt", &user.seed)],
    );
    applies(
        &format!("jwt_file = \"{jwt_file}\"\nseed_file = \"{seed_file}\""),
        &[("NATS_URL", &url)],
        &[],
    );
    applies(
        "",
        &[
            ("NATS_URL", &url),
            ("NATS_JWT", &user.jwt),
            ("NATS_SEED", &user.seed),
        ],
        &[],
    );
    applies(
        "context = \"prod\"",
        &[("XDG_CONFIG_HOME", files.path())],
        &[],
    );
}

#[test]
fn a_client_certificate_is_taken_as_content_files_variables_and_from_a_context() {
    let authority = Authority::new();
    let issued = authority.server(&["localhost"]);
    let server = NatsServer::configured(&authority.config(&issued, "verify: true"));
    let url = localhost(&server, "tls");
    let Issued { certificate, key } = authority.client();
    let (ca, files) = (authority.pem(), Files::new());
    let [ca_file, certificate_file, key_file] = [
        files.write("ca.pem", &ca),
        files.write("certificate.pem", &certificate),
        files.write("key.pem", &key),
    ];
    files.context(&json!({
        "url": url, "ca": "$XDG_CONFIG_HOME/ca.pem", "cert": certificate_file, "key": key_file,
    }));

    applies(
        "tls_ca = file(\"ca.pem\")\ntls_certificate = file(\"certificate.pem\")\ntls_key = file(\"key.pem\")",
        &[("NATS_URL", &url)],
        &[
            ("ca.pem", &ca),
            ("certificate.pem", &certificate),
            ("key.pem", &key),
        ],
    );
    applies(
        &format!(
            "tls_ca_file = \"{ca_file}\"\ntls_certificate_file = \"{certificate_file}\"\ntls_key_file = \"{key_file}\""
        ),
        &[("NATS_URL", &url)],
        &[],
    );
    applies(
        "",
        &[
            ("NATS_URL", &url),
            ("NATS_CA", &ca_file),
            ("NATS_CERT", &certificate_file),
            ("NATS_KEY", &key_file),
        ],
        &[],
    );
    applies(
        "context = \"prod\"",
        &[("XDG_CONFIG_HOME", files.path())],
        &[],
    );
}

#[test]
fn the_handshake_comes_first_by_an_argument_and_by_a_context() {
    let authority = Authority::new();
    let issued = authority.server(&["localhost"]);
    let server = NatsServer::configured(&authority.config(&issued, "handshake_first: true"));
    let (url, files) = (localhost(&server, "tls"), Files::new());
    let ca = files.write("ca.pem", &authority.pem());
    files.context(&json!({ "url": url, "ca": ca, "tls_first": true }));

    applies(
        "tls_first = true",
        &[("NATS_URL", &url), ("NATS_CA", &ca)],
        &[],
    );
    applies(
        "context = \"prod\"",
        &[("XDG_CONFIG_HOME", files.path())],
        &[],
    );
}

/// The server under the name that its certificate has.
fn localhost(server: &NatsServer, scheme: &str) -> String {
    let port = server
        .url()
        .rsplit(':')
        .next()
        .unwrap_or_default()
        .to_owned();
    format!("{scheme}://localhost:{port}")
}

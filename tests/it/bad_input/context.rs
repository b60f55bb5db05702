//! NATS contexts: by name, by variable, the selected one; what wins over them, and what is wrong with them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::bad_input::setup::{NOBODY, SECRET, STREAMS, Setup, private_file};
use crate::support::{Admin, NatsServer, Operator, password};

/// A user's configuration folder with NATS contexts in it.
struct Contexts {
    folder: TempDir,
}

impl Contexts {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("nats/context")).unwrap();
        Self { folder }
    }

    /// With one context, as `nats context add` writes it.
    fn one(name: &str, fields: Value) -> Self {
        let contexts = Self::new();
        contexts.add(name, fields);
        contexts
    }

    fn add(&self, name: &str, fields: Value) -> PathBuf {
        let mut context = json!({
            "description": "", "url": "", "socks_proxy": "", "token": "", "user": "", "password": "", "creds": "",
            "nkey": "", "cert": "", "key": "", "ca": "", "nsc": "", "jetstream_domain": "", "jetstream_api_prefix": "",
            "jetstream_event_prefix": "", "inbox_prefix": "", "user_jwt": "", "user_seed": "", "color_scheme": "",
            "tls_first": false, "windows_cert_store": "", "windows_cert_match_by": "", "windows_cert_match": "",
            "windows_ca_certs_match": null,
        });
        for (field, value) in fields.as_object().unwrap() {
            context[field] = value.clone();
        }
        let file = self.file(name);
        private_file(&file, &format!("{context:#}"));
        file
    }

    fn select(&self, name: &str) {
        fs::write(self.folder.path().join("nats/context.txt"), name).unwrap();
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("nats/context/{name}.json"))
    }

    /// A provider of the user who has these contexts, with more variables.
    fn given(&self, variables: &[(&str, &str)]) -> Setup {
        let folder = [("XDG_CONFIG_HOME", self.folder.path().to_str().unwrap())];
        Setup::environment(&[&folder, variables].concat())
    }
}

/// What a failure says, and that it names a file.
fn told(setup: &Setup, file: &Path) -> (String, String) {
    let failure = setup.refused();
    let error = failure.error();
    assert!(error.says(file.to_str().unwrap()), "{error}");
    (error.summary.clone(), error.detail.replace('\n', " "))
}

#[test]
fn a_context_is_used_by_name_and_by_variable() {
    let server = NatsServer::configured(&password("app", SECRET));
    let login = json!({ "url": server.url(), "user": "app", "password": SECRET });
    let contexts = Contexts::one("prod", login);

    let setup = contexts.given(&[]);
    setup.applied("context = \"prod\"", "");
    setup.terraform.expect_empty();
    setup.leaks_nothing();
    let mut setup = setup;
    let folder = contexts.folder.path().to_str().unwrap();
    setup.environment_is_now(&[("XDG_CONFIG_HOME", folder), ("NATS_CONTEXT", "prod")]);
    setup.write("", "");
    setup.terraform.expect_empty();

    assert_eq!(
        Admin::connect_as(&server.url(), "app", SECRET).stream_names(),
        STREAMS
    );
}

#[test]
fn the_files_that_a_context_names_are_read() {
    let operator = Operator::new();
    let server = NatsServer::configured(&operator.config());
    let contexts = Contexts::one(
        "prod",
        json!({ "url": server.url(), "creds": "$XDG_CONFIG_HOME/app.creds" }),
    );
    private_file(
        &contexts.folder.path().join("app.creds"),
        &operator.credentials(),
    );
    let setup = contexts.given(&[]);

    setup.applied("context = \"prod\"", "");

    setup.terraform.expect_empty();
}

#[test]
fn arguments_and_variables_win_over_a_context() {
    let server = NatsServer::configured(&password("app", SECRET));
    let contexts = Contexts::one(
        "prod",
        json!({ "url": NOBODY, "token": "wrong", "jetstream_domain": "wrong" }),
    );
    let prefix = "jetstream_api_prefix = \"$JS.API\"";

    let setup = contexts.given(&[]);
    setup.applied(
        &format!(
            "context = \"prod\"\nservers = [\"{}\"]\nuser = \"app\"\npassword = var.secret\n{prefix}",
            server.url()
        ),
        "",
    );
    setup.terraform.expect_empty();
    let setup = contexts.given(&[
        ("NATS_URL", &server.url()),
        ("NATS_USER", "app"),
        ("NATS_PASSWORD", SECRET),
    ]);
    setup.applied(
        &format!("context = \"prod\"\n{prefix}"),
        "adopt_existing = true",
    );
    setup.terraform.expect_empty();
}

#[test]
fn a_password_of_a_context_goes_with_its_own_user_only() {
    let contexts = Contexts::one(
        "prod",
        json!({ "url": NOBODY, "user": "app", "password": SECRET }),
    );
    let setup = contexts.given(&[]);
    setup.write("context = \"prod\"\nuser = \"somebody\"", "");

    let failure = setup.refused();

    let error = failure.error();
    assert_eq!(error.summary, "The password is missing");
    assert!(error.says("comes from the argument `user`"), "{error}");
}

#[test]
fn the_selected_context_is_used_with_a_warning_if_nothing_else_says_where() {
    let server = NatsServer::configured(&password("app", SECRET));
    let contexts = Contexts::one(
        "prod",
        json!({ "url": server.url(), "user": "app", "password": SECRET }),
    );
    contexts.select("prod\n");
    let setup = contexts.given(&[]);
    setup.write("", "");

    let plan = setup.terraform.plan();
    setup.terraform.apply();

    let warnings = plan.diagnostics();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert_eq!(warnings[0].summary, "The selected NATS context is used");
    assert!(
        warnings[0].says(contexts.file("prod").to_str().unwrap()),
        "{warnings:?}"
    );
    setup.write("context = \"prod\"", "");
    assert_eq!(setup.terraform.plan().diagnostics().len(), 0);
}

#[test]
fn the_selected_context_is_left_out_by_a_word_an_address_or_a_login() {
    let contexts = Contexts::one("prod", json!({ "url": NOBODY }));
    contexts.select("prod");
    let server = NatsServer::start();
    let url = server.url();
    let cases: [(&str, &[(&str, &str)]); 3] = [
        ("", &[("NATS_URL", &url)]),
        (&format!("servers = [\"{url}\"]"), &[]),
        (&format!("context = \"\"\nservers = [\"{url}\"]"), &[]),
    ];

    for (arguments, variables) in cases {
        let setup = contexts.given(variables);
        setup.applied(arguments, "adopt_existing = true");
        setup.terraform.expect_empty();
    }
    // Nobody need listen at the default address: the error tells that it was meant.
    for arguments in ["context = \"\"", "token = var.secret"] {
        let setup = contexts.given(&[]);
        setup.write(
            &format!("{arguments}\ntimeout = \"1s\"\nsocks_proxy = \"127.0.0.1:1\""),
            "",
        );
        let plan = setup.terraform.try_plan(&[]);
        let text = plan.map_or_else(
            |failure| failure.text,
            |plan| format!("{:?}", plan.diagnostics()),
        );
        assert!(!text.contains("prod.json"), "{text}");
        assert!(!text.contains("selected NATS context"), "{text}");
    }
}

#[test]
fn a_context_that_is_not_there_is_told_with_file_and_choices() {
    let contexts = Contexts::one("staging", json!({}));
    contexts.add("blue", json!({}));
    let cases = [
        (
            "context = \"prod\"",
            "",
            "The argument `context` names the context \"prod\"",
        ),
        ("", "prod", "The environment variable NATS_CONTEXT names the context"),
    ];

    for (argument, variable, said) in cases {
        let setup = contexts.given(&[("NATS_CONTEXT", variable)]);
        setup.write(argument, "");
        let (summary, detail) = told(&setup, &contexts.file("prod"));
        assert_eq!(summary, "The NATS context does not exist");
        assert!(detail.contains(said), "{detail}");
        assert!(
            detail.contains("Existing contexts: blue, staging."),
            "{detail}"
        );
    }
}

#[test]
fn what_is_wrong_in_a_context_names_field_and_file() {
    let cases = [
        (
            json!({ "nsc": "nsc://o/a/u" }),
            "`nsc` in the context \"prod\"",
        ),
        (
            json!({ "url": NOBODY, "user": "app" }),
            "`user` in the context \"prod\"",
        ),
        (
            json!({ "creds": "/nowhere/a.creds" }),
            "/nowhere/a.creds: No such file",
        ),
        (
            json!({ "token": SECRET, "creds": "/nowhere" }),
            "are two ways to authenticate",
        ),
        (
            json!({ "url": "http://joe:hunter2@a" }),
            "`url` in the context \"prod\"",
        ),
        (
            json!({ "jetstream_domain": "a", "jetstream_api_prefix": "b" }),
            "both set the subjects of the JetStream API",
        ),
        (
            json!({ "socks_proxy": "http://a:1" }),
            "not a SOCKS5 address",
        ),
    ];

    for (fields, said) in cases {
        let contexts = Contexts::one("prod", fields);
        let setup = contexts.given(&[]);
        setup.write("context = \"prod\"", "");
        let (_, detail) = told(&setup, &contexts.file("prod"));
        assert!(detail.contains(said), "{detail}");
    }
}

#[test]
fn a_context_with_a_secret_that_others_may_read_is_a_warning() {
    let server = NatsServer::configured(&password("app", SECRET));
    let contexts = Contexts::one(
        "prod",
        json!({ "url": server.url(), "user": "app", "password": SECRET }),
    );
    fs::set_permissions(contexts.file("prod"), fs::Permissions::from_mode(0o644)).unwrap();
    let setup = contexts.given(&[]);
    setup.write("context = \"prod\"", "");

    let plan = setup.terraform.plan();

    let warnings = plan.diagnostics();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert_eq!(
        warnings[0].summary,
        "The file of the NATS context is readable by other users"
    );
    assert!(
        warnings[0].says("its mode is 0644") && warnings[0].says("prod.json"),
        "{warnings:?}"
    );
}

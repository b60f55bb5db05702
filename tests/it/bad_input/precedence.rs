//! Configuration, then environment, then default; one way to log in; values that are known only at apply.

use serde_json::Value;

use crate::bad_input::setup::{NOBODY, SECRET, STREAMS, Setup};
use crate::support::{Admin, NatsServer, password};

#[test]
fn arguments_win_over_variables() {
    let server = NatsServer::configured(&password("app", SECRET));
    let setup = Setup::environment(&[
        ("NATS_URL", NOBODY),
        ("NATS_USER", "somebody"),
        ("NATS_PASSWORD", "wrong"),
        ("NATS_TIMEOUT", "soon"),
    ]);

    setup.applied(
        &format!(
            "servers = [\"{}\"]\nuser = \"app\"\npassword = var.secret\ntimeout = \"5s\"",
            server.url()
        ),
        "",
    );

    setup.terraform.expect_empty();
    setup.leaks_nothing();
}

#[test]
fn a_variable_completes_an_argument() {
    let server = NatsServer::configured(&password("app", SECRET));
    let setup = Setup::environment(&[("NATS_URL", &server.url()), ("NATS_PASSWORD", SECRET)]);

    setup.applied("user = \"app\"", "");

    setup.terraform.expect_empty();
}

#[test]
fn a_login_in_the_configuration_rules_out_those_that_only_the_environment_has() {
    let server = NatsServer::configured(&password("app", SECRET));
    let in_address = server
        .url()
        .replace("nats://", &format!("nats://app:{SECRET}@"));
    let environment = [
        ("NATS_URL", &*server.url()),
        ("NATS_TOKEN", "wrong"),
        ("NATS_CREDS", "/nowhere"),
    ]
    .map(|(name, value)| (name, value.to_owned()));
    let environment: Vec<_> = environment
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let setup = Setup::environment(&environment);

    setup.applied("user = \"app\"\npassword = var.secret", "");
    setup.terraform.expect_empty();
    // Not through a file: an address may be shown.
    setup.terraform.write_file(
        "address.tf",
        "variable \"address\" {\n  sensitive = true\n}\n",
    );
    let mut setup = setup;
    setup.terraform.set_env("TF_VAR_address", &in_address);
    setup.write("servers = [var.address]", "");
    setup.terraform.expect_empty();
    setup.leaks_nothing();
}

#[test]
fn two_logins_in_the_environment_are_an_error_that_names_both() {
    let setup = Setup::environment(&[
        ("NATS_USER", "app"),
        ("NATS_PASSWORD", SECRET),
        ("NATS_TOKEN", SECRET),
    ]);
    setup.write("", "");

    let failure = setup.refused();

    let error = failure.error();
    assert_eq!(error.summary, "More than one way to authenticate");
    assert!(
        error.says("variable NATS_USER and the environment variable NATS_TOKEN are two ways"),
        "{error}"
    );
    assert!(
        error.says("Unset one of them, or set in the provider block which one to use"),
        "{error}"
    );
}

#[test]
fn a_wrong_variable_is_named() {
    let cases = [
        (
            ("NATS_TIMEOUT", "soon"),
            "The timeout is not valid",
            "\"soon\" is not a positive duration",
        ),
        (
            ("NATS_TIMEOUT", "2562047788015215h"),
            "The timeout is not valid",
            "is too long",
        ),
        (
            ("NATS_URL", "nats://a, http://joe:hunter2@b"),
            "The server addresses are not valid",
            "Address 2 is not the address of a NATS server",
        ),
        (
            ("NATS_URL", ","),
            "The server addresses are not valid",
            "No server address is set",
        ),
    ];

    for ((name, value), summary, text) in cases {
        let setup = Setup::environment(&[(name, value)]);
        setup.write("", "");
        let failure = setup.refused();
        let error = failure.error();
        assert_eq!(error.summary, summary);
        assert!(
            error.says(text) && error.says(&format!("the environment variable {name}")),
            "{error}"
        );
    }
}

#[test]
fn an_empty_variable_is_none() {
    let server = NatsServer::start();
    let url = server.url();
    let empty = [
        "NATS_USER",
        "NATS_PASSWORD",
        "NATS_TOKEN",
        "NATS_CREDS",
        "NATS_TIMEOUT",
    ]
    .map(|name| (name, ""));
    let setup = Setup::environment(&[&empty[..], &[("NATS_URL", &url)]].concat());

    setup.applied("", "");

    setup.terraform.expect_empty();
}

#[test]
fn a_server_that_is_known_only_at_apply_is_used_then() {
    let server = NatsServer::configured(&password("app", SECRET));
    let setup = Setup::server(NOBODY);
    setup.terraform.write(&format!(
        "resource \"terraform_data\" \"server\" {{\n  input = {{ url = \"{}\", user = \"app\" }}\n}}\n\
         provider \"wasmcloud\" {{\n  servers = [terraform_data.server.output.url]\n  user = terraform_data.server.output.user\n  password = var.secret\n}}\n\
         resource \"wasmcloud_lattice_buckets\" \"main\" {{}}\n",
        server.url()
    ));

    let plan = setup.terraform.plan();
    setup.terraform.apply();

    assert_eq!(plan.diagnostics().len(), 0, "{:?}", plan.diagnostics());
    setup.terraform.expect_empty();
    setup.leaks_nothing();
    assert_eq!(
        Admin::connect_as(&server.url(), "app", SECRET).stream_names(),
        STREAMS
    );
}

#[test]
fn a_wrong_value_that_is_known_only_at_apply_is_an_error_then() {
    let setup = Setup::server(NOBODY);
    setup.terraform.write(
        "resource \"terraform_data\" \"server\" {\n  input = \"http://a\"\n}\n\
         provider \"wasmcloud\" {\n  servers = [terraform_data.server.output]\n}\n\
         resource \"wasmcloud_lattice_buckets\" \"main\" {}\n",
    );

    let failure = setup.refused();

    let error = failure.error();
    assert_eq!(error.code, "servers = [terraform_data.server.output]");
    assert!(
        error.says("Address 1 is not the address of a NATS server"),
        "{error}"
    );
}

#[test]
fn an_argument_that_a_variable_leaves_null_contradicts_nothing() {
    let server = NatsServer::configured(&password("app", SECRET));
    let setup = Setup::server(&server.url());
    setup
        .terraform
        .write_file("token.tf", "variable \"token\" {\n  default = null\n}\n");

    setup.write(
        "user = \"app\"\npassword = var.secret\ntoken = var.token\ncredentials_file = var.token",
        "",
    );
    setup
        .terraform
        .run(&["validate"])
        .unwrap_or_else(|failure| panic!("{failure}"));
    setup.terraform.apply();

    setup.terraform.expect_empty();
}

#[test]
fn ephemeral_values_are_taken_and_stored_nowhere() {
    let server = NatsServer::configured(&password("app", SECRET));
    let setup = Setup::server(&server.url());
    setup.terraform.write_file(
        "variables.tf",
        "variable \"secret\" {\n  ephemeral = true\n  sensitive = true\n}\n",
    );

    setup.applied("user = \"app\"\npassword = var.secret", "");

    setup.terraform.expect_empty();
    setup.leaks_nothing();
}

#[test]
fn a_read_names_the_argument_that_it_waits_for() {
    let server = NatsServer::start();
    let setup = Setup::server(&server.url());
    setup.applied("", "");

    setup.terraform.write(&format!(
        "resource \"terraform_data\" \"server\" {{\n  input = \"{}\"\n}}\n\
         provider \"wasmcloud\" {{\n  servers = [terraform_data.server.output]\n}}\n\
         resource \"wasmcloud_lattice_buckets\" \"main\" {{}}\n",
        server.url()
    ));
    let failure = setup.refused_to(|terraform| terraform.plan_error());

    let error = failure.error();
    assert_eq!(error.summary, "Provider configuration is not known yet");
    assert!(error.says("The provider needs `servers`"), "{error}");
    assert!(error.says("known only after apply"), "{error}");
    setup
        .terraform
        .try_plan(&["-refresh=false"])
        .unwrap_or_else(|failure| panic!("the way out is none: {failure}"));
}

#[test]
fn what_is_known_only_at_apply_is_judged_then() {
    let setup = Setup::server(NOBODY);
    setup.terraform.write(
        "resource \"terraform_data\" \"login\" {\n  input = \"app\"\n}\n\
         provider \"wasmcloud\" {\n  user = terraform_data.login.output\n  token = var.secret\n}\n\
         resource \"wasmcloud_lattice_buckets\" \"main\" {}\n",
    );

    let plan = setup.terraform.plan();
    let failure = setup.refused();

    assert_eq!(plan.diagnostics().len(), 0, "{:?}", plan.diagnostics());
    let error = failure.error();
    assert_eq!(error.summary, "More than one way to authenticate");
    assert!(error.says("`user` and `token` are two ways"), "{error}");
}

#[test]
fn secrets_are_marked_in_the_schema() {
    let setup = Setup::nothing();
    setup.write("", "");

    let schemas = setup
        .terraform
        .run(&["providers", "schema", "-json"])
        .unwrap();

    let schemas: Value = serde_json::from_str(&schemas).unwrap();
    let registry = setup.terraform.cli().program.registry();
    let address = format!("{registry}/wasmcloud/wasmcloud");
    let arguments = schemas["provider_schemas"][&address]["provider"]["block"]["attributes"]
        .as_object()
        .unwrap();
    let mut sensitive: Vec<_> = arguments
        .iter()
        .filter(|(_, argument)| argument["sensitive"] == true)
        .map(|(name, _)| name.as_str())
        .collect();
    sensitive.sort_unstable();
    assert_eq!(
        sensitive,
        [
            "credentials",
            "jwt",
            "nkey",
            "password",
            "seed",
            "socks_proxy",
            "tls_key",
            "token"
        ]
    );
}

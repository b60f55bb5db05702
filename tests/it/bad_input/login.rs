//! Logins that the server refuses, and credentials that are none.

use std::fs;

use nkeys::KeyPair;

use crate::bad_input::setup::{SECRET, Setup, private_file};
use crate::support::{Failure, NatsServer, Operator, Terraform, password, token};

/// Names and values of an environment.
type Variables<'a> = &'a [(&'a str, &'a str)];

/// A login of each kind that is wrong, as arguments, with what the error names as its origin.
const WRONG: &[(&str, &str)] = &[
    (
        "user = \"app\"\npassword = \"not ${var.secret}\"",
        "the user \"app\" with this password, set by the argument `user` and the argument `password`",
    ),
    (
        "token = \"not ${var.secret}\"",
        "this token, set by the argument `token`",
    ),
];

#[test]
fn a_wrong_login_is_refused_with_where_it_comes_from() {
    let servers =
        [password("app", SECRET), token(SECRET)].map(|config| NatsServer::configured(&config));

    for server in &servers {
        let setup = Setup::server(&server.url());
        for (login, origin) in WRONG {
            setup.write(login, "");
            let failure = setup.refused();
            assert!(refusal(&failure, server).says(origin), "{failure}");
        }
    }
}

#[test]
fn a_wrong_login_from_the_environment_names_the_variables() {
    let server = NatsServer::configured(&password("app", SECRET));
    let url = server.url();
    let in_address = url.replace("nats://", &format!("nats://app:not-{SECRET}@"));
    let wrong = format!("not-{SECRET}");
    let cases: [(Variables, &str); 4] = [
        (
            &[("NATS_URL", &url)],
            "the server requires a login, and none is set",
        ),
        (
            &[
                ("NATS_URL", &url),
                ("NATS_USER", "app"),
                ("NATS_PASSWORD", &wrong),
            ],
            "the environment variable NATS_USER and the environment variable NATS_PASSWORD",
        ),
        (
            &[("NATS_URL", &url), ("NATS_TOKEN", &wrong)],
            "the environment variable NATS_TOKEN",
        ),
        (
            &[("NATS_URL", &in_address)],
            "the user \"app\" with this password, set by the environment variable NATS_URL",
        ),
    ];

    for (environment, origin) in cases {
        let setup = Setup::environment(environment);
        setup.write("", "");
        let failure = setup.refused();
        assert!(refusal(&failure, &server).says(origin), "{failure}");
    }
}

#[test]
fn a_wrong_login_is_told_once_for_all_that_wadm_needs() {
    let server = NatsServer::configured(&password("app", SECRET));
    let setup = Setup::server(&server.url());
    setup.terraform.write(
        "provider \"wasmcloud\" {\ntoken = var.secret\n}\nresource \"wadm_jetstream\" \"main\" {\nprovider = wasmcloud\n}\n",
    );

    let failure = setup.refused();

    refusal(&failure, &server);
}

#[test]
fn a_login_that_is_not_accepted_any_more_loses_nothing() {
    let server = NatsServer::configured(&password("app", SECRET));
    let url = server.url();
    let login = |password| {
        [
            ("NATS_URL", url.as_str()),
            ("NATS_USER", "app"),
            ("NATS_PASSWORD", password),
        ]
    };
    let mut setup = Setup::environment(&login(SECRET));
    setup.applied("", "");

    setup.environment_is_now(&login("changed"));
    let failure = setup.refused();
    let destroying = setup.refused_to(|terraform| terraform.destroy_error());
    setup.environment_is_now(&login(SECRET));

    refusal(&failure, &server);
    refusal(&destroying, &server);
    setup.terraform.expect_empty();
}

#[test]
fn credentials_of_an_operator_work_as_content_file_and_variable() {
    let operator = Operator::new();
    let server = NatsServer::configured(&operator.config());
    let setup = Setup::server(&server.url());
    let file = setup.terraform.folder().join("app.creds");
    private_file(&file, &operator.credentials());

    setup.applied("credentials = file(\"app.creds\")", "");
    setup.terraform.expect_empty();
    setup.write(&format!("credentials_file = \"{}\"", file.display()), "");
    setup.terraform.expect_empty();
    let mut setup = setup;
    setup.environment_is_now(&[
        ("NATS_URL", &server.url()),
        ("NATS_CREDS", file.to_str().unwrap()),
    ]);
    setup.write("", "");
    setup.terraform.expect_empty();
}

#[test]
fn credentials_of_another_operator_are_refused_and_not_shown() {
    let server = NatsServer::configured(&Operator::new().config());
    let foreign = Operator::new().credentials();
    let setup = Setup::server(&server.url());
    fs::write(setup.terraform.folder().join("foreign.creds"), &foreign).unwrap();

    setup.write("credentials = file(\"foreign.creds\")", "");
    let failure = setup.refused();

    assert!(
        refusal(&failure, &server).says("set by the argument `credentials`"),
        "{failure}"
    );
    let long_lines = foreign
        .lines()
        .filter(|line| line.len() > 50 && !line.contains(' '));
    for secret in long_lines {
        assert!(!failure.text.contains(secret), "{secret} is shown");
    }
}

#[test]
fn a_credentials_file_that_is_none_is_said_before_anything_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let (missing, other) = (
        folder.path().join("missing.creds"),
        folder.path().join("other.creds"),
    );
    fs::write(&other, SECRET).unwrap();
    let cases = [
        (
            missing.as_path(),
            "The credentials file cannot be read",
            "No such file",
        ),
        (
            folder.path(),
            "The credentials file cannot be read",
            "it is a folder, not a file",
        ),
        (
            other.as_path(),
            "Invalid credentials",
            "BEGIN USER NKEY SEED",
        ),
    ];

    for (path, summary, text) in cases {
        let argument = Setup::nothing();
        argument.write(&format!("credentials_file = \"{}\"", path.display()), "");
        let variable = Setup::environment(&[("NATS_CREDS", path.to_str().unwrap())]);
        variable.write("", "");

        for (setup, origin) in [
            (argument, "argument `credentials_file`"),
            (variable, "environment variable NATS_CREDS"),
        ] {
            let failure = setup.refused();
            let error = failure.error();
            assert_eq!(error.summary, summary);
            assert!(error.says(text) && error.says(origin), "{error}");
            assert!(error.says(path.to_str().unwrap()), "{error}");
        }
    }
}

#[test]
fn a_relative_path_starts_where_terraform_runs_and_a_tilde_is_the_home_folder() {
    let operator = Operator::new();
    let server = NatsServer::configured(&operator.config());
    let terraform = Terraform::with_binary(env!("CARGO_BIN_EXE_terraform-provider-wasmcloud"));
    let home = terraform.folder().join("home");
    fs::create_dir(&home).unwrap();
    private_file(
        &terraform.folder().join("app.creds"),
        &operator.credentials(),
    );
    private_file(&home.join("app.creds"), &operator.credentials());
    let terraform = terraform.env("HOME", home.to_str().unwrap());

    for path in ["app.creds", "./app.creds", "~/app.creds"] {
        terraform.write(&format!(
            "provider \"wasmcloud\" {{\nservers = [\"{}\"]\ncredentials_file = \"{path}\"\n}}\n\
             resource \"wasmcloud_lattice_buckets\" \"main\" {{}}\n",
            server.url()
        ));
        terraform.apply();
        terraform.expect_empty();
    }
}

#[test]
fn an_nkey_works_as_content_file_and_variable() {
    let user = KeyPair::new_user();
    let server = NatsServer::configured(&format!(
        "authorization {{ users: [{{ nkey: {} }}] }}",
        user.public_key()
    ));
    let mut setup = Setup::server(&server.url());
    let file = setup.terraform.folder().join("app.nk");
    private_file(&file, &format!("# ours\n{}\n", user.seed().unwrap()));

    setup.applied("nkey = file(\"app.nk\")", "");
    setup.terraform.expect_empty();
    setup.write(&format!("nkey_file = \"{}\"", file.display()), "");
    setup.terraform.expect_empty();
    setup.environment_is_now(&[
        ("NATS_URL", &server.url()),
        ("NATS_NKEY", file.to_str().unwrap()),
    ]);
    setup.write("", "");
    setup.terraform.expect_empty();
}

#[test]
fn half_a_login_names_the_other_half() {
    let cases: [(&str, Variables, &str, &str); 3] = [
        (
            "user = \"app\"",
            &[],
            "The password is missing",
            "`user` is set, and the password is missing: set `password` or NATS_PASSWORD",
        ),
        (
            "password = var.secret",
            &[],
            "The user is missing",
            "`password` is set, and the user is missing: set `user` or NATS_USER",
        ),
        (
            "",
            &[("NATS_PASSWORD", SECRET)],
            "The user is missing",
            "the environment variable NATS_PASSWORD",
        ),
    ];

    for (arguments, environment, summary, text) in cases {
        let setup = Setup::environment(environment);
        setup.write(arguments, "");
        let failure = setup.refused();
        assert_eq!(failure.error().summary, summary);
        assert!(failure.error().says(text), "{failure}");
    }
}

/// As with the nats command, whose variable is for a "Username or Token".
#[test]
fn the_variable_of_the_user_without_a_password_is_a_token() {
    let server = NatsServer::configured(&token(SECRET));
    let url = server.url();
    let mut setup = Setup::environment(&[("NATS_URL", &url), ("NATS_USER", SECRET)]);

    setup.applied("", "");
    setup.terraform.expect_empty();
    setup.environment_is_now(&[("NATS_URL", &url), ("NATS_USER", "wr0ng")]);
    setup.write("", "");
    let failure = setup.refused();

    let error = refusal(&failure, &server);
    assert!(
        error.says("NATS_USER, which without a password is used as a token"),
        "{error}"
    );
    assert!(!error.says("wr0ng"), "{error}");
}

/// The one error of a refused login, which names the server and the ways to log in.
fn refusal<'a>(failure: &'a Failure, server: &NatsServer) -> &'a crate::support::Diagnostic {
    let error = failure.error();
    assert_eq!(error.summary, "The NATS server refuses the login");
    assert!(error.says(&server.url()), "{error}");
    assert!(
        error.says("`user` and `password`, `token`, `credentials` or `credentials_file`, `nkey`"),
        "{error}"
    );
    assert!(
        error.says("NATS_USER and NATS_PASSWORD, NATS_TOKEN, NATS_CREDS, NATS_NKEY, or NATS_JWT"),
        "{error}"
    );
    error
}

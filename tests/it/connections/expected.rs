//! Protection against the wrong server: one of another account or cluster is refused before anything is requested of it.

// The lint that forbids these outside tests knows only functions marked #[test].
#![allow(clippy::unwrap_used)]

use std::fs;

use terraform_provider_wasmcloud::testing::jetstream::{
    Auth, Client, Expected, Options, Unreachable,
};

use crate::connections::failure::{Reported, fails, works};
use crate::jetstream::setup::{options, scope, with_origin};
use crate::support::{
    NatsServer, Operator, Provided, free_port, login, nats_server_versions, terraform_default,
};

const WRONG: &str = "This is not the expected NATS server";
const UNKNOWN: &str = "The NATS account cannot be verified";

/// Two accounts with JetStream, a user of each, and one who may not ask who he is.
const ACCOUNTS: &str = "accounts {
    PROD { jetstream: enabled, users: [
        { user: prod, password: secret }
        { user: silent, password: secret, permissions: { publish: { deny: \"$SYS.>\" } } }
    ] }
    DEV { jetstream: enabled, users: [{ user: dev, password: secret }] }
}";

fn oldest_and_newest() -> [&'static str; 2] {
    let versions = nats_server_versions();
    [versions[versions.len() - 1], versions[0]]
}

fn account(name: &str, options: Options) -> Options {
    Options {
        expected: Expected {
            account: Some(with_origin(name.to_owned())),
            cluster: None,
        },
        ..options
    }
}

fn cluster(name: &str, options: Options) -> Options {
    Options {
        expected: Expected {
            account: None,
            cluster: Some(with_origin(name.to_owned())),
        },
        ..options
    }
}

fn user(server: &NatsServer, user: &str) -> Options {
    options(&server.url().replace("//", &format!("//{user}:secret@")))
}

/// A server that names a cluster, with this in its configuration.
fn of_cluster(name: &str, config: &str) -> NatsServer {
    let port = free_port();
    // One that is alone in a cluster has no JetStream without a leader, so it has none.
    NatsServer::with_file(&format!(
        "cluster {{ name: {name}, listen: \"127.0.0.1:{port}\" }}\n{config}"
    ))
}

async fn is_refused(server: &NatsServer, options: Options, summary: &str) -> Reported {
    let told = fails(options).await;

    assert_eq!(told.summary, summary, "{}", told.detail);
    assert_eq!(server.jsz()["api"]["total"].as_u64().unwrap_or(0), 0);
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_of_another_account_is_refused() {
    for version in oldest_and_newest() {
        let server = NatsServer::start_with(version, ACCOUNTS);

        is_refused(&server, account("PROD", user(&server, "dev")), WRONG)
            .await
            .says("the login is in the account \"DEV\", and the test expects \"PROD\"");
        is_refused(&server, account("PROD", user(&server, "silent")), UNKNOWN)
            .await
            .says("publish to $SYS.REQ.USER.INFO");
        works(account("PROD", user(&server, "prod"))).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_of_an_operator_is_known_by_its_key_and_its_name() {
    for version in oldest_and_newest() {
        let operator = Operator::new();
        let server = NatsServer::start_with(version, &operator.config());
        let key = operator.account_key();
        let mine = || Options {
            auth: with_origin(Auth::Credentials(operator.credentials())),
            ..options(&server.url())
        };

        is_refused(&server, account("AOTHER", mine()), WRONG)
            .await
            .says(&key);
        works(account(&key, mine())).await;
        if version == nats_server_versions()[0] {
            works(account("account", mine())).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_accounts_has_the_global_one() {
    let server = NatsServer::start();

    is_refused(&server, account("PROD", options(&server.url())), WRONG).await;
    works(account("$G", options(&server.url()))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_of_another_cluster_is_refused_before_the_login() {
    let (east, alone) = (of_cluster("east", ""), NatsServer::start());

    let told = fails(cluster("west", options(&east.url()))).await;
    assert_eq!(told.summary, WRONG);
    told.says("the server is in the cluster \"east\", and the test expects \"west\"");
    is_refused(&alone, cluster("west", options(&alone.url())), WRONG)
        .await
        .says("the server is in no cluster");
    // Who has the right name gets as far as JetStream, which is not there.
    let client = Client::new(cluster("east", options(&east.url())));
    let error = client.stream("A", &scope()).await.unwrap_err();
    assert!(error.is_jetstream_unavailable(), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_servers_only_the_expected_is_used() {
    let (other, meant) = (NatsServer::start(), NatsServer::configured(ACCOUNTS));
    let servers = [&other, &meant].map(|server| user(server, "prod").servers.value);

    for servers in [
        servers.concat(),
        servers.into_iter().rev().flatten().collect(),
    ] {
        let options = Options {
            servers: with_origin(servers),
            ..options("")
        };
        works(account("PROD", options)).await;
    }

    assert_eq!(other.jsz()["api"]["total"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_new_connection_is_checked() {
    let server = NatsServer::configured(ACCOUNTS);
    let client = Client::new(account("PROD", user(&server, "prod")));
    client.stream("A", &scope()).await.unwrap();

    let file = server.folder().join("server.conf");
    let config = fs::read_to_string(&file).unwrap();
    fs::write(&file, config.replace("PROD {", "STAGING {")).unwrap();
    server.restart();
    let error = client.stream("A", &scope()).await.unwrap_err();

    assert_eq!(
        error.unreachable(),
        Some(Unreachable::NotExpected),
        "{error}"
    );
    assert!(error.to_string().contains("\"STAGING\""), "{error}");
    assert_eq!(server.jsz()["api"]["total"], 0);
}

#[test]
fn plan_refresh_and_apply_against_another_account_are_refused() {
    let server = NatsServer::configured(ACCOUNTS);
    let url = server.url();
    let mut provided = Provided::with(terraform_default(), &login(&url, "prod"));
    let config = "provider \"wasmcloud\" {\n  expected_account = \"PROD\"\n}\n\
                  resource \"wasmcloud_lattice_buckets\" \"main\" {}";
    provided.terraform.converge(config);
    let before = server.api_requests();

    provided.log_in_at(&url, "dev");
    let refresh = provided.terraform.try_plan(&["-refresh-only"]).unwrap_err();
    let destroy = provided.terraform.destroy_error();
    // By a variable, and with nothing in the state.
    let variables = [
        &login(&url, "dev")[..],
        &[("NATS_EXPECTED_ACCOUNT", "PROD")],
    ]
    .concat();
    let other = Provided::with(terraform_default(), &variables);
    other
        .terraform
        .write("resource \"wasmcloud_lattice_buckets\" \"main\" {}");
    let plan = other.terraform.plan_error();

    for failure in [refresh, destroy, plan] {
        let error = failure.error();
        assert_eq!(error.summary, WRONG, "{failure}");
        assert!(error.says("the account \"DEV\""), "{error}");
    }
    assert_eq!(server.api_requests(), before);
}

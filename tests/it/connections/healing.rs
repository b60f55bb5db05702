//! Connections that are lost while streams are made, with every kind of login.

// The lint that forbids these outside tests knows only functions marked #[test].
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::time::Duration;

use nkeys::KeyPair;
use serde_json::json;
use terraform_provider_wasmcloud::testing::jetstream::{Auth, Client, Error, Options};

use crate::connections::tls::{at, mutual};
use crate::jetstream::setup::{config, options, scope, with_origin};
use crate::support::{Authority, Cluster, NatsServer, Operator, password, token};

/// Makes streams one after the other while `disturb` runs, and reads them all afterwards.
async fn made_during(options: Options, disturb: impl FnOnce()) {
    made_with(1, options, disturb).await;
}

async fn made_with(replicas: usize, options: Options, disturb: impl FnOnce()) {
    const STREAMS: usize = 40;
    let client = Client::new(options);
    create(&client, 0, replicas)
        .await
        .expect("the first stream");
    let making = tokio::spawn({
        let client = client.clone();
        async move {
            for number in 1..STREAMS {
                create(&client, number, replicas).await?;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Ok::<(), Error>(())
        }
    });

    tokio::time::sleep(Duration::from_millis(200)).await;
    tokio::task::block_in_place(disturb);

    making.await.unwrap().expect("every stream");
    for number in 0..STREAMS {
        let read = client.stream(&format!("S{number}"), &scope()).await;
        assert!(matches!(read, Ok(Some(_))), "S{number}: {read:?}");
    }
}

async fn create(client: &Client, number: usize, replicas: usize) -> Result<(), Error> {
    let subjects = [format!("s.{number}")];
    let stream =
        json!({ "name": format!("S{number}"), "subjects": subjects, "num_replicas": replicas });
    let stream = config(stream);
    client.create(&stream, &scope()).await.map(drop)
}

fn login(server: &NatsServer, auth: Auth) -> Options {
    Options {
        auth: with_origin(auth),
        ..options(&server.url())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_is_survived_with_credentials() {
    let operator = Operator::new();
    let server = NatsServer::configured(&operator.config());
    let credentials = Auth::Credentials(operator.credentials());

    made_during(login(&server, credentials), || server.restart()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_is_survived_with_a_jwt_and_its_seed() {
    let operator = Operator::new();
    let server = NatsServer::configured(&operator.config());
    let user = operator.user(None);
    let (jwt, seed) = (user.jwt, user.seed);

    made_during(login(&server, Auth::Jwt { jwt, seed }), || server.restart()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_is_survived_with_an_nkey_a_password_and_a_token() {
    let key = KeyPair::new_user();
    let nkey = format!(
        "authorization {{ users: [{{ nkey: {} }}] }}",
        key.public_key()
    );
    let (user, secret) = ("app".to_owned(), "s3cret".to_owned());
    for (config, auth) in [
        (nkey, Auth::NKey(key.seed().unwrap())),
        (
            password("app", "s3cret"),
            Auth::UserPassword {
                user,
                password: secret,
            },
        ),
        (token("t0ken"), Auth::Token("t0ken".to_owned())),
    ] {
        let server = NatsServer::configured(&config);

        made_during(login(&server, auth), || server.restart()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_is_survived_with_mutual_tls() {
    let authority = Authority::new();
    let issued = authority.server(&["localhost"]);
    let server = NatsServer::configured(&authority.config(&issued, "verify: true"));

    made_during(
        mutual(&at(&server, "nats"), &authority, &authority.client()),
        || {
            server.crash();
            server.restart();
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_server_of_the_cluster_takes_over() {
    let cluster = Cluster::start(3);
    let servers: Vec<_> = cluster.servers().iter().map(NatsServer::url).collect();
    let options = options(&servers.join(","));

    made_with(3, options, || cluster.servers()[0].stop()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_exchanged_for_a_strange_one_is_told() {
    let authority = Authority::named("same");
    let server = NatsServer::configured(&authority.config(&authority.server(&["localhost"]), ""));
    let client = Client::new(mutual(
        &at(&server, "nats"),
        &authority,
        &authority.client(),
    ));
    client.stream("A", &scope()).await.unwrap();

    server.stop();
    let stranger = Authority::named("same");
    let _ = authority.config(&stranger.server(&["localhost"]), "");
    server.restart();
    let error = client.stream("A", &scope()).await.unwrap_err();

    assert!(
        error
            .to_string()
            .contains("signed by an unknown certificate authority (CA)"),
        "{error}"
    );
}

//! Each method to log in, accepted and refused.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use nkeys::KeyPair;
use terraform_provider_wasmcloud::testing::jetstream::{Auth, Options};

use crate::connections::failure::{fails, works};
use crate::jetstream::setup::{options, scope, with_origin};
use crate::support::{NatsServer, Operator, password, token};

fn login(url: &str, auth: Auth) -> Options {
    Options {
        auth: with_origin(auth),
        ..options(url)
    }
}

fn user(user: &str, password: &str) -> Auth {
    Auth::UserPassword {
        user: user.to_owned(),
        password: password.to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_and_a_password_log_in() {
    let server = NatsServer::configured(&password("app", "s3cret"));

    works(login(&server.url(), user("app", "s3cret"))).await;
    works(options(&server.url().replace("//", "//app:s3cret@"))).await;
    let told = fails(login(&server.url(), user("app", "wr0ng"))).await;
    let none = fails(options(&server.url())).await;

    assert_eq!(told.summary, "The NATS server refuses the login");
    told.says("the user \"app\" with this password, set by the test")
        .says(&server.url())
        .never_says("wr0ng");
    none.says("the server requires a login, and none is set");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_logs_in() {
    let server = NatsServer::configured(&token("t0ken"));

    works(login(&server.url(), Auth::Token("t0ken".to_owned()))).await;
    let told = fails(login(&server.url(), Auth::Token("wr0ng".to_owned()))).await;

    told.says("this token, set by the test").never_says("wr0ng");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_nkey_logs_in() {
    let (known, unknown) = (KeyPair::new_user(), KeyPair::new_user());
    let server = NatsServer::configured(&format!(
        "authorization {{ users: [{{ nkey: {} }}] }}",
        known.public_key()
    ));
    let seed = |key: &KeyPair| Auth::NKey(key.seed().unwrap());

    works(login(&server.url(), seed(&known))).await;
    let told = fails(login(&server.url(), seed(&unknown))).await;

    told.says(&format!("this nkey ({})", unknown.public_key()))
        .never_says(&unknown.seed().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_and_a_jwt_with_its_seed_log_in() {
    let operator = Operator::new();
    let server = NatsServer::configured(&operator.config());
    let user = operator.user(None);
    let apart = Auth::Jwt {
        jwt: user.jwt.clone(),
        seed: user.seed.clone(),
    };

    works(login(&server.url(), Auth::Credentials(user.credentials()))).await;
    works(login(&server.url(), apart)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jwt_of_a_stranger_or_of_the_past_or_revoked_is_refused_and_told() {
    let mut operator = Operator::new();
    let revoked = operator.user(None);
    operator.revoke(&revoked);
    let server = NatsServer::configured(&operator.config());
    let stranger = Operator::new().user(None);
    let past = operator.user(Some(1_700_000_100));

    let stranger_told = fails(login(
        &server.url(),
        Auth::Credentials(stranger.credentials()),
    ))
    .await;
    let revoked_told = fails(login(
        &server.url(),
        Auth::Credentials(revoked.credentials()),
    ))
    .await;
    let past_told = fails(login(
        &server.url(),
        Auth::Jwt {
            jwt: past.jwt.clone(),
            seed: past.seed.clone(),
        },
    ))
    .await;

    assert_eq!(past_told.summary, "The NATS server refuses the login");
    past_told
        .says("the JWT expired at 2023-11-14T22:15:00Z")
        .says("set by the test")
        .never_says(&past.seed)
        .never_says(&past.jwt);
    for (told, user) in [(stranger_told, stranger), (revoked_told, revoked)] {
        assert_eq!(told.summary, "The NATS server refuses the login");
        told.says("these credentials, set by the test; the user is U")
            .never_says("expired")
            .never_says(&user.seed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jwt_that_expires_during_the_connection_is_told() {
    let operator = Operator::new();
    let server = NatsServer::configured(&operator.config());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let user = operator.user(Some(now.as_secs() + 10));
    let client = works(login(&server.url(), Auth::Credentials(user.credentials()))).await;

    let started = Instant::now();
    let error = loop {
        match client.stream("A", &scope()).await {
            Err(error) => break error,
            Ok(_) => assert!(started.elapsed() < Duration::from_secs(60), "still open"),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };

    assert!(error.is_unauthorized(), "{error}");
    assert!(error.to_string().contains("the JWT expired at"), "{error}");
}

//! Connecting: once, late, bounded, and again.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use futures::future::join_all;
use terraform_provider_wasmcloud::testing::jetstream::{ApiPrefix, Auth, Client, Options};

use crate::jetstream::setup::{
    AT_ONCE, TIMEOUT, client, client_as, options, options_as, patient, scope, with_origin, within,
};
use crate::support::{NatsServer, Tap, account_without_jetstream, password, token, wait_for};

/// How much longer a busy machine may take.
const BUSY: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn many_first_questions_share_one_named_connection() {
    let server = NatsServer::start();
    let client = client(&server.url());
    let before = server.varz()["total_connections"].as_u64().unwrap();

    let questions = (0..100).map(|number| {
        let client = client.clone();
        async move { client.stream(&format!("S{number}"), &scope()).await }
    });
    let answers = join_all(questions).await;

    assert!(
        answers.iter().all(|answer| matches!(answer, Ok(None))),
        "{answers:?}"
    );
    assert_eq!(
        server.varz()["total_connections"].as_u64().unwrap() - before,
        1
    );
    assert_eq!(
        server.connz()["connections"][0]["name"],
        "terraform-provider-wasmcloud/test"
    );
    assert_eq!(client.server_version().as_deref(), Some(server.version()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_asked_nothing_does_not_connect() {
    let server = NatsServer::start();
    let before = server.varz()["total_connections"].clone();

    let client = client(&server.url());
    tokio::time::sleep(Duration::from_millis(100)).await;

    assert_eq!(server.varz()["total_connections"], before);
    assert_eq!(client.server_version(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_there_is_named_with_where_its_address_came_from() {
    let client = Client::new(Options {
        connect_timeout: Duration::from_secs(1),
        ..options("nats://joe:secret@127.0.0.1:1")
    });

    let error = client.stream("A", &scope()).await.unwrap_err();

    assert!(error.is_unreachable(), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("nats://127.0.0.1:1")
            && text.contains("the test")
            && text.contains("refused"),
        "{text}"
    );
    assert!(!text.contains("secret") && !text.contains("joe"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stays_silent_is_given_up_for_all_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = Client::new(Options {
        connect_timeout: TIMEOUT,
        ..options(&format!("nats://{}", listener.local_addr().unwrap()))
    });

    let started = Instant::now();
    let questions = (0..10).map(|_| async { client.stream("A", &scope()).await.unwrap_err() });
    let errors = join_all(questions).await;

    assert!(
        errors.iter().all(|error| error.is_unreachable()),
        "{errors:?}"
    );
    assert!(
        started.elapsed() < TIMEOUT + BUSY,
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_server_does_not_keep_us_from_the_next() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("nats://{}", listener.local_addr().unwrap());
    let server = NatsServer::start();

    for _ in 0..4 {
        let client = Client::new(Options {
            servers: with_origin(vec![silent.clone(), server.url()]),
            ..options("")
        });
        let answer = client.stream("A", &scope()).await;

        assert!(matches!(answer, Ok(None)), "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_dial_is_tried_again_by_the_next_question() {
    let server = NatsServer::start();
    server.stop();
    let client = client(&server.url());

    let error = client.stream("A", &scope()).await.unwrap_err();
    server.restart();
    let answer = client.stream("A", &scope()).await;

    assert!(error.is_unreachable(), "{error}");
    assert!(matches!(answer, Ok(None)), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_said_and_not_shown() {
    let server = NatsServer::configured(&password("app", "right"));

    let wrong = client_as(&server.url(), "app", "hunter2")
        .stream("A", &scope())
        .await
        .unwrap_err();
    let missing = client(&server.url())
        .stream("A", &scope())
        .await
        .unwrap_err();
    let in_address = server.url().replace("nats://", "nats://app:hunter2@");
    let in_address = client(&in_address).stream("A", &scope()).await.unwrap_err();
    let right = client_as(&server.url(), "app", "right")
        .stream("A", &scope())
        .await;

    for error in [wrong, missing, in_address] {
        assert!(error.is_unauthorized(), "{error}");
        assert!(
            error.to_string().contains("authorization violation"),
            "{error}"
        );
        assert!(
            !format!("{error} {error:?}").contains("hunter2"),
            "{error:?}"
        );
    }
    assert!(matches!(right, Ok(None)), "{right:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_in_the_address_and_a_token_are_accepted() {
    let login = NatsServer::configured(&password("app", "p@ss"));
    let by_token = NatsServer::configured(&token("t0ken"));

    let address = login.url().replace("nats://", "nats://app:p%40ss@");
    let in_address = client(&address).stream("A", &scope()).await;
    let as_argument = Client::new(Options {
        auth: with_origin(Auth::Token("t0ken".into())),
        ..options(&by_token.url())
    })
    .stream("A", &scope())
    .await;
    let token_in_address = client(&by_token.url().replace("nats://", "nats://t0ken@"))
        .stream("A", &scope())
        .await;

    for answer in [in_address, as_argument, token_in_address] {
        assert!(matches!(answer, Ok(None)), "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_credentials_are_said_and_not_shown() {
    let auth = Auth::Credentials("-----BEGIN USER NKEY SEED-----\nSUASECRET\n------END".to_owned());
    let client = Client::new(Options {
        auth: with_origin(auth),
        ..options("nats://127.0.0.1:1")
    });

    let error = client.stream("A", &scope()).await.unwrap_err();

    assert!(
        error.is_unauthorized() && error.to_string().contains(".creds"),
        "{error}"
    );
    assert!(!format!("{error:?}").contains("SUASECRET"), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_jetstream_is_said_at_once_in_each_of_its_forms() {
    let without = NatsServer::without_jetstream();
    let accounts = NatsServer::configured(&account_without_jetstream());
    let with = NatsServer::start();

    let server_without = options(&without.url());
    let account_without = options_as(&accounts.url(), "without", "secret");
    let wrong_domain = Options {
        api_prefix: with_origin(ApiPrefix::Domain("moon".to_owned())),
        ..options(&with.url())
    };

    for options in [server_without, account_without, wrong_domain] {
        let client = Client::new(patient(options));
        let started = Instant::now();
        let error = client.stream("A", &scope()).await.unwrap_err();
        assert!(error.is_jetstream_unavailable(), "{error}");
        assert!(
            started.elapsed() < AT_ONCE,
            "{error} after {:?}",
            started.elapsed()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_domain_is_asked_and_told() {
    let server = NatsServer::launch("2.15.1", &crate::support::domain("hub"), "");
    let client = Client::new(Options {
        api_prefix: with_origin(ApiPrefix::Domain("hub".to_owned())),
        ..options(&server.url())
    });

    let account = client.account(&scope()).await.unwrap();

    assert_eq!(
        (account.domain.as_deref(), account.api_level),
        (Some("hub"), 5)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_restarts_is_asked_again() {
    let server = NatsServer::start();
    let client = client(&server.url());
    client.stream("A", &scope()).await.unwrap();

    server.stop();
    let asking = tokio::spawn({
        let client = client.clone();
        async move { client.stream("A", &scope()).await }
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.restart();
    let answer = asking.await.unwrap();

    assert!(matches!(answer, Ok(None)), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stands_still_is_given_up_at_the_deadline() {
    let server = NatsServer::start();
    let client = client(&server.url());
    client.stream("A", &scope()).await.unwrap();

    server.pause();
    let started = Instant::now();
    let error = client
        .stream("A", &within(Duration::from_secs(3)))
        .await
        .unwrap_err();
    let took = started.elapsed();
    server.resume();
    let answer = client.stream("A", &scope()).await;

    assert!(error.is_timeout() && !error.is_unknown_outcome(), "{error}");
    assert!(
        took > TIMEOUT && took < Duration::from_secs(3) + BUSY,
        "{took:?}"
    );
    assert!(matches!(answer, Ok(None)), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_ends_a_question_at_once() {
    let server = NatsServer::start();
    let client = Client::new(patient(options(&server.url())));
    client.stream("A", &scope()).await.unwrap();
    server.pause();
    let scope = scope();

    let started = Instant::now();
    let stop = scope.stop.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(100)).await;
        stop.cancel();
    });
    let error = client.stream("A", &scope).await.unwrap_err();

    assert!(error.is_stopped(), "{error}");
    assert!(started.elapsed() < AT_ONCE, "{:?}", started.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_comes_back_and_refuses_us_is_not_waited_for() {
    let server = NatsServer::configured(&password("app", "before"));
    let client = client_as(&server.url(), "app", "before");
    client.stream("A", &scope()).await.unwrap();
    let file = server.folder().join("server.conf");
    let changed = std::fs::read_to_string(&file)
        .unwrap()
        .replace("before", "after");

    std::fs::write(&file, changed).unwrap();
    server.restart();
    let started = Instant::now();
    let error = client.stream("A", &scope()).await.unwrap_err();

    assert!(error.is_unauthorized(), "{error}");
    assert!(
        started.elapsed() < TIMEOUT * 2 + BUSY,
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_requests_do_not_wait_for_the_answer_to_the_login() {
    let server = NatsServer::start();
    // That answer never comes.
    let tap = Tap::editing(server.port(), |_, bytes| match bytes {
        b"PONG\r\n" => Vec::new(),
        bytes => bytes.to_vec(),
    });
    let client = client(&tap.url());

    let asking = tokio::spawn(async move { client.stream("A", &scope()).await });

    let asked = || tap.sent().contains("$JS.API.STREAM.INFO.A").then_some(());
    tokio::task::block_in_place(|| wait_for("the request", BUSY, asked));
    asking.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_the_only_server_refuses_is_sent_once() {
    let server = NatsServer::configured(&password("app", "secret"));
    let tap = Tap::before(server.port());
    let client = client_as(&tap.url(), "app", "wrong");

    let bounds = scope();
    let questions = ["A", "B", "C"].map(|stream| client.stream(stream, &bounds));
    let answers = join_all(questions).await;

    for answer in answers {
        let error = answer.expect_err("the login is wrong");
        assert!(error.is_unauthorized(), "{error}");
    }
    assert_eq!(tap.connections(), 1);
    assert_eq!(tap.sent().matches("CONNECT ").count(), 1);
}

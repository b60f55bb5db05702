//! Bytes that no NATS server sends: told with the server and what it sent, and the next request works.

// The lint that forbids these outside tests knows only functions marked #[test].
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::io::Write;
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use terraform_provider_wasmcloud::testing::jetstream::{Client, Options};

use crate::connections::failure::fails;
use crate::jetstream::setup::{options, scope, within};
use crate::support::{NatsServer, Tap};

/// Bytes, and what is said of them.
const BAD: [(&str, &str); 7] = [
    ("INFO 5\r\n", "INFO \"5\""),
    ("INFO {\"port\":[]}\r\n", "INFO \"{"),
    (
        "MSG a 1 18446744073709551615\r\n",
        "a message of 18446744073709551615 bytes",
    ),
    (
        "MSG _INBOX.x 1 999999999\r\n",
        "a message of 999999999 bytes",
    ),
    (
        "HMSG a 1 18446744073709551615 18446744073709551615\r\n",
        "a message of",
    ),
    (
        "HMSG a 1 22 22\r\nNATS/1.0\r\nA: b\rc\r\n\r\n\r\n",
        "headers that are not valid",
    ),
    ("\u{1b}]0;owned\u{7}\r\n", "\"\\u{1b}]0;owned\\u{7}\""),
];

/// Says this to everybody, and then nothing.
fn saying(bytes: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("nats://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let mut open = Vec::new();
        for mut stream in listener.incoming().flatten() {
            let _ = stream.write_all(bytes);
            open.push(stream);
        }
    });
    url
}

/// Enough for a login on a busy machine; what is refused is tried again until then.
fn short(url: &str) -> Options {
    Options {
        connect_timeout: Duration::from_secs(2),
        ..options(url)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_greeting_that_is_none_is_told() {
    for (sent, said) in BAD {
        let url = saying(sent.as_bytes());

        let told = fails(short(&url)).await;

        assert_eq!(told.summary, "This is not a NATS server", "{sent:?}");
        told.says(said).says(&url);
    }
    let told = fails(short(&saying(b"-ERR\r\n"))).await;
    assert_eq!(told.summary, "The NATS server refuses the connection");
    told.says("an error without a text");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_the_login_that_is_none_is_told() {
    let server = NatsServer::start();
    for (sent, said) in BAD {
        let tap = Tap::editing(server.port(), move |_, bytes| {
            // The server may announce itself again in the same bytes.
            if bytes.windows(6).any(|part| part == b"PONG\r\n") {
                sent.as_bytes().to_vec()
            } else {
                bytes.to_vec()
            }
        });

        let told = fails(short(&tap.url())).await;

        assert_eq!(told.summary, "This is not a NATS server", "{sent:?}");
        told.says(said).says(&tap.url());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_none_ends_the_connection_and_the_next_request_has_a_new_one() {
    let server = NatsServer::start();
    for (sent, said) in BAD.iter().copied().chain([("-ERR\r\n", "")]) {
        // The first answer of JetStream on the first connection is replaced.
        let tap = Tap::editing(server.port(), move |connection, bytes| {
            match (sent, answer_in(bytes)) {
                (_, Some(place)) if connection == 0 => {
                    let (before, answers) = bytes.split_at(place);
                    // An error is beside the answer, and ends nothing.
                    let answers = if sent == "-ERR\r\n" { answers } else { b"" };
                    [before, sent.as_bytes(), answers].concat()
                }
                _ => bytes.to_vec(),
            }
        });
        let client = Client::new(Options {
            timeout: Duration::from_secs(10),
            ..options(&tap.url())
        });

        let once = client.stream("A", &within(Duration::from_millis(1))).await;
        let next = client.stream("A", &scope()).await;

        let told = once
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default();
        assert!(
            told.is_empty() || told.contains(said) || told.contains("time"),
            "{told}"
        );
        assert!(matches!(next, Ok(None)), "{sent:?}: {next:?}");
        let connections = if sent.starts_with("-ERR") { 1 } else { 2 };
        assert!(tap.connections() >= connections, "{sent:?}");
    }
}

/// Where the first answer of JetStream begins: that to the login may be in the same packet before it.
fn answer_in(bytes: &[u8]) -> Option<usize> {
    let begins = |place: &usize| {
        let line = &bytes[*place..];
        line.starts_with(b"MSG ") || line.starts_with(b"HMSG ")
    };
    (0..bytes.len()).find(begins)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_never_stops_sending_nonsense_is_given_up_at_the_timeout_with_what_it_sent() {
    let server = NatsServer::start();
    let tap = Tap::editing(server.port(), |_, bytes| {
        let answer = answer_in(bytes).map(|place| &bytes[..place]);
        match answer {
            Some(before) => [before, b"MSG a 1 18446744073709551615\r\n"].concat(),
            None => bytes.to_vec(),
        }
    });
    let client = Client::new(options(&tap.url()));

    let started = Instant::now();
    let error = client
        .stream("A", &within(Duration::from_secs(3)))
        .await
        .unwrap_err();

    assert!(started.elapsed() < Duration::from_secs(8), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("a message of 18446744073709551615 bytes") && text.contains(&tap.url()),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_never_ends_and_bytes_that_come_slowly_are_given_up_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endless = format!("nats://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let chunk = vec![b'x'; 1 << 20];
            thread::spawn(move || while stream.write_all(&chunk).is_ok() {});
        }
    });
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let slow = format!("nats://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            thread::spawn(move || {
                while stream.write_all(b"I").is_ok() {
                    thread::sleep(Duration::from_millis(50));
                }
            });
        }
    });

    fails(short(&endless))
        .await
        .says("a line of more than 65536 bytes");
    let told = fails(short(&slow)).await;

    assert_eq!(told.summary, "The NATS server does not answer");
}

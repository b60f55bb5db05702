//! Broken bytes of servers, made from sound ones with a fixed seed: whatever reads them may refuse them, and nothing
//! else. A few thousand in each run of the tests, a million in `make fuzz`.

use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};
use serde_json::{Value, json};

use crate::jetstream::api::account::Account;
use crate::jetstream::api::stream_info::StreamInfo;
use crate::jetstream::config::diff::{diff, diff_at};
use crate::jetstream::config::version::unsupported_by;
use crate::jetstream::connection::route::server_bytes::ServerBytes;

/// The source of chance, the same in every run.
pub(crate) struct Chance(TestRng);

impl Chance {
    pub(crate) fn seeded(seed: u8) -> Self {
        Self(TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]))
    }

    /// A number below a limit, which is not 0.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.0.next_u64() % limit as u64) as usize
    }

    fn one_of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }
}

/// How many inputs each test makes.
pub(crate) fn inputs() -> usize {
    let given = std::env::var("FUZZ_INPUTS").ok();
    given.map_or(3000, |number| number.parse().expect("a number"))
}

/// Somewhere in a JSON value something becomes something else, a few times.
pub(crate) fn broken(chance: &mut Chance, mut value: Value) -> Value {
    for _ in 0..=chance.below(4) {
        break_one(chance, &mut value);
    }
    value
}

fn break_one(chance: &mut Chance, value: &mut Value) {
    let inner = chance.below(5) > 0;
    match value {
        Value::Object(members) if inner && !members.is_empty() => {
            let place = chance.below(members.len());
            if let Some((_, member)) = members.iter_mut().nth(place) {
                break_one(chance, member);
            }
        }
        Value::Array(list) if inner && !list.is_empty() => {
            let place = chance.below(list.len());
            break_one(chance, &mut list[place]);
        }
        _ => *value = anything(chance),
    }
}

fn anything(chance: &mut Chance) -> Value {
    let choices = [
        Value::Null,
        json!(true),
        json!(0),
        json!(5),
        json!(-1),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1e308),
        json!(""),
        json!("text"),
        json!("\u{1b}[2J\u{202e}"),
        json!("9999-12-31T23:59:60Z"),
        json!("-9999-01-01T00:00:00Z"),
        json!("x".repeat(3000)),
        json!([]),
        json!([null, 1, "a", {}]),
        json!({}),
        json!({ "name": 1, "src": [], "": null }),
    ];
    chance.one_of(&choices).clone()
}

/// Answers about streams, as real servers gave them.
pub(crate) fn streams() -> Vec<Value> {
    let captured = [
        include_str!("../../tests/fixtures/host-streams.json"),
        include_str!("../../tests/fixtures/wadm-streams.json"),
    ];
    let configs = captured.iter().flat_map(|text| {
        let streams: Vec<Value> = serde_json::from_str(text).expect("a list of configurations");
        streams
    });
    configs.map(answer).collect()
}

fn answer(captured: Value) -> Value {
    let config = captured.get("config").unwrap_or(&captured);
    let replica = json!({ "name": "n2", "current": true, "active": 5, "lag": 1, "offline": false });
    json!({
        "type": "io.nats.jetstream.api.v1.stream_info_response",
        "created": "2026-01-01T00:00:00Z", "ts": "2026-01-02T00:00:00Z", "did_create": true, "domain": "hub",
        "config": config,
        "state": { "messages": 2, "bytes": 100, "first_seq": 1, "last_seq": 2, "num_subjects": 2,
            "first_ts": "2026-01-01T00:00:00Z", "consumer_count": 0 },
        "cluster": { "name": "C1", "leader": "n1", "replicas": [replica] },
        "sources": [{ "name": "wadm_events", "lag": 0, "active": -1, "error": { "description": "no" } }],
    })
}

#[test]
fn broken_streams_are_read_or_refused() {
    let mut chance = Chance::seeded(1);
    let mut sound = streams();
    for stream in &mut sound {
        for (key, value) in [
            ("republish", json!({ "src": ">", "dest": "copy.>" })),
            ("placement", json!({ "cluster": "C1", "tags": ["a"] })),
            (
                "mirror",
                json!({ "name": "M", "opt_start_time": "2026-01-01T00:00:00Z" }),
            ),
            ("metadata", json!({ "_nats.level": "1", "team": "a" })),
        ] {
            stream["config"][key] = value;
        }
    }
    let infos: Vec<_> = sound.iter().filter_map(StreamInfo::read).collect();
    let mut read = 0;
    for _ in 0..inputs() {
        let stream = chance.one_of(&sound).clone();
        let other = &chance.one_of(&infos).config;
        let Some(info) = StreamInfo::read(&broken(&mut chance, stream)) else {
            continue;
        };
        read += 1;
        _ = info.config.normal();
        for level in [0, 1, 5, info.api_level()] {
            _ = (
                diff_at(other, &info.config, level),
                diff_at(&info.config, other, level),
            );
        }
        assert!(diff(&info.config, &info.config).is_empty());
        _ = (info.age(), info.oldest(), info.holds_older_messages());
        _ = (info.unsettled(), unsupported_by("2.10.0", &info.config));
    }
    assert!(read > inputs() / 2);
}

#[test]
fn broken_accounts_are_read() {
    let mut chance = Chance::seeded(2);
    let usage = json!({ "memory": 1, "storage": 2, "streams": 3, "limits": { "max_memory": -1, "max_streams": 5 } });
    let sound =
        json!({ "domain": "hub", "api": { "level": 3 }, "storage": 1, "tiers": { "R1": usage } });
    for _ in 0..inputs() {
        _ = Account::of_answer(&broken(&mut chance, sound.clone())).usage(1);
    }
}

/// Lines and messages that a server sends.
const SOUND: [&str; 8] = [
    "INFO {\"server_id\":\"A\",\"version\":\"2.15.1\",\"proto\":1,\"max_payload\":1048576,\"connect_urls\":[\"a:1\"]}\r\n",
    "PING\r\n",
    "PONG\r\n",
    "+OK\r\n",
    "-ERR 'Authorization Violation'\r\n",
    "MSG _INBOX.a.b 1 5\r\nhello\r\n",
    "HMSG _INBOX.a.b 1 30 30\r\nNATS/1.0 503\r\nName: value\r\n\r\n\r\n",
    "MSG $SYS.a 12 reply 0\r\n\r\n",
];
/// What breaks them.
const BREAKS: [&[u8]; 14] = [
    b"\r\n",
    b"\r",
    b"\n",
    b" ",
    b"\0",
    b"\xff",
    b"-",
    b"9999999999999999999999",
    b"{",
    b"}",
    b"\"",
    b"INFO 5\r\n",
    b"-ERR\r\n",
    b"MSG",
];

#[test]
fn broken_bytes_pass_checked_or_are_refused() {
    let mut chance = Chance::seeded(3);
    let (mut passed, mut refused) = (0, 0);
    for _ in 0..inputs() {
        let mut bytes = Vec::new();
        for _ in 0..=chance.below(4) {
            bytes.extend_from_slice(chance.one_of(&SOUND).as_bytes());
        }
        for _ in 0..chance.below(3) {
            let place = chance.below(bytes.len());
            match chance.below(3) {
                0 => bytes.truncate(place.max(1)),
                1 => bytes[place] = chance.below(256) as u8,
                _ => {
                    let put = *chance.one_of(&BREAKS);
                    bytes.splice(place..place, put.iter().copied());
                }
            }
        }
        let mut received = ServerBytes::default();
        let mut rest = &bytes[..];
        'bytes: while !rest.is_empty() {
            let (chunk, later) = rest.split_at(1 + chance.below(rest.len()));
            rest = later;
            received.push(chunk);
            loop {
                match received.next() {
                    Ok(Some(part)) => {
                        let text = String::from_utf8_lossy(&part.bytes).into_owned();
                        // In the text of an error or a message it is no address.
                        let announces = text.contains("\"connect_urls\":[\"a:1");
                        assert!(!(text.starts_with("INFO") && announces), "{text}");
                        passed += 1;
                    }
                    Ok(None) => break,
                    Err(rejected) => {
                        assert!(rejected.0.len() < 500, "{}", rejected.0);
                        assert!(
                            !rejected.0.contains(['\u{1b}', '\r', '\n', '\0']),
                            "{:?}",
                            rejected.0
                        );
                        refused += 1;
                        break 'bytes;
                    }
                }
            }
            assert!(received.unfinished().len() <= bytes.len());
        }
    }
    assert!(
        passed > inputs() && refused > inputs() / 10,
        "{passed} {refused}"
    );
}

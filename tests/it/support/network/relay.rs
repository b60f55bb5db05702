//! A server of the future: a relay in front of a nats-server, in which every stream has one setting more.
//!
//! It speaks enough of NATS's protocol to find the JetStream API's messages about streams. The key is in each answer; each
//! create or update says what it becomes, as for any other key, and absence takes it away. The server behind never sees
//! it, because servers from 2.12 refuse keys that they do not know.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Map, Value};

/// The relay. Its threads end with the test process; its connections with those of the server.
pub struct Relay {
    port: u16,
    future: Arc<Mutex<Future>>,
}

/// What the server of the future has.
struct Future {
    key: &'static str,
    /// What a new stream has.
    default: Value,
    /// What it became, by stream; null where an update took it away.
    values: BTreeMap<String, Value>,
    /// The updates that were asked for: the stream and what the key was to become.
    updates: Vec<(String, Value)>,
}

impl Relay {
    /// In front of the server on a port of the loopback address. Each stream has `key`, at first with the value `default`.
    pub fn start(server: u16, key: &'static str, default: Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let future = Arc::new(Mutex::new(Future {
            key,
            default,
            values: BTreeMap::new(),
            updates: Vec::new(),
        }));
        let shared = Arc::clone(&future);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                relay(client, server, &shared);
            }
        });
        Self { port, future }
    }

    /// Where clients connect.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// What a stream has; null if an update took it away.
    pub fn value(&self, stream: &str) -> Value {
        self.future.lock().unwrap().value(stream)
    }

    /// The updates so far: the stream and what the key was to become.
    pub fn updates(&self) -> Vec<(String, Value)> {
        self.future.lock().unwrap().updates.clone()
    }
}

impl Future {
    fn value(&self, stream: &str) -> Value {
        self.values.get(stream).unwrap_or(&self.default).clone()
    }

    /// Takes the key out of a request.
    fn ask(&mut self, subject: &str, payload: Vec<u8>) -> Vec<u8> {
        let tokens: Vec<&str> = subject.rsplitn(3, '.').collect();
        let [stream, verb @ ("CREATE" | "UPDATE"), prefix] = tokens[..] else {
            return payload;
        };
        let Ok(Value::Object(mut config)) = serde_json::from_slice::<Value>(&payload) else {
            return payload;
        };
        if !prefix.ends_with(".STREAM") {
            return payload;
        }
        let value = config.remove(self.key);
        match verb {
            "UPDATE" => {
                let value = value.unwrap_or_default();
                self.updates.push((stream.to_owned(), value.clone()));
                self.values.insert(stream.to_owned(), value);
            }
            _ => {
                _ = self
                    .values
                    .insert(stream.to_owned(), value.unwrap_or(self.default.clone()))
            }
        }
        Value::Object(config).to_string().into_bytes()
    }

    /// Puts the key into an answer.
    fn answer(&self, payload: Vec<u8>) -> Vec<u8> {
        let Ok(mut answer) = serde_json::from_slice::<Map<String, Value>>(&payload) else {
            return payload;
        };
        let of_a_stream = answer
            .get("type")
            .and_then(Value::as_str)
            .is_some_and(|name| name.starts_with("io.nats.jetstream.api.v1.stream_"));
        let Some(config) = answer.get_mut("config").filter(|_| of_a_stream) else {
            return payload;
        };
        let value = self.value(config["name"].as_str().unwrap_or_default());
        if !value.is_null() {
            config[self.key] = value;
        }
        Value::Object(answer).to_string().into_bytes()
    }
}

/// Carries one connection, both ways.
fn relay(client: TcpStream, server: u16, future: &Arc<Mutex<Future>>) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", server)) else {
        return;
    };
    let ways = [
        (client.try_clone(), server.try_clone()),
        (server.try_clone(), client.try_clone()),
    ];
    for (from, to) in ways {
        let (from, to) = (from.expect("a handle"), to.expect("a handle"));
        let future = Arc::clone(future);
        thread::spawn(move || {
            // It ends when either side does.
            let _ = carry(&from, &to, &future);
            let _ = to.shutdown(std::net::Shutdown::Both);
        });
    }
}

/// Carries one way: lines, of which some announce a payload.
fn carry(from: &TcpStream, mut to: &TcpStream, future: &Mutex<Future>) -> std::io::Result<()> {
    let mut from = BufReader::new(from);
    let mut line = String::new();
    while from.read_line(&mut line)? > 0 {
        let words: Vec<&str> = line.split_whitespace().collect();
        let verb = words.first().copied().unwrap_or_default();
        // `PUB subject [reply] size`, `MSG subject sid [reply] size`; with an H the size of the headers before it.
        let with_headers = matches!(verb, "HPUB" | "HMSG");
        if !with_headers && !matches!(verb, "PUB" | "MSG") {
            to.write_all(line.as_bytes())?;
            line.clear();
            continue;
        }
        let size = |word: &str| word.parse::<usize>().map_err(std::io::Error::other);
        let sizes = if with_headers { 2 } else { 1 };
        let (head, tail) = words.split_at(words.len() - sizes);
        let headers = if with_headers { size(tail[0])? } else { 0 };
        let mut payload = vec![0; size(tail[sizes - 1])? + 2];
        from.read_exact(&mut payload)?;
        payload.truncate(payload.len() - 2);
        let rest = payload.split_off(headers);
        let rest = match verb {
            "PUB" | "HPUB" => future.lock().unwrap().ask(head[1], rest),
            _ => future.lock().unwrap().answer(rest),
        };
        let mut frame = head.join(" ");
        if with_headers {
            frame += &format!(" {headers}");
        }
        frame += &format!(" {}\r\n", headers + rest.len());
        let frame = [frame.as_bytes(), &payload, &rest, b"\r\n"].concat();
        to.write_all(&frame)?;
        line.clear();
    }
    Ok(())
}

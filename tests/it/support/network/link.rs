//! A way to a server that passes everything on, a round trip late if asked to, and counts what goes through it.
//!
//! A round is: requests, then answers. Two questions that are asked one after the other need two, however fast they are;
//! those asked together need one, since no answer is back before the last of them is on its way.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::NatsServer;

/// What changes the server's words on their way.
type Edit = fn(Vec<u8>) -> Vec<u8>;

/// A listener of its own before a server.
pub struct Link {
    port: u16,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    requests: Vec<String>,
    rounds: u64,
    answered: bool,
}

impl Link {
    /// With this round trip.
    pub fn slow(server: &NatsServer, round_trip: Duration) -> Self {
        Self::to(server, round_trip, |bytes| bytes)
    }

    /// To a server that seems to be of another version: its greeting says so, and it is otherwise as it is.
    pub fn posing_as_2_9_10(server: &NatsServer) -> Self {
        Self::to(server, Duration::ZERO, |bytes| {
            match String::from_utf8(bytes) {
                // A server announces itself again after the login.
                Ok(text) if text.contains("INFO {") => {
                    let versions = crate::support::nats_server_versions().into_iter();
                    let posing = versions.fold(text, |text, version| {
                        text.replace(
                            &format!("\"version\":\"{version}\""),
                            "\"version\":\"2.9.10\"",
                        )
                    });
                    posing.into_bytes()
                }
                Ok(text) => text.into_bytes(),
                Err(error) => error.into_bytes(),
            }
        })
    }

    fn to(server: &NatsServer, round_trip: Duration, edit: Edit) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let (far_port, counted) = (server.port(), seen.clone());
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let Ok(far) = TcpStream::connect(("127.0.0.1", far_port)) else {
                    return;
                };
                let end = |stream: &TcpStream| stream.try_clone().expect("a socket");
                let (there, back) = (counted.clone(), counted.clone());
                let half = round_trip / 2;
                let sent = move |bytes: &[u8]| there.lock().unwrap().sent(bytes);
                forward(end(&near), end(&far), half, sent, |bytes| bytes);
                let came = move |bytes| back.lock().unwrap().came(bytes, edit);
                forward(far, near, half, |_| {}, came);
            }
        });
        Self { port, seen }
    }

    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// The subjects of the API that were asked since the last look, and in how many rounds.
    pub fn asked(&self) -> (Vec<String>, u64) {
        let seen = std::mem::take(&mut *self.seen.lock().unwrap());
        (seen.requests, seen.rounds)
    }
}

impl Seen {
    fn sent(&mut self, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        let published = text.split("\r\n").filter_map(|line| {
            let rest = line.strip_prefix("PUB ").or(line.strip_prefix("HPUB "))?;
            rest.split(' ').next()
        });
        for subject in published.filter(|subject| subject.starts_with("$JS.API.")) {
            if self.answered || self.rounds == 0 {
                self.rounds += 1;
                self.answered = false;
            }
            self.requests.push(subject.to_owned());
        }
    }

    fn came(&mut self, bytes: Vec<u8>, edit: Edit) -> Vec<u8> {
        let text = String::from_utf8_lossy(&bytes);
        self.answered |= text.contains("MSG _INBOX");
        edit(bytes)
    }
}

/// Looks at what is read at once, and changes it when it is passed on. So what is read from the near end is counted when
/// it comes, and what comes from the far end only when it can be answered by another question.
fn forward(
    from: TcpStream,
    to: TcpStream,
    delay: Duration,
    look: impl FnMut(&[u8]) + Send + 'static,
    pass: impl FnMut(Vec<u8>) -> Vec<u8> + Send + 'static,
) {
    for end in [&from, &to] {
        end.set_nodelay(true).expect("a socket");
    }
    let (sender, receiver) = channel();
    thread::spawn(move || read(from, &sender, look));
    thread::spawn(move || write(to, &receiver, delay, pass));
}

fn read(mut from: TcpStream, chunks: &Sender<(Instant, Vec<u8>)>, mut look: impl FnMut(&[u8])) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        look(&buffer[..length]);
        if chunks
            .send((Instant::now(), buffer[..length].to_vec()))
            .is_err()
        {
            return;
        }
    }
}

fn write(
    mut to: TcpStream,
    chunks: &Receiver<(Instant, Vec<u8>)>,
    delay: Duration,
    mut pass: impl FnMut(Vec<u8>) -> Vec<u8>,
) {
    for (read, chunk) in chunks {
        thread::sleep((read + delay).saturating_duration_since(Instant::now()));
        if to.write_all(&pass(chunk)).is_err() {
            return;
        }
    }
    // Ended by the other side already.
    let _ = to.shutdown(Shutdown::Write);
}

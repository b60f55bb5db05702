//! A SOCKS5 proxy (RFC 1928) without a login, which knows one name and where it is.

use std::io::{Read, Write, copy};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// A proxy under way. Its threads end with the test process.
pub struct Proxy {
    port: u16,
    connections: Arc<AtomicUsize>,
}

impl Proxy {
    /// Connects whoever asks for `name` to `place`, and nobody else.
    pub fn start(name: &str, place: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let connections = Arc::new(AtomicUsize::new(0));
        let (counted, name, place) = (connections.clone(), name.to_owned(), place.to_owned());
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (counted, name, place) = (counted.clone(), name.clone(), place.clone());
                thread::spawn(move || {
                    if let Some(server) = greet(&client, &name, &place) {
                        counted.fetch_add(1, Ordering::Relaxed);
                        join(&client, &server);
                    }
                });
            }
        });
        Self { port, connections }
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// How many it has connected.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

/// Nothing if the client asks for something else, or goes away.
fn greet(mut client: &TcpStream, name: &str, place: &str) -> Option<TcpStream> {
    let [_, methods] = read(client)?;
    client.read_exact(&mut vec![0; usize::from(methods)]).ok()?;
    client.write_all(&[5, 0]).ok()?;
    let [5, 1, _, 3, length] = read(client)? else {
        return None;
    };
    let mut asked = vec![0; usize::from(length)];
    client.read_exact(&mut asked).ok()?;
    let port = u16::from_be_bytes(read(client)?);
    let asked = format!("{}:{port}", String::from_utf8(asked).ok()?);
    let server = (asked == name)
        .then(|| TcpStream::connect(place).ok())
        .flatten();
    let code = if server.is_some() { 0 } else { 4 };
    client.write_all(&[5, code, 0, 1, 0, 0, 0, 0, 0, 0]).ok()?;
    server
}

fn read<const N: usize>(mut client: &TcpStream) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    client.read_exact(&mut bytes).ok()?;
    Some(bytes)
}

/// Carries bytes both ways until one side has no more.
fn join(client: &TcpStream, server: &TcpStream) {
    thread::scope(|scope| {
        scope.spawn(|| carry(client, server));
        carry(server, client);
    });
}

fn carry(mut from: &TcpStream, mut to: &TcpStream) {
    // Either may end first.
    let _ = copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Both);
}

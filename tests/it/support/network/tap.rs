//! A way to a server that keeps everything a client sends, and changes what the server sends: a man in the middle.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What becomes of bytes of the server; the number counts the connections from 0.
type Edit = dyn Fn(usize, &[u8]) -> Vec<u8> + Send + Sync;

/// A listener of its own before a server.
pub struct Tap {
    port: u16,
    sent: Arc<Mutex<Vec<u8>>>,
    connections: Arc<Mutex<usize>>,
}

impl Tap {
    /// Before a port; everything passes as it is.
    pub fn before(port: u16) -> Self {
        Self::editing(port, |_, bytes| bytes.to_vec())
    }

    /// Before a port, with a hand in what the server sends.
    pub fn editing(
        far_port: u16,
        edit: impl Fn(usize, &[u8]) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let tap = Self {
            port: listener.local_addr().expect("its address").port(),
            sent: Arc::default(),
            connections: Arc::default(),
        };
        let (sent, connections) = (tap.sent.clone(), tap.connections.clone());
        let edit: Arc<Edit> = Arc::new(edit);
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let Ok(far) = TcpStream::connect(("127.0.0.1", far_port)) else {
                    continue;
                };
                let number = {
                    let mut connections = connections.lock().unwrap();
                    *connections += 1;
                    *connections - 1
                };
                let end = |stream: &TcpStream| stream.try_clone().expect("a socket");
                let (sent, edit) = (sent.clone(), edit.clone());
                carry(end(&near), end(&far), move |bytes| {
                    sent.lock().unwrap().extend_from_slice(bytes);
                    bytes.to_vec()
                });
                carry(far, near, move |bytes| edit(number, bytes));
            }
        });
        tap
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Everything that was sent to the server, without TLS as it is readable on the network.
    pub fn sent(&self) -> String {
        String::from_utf8_lossy(&self.sent.lock().unwrap()).into_owned()
    }

    pub fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, edit: impl Fn(&[u8]) -> Vec<u8> + Send + 'static) {
    thread::spawn(move || {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            if to.write_all(&edit(&buffer[..length])).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
        let _ = from.shutdown(Shutdown::Both);
    });
}

//! A link with a round trip: forwards a connection's bytes, each way half a round trip later, without slowing their rate.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Listens on a free loopback port for as long as the process lives; answers the port.
pub fn link(server_port: u16, round_trip: Duration) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("its address").port();
    thread::spawn(move || {
        for near in listener.incoming().flatten() {
            let far = TcpStream::connect(("127.0.0.1", server_port)).expect("the server answers");
            for end in [&near, &far] {
                end.set_nodelay(true).expect("a socket");
            }
            let ends = |end: &TcpStream| end.try_clone().expect("a socket");
            forward(ends(&near), ends(&far), round_trip / 2);
            forward(far, near, round_trip / 2);
        }
    });
    port
}

fn forward(from: TcpStream, to: TcpStream, delay: Duration) {
    let (sender, receiver) = channel();
    thread::spawn(move || read(from, &sender));
    thread::spawn(move || write(to, &receiver, delay));
}

fn read(mut from: TcpStream, chunks: &Sender<(Instant, Vec<u8>)>) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if chunks
            .send((Instant::now(), buffer[..length].to_vec()))
            .is_err()
        {
            return;
        }
    }
}

fn write(mut to: TcpStream, chunks: &Receiver<(Instant, Vec<u8>)>, delay: Duration) {
    for (read, chunk) in chunks {
        thread::sleep((read + delay).saturating_duration_since(Instant::now()));
        if to.write_all(&chunk).is_err() {
            return;
        }
    }
    // Ended by the other side already.
    let _ = to.shutdown(std::net::Shutdown::Write);
}

//! A way to a server on which some text is another than it was written, of the same length: so a server seems to drop a
//! key, or to have one that nobody knows. Used where no server that does so can be installed.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

/// What is written, and what arrives instead.
pub type Swap = (&'static str, &'static str);

/// Listens on a free port of the loopback address, and gives its address; ends with the test program.
pub fn relay(to: u16, upward: &'static [Swap], downward: &'static [Swap]) -> String {
    for (written, arriving) in upward.iter().chain(downward) {
        assert_eq!(written.len(), arriving.len(), "{written}");
    }
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let server = TcpStream::connect(("127.0.0.1", to)).expect("the server");
            carry(&client, &server, upward);
            carry(&server, &client, downward);
        }
    });
    format!("nats://{address}")
}

fn carry(from: &TcpStream, to: &TcpStream, swaps: &'static [Swap]) {
    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
    thread::spawn(move || {
        let mut buffer = vec![0; 256 * 1024];
        while let Ok(length) = from.read(&mut buffer) {
            // One read has all that was written at once, which is a whole message.
            if length == 0 || to.write_all(&swapped(&buffer[..length], swaps)).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
    });
}

fn swapped(bytes: &[u8], swaps: &[Swap]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for (written, arriving) in swaps {
        let places: Vec<_> = bytes
            .windows(written.len())
            .enumerate()
            .filter(|(_, window)| *window == written.as_bytes())
            .map(|(place, _)| place)
            .collect();
        for place in places {
            bytes[place..place + written.len()].copy_from_slice(arriving.as_bytes());
        }
    }
    bytes
}

//! A relay between a provider and its server, at which a request or its answer waits until the test lets it through.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::thread;
use std::time::Duration;

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a request that makes a stream carries: the plan asks beforehand whether it may, by one without a configuration.
pub const CREATES: &str = "\"name\":\"KV_";

/// What waits.
#[derive(Clone, Copy, PartialEq)]
pub enum Side {
    /// The request: the server has not heard of it.
    Requests,
    /// The answer: the server has done it.
    Answers,
}

/// The relay. Everything passes until something carries the mark; from then on that side waits for [`Gate::open`].
#[derive(Clone)]
pub struct Gate {
    port: u16,
    mark: &'static str,
    side: Side,
    state: Arc<(Mutex<State>, Condvar)>,
}

#[derive(Default)]
struct State {
    /// How often the mark has come.
    reached: usize,
    opened: bool,
}

impl Gate {
    /// Before a server, for whatever carries `mark` in its bytes, such as [`CREATES`].
    pub fn before(server_port: u16, side: Side, mark: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let gate = Self {
            port: listener.local_addr().expect("an address").port(),
            mark,
            side,
            state: Arc::default(),
        };
        let relay = gate.clone();
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if let Ok(server) = TcpStream::connect(("127.0.0.1", server_port)) {
                    relay.join(client, server);
                }
            }
        });
        gate
    }

    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Waits until something marked has come so many times.
    pub fn wait_until_reached(&self, times: usize) {
        let (state, changed) = &*self.state;
        let (state, _) = changed
            .wait_timeout_while(state.lock().unwrap(), PATIENCE, |state| {
                state.reached < times
            })
            .unwrap();
        assert!(
            state.reached >= times,
            "{} came {} times in {PATIENCE:?}",
            self.mark,
            state.reached
        );
    }

    /// Lets everything pass, now and later.
    pub fn open(&self) {
        let (state, changed) = &*self.state;
        state.lock().unwrap().opened = true;
        changed.notify_all();
    }

    /// Counts the mark in what a client asks.
    fn asked(&self, bytes: &[u8]) {
        let (state, changed) = &*self.state;
        let text = String::from_utf8_lossy(bytes);
        state.lock().unwrap().reached += text.matches(self.mark).count();
        changed.notify_all();
    }

    /// Waits for the opening, if something marked has come.
    fn pass(&self) {
        let (state, changed) = &*self.state;
        let waits = |state: &mut State| state.reached > 0 && !state.opened;
        drop(changed.wait_while(state.lock().unwrap(), waits).unwrap());
    }

    fn join(&self, client: TcpStream, server: TcpStream) {
        let (from_client, to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        let (asking, answering) = (self.clone(), self.clone());
        thread::spawn(move || asking.copy(from_client, to_server, Side::Requests));
        thread::spawn(move || answering.copy(server, client, Side::Answers));
    }

    /// Carries one way. It reads on while something waits: more that is marked may come.
    fn copy(self, mut from: TcpStream, mut to: TcpStream, side: Side) {
        let (sender, read) = mpsc::channel::<Vec<u8>>();
        let gate = self.clone();
        thread::spawn(move || {
            for bytes in read {
                if gate.side == side {
                    gate.pass();
                }
                if to.write_all(&bytes).is_err() {
                    break;
                }
            }
            let _ = to.shutdown(Shutdown::Both);
        });
        let mut bytes = vec![0; 64 * 1024];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            if side == Side::Requests {
                self.asked(&bytes[..count]);
            }
            if sender.send(bytes[..count].to_vec()).is_err() {
                break;
            }
        }
    }
}

//! A SOCKS5 proxy (RFC 1928, RFC 1929), small and real: it connects to what it is asked for, by name or by number.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A proxy on the loopback address. It listens until the test process ends.
pub struct SocksProxy {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

#[derive(Clone)]
struct Rules {
    login: Option<(String, String)>,
    refuses: bool,
    asked: Arc<Mutex<Vec<String>>>,
}

impl SocksProxy {
    /// A proxy for everybody.
    pub fn start() -> Self {
        Self::run(None, false)
    }

    /// A proxy for one user.
    pub fn with_login(user: &str, password: &str) -> Self {
        Self::run(Some((user.to_owned(), password.to_owned())), false)
    }

    /// A proxy whose rules allow no connection.
    pub fn refusing() -> Self {
        Self::run(None, true)
    }

    fn run(login: Option<(String, String)>, refuses: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let rules = Rules {
            login,
            refuses,
            asked: asked.clone(),
        };
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let rules = rules.clone();
                // A client that breaks off concerns nobody else.
                std::thread::spawn(move || drop(serve(client, &rules)));
            }
        });
        Self { port, asked }
    }

    /// Where it listens, such as `127.0.0.1:1080`.
    pub fn place(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// What it was asked to connect to, such as `localhost:4222`.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(mut client: TcpStream, rules: &Rules) -> io::Result<()> {
    let methods = {
        let [_version, count] = read(&mut client)?;
        read_many(&mut client, count)?
    };
    let wanted = if rules.login.is_some() { 2 } else { 0 };
    if !methods.contains(&wanted) {
        return client.write_all(&[5, 0xff]);
    }
    client.write_all(&[5, wanted])?;
    if let Some(login) = &rules.login {
        let [_version, length] = read(&mut client)?;
        let user = read_many(&mut client, length)?;
        let [length] = read(&mut client)?;
        let password = read_many(&mut client, length)?;
        let right = user == login.0.as_bytes() && password == login.1.as_bytes();
        client.write_all(&[1, u8::from(!right)])?;
        if !right {
            return Ok(());
        }
    }
    let host = host(&mut client)?;
    let port = u16::from_be_bytes(read(&mut client)?);
    rules.asked.lock().unwrap().push(format!("{host}:{port}"));
    let code = |code: u8| [5, code, 0, 1, 0, 0, 0, 0, 0, 0];
    if rules.refuses {
        return client.write_all(&code(2));
    }
    match TcpStream::connect((host.as_str(), port)) {
        Ok(server) => {
            client.write_all(&code(0))?;
            relay(&client, &server)
        }
        Err(_) => client.write_all(&code(5)),
    }
}

fn host(client: &mut TcpStream) -> io::Result<String> {
    let [_version, _command, _reserved, kind] = read(client)?;
    match kind {
        1 => Ok(std::net::Ipv4Addr::from(read::<4>(client)?).to_string()),
        3 => {
            let [length] = read(client)?;
            Ok(String::from_utf8_lossy(&read_many(client, length)?).into_owned())
        }
        _ => Ok(std::net::Ipv6Addr::from(read::<16>(client)?).to_string()),
    }
}

fn relay(client: &TcpStream, server: &TcpStream) -> io::Result<()> {
    let (mut from_client, mut to_server) = (client.try_clone()?, server.try_clone()?);
    let (mut from_server, mut to_client) = (server.try_clone()?, client.try_clone()?);
    std::thread::spawn(move || {
        let _ = io::copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Both);
    });
    let _ = io::copy(&mut from_server, &mut to_client);
    to_client.shutdown(Shutdown::Both)
}

fn read<const COUNT: usize>(stream: &mut TcpStream) -> io::Result<[u8; COUNT]> {
    let mut bytes = [0; COUNT];
    stream.read_exact(&mut bytes).map(|()| bytes)
}

fn read_many(stream: &mut TcpStream, count: u8) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::from(count)];
    stream.read_exact(&mut bytes).map(|()| bytes)
}

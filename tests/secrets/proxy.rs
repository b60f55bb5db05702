//! A SOCKS5 proxy (RFC 1928) on the loopback address that wants a user and a password (RFC 1929).

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

/// The proxy, until the process ends.
pub struct Proxy {
    port: u16,
}

impl Proxy {
    pub fn start(user: &str, password: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let login = [user, password].map(|text| text.as_bytes().to_vec());
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let login = login.clone();
                // A client that goes away is its own business.
                thread::spawn(move || serve(client, &login));
            }
        });
        Self { port }
    }

    /// `127.0.0.1:<port>`.
    pub fn place(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}

fn serve(mut client: TcpStream, [user, password]: &[Vec<u8>; 2]) -> io::Result<()> {
    let [_version, methods] = read(&mut client)?;
    let offered = read_long(&mut client, methods)?;
    if !offered.contains(&2) {
        return client.write_all(&[5, 0xff]);
    }
    client.write_all(&[5, 2])?;
    let [_version, length] = read(&mut client)?;
    let given_user = read_long(&mut client, length)?;
    let [length] = read(&mut client)?;
    let given_password = read_long(&mut client, length)?;
    if (&given_user, &given_password) != (user, password) {
        return client.write_all(&[1, 1]);
    }
    client.write_all(&[1, 0])?;
    let [_version, _connect, _reserved, kind] = read(&mut client)?;
    let host = match kind {
        1 => read::<4>(&mut client)?
            .map(|byte| byte.to_string())
            .join("."),
        _ => {
            let [length] = read(&mut client)?;
            String::from_utf8_lossy(&read_long(&mut client, length)?).into_owned()
        }
    };
    let port = u16::from_be_bytes(read(&mut client)?);
    let server = TcpStream::connect((host.as_str(), port))?;
    client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])?;
    let (from_client, to_server) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || copy(from_client, to_server));
    copy(server, client)
}

fn copy(mut from: TcpStream, mut to: TcpStream) -> io::Result<()> {
    io::copy(&mut from, &mut to)?;
    to.shutdown(Shutdown::Both)
}

fn read<const LENGTH: usize>(client: &mut TcpStream) -> io::Result<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    client.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn read_long(client: &mut TcpStream, length: u8) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::from(length)];
    client.read_exact(&mut bytes)?;
    Ok(bytes)
}

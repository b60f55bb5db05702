//! Servers for every way to log in, and what each way needs: the arguments, the secrets, and where they are.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use nkeys::KeyPair;
use serde_json::json;
use tempfile::TempDir;

use crate::support::{Authority, Issued, NatsServer, Operator, SocksProxy, User, token};

/// Passwords have everything in them that one encoding or another changes.
const PASSWORD: &str = "p@ss/wörd %&<>+~?:#1 by argument";
const IN_ADDRESS: &str = "Pa55:w/rd?in-address~";
const ENCODED: &str = "Pa55%3Aw%2Frd%3Fin-address~";
const THROUGH_PROXY: &str = "behind the proxy & <hidden>";
const OF_PROXY: &str = "Proxy-Passw0rd-of-the-way";
const IN_CONTEXT: &str = "p@ss/wörd %&<>+~?:#2 in a context";
const TOKEN: &str = "t0ken/with+all==of~it.and_more";

/// The servers, and the files of the user.
pub struct Servers {
    pub files: TempDir,
    pub kinds: Vec<Kind>,
    _servers: Vec<NatsServer>,
}

/// One way to log in, with right values.
#[derive(Clone)]
pub struct Kind {
    pub name: &'static str,
    /// Arguments of the provider block; `<name>` stands for the secret of that name.
    pub arguments: String,
    /// The same by variables of the environment; nothing where there is none.
    pub environment: Vec<(&'static str, String)>,
    /// What is given by value.
    pub secrets: Vec<(&'static str, String)>,
    /// What is only in files, or part of a value in another form.
    pub hidden: Vec<(&'static str, String)>,
}

impl Servers {
    pub fn start() -> Self {
        let files = tempfile::tempdir().expect("a folder");
        let nkeys = [KeyPair::new_user(), KeyPair::new_user()];
        let users = NatsServer::configured(&users(&nkeys));
        let tokens = NatsServer::configured(&token(TOKEN));
        let operator = Operator::new();
        let operated = NatsServer::configured(&operator.config());
        let authority = Authority::new();
        let mut servers = Self {
            kinds: Vec::new(),
            _servers: Vec::new(),
            files,
        };
        let issued = authority.server(&["127.0.0.1"]);
        let encrypted =
            NatsServer::configured(&authority.config(&issued, "verify: true, timeout: 30"));
        servers.add_passwords(&users);
        servers.add_nkeys(&users, &nkeys);
        servers.add_token(&tokens);
        servers.add_operated(&operated, &operator);
        servers.add_encrypted(&encrypted, &authority);
        servers._servers = vec![users, tokens, operated, encrypted];
        servers
    }

    /// Where nobody logs in anywhere.
    pub fn without_servers(files: TempDir) -> Self {
        Self {
            files,
            kinds: Vec::new(),
            _servers: Vec::new(),
        }
    }

    pub fn kind(&self, name: &str) -> &Kind {
        let mut kinds = self.kinds.iter();
        kinds.find(|kind| kind.name == name).expect("a kind")
    }

    /// A file that only its owner may read. Gives its path.
    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.files.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, text).expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("its mode");
        path.to_str().expect("a path in UTF-8").to_owned()
    }

    fn add_passwords(&mut self, server: &NatsServer) {
        let (url, port) = (server.url(), server.port());
        self.kinds.push(Kind {
            name: "password",
            arguments: format!("servers = [\"{url}\"]\nuser = \"app\"\npassword = <password>"),
            environment: vec![
                ("NATS_URL", url.clone()),
                ("NATS_USER", "app".to_owned()),
                ("NATS_PASSWORD", PASSWORD.to_owned()),
            ],
            secrets: vec![("password", PASSWORD.to_owned())],
            hidden: Vec::new(),
        });
        let address = format!("nats://address:{ENCODED}@127.0.0.1:{port}");
        self.kinds.push(Kind {
            name: "address",
            arguments: "servers = [<address>]".to_owned(),
            environment: vec![("NATS_URL", address.clone())],
            secrets: vec![("address", address)],
            hidden: vec![
                ("password in the address", IN_ADDRESS.to_owned()),
                ("encoded password in the address", ENCODED.to_owned()),
            ],
        });
        let proxy = format!(
            "socks5://way:{OF_PROXY}@{}",
            SocksProxy::with_login("way", OF_PROXY).place()
        );
        self.kinds.push(Kind {
            name: "socks_proxy",
            arguments: format!(
                "servers = [\"{url}\"]\nuser = \"proxied\"\npassword = <proxied>\nsocks_proxy = <socks_proxy>"
            ),
            environment: vec![
                ("NATS_URL", url.clone()),
                ("NATS_USER", "proxied".to_owned()),
                ("NATS_PASSWORD", THROUGH_PROXY.to_owned()),
                ("NATS_SOCKS_PROXY", proxy.clone()),
            ],
            secrets: vec![
                ("proxied", THROUGH_PROXY.to_owned()),
                ("socks_proxy", proxy),
            ],
            hidden: vec![("password of the proxy", OF_PROXY.to_owned())],
        });
        let context = json!({ "url": url, "user": "context", "password": IN_CONTEXT });
        self.file(".config/nats/context/secrets.json", &context.to_string());
        self.kinds.push(Kind {
            name: "context",
            arguments: "context = \"secrets\"".to_owned(),
            environment: vec![("NATS_CONTEXT", "secrets".to_owned())],
            secrets: Vec::new(),
            hidden: vec![("password in the context", IN_CONTEXT.to_owned())],
        });
    }

    fn add_nkeys(&mut self, server: &NatsServer, keys: &[KeyPair; 2]) {
        let url = server.url();
        let [seed, in_file] = [&keys[0], &keys[1]].map(|key| key.seed().expect("a seed"));
        self.kinds.push(Kind {
            name: "nkey",
            arguments: format!("servers = [\"{url}\"]\nnkey = <nkey>"),
            environment: Vec::new(),
            secrets: vec![("nkey", seed)],
            hidden: Vec::new(),
        });
        let path = self.file("user.nk", &format!("{in_file}\n"));
        self.kinds.push(Kind {
            name: "nkey_file",
            arguments: format!("servers = [\"{url}\"]\nnkey_file = \"{path}\""),
            environment: vec![("NATS_URL", url), ("NATS_NKEY", path)],
            secrets: Vec::new(),
            hidden: vec![("nkey in the file", in_file)],
        });
    }

    fn add_token(&mut self, server: &NatsServer) {
        let url = server.url();
        self.kinds.push(Kind {
            name: "token",
            arguments: format!("servers = [\"{url}\"]\ntoken = <token>"),
            environment: vec![("NATS_URL", url), ("NATS_TOKEN", TOKEN.to_owned())],
            secrets: vec![("token", TOKEN.to_owned())],
            hidden: Vec::new(),
        });
    }

    fn add_operated(&mut self, server: &NatsServer, operator: &Operator) {
        let url = server.url();
        self.kinds.push(Kind {
            name: "credentials",
            arguments: format!("servers = [\"{url}\"]\ncredentials = <credentials>"),
            environment: Vec::new(),
            secrets: vec![("credentials", operator.credentials())],
            hidden: Vec::new(),
        });
        let in_file = operator.credentials();
        let path = self.file("user.creds", &in_file);
        self.kinds.push(Kind {
            name: "credentials_file",
            arguments: format!("servers = [\"{url}\"]\ncredentials_file = \"{path}\""),
            environment: vec![("NATS_URL", url.clone()), ("NATS_CREDS", path)],
            secrets: Vec::new(),
            hidden: vec![("credentials in the file", in_file)],
        });
        let User { jwt, seed } = operator.user(None);
        self.kinds.push(Kind {
            name: "jwt",
            arguments: format!("servers = [\"{url}\"]\njwt = <jwt>\nseed = <seed>"),
            environment: vec![
                ("NATS_URL", url),
                ("NATS_JWT", jwt.clone()),
                ("NATS_SEED", seed.clone()),
            ],
            secrets: vec![("jwt", jwt), ("seed", seed)],
            hidden: Vec::new(),
        });
    }

    fn add_encrypted(&mut self, server: &NatsServer, authority: &Authority) {
        let address = server.url().replace("nats://", "tls://");
        let ca = self.file("ca.pem", &authority.pem());
        let Issued { certificate, key } = authority.client();
        let path = self.file("client.pem", &certificate);
        self.kinds.push(Kind {
            name: "tls_key",
            arguments: format!(
                "servers = [\"{address}\"]\ntls_ca_file = \"{ca}\"\ntls_certificate_file = \"{path}\"\ntls_key = <tls_key>"
            ),
            environment: Vec::new(),
            secrets: vec![("tls_key", key)],
            hidden: Vec::new(),
        });
        let Issued { certificate, key } = authority.client();
        let certificate = self.file("filed.pem", &certificate);
        let path = self.file("filed.key", &key);
        self.kinds.push(Kind {
            name: "tls_key_file",
            arguments: format!(
                "servers = [\"{address}\"]\ntls_ca_file = \"{ca}\"\ntls_certificate_file = \"{certificate}\"\ntls_key_file = \"{path}\""
            ),
            environment: vec![
                ("NATS_URL", address),
                ("NATS_CA", ca),
                ("NATS_CERT", certificate),
                ("NATS_KEY", path),
            ],
            secrets: Vec::new(),
            hidden: vec![("key in the file", key)],
        });
    }
}

impl Kind {
    /// Everything of it that must not be seen.
    pub fn everything(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.secrets.iter().chain(&self.hidden);
        all.map(|(name, secret)| (*name, secret.as_str()))
    }
}

fn users(nkeys: &[KeyPair; 2]) -> String {
    let users = [
        ("app", PASSWORD),
        ("address", IN_ADDRESS),
        ("proxied", THROUGH_PROXY),
        ("context", IN_CONTEXT),
    ];
    let mut lines: Vec<String> = users
        .iter()
        .map(|(user, password)| format!("{{ user: {user}, password: \"{password}\" }}"))
        .collect();
    lines.extend(
        nkeys
            .iter()
            .map(|key| format!("{{ nkey: {} }}", key.public_key())),
    );
    format!(
        "authorization {{ timeout: 30, users: [\n{}\n] }}",
        lines.join("\n")
    )
}

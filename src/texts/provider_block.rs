//! Samples about the provider block, and about what stands in for its arguments: variables, NATS contexts and files.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use nkeys::{KeyPair, KeyPairType};
use serde_json::{Value as Json, json};

use crate::provider::WasmCloud;
use crate::resources::preflight::fixture::value;
use crate::terraform::framework::{Provider, lifecycle};
use crate::terraform::language::{Diagnostics, Value};
use crate::texts::sample::{Samples, Topic};

pub fn add(samples: &mut Samples) {
    let home = tempfile::tempdir().expect("a folder");
    samples.call(home.path().display().to_string(), "/home/me");
    for (name, content) in keys() {
        samples.call(content, name);
    }
    blocks(samples);
    values(samples);
    logins(samples);
    certificates(samples, home.path());
    files(samples, home.path());
    variables(samples);
    contexts(samples, home.path());
}

/// What the provider reports of its block, with these variables.
fn reported(block: Json, variables: &[(&str, &str)]) -> Diagnostics {
    let variables = variables.iter();
    let variables = variables.map(|(name, value)| (OsString::from(name), OsString::from(value)));
    of_environment(block, variables.collect::<Vec<_>>())
}

fn of_environment(block: Json, variables: Vec<(OsString, OsString)>) -> Diagnostics {
    let provider = WasmCloud::with_environment(variables.into_iter().collect());
    let block = value(provider.schema(), block);
    let own = |block: &_| provider.validate(block);
    let found = lifecycle::validate(provider.schema(), &block, own);
    match found.has_error() {
        true => found,
        false => configured(&provider, &block),
    }
}

fn configured(provider: &WasmCloud, block: &Value) -> Diagnostics {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let configured = provider.configure(block, "1.11.0");
    runtime.expect("a runtime").block_on(configured)
}

fn key(kind: KeyPairType, of: u8) -> KeyPair {
    KeyPair::new_from_raw(kind, [of; 32]).expect("a key")
}

fn seed(kind: KeyPairType) -> String {
    key(kind, 7).seed().expect("a seed")
}

/// What samples call the keys in them.
fn keys() -> [(&'static str, String); 2] {
    let public = |of| key(KeyPairType::User, of).public_key();
    [("UA...", public(7)), ("UB...", public(8))]
}

fn jwt(claims: &Json) -> String {
    let part = |json: &Json| URL_SAFE_NO_PAD.encode(json.to_string());
    let header = json!({ "typ": "JWT", "alg": "ed25519-nkey" });
    format!("{}.{}.c2ln", part(&header), part(claims))
}

fn user_jwt(of: u8) -> String {
    jwt(&json!({ "sub": key(KeyPairType::User, of).public_key() }))
}

/// Arguments that contradict each other.
fn blocks(samples: &mut Samples) {
    let pem = "-----BEGIN PRIVATE KEY-----";
    for block in [
        json!({ "credentials_file": "-----BEGIN NATS USER JWT-----" }),
        json!({ "nkey_file": seed(KeyPairType::User) }),
        json!({ "tls_key_file": pem }),
        json!({ "context": pem }),
        json!({ "servers": ["nats://joe:1/2@n1"] }),
        json!({ "nkey": seed(KeyPairType::User), "nkey_file": "user.nk" }),
        json!({ "token": "t", "nkey_file": "user.nk" }),
        json!({ "servers": ["nats://joe:secret@n1"], "token": "t" }),
        json!({ "user": "joe" }),
        json!({ "jwt": user_jwt(7) }),
        json!({ "tls_key_file": "key.pem" }),
        json!({ "jetstream_domain": "hub", "jetstream_api_prefix": "JS.acme.API" }),
        json!({ "tls_first": true, "servers": ["wss://n1"] }),
        json!({ "tls_ca_file": "ca.pem", "servers": ["ws://n1"] }),
    ] {
        samples.add(Topic::ProviderBlock, reported(block, &[]));
    }
}

/// Values of one argument.
fn values(samples: &mut Samples) {
    let long = "a".repeat(300);
    for block in [
        json!({ "servers": [""] }),
        json!({ "servers": [] }),
        json!({ "servers": ["http://n1"] }),
        json!({ "servers": ["nats://n1", "tls://n2"] }),
        json!({ "inbox_prefix": "_IN BOX" }),
        json!({ "inbox_prefix": "_INBOX." }),
        json!({ "connection_name": "my\tci" }),
        json!({ "connection_name": long }),
        json!({ "socks_proxy": "socks5://:0" }),
        json!({ "socks_proxy": "http://proxy" }),
        json!({ "timeout": "5" }),
        json!({ "timeout": "9000h" }),
        json!({ "context": "nats/context/prod.json" }),
        json!({ "jetstream_domain": "hub.eu" }),
    ] {
        samples.add(Topic::ProviderBlock, reported(block, &[]));
    }
    // As if Terraform had not validated a value that was not known before.
    for block in [
        json!({ "inbox_prefix": "_IN BOX" }),
        json!({ "connection_name": "my\tci" }),
        json!({ "jetstream_domain": "hub.eu" }),
        json!({ "jetstream_api_prefix": "JS." }),
    ] {
        let provider = WasmCloud::with_environment(Default::default());
        let block = value(provider.schema(), block);
        samples.add(Topic::ProviderBlock, configured(&provider, &block));
    }
    for (name, text) in [
        ("NATS_URL", "http://n1"),
        ("NATS_URL", "nats://joe:1/2@n1"),
        ("NATS_TIMEOUT", "5"),
        ("NATS_SOCKS_PROXY", "http://proxy"),
    ] {
        samples.add(Topic::ProviderBlock, reported(json!({}), &[(name, text)]));
    }
}

/// Credentials, nkeys and JWTs.
fn logins(samples: &mut Samples) {
    let user = seed(KeyPairType::User);
    let parts = |jwt: Option<&str>, seed: Option<&str>| {
        let part = |title: &str, content: Option<&str>| {
            content.map_or_else(String::new, |content| {
                format!("-----BEGIN {title}-----\n{content}\n------END {title}------\n")
            })
        };
        part("NATS USER JWT", jwt) + &part("USER NKEY SEED", seed)
    };
    let damaged = |text: &str| {
        let last = if text.ends_with('A') { 'B' } else { 'A' };
        format!("{}{last}", &text[..text.len() - 1])
    };
    let public = key(KeyPairType::User, 7).public_key();
    let blocks = [
        json!({ "credentials": "x" }),
        json!({ "credentials": parts(Some(&user_jwt(7)), None) }),
        json!({ "credentials": parts(None, Some(&user)) }),
        json!({ "credentials": parts(Some(&user_jwt(8)), Some(&user)) }),
        json!({ "nkey": seed(KeyPairType::Account) }),
        json!({ "nkey": public }),
        json!({ "nkey": damaged(&user) }),
        json!({ "nkey": damaged(&public) }),
        json!({ "nkey": format!("P{}", &public[1..]) }),
        json!({ "nkey": "user.nk" }),
        json!({ "jwt": "x", "seed": user }),
        json!({ "jwt": jwt(&json!({ "sub": key(KeyPairType::Account, 7).public_key() })), "seed": user }),
        json!({ "jwt": jwt(&json!({ "sub": "joe" })), "seed": user }),
        json!({ "jwt": jwt(&json!({})), "seed": user }),
        json!({ "jwt": jwt(&json!({ "sub": public, "exp": 1_700_000_000 })), "seed": user }),
        json!({ "jwt": jwt(&json!({ "sub": public, "nbf": 4_000_000_000_u64 })), "seed": user }),
    ];
    for block in blocks {
        samples.add(Topic::ProviderBlock, reported(block, &[]));
    }
    for kind in [
        KeyPairType::Operator,
        KeyPairType::Server,
        KeyPairType::Cluster,
        KeyPairType::Module,
        KeyPairType::Service,
        KeyPairType::Curve,
    ] {
        // Not every kind can be made from the same bytes.
        let made = KeyPair::new_from_raw(kind, [7; 32]).and_then(|pair| pair.seed());
        if let Ok(seed) = made {
            let found = reported(json!({ "nkey": seed }), &[]);
            samples.add(Topic::ProviderBlock, found);
        }
    }
    let other = json!({ "jwt": user_jwt(8), "seed": user });
    samples.add(Topic::ProviderBlock, reported(other, &[]));
    let two = [("NATS_TOKEN", "t"), ("NATS_CREDS", "user.creds")];
    samples.add(Topic::ProviderBlock, reported(json!({}), &two));
    let half = [("NATS_CERT", "cert.pem")];
    samples.add(Topic::ProviderBlock, reported(json!({}), &half));
}

/// Certificates and private keys.
fn certificates(samples: &mut Samples, home: &Path) {
    let pem = |title: &str, content: &str| {
        format!("-----BEGIN {title}-----\n{content}\n-----END {title}-----\n")
    };
    let made = || {
        let made = rcgen::generate_simple_self_signed(vec!["n1".to_owned()]);
        let made = made.expect("a certificate");
        let certificate = STANDARD.encode(made.cert.der());
        let key = STANDARD.encode(made.signing_key.serialize_der());
        (pem("CERTIFICATE", &certificate), pem("PRIVATE KEY", &key))
    };
    let ((certificate, key), (_, other)) = (made(), made());
    let cas = [
        "ca.pem".to_owned(),
        key.clone(),
        pem("CERTIFICATE", "AAAA"),
        pem("CERTIFICATE", "*"),
        "-----BEGIN CERTIFICATE-----\nAAAA\n".to_owned(),
        "-----BEGIN CERTIFICATE\nAAAA\n".to_owned(),
        pem("PUBLIC KEY", "AAAA"),
        pem("X509 CRL", "AAAA"),
        pem("CERTIFICATE REQUEST", "AAAA"),
        pem("EC PARAMETERS", "AAAA"),
    ];
    for ca in cas {
        let found = reported(json!({ "tls_ca": ca }), &[]);
        samples.add(Topic::ProviderBlock, found);
    }
    let keys = [
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"
            .to_owned(),
        pem("PRIVATE KEY", "AAAA"),
        format!("{key}{other}"),
        certificate.clone(),
    ];
    for key in keys {
        let block = json!({ "tls_certificate": certificate, "tls_key": key });
        samples.add(Topic::ProviderBlock, reported(block, &[]));
    }
    let block = json!({ "tls_certificate": certificate, "tls_key": other });
    samples.add(Topic::ProviderBlock, reported(block, &[]));
    let file = home.join("ca.pem");
    fs::write(&file, "no certificate").expect("a file");
    let block = json!({ "tls_ca_file": file.display().to_string() });
    samples.add(Topic::ProviderBlock, reported(block, &[]));
}

/// Files that cannot be used, or that others can read.
fn files(samples: &mut Samples, home: &Path) {
    let write = |name: &str, content: &[u8]| {
        let file = home.join(name);
        fs::write(&file, content).expect("a file");
        file.display().to_string()
    };
    for file in [
        home.join("none.creds").display().to_string(),
        home.display().to_string(),
        "/dev/null".to_owned(),
        write("empty.creds", b" \n"),
        write("image.creds", &vec![b'x'; (1 << 20) + 1]),
        write("bytes.creds", b"\xff\xfe"),
    ] {
        let found = reported(json!({ "credentials_file": file }), &[]);
        samples.add(Topic::ProviderBlock, found);
    }
    let open = write("user.nk", seed(KeyPairType::User).as_bytes());
    let mode = fs::Permissions::from_mode(0o644);
    fs::set_permissions(&open, mode).expect("another mode");
    let found = reported(json!({ "nkey_file": open }), &[]);
    samples.add(Topic::ProviderBlock, found);
}

/// Variables that are not text.
fn variables(samples: &mut Samples) {
    let not_text = |name: &str| (OsString::from(name), OsString::from_vec(vec![0xff]));
    let of = |block: Json, name: &str| of_environment(block, vec![not_text(name)]);
    samples.add(Topic::ProviderBlock, of(json!({}), "NATS_USER"));
    let named = json!({ "context": "prod" });
    samples.add(Topic::ProviderBlock, of(named, "XDG_CONFIG_HOME"));
    let in_home = json!({ "context": "", "nkey_file": "~/user.nk" });
    samples.more(Topic::ProviderBlock, of(in_home, "HOME"));
}

/// NATS contexts.
fn contexts(samples: &mut Samples, home: &Path) {
    let folder = home.join(".config/nats/context");
    let home = home.display().to_string();
    let of_home = [("HOME", home.as_str())];
    let named = |name: &str| reported(json!({ "context": name }), &of_home);
    let from_variable = |name: &str| {
        let variables = [("HOME", home.as_str()), ("NATS_CONTEXT", name)];
        reported(json!({}), &variables)
    };
    samples.add(Topic::ProviderBlock, named("prod"));
    fs::create_dir_all(&folder).expect("a folder");
    let write = |name: &str, content: &str| {
        let file = folder.join(format!("{name}.json"));
        fs::write(&file, content).expect("a file");
        let mode = fs::Permissions::from_mode(0o600);
        fs::set_permissions(&file, mode).expect("another mode");
        file
    };
    write("dev", "{}");
    samples.add(Topic::ProviderBlock, named("prod"));
    samples.add(Topic::ProviderBlock, from_variable("../prod"));
    let content = from_variable("-----BEGIN PRIVATE KEY-----");
    samples.more(Topic::ProviderBlock, content);
    let homeless = reported(json!({ "context": "prod" }), &[]);
    samples.add(Topic::ProviderBlock, homeless);

    for (content, is_on_page) in [
        ("{ \"url\": ", true),
        ("{ \"url\": 1 }", true),
        (
            "{ \"password\": \"env://NATS_SECRET\", \"user\": \"joe\" }",
            true,
        ),
        ("{ \"token\": \"data:x\" }", true),
        ("{ \"token\": \"op://vault/item\" }", true),
        ("{ \"token\": \"file:///none\" }", false),
        ("{ \"nsc\": \"nsc://op/account/user\" }", true),
        ("{ \"windows_cert_store\": \"user\" }", false),
        ("{ \"creds\": \"-----BEGIN NATS USER JWT-----\" }", false),
        ("{ \"token\": \"t\", \"nkey\": \"user.nk\" }", false),
        ("{ \"user_jwt\": \"x\" }", false),
    ] {
        write("prod", content);
        match is_on_page {
            true => samples.add(Topic::ProviderBlock, named("prod")),
            false => samples.more(Topic::ProviderBlock, named("prod")),
        }
    }
    let open = write("prod", "{ \"token\": \"t\", \"new_field\": true }");
    let mode = fs::Permissions::from_mode(0o644);
    fs::set_permissions(open, mode).expect("another mode");
    samples.add(Topic::ProviderBlock, named("prod"));
    let select = |name: &str| {
        let file = folder.parent().expect("a folder").join("context.txt");
        fs::write(file, name).expect("a file");
        reported(json!({}), &of_home)
    };
    samples.add(Topic::ProviderBlock, select("dev"));
    samples.add(Topic::ProviderBlock, select("none"));
}

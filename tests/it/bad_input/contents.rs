//! Files and texts for logging in and for TLS that are not what they should be: told before anything is dialled, with the
//! argument, variable and file, and without a word of what is in them.
//!
//! Nobody listens where these providers would connect to, so that an error about the connection would show that one was
//! tried.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use nkeys::{KeyPair, KeyPairType};
use rcgen::CertificateParams;
use serde_json::{Value, json};

use crate::bad_input::setup::{NOBODY, Setup, private_file};
use crate::support::{Diagnostic, Failure, NatsServer};

/// A JWT about a key, with more claims, and without a signature that anybody would accept.
fn jwt(subject: &KeyPair, more: Value) -> String {
    let mut claims = json!({ "sub": subject.public_key() });
    for (name, value) in more.as_object().unwrap() {
        claims[name] = value.clone();
    }
    let header = json!({ "typ": "JWT", "alg": "ed25519-nkey" });
    [header.to_string(), claims.to_string(), "none".to_owned()]
        .map(|part| URL_SAFE_NO_PAD.encode(part))
        .join(".")
}

fn creds(jwt: &str, seed: &str) -> String {
    format!(
        "-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n\
         -----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
    )
}

fn pem(title: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    format!("-----BEGIN {title}-----\n{text}\n-----END {title}-----\n")
}

/// A certificate and its key, in PEM.
fn certificate() -> (String, String) {
    let key = rcgen::KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["client".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    (
        pem("CERTIFICATE", certificate.der()),
        pem("PRIVATE KEY", &key.serialize_der()),
    )
}

/// Nothing of a file is in a failure, but for the lines that all files of its kind have.
fn shows_nothing_of(failure: &Failure, text: &str) {
    for line in text.lines().filter(|line| !line.starts_with('-')) {
        assert!(
            line.len() < 8 || !failure.text.contains(line),
            "{line}: {failure}"
        );
    }
}

/// Refuses a file with this text, as the argument and as its variable, and gives the errors.
fn refused(argument: &str, variable: Option<&str>, rest: &str, text: &str) -> Vec<Diagnostic> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("setup.txt");
    private_file(&file, text);
    let path = file.to_str().unwrap();
    let by_argument = Setup::server(NOBODY);
    by_argument.write(&format!("{rest}\n{argument} = \"{path}\""), "");
    let mut all = vec![(by_argument, format!("the argument `{argument}`"))];
    if let Some(variable) = variable {
        let setup = Setup::environment(&[("NATS_URL", NOBODY), (variable, path)]);
        setup.write(rest, "");
        all.push((setup, format!("the environment variable {variable}")));
    }
    let errors = all.into_iter().map(|(setup, origin)| {
        let failure = setup.refused();
        shows_nothing_of(&failure, text);
        let error = failure.error().clone();
        assert!(error.says(&origin) && error.says(path), "{origin}: {error}");
        error
    });
    errors.collect()
}

#[test]
fn a_login_file_that_cannot_log_in_says_why() {
    // The same at every run: one in 65536 seeds would have a right checksum with the wrong letters below, too.
    let user = KeyPair::new_from_raw(KeyPairType::User, [1; 32]).unwrap();
    let account = KeyPair::new_account();
    let (seed, good) = (user.seed().unwrap(), jwt(&user, json!({})));
    let other = KeyPair::new_user().seed().unwrap();
    let expired = jwt(&user, json!({ "exp": 1_700_000_000 }));
    let whole = creds(&good, &seed);
    let (first, second) = whole.split_once("\n\n").unwrap();
    let creds_cases = [
        (first, "there is no key of the user"),
        (second, "there is no JWT of the user"),
        (&creds(&expired, &seed), "expired at 2023-11-14T22:13:20Z"),
        (&creds(&good, &other), "The seed does not belong to the JWT"),
        (
            &creds(&good, &account.seed().unwrap()),
            "the seed of an account",
        ),
        (
            &creds(&jwt(&account, json!({})), &seed),
            "the JWT of an account",
        ),
    ];
    let nkey_cases = [
        (account.seed().unwrap(), "the seed of an account"),
        (
            KeyPair::new_operator().seed().unwrap(),
            "the seed of an operator",
        ),
        (seed.replace(&seed[20..24], "ABCD"), "Its checksum is wrong"),
    ];

    for (text, said) in creds_cases {
        for error in refused("credentials_file", Some("NATS_CREDS"), "", text) {
            assert_eq!(error.summary, "Invalid credentials");
            assert!(error.says(said), "{error}");
        }
    }
    for (text, said) in nkey_cases {
        for error in refused("nkey_file", Some("NATS_NKEY"), "", &text) {
            assert_eq!(error.summary, "Invalid nkey");
            assert!(error.says(said), "{error}");
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_says_why() {
    let cases = [
        ("nkey_file", "The nkey file cannot be read"),
        ("tls_ca_file", "The CA certificate file cannot be read"),
    ];
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (fifo, huge) = (file("fifo"), file("huge"));
    let made = Command::new("mkfifo").arg(&fifo).status().unwrap();
    assert!(made.success());
    fs::File::create(&huge).unwrap().set_len(2 << 30).unwrap();

    for (argument, summary) in cases {
        for error in refused(argument, None, "", " \n") {
            assert_eq!(error.summary, summary);
            assert!(error.says("it is empty"), "{error}");
        }
        for (path, said) in [
            ("/nowhere/at/all", "No such file"),
            ("/tmp", "it is a folder"),
            ("/dev/zero", "it is not a regular file"),
            (&fifo, "it is not a regular file"),
            (&huge, "it is larger than 1 MiB"),
        ] {
            let setup = Setup::server(NOBODY);
            setup.write(&format!("{argument} = \"{path}\""), "");
            let failure = setup.refused();
            let error = failure.error();
            assert_eq!(error.summary, summary);
            assert!(error.says(said) && error.says(path), "{error}");
            assert_eq!(error.code, format!("{argument} = \"{path}\""));
        }
    }
}

#[test]
fn certificates_and_keys_that_cannot_be_used_say_why() {
    let ((certificate_text, key), (_, other)) = (certificate(), certificate());
    let folder = tempfile::tempdir().unwrap();
    let written = |name: &str, text: &str| {
        let path = folder.path().join(name);
        private_file(&path, text);
        path.display().to_string()
    };
    let with_key = format!("tls_key_file = \"{}\"", written("key.pem", &key));
    let with_certificate = format!(
        "tls_certificate_file = \"{}\"",
        written("certificate.pem", &certificate_text)
    );
    let cut = certificate_text.replace("-----END CERTIFICATE-----", "");
    let encrypted = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    let cases = [
        (
            "tls_ca_file",
            Some("NATS_CA"),
            "",
            &*key,
            "It contains a private key. Set a certificate.",
        ),
        (
            "tls_ca_file",
            Some("NATS_CA"),
            "",
            &*cut,
            "no line that ends it",
        ),
        (
            "tls_certificate_file",
            Some("NATS_CERT"),
            &*with_key,
            &*key,
            "It contains a private key",
        ),
        (
            "tls_certificate_file",
            Some("NATS_CERT"),
            &*with_key,
            "hunter3",
            "contains no certificate in PEM",
        ),
        (
            "tls_key_file",
            Some("NATS_KEY"),
            &*with_certificate,
            &*certificate_text,
            "It contains a certificate. Set a private key.",
        ),
        (
            "tls_key_file",
            Some("NATS_KEY"),
            &*with_certificate,
            &*encrypted,
            "It is encrypted",
        ),
        (
            "tls_key_file",
            Some("NATS_KEY"),
            &*with_certificate,
            &*other,
            "The private key is not that of the client certificate",
        ),
    ];

    for (argument, variable, rest, text, said) in cases {
        for error in refused(argument, variable, rest, text) {
            assert!(error.says(said), "{argument}: {error}");
        }
    }
}

#[test]
fn content_and_file_of_the_same_thing_are_a_contradiction() {
    let user = KeyPair::new_user();
    let (certificate_text, key) = certificate();
    let seed = user.seed().unwrap();
    let token = jwt(&user, json!({}));
    let cases = [
        ("nkey", "nkey_file", &seed, ""),
        ("credentials", "credentials_file", &creds(&token, &seed), ""),
        ("jwt", "jwt_file", &token, "seed_file = \"a\""),
        ("seed", "seed_file", &seed, "jwt_file = \"a\""),
        ("tls_ca", "tls_ca_file", &certificate_text, ""),
        (
            "tls_certificate",
            "tls_certificate_file",
            &certificate_text,
            "tls_key_file = \"a\"",
        ),
        (
            "tls_key",
            "tls_key_file",
            &key,
            "tls_certificate_file = \"a\"",
        ),
    ];

    for (content, file, text, rest) in cases {
        let setup = Setup::server(NOBODY);
        setup.terraform.write_file("content.txt", text);
        setup.write(
            &format!("{content} = file(\"content.txt\")\n{file} = \"b\"\n{rest}"),
            "",
        );
        let failure = setup.refused_to(|terraform| terraform.plan_error());
        shows_nothing_of(&failure, text);
        let error = failure.error();
        assert!(
            error.says(&format!("`{content}` and `{file}` both set")),
            "{error}"
        );
        assert_eq!(error.code, format!("{file} = \"b\""));
    }
}

#[test]
fn a_secret_that_is_none_is_told_and_not_shown() {
    let cases = [
        (
            "credentials = var.secret",
            "not the content of a credentials file",
        ),
        ("nkey = var.secret", "It is not the seed of an nkey"),
        ("jwt = var.secret\nseed_file = \"a\"", "It is not a JWT"),
        (
            "seed = var.secret\njwt_file = \"a\"",
            "It is not the seed of an nkey",
        ),
        (
            "tls_key = var.secret\ntls_certificate_file = \"a\"",
            "It contains no private key in PEM",
        ),
        (
            "socks_proxy = \"http://me:${var.secret}@a:1\"",
            "not a SOCKS5 address",
        ),
        (
            "servers = [\"http://me:${var.secret}@a\"]",
            "Address 1 is not",
        ),
    ];

    for (arguments, said) in cases {
        let setup = Setup::server(NOBODY);
        setup.write(arguments, "");
        let failure = setup.refused();
        assert!(failure.error().says(said), "{failure}");
    }
}

#[test]
fn a_secret_file_that_others_may_read_is_one_warning() {
    let user = KeyPair::new_user();
    let server = NatsServer::configured(&format!(
        "authorization {{ users: [{{ nkey: {} }}] }}",
        user.public_key()
    ));
    let setup = Setup::server(&server.url());
    let file = setup.terraform.folder().join("app.nk");
    fs::write(&file, user.seed().unwrap()).unwrap();
    mode(&file, 0o644);
    setup.write(&format!("nkey_file = \"{}\"", file.display()), "");

    let open = setup.terraform.plan();
    mode(&file, 0o600);
    let closed = setup.terraform.plan();

    let warnings = open.diagnostics();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert_eq!(warnings[0].severity, "warning");
    assert_eq!(
        warnings[0].summary,
        "The nkey file is readable by other users"
    );
    assert!(
        warnings[0].says("its mode is 0644") && warnings[0].says(file.to_str().unwrap()),
        "{warnings:?}"
    );
    assert_eq!(closed.diagnostics().len(), 0);
}

fn mode(file: &Path, mode: u32) {
    fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
}

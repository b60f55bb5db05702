//! What goes wrong with a secret is told without it: refused ones, unreachable servers, and what is no secret of its kind.

use crate::secrets::run::{Log, Run, Way};
use crate::secrets::servers::{Kind, Servers};
use crate::support::{Authority, Operator, SocksProxy};

/// Nobody listens there.
const NOBODY: &str = "127.0.0.1:1";

/// Each kind, with a secret that is of the right form and not the right one, or a server that is not there.
fn refused(servers: &Servers) -> Vec<Kind> {
    let other = |name: &str, secrets: &[(&'static str, &str)]| {
        let mut kind = servers.kind(name).clone();
        kind.secrets = secrets
            .iter()
            .map(|(name, secret)| (*name, (*secret).to_owned()))
            .collect();
        kind.hidden = Vec::new();
        kind
    };
    let right = |name: &str| servers.kind(name).secrets[0].1.clone();
    let strange = Operator::new();
    let seed = nkeys::KeyPair::new_user().seed().expect("a seed");
    let user = strange.user(None);
    let pair = Authority::new().client();
    let mut stranger = other("tls_key", &[("tls_key", &pair.key)]);
    let certificate = servers.file("stranger.pem", &pair.certificate);
    stranger.arguments = stranger.arguments.replace(
        &servers
            .files
            .path()
            .join("client.pem")
            .display()
            .to_string(),
        &certificate,
    );
    let mut untrusting = servers.kind("tls_key").clone();
    let untrusted = servers.file("other-ca.pem", &Authority::new().pem());
    untrusting.arguments = untrusting.arguments.replace(
        &servers.files.path().join("ca.pem").display().to_string(),
        &untrusted,
    );
    let wrong_way = SocksProxy::with_login("way", "another password than theirs").place();
    let way = |place: &str| format!("socks5://way:not-the-proxys-passw0rd@{place}");
    let away = |kind: &Kind, host: &str| Kind {
        arguments: kind.arguments.replace("127.0.0.1", host),
        ..kind.clone()
    };
    let wrong_address = right("address").replace("in-address", "not-in-address");
    let mut wrong_login = other("address", &[("address", &wrong_address)]);
    let decoded = "Pa55:w/rd?not-in-address~".to_owned();
    wrong_login.hidden = vec![("decoded password in the address", decoded)];
    // No name server is asked for a name with a part longer than 63 letters.
    let nowhere = format!("{}.invalid", "n".repeat(64));
    let no_address = format!("nats://away:Unreachable-passw0rd@{NOBODY}");
    vec![
        other("password", &[("password", "n0t/the&password of+it")]),
        wrong_login,
        other("address", &[("address", &no_address)]),
        other("token", &[("token", "n0t/the+token==of~it")]),
        other("credentials", &[("credentials", &strange.credentials())]),
        other("nkey", &[("nkey", &seed)]),
        other("jwt", &[("jwt", &user.jwt), ("seed", &user.seed)]),
        stranger,
        untrusting,
        other(
            "socks_proxy",
            &[
                ("proxied", "any password at all"),
                ("socks_proxy", &way(&wrong_way)),
            ],
        ),
        other(
            "socks_proxy",
            &[
                ("proxied", "any password at all"),
                ("socks_proxy", &way(NOBODY)),
            ],
        ),
        // A name that does not resolve, for what is right otherwise.
        away(servers.kind("password"), &nowhere),
        away(servers.kind("credentials_file"), &nowhere),
    ]
    .into_iter()
    .map(|kind| Kind {
        // What cannot be connected to is tried again for so long.
        arguments: format!("{}\nconnect_timeout = \"2s\"", kind.arguments),
        ..kind
    })
    .collect()
}

/// Secrets that are none of their kind, as somebody has them who copied too little.
fn malformed(servers: &Servers) -> Vec<Kind> {
    let own = |name: &'static str, arguments: &str, secret: String| Kind {
        name,
        arguments: arguments.to_owned(),
        environment: Vec::new(),
        secrets: if arguments.contains('<') {
            vec![(name, secret.clone())]
        } else {
            Vec::new()
        },
        hidden: vec![("what was written", secret)],
    };
    let cut = |name: &str| {
        let secret = &servers.kind(name).secrets[0].1;
        secret[..secret.len() * 2 / 3].to_owned()
    };
    let certificate = servers
        .files
        .path()
        .join("client.pem")
        .display()
        .to_string();
    let in_file = servers.file("cut.creds", &cut("credentials"));
    let key_file = servers.file("cut.key", &cut("tls_key"));
    let nkey_file = servers.file("cut.nk", &cut("nkey"));
    let context = format!(
        "{{ \"password\": \"{}\" \"url\": 1 }}",
        "c0ntext-password-of-a-broken-file"
    );
    servers.file(".config/nats/context/broken.json", &context);
    let mut other_pair = servers.kind("tls_key").clone();
    other_pair.secrets = vec![("tls_key", Authority::new().client().key)];
    vec![
        own(
            "credentials",
            "credentials = <credentials>",
            cut("credentials"),
        ),
        own(
            "credentials_file",
            &format!("credentials_file = \"{in_file}\""),
            cut("credentials"),
        ),
        own("nkey", "nkey = <nkey>", cut("nkey")),
        own(
            "nkey_file",
            &format!("nkey_file = \"{nkey_file}\""),
            cut("nkey"),
        ),
        own(
            "jwt",
            &format!("jwt = <jwt>\nseed_file = \"{nkey_file}\""),
            cut("jwt"),
        ),
        own(
            "tls_key",
            &format!("tls_certificate_file = \"{certificate}\"\ntls_key = <tls_key>"),
            cut("tls_key"),
        ),
        own(
            "tls_key_file",
            &format!("tls_certificate_file = \"{certificate}\"\ntls_key_file = \"{key_file}\""),
            cut("tls_key"),
        ),
        own(
            "address",
            "servers = [<address>]",
            "nats://joe:Passw0rd-at-a-bad-port@127.0.0.1:port".to_owned(),
        ),
        own(
            "other_address",
            "servers = [<other_address>]",
            "http://joe:Passw0rd-of-a-bad-scheme@127.0.0.1".to_owned(),
        ),
        own(
            "socks_proxy",
            "socks_proxy = <socks_proxy>",
            "socks4://joe:Passw0rd-of-the-proxy@127.0.0.1:99999".to_owned(),
        ),
        own(
            "password",
            "password = <password>",
            "a passw0rd without a user".to_owned(),
        ),
        own(
            "token",
            "token = <token>\nuser = \"joe\"\npassword = <token>",
            "a t0ken that is a password".to_owned(),
        ),
        own(
            "context",
            "context = \"broken\"",
            "c0ntext-password-of-a-broken-file".to_owned(),
        ),
        other_pair,
    ]
}

/// Demands that each fails, and shows its secret neither to people nor to machines nor to the log.
fn each_fails_in_silence(servers: &Servers, kinds: &[Kind], way: Way) {
    for kind in kinds {
        let mut run = Run::of(servers, &[kind], way);
        for (log, form) in [(Log::File, "-no-color"), (Log::Stderr, "-json")] {
            let arguments = ["apply", "-input=false", "-auto-approve", form];
            let output = run.command(log, &arguments);
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(!output.status.success(), "{}: {text}", kind.name);
        }
        run.keep_files("after the failure");

        // The provider itself said so, and not Terraform before it was asked.
        let said = run.text_of("stdout of apply");
        let about_us = ["\"address\":\"provider[", "\"address\":\"wasmcloud_"];
        assert!(
            about_us.iter().any(|mark| said.contains(mark)),
            "{}: {said}",
            kind.name
        );
        run.leaks_nothing();
    }
}

#[test]
fn a_secret_that_is_refused_or_not_asked_for_is_not_told() {
    let servers = Servers::start();

    each_fails_in_silence(&servers, &refused(&servers), Way::Ephemeral);
}

#[test]
fn a_secret_that_is_none_of_its_kind_is_not_told() {
    let servers = Servers::start();

    each_fails_in_silence(&servers, &malformed(&servers), Way::Sensitive);
}

//! What `Debug` shows of everything that holds a secret: its kind, never itself.

use std::fmt::Debug;
use std::time::Duration;

use terraform_provider_wasmcloud::testing::jetstream::{
    ApiPrefix, Auth, Expected, Options, Tls, WithOrigin,
};

use crate::secrets::search::Search;
use crate::support::{Operator, User};

const PASSWORD: &str = "p@ss/word-of-the-user";
const TOKEN: &str = "t0ken-of-the-user==";
const SEED: &str = "SUAFLOGUAIPSJVXOREZGGXZDZPUUPNDVMRRYVNYZTWTHSGL5ZNPKUQTBXI";
const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg\n-----END PRIVATE KEY-----\n";
const ADDRESS: &str = "nats://joe:Passw0rd-in-the-address@127.0.0.1:4222";
const PROXY: &str = "socks5://joe:Passw0rd-of-the-proxy@127.0.0.1:1080";

/// Every method of authentication, and the secrets in each.
fn methods() -> Vec<(Auth, Vec<String>)> {
    let credentials = Operator::new().credentials();
    let User { jwt, seed } = Operator::new().user(None);
    let auth = |auth: Auth, secrets: &[&str]| {
        (auth, secrets.iter().map(|&text| text.to_owned()).collect())
    };
    vec![
        auth(Auth::None, &[]),
        auth(
            Auth::UserPassword {
                user: "joe".to_owned(),
                password: PASSWORD.to_owned(),
            },
            &[PASSWORD],
        ),
        auth(Auth::Token(TOKEN.to_owned()), &[TOKEN]),
        auth(Auth::Credentials(credentials.clone()), &[&credentials]),
        auth(Auth::NKey(SEED.to_owned()), &[SEED]),
        auth(
            Auth::Jwt {
                jwt: jwt.clone(),
                seed: seed.clone(),
            },
            &[&jwt, &seed],
        ),
    ]
}

fn options(auth: Auth) -> Options {
    let given = |text: &str| WithOrigin::new(text.to_owned(), "the argument");
    Options {
        servers: WithOrigin::new(vec![ADDRESS.to_owned()], "the argument `servers`"),
        auth: WithOrigin::new(auth, "the argument"),
        tls: Tls {
            key: Some(given(KEY)),
            ..Tls::default()
        },
        name: "test".to_owned(),
        api_prefix: WithOrigin::new(ApiPrefix::Default, "the default"),
        inbox_prefix: None,
        socks_proxy: Some(given(PROXY)),
        expected: Expected::default(),
        connect_timeout: Duration::from_secs(1),
        timeout: Duration::from_secs(1),
    }
}

fn shows_none(value: &dyn Debug, secrets: &[String]) {
    let fixed = [
        ADDRESS,
        PROXY,
        KEY,
        "Passw0rd-in-the-address",
        "Passw0rd-of-the-proxy",
    ];
    let secrets = secrets.iter().map(String::as_str).chain(fixed);
    let search = Search::of(secrets.map(|secret| ("secret", secret)));
    for shown in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(!shown.is_empty());
        assert_eq!(
            search.found_in(shown.as_bytes()),
            [] as [&str; 0],
            "{shown}"
        );
    }
}

#[test]
fn of_what_a_connection_is_made_of_debug_shows_no_secret() {
    for (auth, secrets) in methods() {
        let options = options(auth);

        shows_none(&options, &secrets);
        shows_none(&options.auth, &secrets);
        shows_none(&options.auth.value, &secrets);
        shows_none(&options.tls, &secrets);
        shows_none(&options.servers, &secrets);
        shows_none(&options.socks_proxy, &secrets);
    }
}

#[test]
fn a_secret_that_debug_showed_would_be_found() {
    let search = Search::of([("secret", PASSWORD)]);

    let shown = format!("{:?}", Some(PASSWORD.to_owned()));

    assert!(!search.found_in(shown.as_bytes()).is_empty());
}

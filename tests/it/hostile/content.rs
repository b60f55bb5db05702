//! The content of a key, a seed, a credentials file, a JWT or PEM where the path of a file is expected: no part of it is
//! shown, and the argument that takes content is named.

use serde_json::json;

use crate::bad_input::setup::{NOBODY, Setup};
use crate::support::{Authority, Failure, Operator};

/// Each argument that takes a path, with the variable for it and the field of a context, and the argument that takes
/// content.
const PATHS: [(&str, &str, &str, &str); 7] = [
    ("credentials_file", "NATS_CREDS", "creds", "credentials"),
    ("nkey_file", "NATS_NKEY", "nkey", "nkey"),
    ("jwt_file", "", "", "jwt"),
    ("seed_file", "", "", "seed"),
    ("tls_ca_file", "NATS_CA", "ca", "tls_ca"),
    (
        "tls_certificate_file",
        "NATS_CERT",
        "cert",
        "tls_certificate",
    ),
    ("tls_key_file", "NATS_KEY", "key", "tls_key"),
];

/// Contents of each kind, whole and as somebody copies them.
fn contents() -> Vec<String> {
    let user = Operator::new().user(None);
    let pair = Authority::new().client();
    vec![
        user.seed.clone(),
        user.seed[..30].to_owned(),
        user.jwt.clone(),
        format!(
            "-----BEGIN NATS USER JWT-----\n{}\n------END NATS USER JWT------\n\
             -----BEGIN USER NKEY SEED-----\n{}\n------END USER NKEY SEED------\n",
            user.jwt, user.seed
        ),
        pair.key.clone(),
        pair.key.replace('\n', " "),
        pair.certificate,
    ]
}

fn is_told(failure: &Failure, content: &str, argument: &str) {
    let error = failure.error();
    assert!(
        error.says("it looks like the content of a file") && error.says("is expected"),
        "{failure}"
    );
    assert!(error.says(&format!("Set `{argument}`")), "{failure}");
    let letters: Vec<char> = content.chars().collect();
    for part in letters.windows(10) {
        let part: String = part.iter().collect();
        let telling = part.chars().all(|letter| letter.is_ascii_alphanumeric());
        assert!(
            !telling || !failure.text.contains(&part),
            "{part}: {failure}"
        );
    }
}

#[test]
fn in_an_argument() {
    let setup = Setup::nothing();
    for ((argument, _, _, takes_content), content) in PATHS.iter().zip(contents()) {
        // The other half of a pair is there.
        let other = match *argument {
            "jwt_file" => "seed_file = \"seed\"",
            "seed_file" => "jwt_file = \"jwt\"",
            "tls_certificate_file" => "tls_key_file = \"key\"",
            "tls_key_file" => "tls_certificate_file = \"certificate\"",
            _ => "",
        };
        setup.write(&format!("{argument} = {}\n{other}", json!(content)), "");

        let failure = setup.refused();

        is_told(&failure, &content, takes_content);
    }
}

#[test]
fn in_a_variable() {
    let rows = PATHS.iter().filter(|row| !row.1.is_empty());
    for ((argument, variable, _, takes_content), content) in rows.zip(contents()) {
        let mut setup = Setup::nothing();
        let pair = Authority::new().client();
        setup.terraform.write_file("client.pem", &pair.certificate);
        setup.terraform.write_file("client.key", &pair.key);
        let file = |name: &str| setup.terraform.folder().join(name).display().to_string();
        let (certificate, key) = (file("client.pem"), file("client.key"));
        // The other half of a pair is there.
        let other = match *argument {
            "tls_certificate_file" => ("NATS_KEY", key.as_str()),
            "tls_key_file" => ("NATS_CERT", certificate.as_str()),
            _ => ("NATS_URL", NOBODY),
        };
        setup.environment_is_now(&[(variable, &content), other]);
        setup.write("", "");

        let failure = setup.refused();

        is_told(&failure, &content, takes_content);
    }
}

#[test]
fn in_a_context_and_in_the_name_of_one() {
    let rows = PATHS.iter().filter(|row| !row.2.is_empty());
    for ((number, (_, _, field, takes_content)), content) in rows.enumerate().zip(contents()) {
        let mut setup = Setup::nothing();
        let reference = if number % 2 == 0 { "" } else { "file://" };
        let context = json!({ *field: format!("{reference}{content}") });
        std::fs::create_dir_all(setup.terraform.folder().join("nats/context")).unwrap();
        setup
            .terraform
            .write_file("nats/context/prod.json", &context.to_string());
        let folder = setup.terraform.folder().display().to_string();
        setup.environment_is_now(&[("XDG_CONFIG_HOME", &folder)]);
        setup.write("context = \"prod\"", "");

        let failure = setup.refused();

        is_told(&failure, &content, takes_content);
    }
    let setup = Setup::nothing();
    for content in contents().iter().skip(3).take(2) {
        setup.write(&format!("context = {}", json!(content)), "");

        let failure = setup.refused();

        is_told(&failure, content, "credentials");
    }
}

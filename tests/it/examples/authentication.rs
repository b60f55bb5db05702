//! `examples/authentication`: each login, on a server that takes no other.

use nkeys::KeyPair;

use crate::examples::read;
use crate::support::{
    Authority, NatsServer, Operator, Provided, password, terraform_default, token,
};

/// Plans and applies an example with these variables, and demands that the buckets are there by an empty plan.
fn logs_in(example: &str, server: &NatsServer, variables: &[(&str, &str)]) {
    let mut provided = Provided::with(terraform_default(), &[]);
    for (name, value) in variables {
        provided.terraform.set_env(&format!("TF_VAR_{name}"), value);
    }
    applies(provided, example, server);
}

fn applies(provided: Provided, example: &str, server: &NatsServer) {
    let place = format!("127.0.0.1:{}", server.port());
    let config = read(example).replace("nats.example.com:4222", &place);
    assert!(config.contains(&place), "{example}");

    let plan = provided.terraform.step(&config);

    assert_eq!(
        plan.actions("wasmcloud_lattice_buckets.default"),
        ["create"]
    );
    assert!(plan.diagnostics().is_empty(), "{:#?}", plan.diagnostics());
}

#[test]
fn user_and_password() {
    let server = NatsServer::configured(&password("terraform", "secret"));

    let example = "authentication/user-and-password/main.tf";
    logs_in(example, &server, &[("nats_password", "secret")]);
}

#[test]
fn a_token() {
    let server = NatsServer::configured(&token("secret"));

    let example = "authentication/token/main.tf";
    logs_in(example, &server, &[("nats_token", "secret")]);
}

#[test]
fn the_content_of_a_credentials_file() {
    let operator = Operator::new();
    let server = NatsServer::configured(&operator.config());

    let credentials = operator.credentials();
    let example = "authentication/credentials/main.tf";
    logs_in(example, &server, &[("nats_credentials", &credentials)]);
}

#[test]
fn a_jwt_and_a_seed() {
    let operator = Operator::new();
    let server = NatsServer::configured(&operator.config());

    let user = operator.user(None);
    let variables = [("nats_jwt", user.jwt.as_str()), ("nats_seed", &user.seed)];
    logs_in("authentication/jwt/main.tf", &server, &variables);
}

#[test]
fn an_nkey() {
    let key = KeyPair::new_user();
    let users = format!("users: [{{ nkey: {} }}]", key.public_key());
    let server = NatsServer::configured(&format!("authorization {{ timeout: 30, {users} }}"));

    let seed = key.seed().unwrap();
    let example = "authentication/nkey/main.tf";
    logs_in(example, &server, &[("nats_nkey", &seed)]);
}

#[test]
fn a_certificate_of_the_client() {
    let authority = Authority::new();
    let issued = authority.server(&["127.0.0.1"]);
    let server = NatsServer::configured(&authority.config(&issued, "verify: true"));
    let client = authority.client();

    let mut provided = Provided::with(terraform_default(), &[]);
    let terraform = &mut provided.terraform;
    terraform.set_env("TF_VAR_nats_client_key", &client.key);
    terraform.write_file("ca.pem", &authority.pem());
    terraform.write_file("terraform.pem", &client.certificate);
    applies(provided, "authentication/mutual-tls/main.tf", &server);
}

//! The matrix: every asset with every setting in every way it can change, made from the tables, with a real Terraform
//! and real servers. The plan shows each change, the apply does it, and the class that was announced is what happened
//! to the messages.
//!
//! Nothing is listed here a second time: a row that is added to `SETTINGS` or `CATALOGUE` is tried by itself, and one
//! that cannot be tried fails the test. The table of what was covered is printed and written under `target/tmp`.

mod matrix;
pub mod values;
pub mod environment;
mod step;
mod report;

mod unknown_key;

use terraform_provider_wasmcloud::testing::jetstream::{SETTINGS, Setting};

#[test]
fn what_a_configuration_changes_happens_as_the_plan_says_on_the_newest_server() {
    matrix::by_configuration(crate::support::nats_server_versions()[0], &all());
}

#[test]
fn what_somebody_changes_on_the_newest_server_is_in_the_plan_and_repaired_as_it_says() {
    matrix::on_the_server(crate::support::nats_server_versions()[0], &all());
}

#[test]
fn what_a_configuration_changes_on_older_servers_happens_as_the_plan_says() {
    for (version, level) in older() {
        matrix::by_configuration(version, &matrix::differing(level));
    }
}

#[test]
fn what_somebody_changes_on_older_servers_is_in_the_plan_and_repaired_as_it_says() {
    for (version, level) in older() {
        matrix::on_the_server(version, &matrix::differing(level));
    }
}

/// The other servers, with their API levels as they say themselves.
fn older() -> Vec<(&'static str, u64)> {
    let versions = crate::support::nats_server_versions().into_iter().skip(1);
    versions
        .map(|version| {
            let server = crate::support::NatsServer::start_with(version, "");
            let admin = crate::support::Admin::connect(&server.url());
            (version, environment::level(&admin))
        })
        .collect()
}

fn all() -> Vec<&'static Setting> {
    SETTINGS.iter().collect()
}

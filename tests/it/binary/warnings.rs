//! What an apply shows of the warnings of its plan. Terraform plans once more in a new process, before it applies.

use std::io::Write as _;
use std::process::Stdio;

use crate::binary::setup::Setup;
use crate::support::{Admin, Diagnostic, NatsServer};

const WARNING: &str = "Change of compression of both buckets has no effect yet";

fn buckets(arguments: &str) -> String {
    format!("resource \"wasmcloud_lattice_buckets\" \"main\" {{\n{arguments}\n}}\n")
}

/// Buckets that are not compressed, and a configuration that compresses them.
fn to_be_compressed(server: &NatsServer) -> Setup {
    let setup = Setup::server(&server.url());
    setup.terraform.converge(&buckets("compression = \"none\""));
    setup.terraform.write(&buckets("compression = \"s2\""));
    setup
}

/// How often a warning is shown.
fn summaries<'d>(diagnostics: &'d [Diagnostic], of: &str) -> Vec<&'d str> {
    let summaries = diagnostics.iter().map(|one| one.summary.as_str());
    summaries.filter(|summary| *summary == of).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn an_apply_shows_each_warning_of_its_plan_once() {
    let server = NatsServer::start();
    let Setup { terraform, .. } = &to_be_compressed(&server);

    let said = terraform.apply();

    assert_eq!(summaries(&said, WARNING), [WARNING]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_warning_that_was_shown_before_the_approval_is_not_shown_after_it() {
    let server = NatsServer::start();
    let Setup { terraform, .. } = &to_be_compressed(&server);
    let arguments = ["apply", "-lock=false", "-no-color"];
    let mut apply = terraform.command(&arguments);
    let apply = apply.stdin(Stdio::piped()).stdout(Stdio::piped());

    let mut apply = apply.spawn().unwrap();
    let mut answer = apply.stdin.take().unwrap();
    answer.write_all(b"yes\n").unwrap();
    let output = apply.wait_with_output().unwrap();

    let text = String::from_utf8(output.stdout).unwrap();
    let (before, after) = text.split_once("Do you want to perform").unwrap();
    assert!(before.contains(WARNING), "{text}");
    assert!(
        after.contains("Apply complete!") && !after.contains("Warning"),
        "{text}"
    );
}

/// Each run shows its warnings, whatever the runs before it have shown.
#[test]
fn another_plan_and_the_apply_of_a_saved_plan_show_it_again() {
    let server = NatsServer::start();
    let Setup { terraform, .. } = &to_be_compressed(&server);

    for _ in 0..2 {
        let plan = terraform.plan();
        assert_eq!(summaries(plan.diagnostics(), WARNING), [WARNING]);
    }
    let said = terraform.apply_plan(&terraform.plan());

    assert_eq!(summaries(&said, WARNING), [WARNING]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_destroy_shows_what_it_deletes_once() {
    let server = NatsServer::start();
    let Setup { terraform, .. } = &Setup::server(&server.url());
    terraform.converge(&buckets("force_destroy = true"));
    let admin = Admin::connect(&server.url());
    admin.put("CONFIGDATA_default", "key", "value");

    let said = terraform.destroy();

    let deleted = "Bucket CONFIGDATA_default is deleted with 1 key";
    assert_eq!(summaries(&said, deleted), [deleted]);
    assert!(admin.stream_names().is_empty());
}

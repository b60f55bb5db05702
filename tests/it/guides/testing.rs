//! `testing.md`: a module's tests, with mocks and against a server, by every Terraform there is.

use std::thread;
use std::time::Duration;

use crate::guides::page;
use crate::guides::page_run::PageRun;
use crate::support::{Admin, Failure, NatsServer, Terraform, serve, terraform_versions, wait_for};

const PAGE: &str = "testing";
const PLACE: &str = "127.0.0.1:4333";

fn module() -> String {
    page::under(PAGE, "The module")[0].text.clone()
}

/// The test file under a heading.
fn test_file(heading: &str) -> String {
    page::under(PAGE, heading)[0].text.clone()
}

/// What each Terraform says of these tests of the module.
fn tested(tests: &str, mut checked: impl FnMut(&str, Result<String, Failure>)) {
    let provider = serve(&[]);
    for cli in terraform_versions() {
        let terraform = Terraform::reattached_to(cli, &provider.reattach());
        terraform.write(&module());
        terraform.write_file("module.tftest.hcl", tests);
        let result = terraform.run(&["test", "-no-color"]);
        checked(terraform.version(), result);
    }
}

#[test]
fn a_module_is_tested_with_mocks() {
    let mut run = PageRun::new(PAGE, "With mocks", &[]);
    run.terraform.write(&module());
    run.write_file("hcl");

    run.shows();

    assert_eq!(run.code, Some(0));
    tested(&test_file("With mocks"), |version, result| {
        result.unwrap_or_else(|failure| panic!("{version}: {failure}"));
    });
}

#[test]
fn mocked_values_are_unknown_in_a_plan_without_an_override_of_the_resource() {
    let tests = r#"
mock_provider "wasmcloud" {
  override_during = plan
}

run "plan" {
  command = plan

  variables {
    lattice = "shop"
  }

  assert {
    condition     = wasmcloud_lattice_buckets.this.config_data.stream != ""
    error_message = "It is known and empty."
  }
}
"#;

    tested(tests, |version, result| {
        let failure = result.expect_err(version);
        assert!(failure.says("Unknown condition value"), "{failure}");
    });
}

#[test]
fn an_apply_with_values_that_a_plan_invents_fails() {
    let tests = test_file("With mocks").replacen("command = plan", "command = apply", 1);

    tested(&tests, |version, result| {
        let failure = result.expect_err(version);
        let text = "Provider produced inconsistent final plan";
        assert!(failure.says(text), "{failure}");
    });
}

#[test]
fn what_the_provider_refuses_fails_a_run_and_is_not_expected() {
    let tests = r#"
mock_provider "wasmcloud" {}

run "refused" {
  command = plan

  variables {
    lattice   = "shop"
    max_bytes = 0
  }

  expect_failures = [wasmcloud_lattice_buckets.this]
}
"#;

    tested(tests, |version, result| {
        let failure = result.expect_err(version);
        assert!(failure.says("max_bytes"), "{failure}");
        assert!(failure.says("Missing expected failure"), "{failure}");
    });
}

#[test]
fn a_module_is_tested_against_a_server() {
    let server = NatsServer::start();
    let place = format!("127.0.0.1:{}", server.port());
    let mut run = PageRun::with_binary(PAGE, "With a server").at(PLACE, &place);
    run.skip(&["shell"]);
    run.terraform.write(&module());
    run.write_file("hcl");

    run.shows();

    assert_eq!(run.code, Some(0));
    let left = Admin::connect(&server.url()).stream_names();
    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn the_script_starts_a_server_and_stops_it() {
    let place = format!("127.0.0.1:{}", crate::support::free_port());
    let mut run = PageRun::with_binary(PAGE, "With a server").at(PLACE, &place);
    run.skip(&["text"]);
    run.terraform.write(&module());
    run.write_file("hcl");
    let script = run.next("shell").text;
    let script = script.replace("--port 4333", &format!("--port {}", port_of(&place)));

    let printed = run.run_in_shell(&script);

    assert_eq!(run.code, Some(0), "{printed}");
    assert!(printed.contains("3 passed, 0 failed"), "{printed}");
    assert!(std::net::TcpStream::connect(&place).is_err());
}

fn port_of(place: &str) -> &str {
    place.split(':').nth(1).expect("a port")
}

#[test]
fn keys_that_are_written_during_a_test_are_deleted_with_force_destroy_only() {
    for (version, is_forced) in versions_and_force() {
        let server = NatsServer::start();
        let tests = test_file("With a server")
            .replace(PLACE, &format!("127.0.0.1:{}", server.port()))
            .replace(
                "force_destroy = true",
                &format!("force_destroy = {is_forced}"),
            );
        let url = server.url();
        let host = thread::spawn(move || {
            let admin = Admin::connect(&url);
            let bucket = "KV_LATTICEDATA_shop";
            wait_for(bucket, Duration::from_secs(60), || admin.stream(bucket));
            admin.put("LATTICEDATA_shop", "COMPONENT_a", "a component");
        });

        let provider = serve(&[]);
        let terraform = Terraform::reattached_to(version, &provider.reattach());
        terraform.write(&module());
        terraform.write_file("module.tftest.hcl", &tests);
        let result = terraform.run(&["test", "-no-color"]);

        host.join().expect("a key was written");
        let left = Admin::connect(&server.url()).stream_names();
        match result {
            Ok(_) => assert!(is_forced && left.is_empty(), "{left:?}"),
            Err(failure) => {
                assert!(
                    !is_forced
                        && failure.says("Bucket LATTICEDATA_shop contains 1 key")
                        && failure.says("Terraform left the following resources in state"),
                    "{failure}"
                );
                assert!(left.contains(&"KV_LATTICEDATA_shop".to_owned()), "{left:?}");
            }
        }
    }
}

/// Every Terraform with `force_destroy`, and the first one without it too.
fn versions_and_force() -> Vec<(crate::support::Cli, bool)> {
    let versions = terraform_versions();
    let first = versions[0].clone();
    let forced = versions.into_iter().map(|version| (version, true));
    forced.chain([(first, false)]).collect()
}

//! Values that do not arrive as they are meant: variables that are not text, and logins that break their address.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use crate::bad_input::setup::{SECRET, Setup};
use crate::support::Terraform;

const BINARY: &str = env!("CARGO_BIN_EXE_terraform-provider-wasmcloud");

#[test]
fn variables_that_are_not_text_are_errors_that_name_them() {
    let terraform = Terraform::with_binary(BINARY);
    terraform
        .write("provider \"wasmcloud\" {}\nresource \"wasmcloud_lattice_buckets\" \"main\" {}");
    let secret = [SECRET.as_bytes(), b"\xff"].concat();
    let names = ["NATS_URL", "NATS_PASSWORD", "NATS_CONTEXT"];

    let mut command = terraform.command(&["plan", "-no-color", "-input=false", "-lock=false"]);
    command.envs(names.map(|name| (name, OsStr::from_bytes(&secret))));
    let output = command.output().unwrap();

    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{told}");
    assert_eq!(told.matches("Error: ").count(), names.len(), "{told}");
    let told = told.replace(['\n', '│'], " ");
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    for name in names {
        assert!(
            told.contains(&format!("variable {name} is not UTF-8")),
            "{told}"
        );
    }
    assert!(!told.contains(SECRET), "{told}");
}

#[test]
fn a_login_that_breaks_its_address_is_refused_and_not_shown() {
    let address = |password: &str| format!("nats://app:{password}@127.0.0.1:4222");
    let slash = address(&format!("12/{SECRET}"));
    let by_argument = Setup::nothing();
    by_argument.write(&format!("servers = [\"{slash}\"]"), "");
    let percent = address(&format!("{SECRET}%"));
    let by_variable = Setup::server(&percent);
    by_variable.write("", "");

    for (setup, why, origin) in [
        (
            by_argument,
            "Address 1 is not the address of a NATS server: one of the characters / ? # \\ is before its `@`.",
            "the argument `servers`",
        ),
        (
            by_variable,
            "a % is not followed by two hexadecimal digits",
            "the environment variable NATS_URL",
        ),
    ] {
        let failure = setup.refused();

        let error = failure.error();
        assert_eq!(error.summary, "The server addresses are not valid");
        assert!(error.says(why) && error.says(origin), "{error}");
        assert!(
            error.says("percent-encode") && error.says("`password`"),
            "{error}"
        );
    }
}

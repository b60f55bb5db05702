//! Someone types the binary's name into a terminal.

use crate::plugin::process::{Process, as_terraform, binary};

/// Exit code, stdout and stderr of the binary with these arguments and variables.
fn run(arguments: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String, String) {
    let mut command = binary();
    command
        .args(arguments)
        .env_remove("TF_PLUGIN_MAGIC_COOKIE")
        .envs(variables.iter().copied());
    let mut process = Process::start(command);
    let (stdout, stderr) = process.rest();
    (process.ended().code(), stdout, stderr)
}

#[test]
fn it_says_what_it_is_and_how_to_use_it_and_fails() {
    for arguments in [&[][..], &["apply"], &["--unknown"]] {
        let (code, stdout, stderr) = run(arguments, &[]);

        assert_eq!((code, stdout.as_str()), (Some(1), ""), "{arguments:?}");
        for part in [
            "is a plugin",
            "required_providers",
            "source = \"",
            "terraform init",
            "--help",
        ] {
            assert!(stderr.contains(part), "{part} is not in:\n{stderr}");
        }
    }
}

#[test]
fn version_and_help_go_to_stdout() {
    let (code, stdout, stderr) = run(&["--version"], &[]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert_eq!(
        stdout,
        format!(
            "terraform-provider-wasmcloud {}\n",
            env!("CARGO_PKG_VERSION")
        )
    );

    let (code, stdout, stderr) = run(&["--help"], &[]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    for part in [
        "Usage: terraform-provider-wasmcloud",
        "-debug",
        "--version",
        "required_providers",
    ] {
        assert!(stdout.contains(part), "{part} is not in:\n{stdout}");
    }
}

#[test]
fn a_wrong_cookie_is_nobody_who_speaks_go_plugin() {
    let (code, stdout, stderr) = run(
        &[],
        &[
            ("TF_PLUGIN_MAGIC_COOKIE", "wrong"),
            ("PLUGIN_PROTOCOL_VERSIONS", "6"),
        ],
    );

    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert!(stderr.contains("is a plugin"), "{stderr}");
}

#[test]
fn a_host_that_speaks_other_protocols_is_told_so() {
    for (versions, named) in [("4,5", "supports 4,5"), ("", "supports none")] {
        let mut command = as_terraform(binary());
        command.env("PLUGIN_PROTOCOL_VERSIONS", versions);
        let mut process = Process::start(command);

        let (stdout, stderr) = process.rest();

        assert_eq!((process.ended().code(), stdout.as_str()), (Some(1), ""));
        assert!(
            stderr.contains("protocol 6") && stderr.contains(named),
            "{stderr}"
        );
    }
}

#[test]
fn a_client_certificate_that_is_none_is_an_error_that_names_the_variable() {
    let mut command = as_terraform(binary());
    command.env("PLUGIN_CLIENT_CERT", "not a certificate");
    let mut process = Process::start(command);

    let (stdout, stderr) = process.rest();

    assert_eq!((process.ended().code(), stdout.as_str()), (Some(1), ""));
    assert!(stderr.contains("PLUGIN_CLIENT_CERT"), "{stderr}");
    assert!(process.leftovers().is_empty());
}

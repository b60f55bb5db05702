//! What the host says through the environment, and the one line that answers it on stdout.
//!
//! The line is go-plugin's:
//! `1|6|<network>|<address>|grpc|<server certificate>`, the certificate as base64 without padding.
//! It is the first thing on stdout and the last; a byte before it breaks the handshake.

use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::plugin::host::{Host, PORTS};
use crate::plugin::net::Address;
use crate::plugin::net::tls::Identity;

/// What Terraform puts into the environment of every plugin, so that a plugin knows whether a
/// human started it. It protects nothing.
const COOKIE: (&str, &str) = (
    "TF_PLUGIN_MAGIC_COOKIE",
    "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
);

/// go-plugin's own protocol, not Terraform's.
const CORE_PROTOCOL: u32 = 1;

/// The version of Terraform's plugin protocol that this provider serves.
pub(super) const PROTOCOL: u32 = 6;

/// What the process was started for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// To say what it is.
    Help,
    /// To say which version it is.
    Version,
    /// To serve Terraform runs that are started apart from it.
    Debug,
    /// To serve the Terraform that started it.
    Plugin(Host),
}

/// Why the process does not start.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It was not started by a go-plugin host.
    ByHand,
    /// The host supports other protocol versions only: those.
    NoCommonProtocol(String),
}

/// Finds out what the process was started for.
///
/// # Errors
/// When it was started in a way that it cannot serve.
pub(super) fn start(
    mut arguments: impl Iterator<Item = String>,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Start, Refusal> {
    match arguments.next().as_deref() {
        Some("-h" | "-help" | "--help" | "help") => return Ok(Start::Help),
        Some("-V" | "-v" | "-version" | "--version" | "version") => return Ok(Start::Version),
        Some("-debug" | "--debug") => return Ok(Start::Debug),
        _ => {}
    }
    // Empty is how a shell unsets a variable for one command.
    let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
    if variable(COOKIE.0).as_deref() != Some(COOKIE.1) {
        return Err(Refusal::ByHand);
    }
    let protocols = variable("PLUGIN_PROTOCOL_VERSIONS").unwrap_or_default();
    if !protocols
        .split(',')
        .any(|protocol| protocol.trim() == PROTOCOL.to_string())
    {
        return Err(Refusal::NoCommonProtocol(protocols));
    }
    let port = |name: &str| variable(name).and_then(|port| port.parse().ok());
    Ok(Start::Plugin(Host {
        client_certificate: variable("PLUGIN_CLIENT_CERT"),
        socket_dir: variable("PLUGIN_UNIX_SOCKET_DIR").map(PathBuf::from),
        socket_group: variable("PLUGIN_UNIX_SOCKET_GROUP"),
        ports: port("PLUGIN_MIN_PORT").unwrap_or(*PORTS.start())
            ..=port("PLUGIN_MAX_PORT").unwrap_or(*PORTS.end()),
        asks_for_multiplexing: variable("PLUGIN_MULTIPLEX_GRPC").is_some(),
    }))
}

/// The handshake line, with its newline.
pub(super) fn line(address: &Address, tls: Option<&Identity>, host: &Host) -> String {
    let certificate = tls
        .map(|identity| STANDARD_NO_PAD.encode(identity.certificate()))
        .unwrap_or_default();
    let network = address.network();
    // Multiplexing serves the broker, which this plugin has none of. A host that did not ask may
    // not expect a seventh field, and would take it for a part of the certificate.
    let multiplexing = if host.asks_for_multiplexing {
        "|false"
    } else {
        ""
    };
    format!("{CORE_PROTOCOL}|{PROTOCOL}|{network}|{address}|grpc|{certificate}{multiplexing}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERRAFORM: [(&str, &str); 3] = [
        COOKIE,
        ("PLUGIN_PROTOCOL_VERSIONS", "5,6"),
        ("PLUGIN_CLIENT_CERT", "-----BEGIN CERTIFICATE-----\n"),
    ];

    fn start_with(arguments: &[&str], variables: &[(&str, &str)]) -> Result<Start, Refusal> {
        let variable = |name: &str| {
            variables
                .iter()
                .rev()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        };
        start(
            arguments.iter().map(|argument| (*argument).to_owned()),
            variable,
        )
    }

    fn host_with(variables: &[(&str, &str)]) -> Host {
        match start_with(&[], &[&TERRAFORM[..], variables].concat()) {
            Ok(Start::Plugin(host)) => host,
            other => panic!("not started as a plugin: {other:?}"),
        }
    }

    fn unix_line(host: &Host) -> String {
        line(&Address::Unix("/tmp/a/plugin.sock".into()), None, host)
    }

    #[test]
    fn terraform_s_environment_starts_a_plugin() {
        let host = host_with(&[("PLUGIN_MIN_PORT", "10001"), ("PLUGIN_MAX_PORT", "10009")]);

        assert_eq!(
            host.client_certificate.as_deref(),
            Some("-----BEGIN CERTIFICATE-----\n")
        );
        assert_eq!(host.ports, 10_001..=10_009);
    }

    #[test]
    fn the_order_of_protocol_versions_does_not_matter() {
        for versions in ["6", "6,5", "5,6", "5, 6 ,7"] {
            let started = start_with(&[], &[COOKIE, ("PLUGIN_PROTOCOL_VERSIONS", versions)]);

            assert!(
                matches!(started, Ok(Start::Plugin(_))),
                "{versions}: {started:?}"
            );
        }
    }

    #[test]
    fn other_protocol_versions_are_refused_with_their_names() {
        for versions in ["5", "", "16", "66,5", "x"] {
            let started = start_with(&[], &[COOKIE, ("PLUGIN_PROTOCOL_VERSIONS", versions)]);

            assert_eq!(started, Err(Refusal::NoCommonProtocol(versions.to_owned())));
        }
    }

    #[test]
    fn without_the_right_cookie_a_human_is_at_the_keyboard() {
        for cookie in [
            None,
            Some((COOKIE.0, "")),
            Some((COOKIE.0, "something else")),
        ] {
            let variables: Vec<_> = cookie
                .into_iter()
                .chain([("PLUGIN_PROTOCOL_VERSIONS", "6")])
                .collect();

            let started = start_with(&["anything"], &variables);

            assert_eq!(started, Err(Refusal::ByHand));
        }
    }

    #[test]
    fn options_work_without_a_cookie() {
        assert_eq!(start_with(&["--help"], &[]), Ok(Start::Help));
        assert_eq!(start_with(&["--version"], &[]), Ok(Start::Version));
        assert_eq!(start_with(&["-debug"], &[]), Ok(Start::Debug));
        assert_eq!(start_with(&["--debug"], &[]), Ok(Start::Debug));
    }

    #[test]
    fn the_line_without_tls_has_an_empty_certificate() {
        assert_eq!(
            unix_line(&host_with(&[])),
            "1|6|unix|/tmp/a/plugin.sock|grpc|\n"
        );
    }

    #[test]
    fn a_host_that_asks_for_multiplexing_hears_no() {
        let host = host_with(&[("PLUGIN_MULTIPLEX_GRPC", "true")]);

        assert_eq!(
            unix_line(&host),
            "1|6|unix|/tmp/a/plugin.sock|grpc||false\n"
        );
    }
}

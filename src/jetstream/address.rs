//! Server addresses, and what of them may be shown.

/// The addresses as they may be shown: without user information.
pub fn redacted(servers: &[String]) -> Vec<String> {
    servers
        .iter()
        .map(|server| server.rsplit('@').next().unwrap_or_default().to_owned())
        .collect()
}

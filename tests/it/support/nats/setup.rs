//! Pieces of nats-server configuration, to be given to [`crate::support::NatsServer::configured`].
//!
//! On a busy machine a login may take longer than the two seconds that a server gives it by itself.

/// The streams of a wadm installation, sorted.
pub const WADM_STREAMS: [&str; 8] = [
    "KV_wadm_manifests",
    "KV_wadm_state",
    "wadm_commands",
    "wadm_event_consumer",
    "wadm_events",
    "wadm_notify",
    "wadm_status",
    "wasmbus_events",
];

/// Everybody must log in with this user and password.
pub fn password(user: &str, password: &str) -> String {
    format!("authorization {{ timeout: 30, user: \"{user}\", password: \"{password}\" }}")
}

/// Everybody must log in with this token.
pub fn token(token: &str) -> String {
    format!("authorization {{ timeout: 30, token: \"{token}\" }}")
}

/// Two users with the password `secret`: `admin`, who may do anything, and `limited`, who may not publish to `subjects`.
pub fn denied_publish(subjects: &[&str]) -> String {
    let subjects = subjects.join("\", \"");
    format!(
        "authorization {{ timeout: 30, users: [
            {{ user: admin, password: secret }}
            {{ user: limited, password: secret, permissions: {{ publish: {{ deny: [\"{subjects}\"] }} }} }}
        ] }}"
    )
}

/// Two accounts on a server with JetStream, password `secret`: that of the user `with` has it, that of `without` has not.
pub fn account_without_jetstream() -> String {
    format!(
        "authorization {{ timeout: 30 }}
        accounts {{
            WITH {{ jetstream: enabled, users: [{{ user: with, password: secret }}] }}
            WITHOUT {{ users: [{{ user: without, password: secret }}] }}
            {SYSTEM}
        }}
        system_account: SYS"
    )
}

/// The user `admin` with the password `secret` in an account with JetStream and these `limits` (the server's words, such
/// as `max_file: 1GB, max_streams: 3`), and `sys` in the system account.
pub fn system_account(limits: &str) -> String {
    format!(
        "authorization {{ timeout: 30 }}
        accounts {{
            APP {{ jetstream: {{ {limits} }}, users: [{{ user: admin, password: secret }}] }}
            {SYSTEM}
        }}
        system_account: SYS"
    )
}

/// A line of the `jetstream` block, for [`crate::support::NatsServer::launch`].
pub fn domain(name: &str) -> String {
    format!("domain: \"{name}\"")
}

const SYSTEM: &str = "SYS { users: [{ user: sys, password: secret }] }";

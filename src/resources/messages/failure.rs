//! From what JetStream answered to what a practitioner reads: the attribute to edit, and the way out.

use crate::jetstream::{Error, Unfit, Unreachable, setting};
use crate::resources::object::member::Member;
use crate::terraform::language::{Diagnostic, Path, Value};
use crate::text::capitalised;

/// What was tried with an asset.
#[derive(Clone, Copy, Debug)]
pub enum Attempt {
    /// Reading it.
    Read,
    /// Making it.
    Create,
    /// Changing it.
    Update,
    /// Deleting it.
    Delete,
}

impl Attempt {
    fn done(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Create => "created",
            Self::Update => "updated",
            Self::Delete => "deleted",
        }
    }
}

/// The diagnostic of a failed attempt. `config` tells at which level the user set an argument.
pub fn failure(member: &Member, attempt: Attempt, error: &Error, config: &Value) -> Diagnostic {
    if error.is_of_the_connection() {
        return no_way_to_ask(error);
    }
    let summary = format!(
        "{} could not be {}",
        capitalised(&member.title()),
        attempt.done()
    );
    let (path, advice) = remedy(member, error, config);
    Diagnostic::error(summary, with_advice(error.to_string(), &advice)).at(path)
}

/// The diagnostic of a failure that has nothing to do with the asset that was asked for. It is the same for all assets,
/// so that the reader gets it once.
pub fn no_way_to_ask(error: &Error) -> Diagnostic {
    if let Some(why) = error.unreachable() {
        let (summary, advice) = unreachable(why);
        return Diagnostic::error(summary, with_advice(error.reason(), advice));
    }
    if let Some(inbox) = error.denied_inbox() {
        let advice = format!(
            "Grant the provider's user permission to subscribe to {inbox}, or set `inbox_prefix` in the provider block to a prefix that it may subscribe to."
        );
        let detail = with_advice(error.reason(), &advice);
        return Diagnostic::error("Answers of NATS cannot be received", detail);
    }
    let (summary, advice) = if error.is_unauthorized() {
        (
            "NATS refuses the login",
            "The provider block takes `user` and `password`, `token`, `credentials` or `credentials_file`, `nkey` or `nkey_file`, or `jwt` and `seed`; without them NATS_USER and NATS_PASSWORD, NATS_TOKEN, NATS_CREDS, NATS_NKEY or NATS_JWT and NATS_SEED count, then the NATS context.",
        )
    } else if let Some(unfit) = error.unfit() {
        misplaced(unfit)
    } else if error.absent_domain().is_some() {
        misplaced(Unfit::Domain)
    } else if error.code().is_some() {
        (
            "JetStream is not enabled",
            "Log in as a user of an account that has JetStream, or enable it (`jetstream: enabled` in the account, `jetstream {}` on the server).",
        )
    } else {
        (
            "JetStream does not answer",
            "Enable it on the server (`jetstream {}` in its configuration), connect to another one, or, to reach JetStream through a leaf node, set `jetstream_domain`.",
        )
    };
    Diagnostic::error(summary, with_advice(error.reason(), advice))
}

/// The title of a connection that fails, and what to do.
fn unreachable(why: Unreachable) -> (&'static str, &'static str) {
    match why {
        Unreachable::Address => ("An address cannot be understood", ""),
        Unreachable::Nobody => (
            "NATS cannot be reached",
            "Check that it runs and can be reached from here, or set `servers` in the provider block, or NATS_URL, to where it is.",
        ),
        Unreachable::Name => (
            "The name of the NATS server does not resolve",
            "Correct it, or see to it that this machine can resolve it; with `socks_proxy` the proxy resolves it.",
        ),
        Unreachable::Silent => (
            "NATS cannot be reached: the server is silent",
            "Check that what listens there is a NATS server and that nothing between keeps its bytes back, or raise `connect_timeout`.",
        ),
        Unreachable::Foreign => (
            "What answers is not a NATS server",
            "Check host, port and scheme: nats:// and tls:// go to the port for clients, ws:// and wss:// to the one for websockets.",
        ),
        Unreachable::Refused => ("NATS refuses the connection", ""),
        Unreachable::Proxy => (
            "The SOCKS proxy does not let us through",
            "Check its address, user and password in `socks_proxy` or NATS_SOCKS_PROXY, and whether it may connect to the server.",
        ),
        why => of_tls(why),
    }
}

fn of_tls(why: Unreachable) -> (&'static str, &'static str) {
    match why {
        Unreachable::Material => (
            "Certificates or keys cannot be used",
            "They are text in PEM: `-----BEGIN CERTIFICATE-----` and `-----BEGIN PRIVATE KEY-----`, the key without a passphrase.",
        ),
        Unreachable::UnknownAuthority => (
            "The NATS server's certificate is of an unknown authority",
            "Give the certificate of the authority that signed it in `tls_ca` or `tls_ca_file` of the provider block, or NATS_CA. If one is given, it is another authority's.",
        ),
        Unreachable::WrongName => (
            "The NATS server's certificate is for another name",
            "Write one of its names in the address, or give the server a certificate for this one.",
        ),
        Unreachable::Expired => (
            "The NATS server's certificate has expired",
            "Renew it on the server; check this machine's clock.",
        ),
        Unreachable::NotYetValid => (
            "The NATS server's certificate is not valid yet",
            "Check this machine's clock and the certificate.",
        ),
        Unreachable::CertificateDemanded => (
            "NATS demands a client certificate",
            "Set `tls_certificate_file` and `tls_key_file` in the provider block, or NATS_CERT and NATS_KEY.",
        ),
        Unreachable::CertificateRefused => (
            "NATS does not accept the client certificate",
            "Give one that has not expired, is meant for clients and is signed by an authority that the server trusts.",
        ),
        Unreachable::NoTls => (
            "The server does not speak TLS",
            "Turn it on there, or do not ask for it: write nats:// or ws:// in the address, and set neither `tls_ca`, `tls_certificate` nor `tls_first`, nor what stands for them.",
        ),
        Unreachable::HandshakeFirst => (
            "NATS wants the TLS handshake first",
            "The server has `handshake_first`: set `tls_first = true` in the provider block.",
        ),
        Unreachable::GreetingFirst => (
            "NATS greets before the TLS handshake",
            "The server has no `handshake_first`: remove `tls_first` from the provider block.",
        ),
        _ => (
            "TLS with NATS fails",
            "TLS 1.2 and 1.3 are spoken, and certificates are always verified.",
        ),
    }
}

/// The title of a JetStream that is not the one asked for, and what to do.
fn misplaced(unfit: Unfit) -> (&'static str, &'static str) {
    match unfit {
        Unfit::Domain => (
            "The JetStream domain is not there",
            "Correct `jetstream_domain`, of the resource or of the provider block, or see to it that the domain's servers run and their leaf node is connected.",
        ),
        Unfit::Prefix => (
            "Nobody answers under the JetStream API prefix",
            "Correct `jetstream_api_prefix` in the provider block, or see to it that the account imports the API under it.",
        ),
        Unfit::Version => (
            "The NATS server is too old",
            "Update it, or connect to a newer one.",
        ),
    }
}

fn with_advice(what: String, advice: &str) -> String {
    match advice {
        "" => what,
        advice => format!("{what} {advice}"),
    }
}

/// Where to point, and what to do. Codes: nats-server `server/errors.json`.
fn remedy(member: &Member, error: &Error, config: &Value) -> (Path, String) {
    let argument = |name: &str| argument_path(member, name, config);
    let (path, advice) = match error.code() {
        Some(10074) => (
            argument("replicas"),
            "This server is not part of a cluster: set `replicas = 1`, or connect to a cluster.",
        ),
        Some(10005) => (
            argument("replicas"),
            "Lower `replicas`, change `placement`, or add servers to the cluster.",
        ),
        Some(10047 | 10028 | 10002 | 10023) => (
            argument("max_bytes"),
            "`max_bytes` reserves that much, in the account and on the server: lower it, free space, or raise the limits of the account or the server's `max_file_store` or `max_memory_store`.",
        ),
        Some(10113) => (
            argument("max_bytes"),
            "This account demands a limit on every stream: set `max_bytes`.",
        ),
        Some(10122) => (
            argument("max_bytes"),
            "Lower `max_bytes` to what the account allows for one stream.",
        ),
        Some(10026 | 10027) => (
            Path::root(),
            "The account has as many streams as it may have: delete some, or raise its `max_streams`.",
        ),
        Some(10065) => (
            Path::root(),
            "Another stream of the account takes the same subjects: `nats stream find --subject` shows which. Delete it or change its subjects.",
        ),
        _ if error.is_timeout() => (
            Path::root(),
            "Plan again once the server answers: the next refresh shows what exists.",
        ),
        _ => (Path::root(), ""),
    };
    if let Some((name, advice)) = newer(member, error) {
        return (name.map_or(Path::root(), argument), advice);
    }
    match error.denied_subject() {
        Some(subject) => (Path::root(), grant(subject)),
        None => (path, advice.to_owned()),
    }
}

/// What a server that drops a setting in silence would need to be, and the argument that asks for the first one.
fn newer(member: &Member, error: &Error) -> Option<(Option<&'static str>, String)> {
    let dropped: Vec<_> = error
        .mismatches()
        .iter()
        .filter_map(|mismatch| Some((mismatch, setting(&mismatch.key)?.since_for(&mismatch.sent))))
        .collect();
    let (first, _) = dropped.first()?;
    let needs: Vec<_> = dropped
        .iter()
        .map(|(mismatch, since)| format!("{} needs nats-server {since} or newer", mismatch.key))
        .collect();
    let argument = member.argument(&first.key).map(|argument| argument.name);
    let advice = format!(
        "A server drops in silence what it does not know: {}.",
        needs.join(", ")
    );
    Some((argument, advice))
}

fn grant(subject: &str) -> String {
    let all = match subject.rsplit_once('.') {
        Some((operation, _)) => format!(", or to {operation}.> for all streams"),
        None => String::new(),
    };
    format!("Grant the provider's user permission to publish to {subject}{all}, then apply again.")
}

/// The attribute where the user sets an argument of an asset: its own if that is another one than the common. `config`
/// may as well be a planned state, in which an asset has every argument.
pub fn argument_path(member: &Member, name: &str, config: &Value) -> Path {
    let own = config.attribute(member.row.key).attribute(name);
    let path = Path::attribute(member.row.key);
    let is_common = config.as_map().is_some_and(|root| root.contains_key(name));
    match (own.is_null(), is_common) {
        (_, true) if own.is_null() || own == config.attribute(name) => Path::attribute(name),
        (true, false) => path,
        _ => path.then(name),
    }
}

//! The arguments of the provider block: one row each, from which the schema, the reference page, the environment and the
//! fields of context files follow.
//!
//! Variables are those of the `nats` command, and so are the names of a context's fields. Where the command takes a file,
//! so does the variable: NATS_NKEY is the path of a seed, NATS_SEED is a seed.

pub mod rules;

use crate::provider::arguments::rules::ArgumentRule;
use crate::provider::credentials::CredentialPart;
use crate::resources::object::domain;
use crate::terraform::language::{Attribute, Mode, Schema, Type, ValueRule};
use crate::text::alternatives;

const DESCRIPTION: &str = "Manages the NATS JetStream buckets and streams that wasmCloud 1.x hosts and wadm need. Created \
beforehand, they have the replicas, limits and placement that you want, hosts and wadm need no permission to create \
them, and the next plan shows what another client has changed.

Data sources show what the buckets and streams contain, which servers store them, which lattices there are, and the limits \
of the account; use them in `check` blocks. Functions return names, import ids and the permissions of NATS users.

Tested with nats-server 2.10, 2.11, 2.12, 2.14 and 2.15 and with Terraform 1.11 and 1.15. The provider never reads or \
writes a key or a message. All arguments are optional, and all may come from other resources or from ephemeral values: the \
provider connects only when a resource or a data source needs the server. An argument without a default is not set. A change of an argument \
changes nothing on the server; only another `jetstream_domain` replaces the resources that do not set their own.

An argument in the configuration overrides environment variables, which override a NATS context, which overrides \
defaults; variables and contexts are those of the `nats` command. If the configuration sets a way to authenticate, those \
of variables and of the context are ignored; if variables set one, that of the context is ignored. A variable that is not \
UTF-8 is an error, unless its argument is set. A context is used if `context` or `NATS_CONTEXT` is set to its name. The \
context that `nats context select` has selected is used, with a warning, if nothing else sets where to connect or how to \
log in: neither `servers` nor an argument for authentication, nor a variable for one of them. With `context = \"\"`, no \
context is used.

Paths are relative to the folder in which Terraform runs; `~/` is the home folder. A file with a secret that other users \
can read is a warning. Only regular files of at most 1 MiB are read.

The provider connects only to the addresses that are configured, never to those that a server announces. With a `tls://` \
or `wss://` address, or any TLS argument, no credential is sent before a TLS session with a verified certificate exists. A \
server that does not offer TLS, and a list of addresses with different schemes, are refused. `nats://` without TLS is \
allowed: anyone who can read the network traffic can then read the credentials and the data.";

/// One argument.
pub struct ProviderArgument {
    /// Its name in the provider block.
    pub name: &'static str,
    /// The variable that stands in for it.
    pub variable: Option<&'static str>,
    /// What `--help` says of the variable; `None` if it is said together with the next variable's.
    help: Option<&'static str>,
    /// What a context file calls it.
    pub field: Option<&'static str>,
    kind: ArgumentKind,
    secret: bool,
    rule: Option<ArgumentRule>,
    may_be_empty: bool,
    doc: &'static str,
    default: Option<&'static str>,
}

#[derive(Clone, Copy)]
enum ArgumentKind {
    Text,
    Texts,
    Flag,
}

impl ProviderArgument {
    const fn new(name: &'static str, kind: ArgumentKind, doc: &'static str) -> Self {
        Self {
            name,
            variable: None,
            help: None,
            field: None,
            kind,
            secret: false,
            rule: None,
            may_be_empty: false,
            doc,
            default: None,
        }
    }

    const fn text(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, ArgumentKind::Text, doc)
    }

    const fn variable(mut self, name: &'static str) -> Self {
        self.variable = Some(name);
        self
    }

    const fn help(mut self, text: &'static str) -> Self {
        self.help = Some(text);
        self
    }

    const fn field(mut self, name: &'static str) -> Self {
        self.field = Some(name);
        self
    }

    const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    const fn rule(mut self, rule: ArgumentRule) -> Self {
        self.rule = Some(rule);
        self
    }

    const fn may_be_empty(mut self) -> Self {
        self.may_be_empty = true;
        self
    }

    const fn default(mut self, markdown: &'static str) -> Self {
        self.default = Some(markdown);
        self
    }

    fn attribute(&self) -> Attribute {
        let kind = match self.kind {
            ArgumentKind::Text => Type::String,
            ArgumentKind::Texts => Type::List(Box::new(Type::String)),
            ArgumentKind::Flag => Type::Bool,
        };
        let mut doc = self.doc.to_owned();
        if let Some(variable) = self.variable {
            doc += &format!(" Variable `{variable}`.");
        }
        if let Some(default) = self.default {
            doc += &format!(" Default: {default}.");
        }
        let mut attribute = Attribute::new(self.name, kind, Mode::Optional, doc);
        attribute.sensitive = self.secret;
        if !(self.may_be_empty || matches!(self.kind, ArgumentKind::Flag)) {
            attribute = attribute.rule(ValueRule::NotEmpty);
        }
        match self.rule {
            Some(rule) => attribute.rule(ValueRule::Custom(rule)),
            None => attribute,
        }
    }
}

/// Every argument, in the order in which one reads about them.
pub const ARGUMENTS: &[ProviderArgument] = &[
    ProviderArgument::new("servers", ArgumentKind::Texts, "Addresses of the NATS servers, such as `nats://nats.example.com:4222`; the provider uses one of them, and never another server. Schemes: `nats`, `tls`, `ws`, `wss`, the same for all. An address may contain a login (`nats://user:password@host`, with all characters but letters and digits percent-encoded), which is never shown and is sent to this server only; it is used if no other way to authenticate is set. In the variable, separated by commas.")
        .variable("NATS_URL").help("addresses of servers, separated by commas (default nats://127.0.0.1:4222)").field("url").rule(rules::servers).default("`[\"nats://127.0.0.1:4222\"]`"),
    ProviderArgument::text("user", "User name, with `password`. The variable without a password is used as a token, as in the `nats` command.").variable("NATS_USER").field("user"),
    ProviderArgument::text("password", "Password of `user`.").variable("NATS_PASSWORD").help("").field("password").secret(),
    ProviderArgument::text("token", "Token, instead of user and password.").variable("NATS_TOKEN").help("").field("token").secret(),
    ProviderArgument::text("credentials", "Content of a credentials file (`.creds`): a user's JWT and the seed of its nkey.").secret().rule(rules::credentials),
    ProviderArgument::text("credentials_file", "Path of a credentials file (`.creds`).").variable("NATS_CREDS").help("path of a credentials file").field("creds"),
    ProviderArgument::text("nkey", "Seed of a user's nkey (`SU...`).").secret().rule(rules::nkey),
    ProviderArgument::text("nkey_file", "Path of a file with the seed of a user's nkey.").variable("NATS_NKEY").help("path of a file with the seed of a user's nkey").field("nkey"),
    ProviderArgument::text("jwt", "A user's JWT, with `seed` or `seed_file`.").variable("NATS_JWT").field("user_jwt").secret().rule(rules::jwt),
    ProviderArgument::text("jwt_file", "Path of a file with a user's JWT, with `seed` or `seed_file`."),
    ProviderArgument::text("seed", "Seed of the nkey that `jwt` or `jwt_file` is for (`SU...`).").variable("NATS_SEED").help("JWT of a user, and the seed of its nkey").field("user_seed").secret().rule(rules::seed),
    ProviderArgument::text("seed_file", "Path of a file with the seed of the nkey that `jwt` or `jwt_file` is for."),
    ProviderArgument::text("tls_ca", "Certificates of the certificate authorities (CAs) to trust instead of those of the system, in PEM.").rule(rules::tls_ca),
    ProviderArgument::text("tls_ca_file", "Path of a file with the certificates of the certificate authorities (CAs) to trust instead of those of the system, in PEM.").variable("NATS_CA").help("path of a file with the certificates of the CAs to trust, in PEM").field("ca"),
    ProviderArgument::text("tls_certificate", "The client's certificate in PEM, followed by those of intermediate CAs. With `tls_key` or `tls_key_file`.").rule(rules::tls_certificate),
    ProviderArgument::text("tls_certificate_file", "Path of a file with the client's certificate in PEM. With `tls_key` or `tls_key_file`.").variable("NATS_CERT").field("cert"),
    ProviderArgument::text("tls_key", "Private key of the client's certificate, in PEM and not encrypted.").secret().rule(rules::tls_key),
    ProviderArgument::text("tls_key_file", "Path of a file with the private key of the client's certificate, in PEM and not encrypted.").variable("NATS_KEY").help("paths of files with the client's certificate and its private key, in PEM").field("key"),
    ProviderArgument::new("tls_first", ArgumentKind::Flag, "Whether the TLS handshake comes before the server's greeting, as `handshake_first` on the server requires. Not with websocket addresses.").field("tls_first").default("`false`"),
    ProviderArgument::text("socks_proxy", "SOCKS5 proxy to connect through: `socks5://user:password@host:port`, or `host:port`. `none` for no proxy, even if the variable or the context sets one.").variable("NATS_SOCKS_PROXY").help("SOCKS5 proxy, such as socks5://localhost:1080").field("socks_proxy").secret().rule(rules::socks_proxy),
    ProviderArgument::text("jetstream_domain", "JetStream domain of the buckets and streams, if it is not that of the connected server: the hub's from a leaf node, or a leaf node's from the hub.").field("jetstream_domain").rule(domain::name),
    ProviderArgument::text("jetstream_api_prefix", "Prefix of the subjects of the JetStream API instead of `$JS.API`, if the account imports the API under another name. Not with `jetstream_domain`.").field("jetstream_api_prefix").rule(rules::prefix),
    ProviderArgument::text("inbox_prefix", "Prefix of the subjects of answers, if the user has no permission to subscribe to `_INBOX.>`.").field("inbox_prefix").rule(rules::prefix).default("`\"_INBOX\"`"),
    ProviderArgument::text("expected_account", "Name or public key (`A...`) of the account that the login must be in. The provider checks every new connection before it sends any request to JetStream, and refuses another account. The user needs permission to publish to `$SYS.REQ.USER.INFO`. In operator mode, servers before 2.12 report only the public key.").variable("NATS_EXPECTED_ACCOUNT"),
    ProviderArgument::text("expected_cluster", "Name of the cluster that the server must be in. The provider checks every new connection before it sends the login, and refuses another cluster, or a server without one. For a leaf node, it is the name of its own cluster.").variable("NATS_EXPECTED_CLUSTER").help("expected account and cluster; the nats command has neither"),
    ProviderArgument::text("connection_name", "Name of the connection, as `nats server report connections` shows it.").rule(rules::connection_name).default("`\"terraform-provider-wasmcloud/<version>\"`"),
    ProviderArgument::text("connect_timeout", "Longest time for a connection, over all `servers`, such as `\"5s\"`, up to `\"8760h\"`. Until then, the provider retries the first connection.").rule(rules::timeout).default("that of `timeout`"),
    ProviderArgument::text("timeout", "Longest time for one answer, such as `\"5s\"`, up to `\"8760h\"`. The provider retries requests until the timeout of the operation.").variable("NATS_TIMEOUT").help("longest time for one answer, such as 5s").rule(rules::timeout).default("`\"5s\"`"),
    ProviderArgument::text("context", "Name of a NATS context, as `nats context ls` shows them: a file in `nats/context` of the user's configuration folder (`$XDG_CONFIG_HOME` or `~/.config`). It is used where neither an argument nor a variable is set. `\"\"` for no context, neither that of the variable nor the selected one.").variable("NATS_CONTEXT").help("name of a NATS context").rule(rules::context).may_be_empty().default("the selected one, if nothing else sets where to connect or how to log in"),
];

/// The provider block.
pub fn schema() -> Schema {
    Schema {
        version: 0,
        description: DESCRIPTION.to_owned(),
        attributes: ARGUMENTS.iter().map(ProviderArgument::attribute).collect(),
        ..Schema::default()
    }
}

/// The row of an argument.
pub fn argument(name: &str) -> Option<&'static ProviderArgument> {
    ARGUMENTS.iter().find(|argument| argument.name == name)
}

/// The variable that stands in for an argument.
pub fn variable(name: &str) -> Option<&'static str> {
    argument(name).and_then(|argument| argument.variable)
}

/// All that may give a part of a login or of TLS, for a reader who has to choose: "`seed`, `seed_file` or NATS_SEED".
pub fn ways(part: &CredentialPart) -> String {
    let arguments = part.names().map(|name| format!("`{name}`"));
    let variables = part.names().filter_map(variable).map(str::to_owned);
    alternatives(&arguments.chain(variables).collect::<Vec<_>>())
}

/// What `--help` says of the environment variables.
pub fn help() -> String {
    /// Where the texts begin.
    const COLUMN: usize = 19;

    let mut text = "Environment variables. Each one is used if its argument is not set in the provider block. Most of them are those of the\nnats command:\n".to_owned();
    let mut names: Vec<&str> = Vec::new();
    for row in ARGUMENTS {
        let Some(variable) = row.variable else {
            continue;
        };
        names.push(variable);
        let Some(help) = row.help else {
            continue;
        };
        let all = names.join(", ");
        names.clear();
        text += &match help {
            "" => format!("  {all}\n"),
            help if all.len() < COLUMN => format!("  {all:COLUMN$}{help}\n"),
            help => format!("  {all}\n  {:COLUMN$}{help}\n", ""),
        };
    }
    text + "NATS contexts are files in $XDG_CONFIG_HOME/nats/context or ~/.config/nats/context.\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::credentials;

    #[test]
    fn every_argument_is_documented() {
        for attribute in schema().attributes {
            let doc = &attribute.description;
            assert!(doc.len() > 20 && doc.ends_with('.'), "{}", attribute.name);
            assert!(
                attribute.deprecated.is_none() && attribute.mode == Mode::Optional,
                "{}",
                attribute.name
            );
        }
    }

    #[test]
    fn every_secret_is_sensitive() {
        let attributes = schema().attributes;
        let sensitive = attributes
            .iter()
            .filter(|attribute| attribute.sensitive)
            .map(|attribute| attribute.name.as_str());

        assert_eq!(
            sensitive.collect::<Vec<_>>(),
            [
                "password",
                "token",
                "credentials",
                "nkey",
                "jwt",
                "seed",
                "tls_key",
                "socks_proxy"
            ]
        );
    }

    #[test]
    fn the_help_says_each_variable_once_and_groups_what_belongs_together() {
        assert_eq!(
            help(),
            "\
Environment variables. Each one is used if its argument is not set in the provider block. Most of them are those of the
nats command:
  NATS_URL           addresses of servers, separated by commas (default nats://127.0.0.1:4222)
  NATS_USER, NATS_PASSWORD
  NATS_TOKEN
  NATS_CREDS         path of a credentials file
  NATS_NKEY          path of a file with the seed of a user's nkey
  NATS_JWT, NATS_SEED
                     JWT of a user, and the seed of its nkey
  NATS_CA            path of a file with the certificates of the CAs to trust, in PEM
  NATS_CERT, NATS_KEY
                     paths of files with the client's certificate and its private key, in PEM
  NATS_SOCKS_PROXY   SOCKS5 proxy, such as socks5://localhost:1080
  NATS_EXPECTED_ACCOUNT, NATS_EXPECTED_CLUSTER
                     expected account and cluster; the nats command has neither
  NATS_TIMEOUT       longest time for one answer, such as 5s
  NATS_CONTEXT       name of a NATS context
NATS contexts are files in $XDG_CONFIG_HOME/nats/context or ~/.config/nats/context.
"
        );
    }

    #[test]
    fn what_can_be_content_or_file_has_both_arguments() {
        for part in credentials::ALL {
            assert!(part.names().all(|name| argument(name).is_some()));
        }
    }
}

//! Arguments of the provider block that contradict each other, found when the configuration is validated.
//!
//! Only what is known is judged: an unknown value may turn out to be null. What a variable or a context may complete is
//! judged when the provider is configured, since only then both are read.

use crate::provider::arguments::rules;
use crate::provider::arguments::variable;
use crate::provider::arguments::ways;
use crate::provider::credentials::{
    ALL, CA, CERTIFICATE, CredentialPart, KEY, LOGIN_PAIRS, METHODS, TLS_PAIR,
};
use crate::provider::environment::Environment;
use crate::provider::files;
use crate::terraform::language::{Diagnostic, Diagnostics, Path, Value};

/// Everything that contradicts.
pub fn validate(config: &Value, environment: &Environment) -> Diagnostics {
    let block = Block {
        config,
        environment,
    };
    let mut found = Diagnostics::new();
    found.extend(ALL.iter().filter_map(|part| block.content_for_path(part)));
    found.extend(block.content_for_context());
    found.extend(block.login_that_breaks_its_address());
    found.extend(ALL.iter().filter_map(|part| block.twice(part)));
    let two_ways = block.two_methods().or_else(|| block.login_in_address());
    // Of two ways one has to go, and perhaps it is the one of which half is missing.
    if two_ways.is_none() {
        found.extend(block.halves(&LOGIN_PAIRS));
    }
    found.extend(block.halves(&[TLS_PAIR]));
    found.extend(two_ways);
    found.extend(block.two_spaces());
    found.extend(block.handshake_of_websocket());
    found.extend(block.tls_of_plain_websocket());
    found
}

struct Block<'a> {
    config: &'a Value,
    environment: &'a Environment,
}

impl Block<'_> {
    /// Whether an argument has a value that is known and not null.
    fn has(&self, name: &str) -> bool {
        let value = self.config.attribute(name);
        !value.is_null() && value.is_wholly_known()
    }

    /// The argument that gives a part.
    fn giving(&self, part: &CredentialPart) -> Option<&'static str> {
        part.names().find(|name| self.has(name))
    }

    fn content_for_path(&self, part: &CredentialPart) -> Option<Diagnostic> {
        let file = part.file?;
        let value = self.config.attribute(file).as_str()?;
        files::looks_like_content(value)
            .then(|| content_for_path(part, &format!("the argument `{file}`")))
    }

    fn content_for_context(&self) -> Option<Diagnostic> {
        let name = self.config.attribute("context").as_str()?;
        files::looks_like_content(name).then(|| content_for_context("the argument `context`"))
    }

    fn login_that_breaks_its_address(&self) -> Option<Diagnostic> {
        let servers = self.servers();
        let problem = rules::addresses(&servers).err()?;
        rules::may_hold_login(&servers)
            .then(|| unusable_address(&problem, "the argument `servers`"))
    }

    fn twice(&self, part: &CredentialPart) -> Option<Diagnostic> {
        let file = part.file?;
        (self.has(part.content) && self.has(file)).then(|| {
            let detail = format!(
                "`{}` and `{file}` both set the {}, as content and as a file. Remove one of them.",
                part.content, part.what
            );
            Diagnostic::error(format!("The {} {} set twice", part.what, part.is()), detail)
                .at(Path::attribute(file))
        })
    }

    /// The first argument of each way to authenticate that has one.
    fn methods(&self) -> Vec<&'static str> {
        let methods = METHODS.iter();
        methods
            .filter_map(|method| method.parts.iter().find_map(|part| self.giving(part)))
            .collect()
    }

    fn two_methods(&self) -> Option<Diagnostic> {
        let [first, second, ..] = self.methods()[..] else {
            return None;
        };
        let detail = format!(
            "`{first}` and `{second}` are two ways to authenticate, and a connection can use only one. Remove one of them."
        );
        Some(two_ways(detail, second))
    }

    fn login_in_address(&self) -> Option<Diagnostic> {
        let method = *self.methods().first()?;
        let servers = self.servers();
        rules::addresses(&servers).unwrap_or(false).then(|| {
            let detail = format!(
                "An address in `servers` has a user, and `{method}` is another way to authenticate. Remove one of them."
            );
            two_ways(detail, method)
        })
    }

    fn servers(&self) -> Vec<String> {
        let servers = self.config.attribute("servers");
        let known = servers.as_list().filter(|_| servers.is_wholly_known());
        let texts = known.unwrap_or_default().iter().filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    }

    /// One part without the other that it needs, and nothing that may still give that one.
    fn half(&self, given: &CredentialPart, missing: &CredentialPart) -> Option<Diagnostic> {
        let name = self.giving(given)?;
        let nothing = missing
            .names()
            .all(|name| self.config.attribute(name).is_null());
        let may_come = missing
            .names()
            .filter_map(variable)
            .any(|name| self.environment.has(name));
        (nothing && !may_come && !self.has_context())
            .then(|| half(given, missing, &format!("`{name}` is set")).at(Path::attribute(name)))
    }

    fn halves(&self, pairs: &[(&CredentialPart, &CredentialPart)]) -> Vec<Diagnostic> {
        let both_ways = pairs
            .iter()
            .flat_map(|(one, other)| [(*one, *other), (*other, *one)]);
        both_ways
            .filter_map(|(given, missing)| self.half(given, missing))
            .collect()
    }

    fn has_context(&self) -> bool {
        match self.config.attribute("context") {
            Value::Null => variable("context").is_some_and(|name| self.environment.has(name)),
            Value::String(name) => !name.is_empty(),
            _ => true,
        }
    }

    fn two_spaces(&self) -> Option<Diagnostic> {
        (self.has("jetstream_domain") && self.has("jetstream_api_prefix")).then(|| {
            two_spaces("`jetstream_domain` and `jetstream_api_prefix`")
                .at(Path::attribute("jetstream_api_prefix"))
        })
    }

    fn handshake_of_websocket(&self) -> Option<Diagnostic> {
        let first = self.config.attribute("tls_first").as_bool() == Some(true);
        (first && rules::websockets(&self.servers())).then(|| {
            handshake_of_websocket("`tls_first`", "`servers`").at(Path::attribute("tls_first"))
        })
    }

    fn tls_of_plain_websocket(&self) -> Option<Diagnostic> {
        let name = [&CA, &CERTIFICATE, &KEY]
            .into_iter()
            .find_map(|part| self.giving(part))?;
        rules::plain_websockets(&self.servers()).then(|| {
            tls_of_plain_websocket(&format!("`{name}`"), "`servers`").at(Path::attribute(name))
        })
    }
}

/// What belongs into a file stands where its path is expected, as `origin` says. The diagnostic has no path of an
/// attribute: Terraform would print the line of the configuration, and the secret may be in it.
pub fn content_for_path(part: &CredentialPart, origin: &str) -> Diagnostic {
    let content = part.content;
    let detail = format!(
        "The value of {origin} is not shown: it looks like the content of a file, and a path is expected. Set `{content}` to the content, or write it to a file and set the path of that file here."
    );
    Diagnostic::error(
        format!("Content of the {} where a path is expected", part.what),
        detail,
    )
}

/// The same where the name of a context is expected.
pub fn content_for_context(origin: &str) -> Diagnostic {
    let detail = format!(
        "The value of {origin} is not shown: it looks like the content of a file, and the name of a context is expected, such as \"prod\". Set `credentials`, `nkey`, or `jwt` and `seed` to log in with it."
    );
    Diagnostic::error("Content where the name of a context is expected", detail)
}

/// An address that `origin` gives has a login in it and cannot be understood. No path, for the same reason.
pub fn unusable_address(problem: &str, origin: &str) -> Diagnostic {
    let detail = format!("{problem} The addresses come from {origin}, and are not shown.");
    Diagnostic::error("The server addresses are not valid", detail)
}

fn two_ways(detail: String, argument: &str) -> Diagnostic {
    Diagnostic::error("More than one way to authenticate", detail).at(Path::attribute(argument))
}

/// One part is there, as `how` says, and the other is not.
pub fn half(given: &CredentialPart, missing: &CredentialPart, how: &str) -> Diagnostic {
    let mut detail = format!(
        "The {} and the {} belong together. {how}, and the {} is missing: set {}.",
        given.what,
        missing.what,
        missing.what,
        ways(missing)
    );
    if (given.what, missing.what) == ("user", "password") {
        detail += " For a token, set `token` or NATS_TOKEN.";
    }
    Diagnostic::error(format!("The {} is missing", missing.what), detail)
}

/// Domain and prefix are both given, by what `which` names.
pub fn two_spaces(which: &str) -> Diagnostic {
    let detail = format!(
        "{which} both set the subjects of the JetStream API: a domain is the prefix `$JS.<domain>.API`. Remove one of them."
    );
    Diagnostic::error("The JetStream API is set twice", detail)
}

/// A handshake before the greeting, as `first` says, to addresses that `servers` gives.
pub fn handshake_of_websocket(first: &str, servers: &str) -> Diagnostic {
    let detail = format!(
        "{first} requires a TLS handshake before the server's greeting, and an address in {servers} uses WebSocket, which begins with HTTP. Remove `tls_first`; `wss` addresses always use TLS."
    );
    Diagnostic::error("The connection settings conflict", detail)
}

/// TLS is configured, as `tls` says, for addresses of WebSocket without it that `servers` gives.
pub fn tls_of_plain_websocket(tls: &str, servers: &str) -> Diagnostic {
    let detail = format!(
        "{tls} configures TLS, but an address in {servers} begins with ws://, which has no TLS: others on the network could read the login and all traffic. Use wss:// in the address, or remove the TLS arguments."
    );
    Diagnostic::error("The connection settings conflict", detail)
}

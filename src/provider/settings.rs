//! The arguments of the provider block: what each may be, which variable stands in for it, and what they make together.
//!
//! Precedence: configuration, then environment, then default. A method of authentication that the configuration names
//! rules out every method that only the environment names, because CI systems export variables for all their jobs.

use std::collections::HashMap;
use std::time::Duration;

use crate::jetstream::{self, Auth, Given as Origin, Options, Space, Tls};
use crate::resources::diagnose::capitalised;
use crate::resources::{common, domain};
use crate::terraform::{Attribute, Diagnostic, Diagnostics, Mode, Path, Rule, Schema, Type, Value};

const DEFAULT_SERVER: &str = "nats://127.0.0.1:4222";
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

/// Methods of authentication: the arguments that each consists of, and their variables, as the nats CLI reads them.
const METHODS: &[&[(&str, Option<&str>)]] = &[
    &[
        ("user", Some("NATS_USER")),
        ("password", Some("NATS_PASSWORD")),
    ],
    &[("token", Some("NATS_TOKEN"))],
    &[("credentials", None)],
    &[("credentials_file", Some("NATS_CREDS"))],
];

const DESCRIPTION: &str = "Manages the NATS JetStream buckets and streams that wasmCloud 1.x hosts and wadm need. Made \
beforehand, they have the replicas, limits and placement that you want, hosts and wadm need no permission to create \
them, and the next plan shows whatever else has changed them.

Tested with nats-server 2.10, 2.11, 2.12, 2.14 and 2.15 and with Terraform 1.11 and 1.15. It never reads or writes a \
key or a message. All arguments are optional. What the configuration sets goes before environment variables, which go \
before defaults; variables are those of the `nats` command. A way to authenticate that the configuration names rules out \
those that only variables name. Nothing is dialled before a resource needs the server, so values may come from other \
resources. There is one connection per process, named `terraform-provider-wasmcloud/<version>`.";

/// The provider block.
pub fn schema() -> Schema {
    let text = |name: &str, doc: &str| {
        Attribute::new(name, Type::String, Mode::Optional, doc).rule(Rule::NotEmpty)
    };
    let servers = Attribute::new(
        "servers",
        Type::List(Box::new(Type::String)),
        Mode::Optional,
        "Addresses of the NATS servers, such as `nats://nats.example.com:4222`; any one of them is used. Variable `NATS_URL` (separated by commas). Default `nats://127.0.0.1:4222`.",
    );
    let attributes = vec![
        servers.rule(Rule::NotEmpty).rule(Rule::Custom(addresses)),
        text("user", "User name, with `password`. Variable `NATS_USER`."),
        text("password", "Password of `user`. Variable `NATS_PASSWORD`.").sensitive(),
        text("token", "Token, instead of user and password. Variable `NATS_TOKEN`.").sensitive(),
        text("credentials", "Content of a credentials file (`.creds`): a user's JWT and its seed.").sensitive().rule(Rule::Custom(content)),
        text("credentials_file", "Path of a credentials file (`.creds`). Variable `NATS_CREDS`."),
        text("jetstream_domain", "JetStream domain of the buckets and streams, when it is not that of the server itself: the hub's from a leaf node, or a leaf node's from the hub.").rule(Rule::Custom(domain::name)),
        text("timeout", "Longest wait for a connection and for one answer, such as `\"5s\"`. Requests are tried again until the timeout of the operation. Variable `NATS_TIMEOUT`. Default `\"5s\"`.").rule(Rule::Custom(timeout)),
    ];
    let description = DESCRIPTION.to_owned();
    Schema {
        version: 0,
        description,
        attributes,
    }
}

/// Which arguments are known only at apply.
pub fn unknown(config: &Value) -> Vec<String> {
    let attributes = config.as_map().into_iter().flatten();
    attributes
        .filter(|(_, value)| !value.is_wholly_known())
        .map(|(name, _)| format!("`{name}`"))
        .collect()
}

/// Finds arguments that contradict each other.
pub fn validate(config: &Value) -> Diagnostics {
    let set = |name: &str| !config.attribute(name).is_null();
    let mut diagnostics = Diagnostics::new();
    let methods: Vec<_> = METHODS
        .iter()
        .filter_map(|method| method.iter().find(|(name, _)| set(name)))
        .map(|(name, _)| *name)
        .collect();
    if let [first, second, ..] = methods[..] {
        let detail = format!(
            "`{first}` and `{second}` are two ways to authenticate, and one connection takes one. Remove one of them."
        );
        diagnostics.push(
            Diagnostic::error("Contradictory ways to authenticate", detail)
                .at(Path::attribute(second)),
        );
    }
    if let (Some(method), true) = (methods.first(), user_in(config.attribute("servers"))) {
        let detail = format!(
            "An address in `servers` carries a user, and `{method}` is another way to authenticate. Remove one of them."
        );
        diagnostics.push(
            Diagnostic::error("Contradictory ways to authenticate", detail)
                .at(Path::attribute(*method)),
        );
    }
    diagnostics
}

/// What the client needs, from a known configuration and the environment.
///
/// # Errors
/// Diagnostics that name the argument, or the variable that stood in for it.
pub fn options(
    config: &Value,
    environment: &HashMap<String, String>,
) -> Result<Options, Diagnostics> {
    let settings = Settings {
        config,
        environment,
    };
    let (servers, servers_origin) = settings.servers()?;
    let (auth, auth_origin) = settings.auth()?;
    let timeout = settings.timeout()?;
    let domain = config.attribute("jetstream_domain").as_str();
    let space = domain.map_or(Space::Own, |domain| Space::Domain(domain.to_owned()));
    Ok(Options {
        servers: Origin::new(servers, servers_origin),
        name: format!("terraform-provider-wasmcloud/{}", env!("CARGO_PKG_VERSION")),
        auth: Origin::new(auth, auth_origin),
        tls: Tls::default(),
        space: Origin::new(space, "the argument `jetstream_domain`"),
        inbox_prefix: None,
        socks_proxy: None,
        connect_timeout: timeout,
        timeout,
    })
}

struct Settings<'a> {
    config: &'a Value,
    environment: &'a HashMap<String, String>,
}

/// A text and where it came from, as the reader knows it.
struct Given<'a> {
    text: &'a str,
    origin: String,
    path: Path,
}

impl Given<'_> {
    fn problem(&self, summary: &str, what: &str) -> Diagnostics {
        Diagnostic::error(summary, format!("{what} It comes from {}.", self.origin))
            .at(self.path.clone())
            .into()
    }
}

impl<'a> Settings<'a> {
    fn configured(&self, name: &str) -> Option<Given<'a>> {
        let text = self.config.attribute(name).as_str()?;
        Some(Given {
            text,
            origin: format!("the argument `{name}`"),
            path: Path::attribute(name),
        })
    }

    fn variable(&self, name: &str, variable: Option<&str>) -> Option<Given<'a>> {
        let variable = variable?;
        let text = self
            .environment
            .get(variable)
            .filter(|text| !text.is_empty())?;
        Some(Given {
            text,
            origin: format!("the environment variable {variable}"),
            path: Path::attribute(name),
        })
    }

    fn servers(&self) -> Result<(Vec<String>, String), Diagnostics> {
        if let Some(servers) = self.config.attribute("servers").as_list() {
            let servers = servers
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect();
            return Ok((servers, "the argument `servers`".to_owned()));
        }
        let Some(given) = self.variable("servers", Some("NATS_URL")) else {
            return Ok((
                vec![DEFAULT_SERVER.to_owned()],
                "the default, as neither the argument `servers` nor NATS_URL is set".to_owned(),
            ));
        };
        let servers = vec![given.text.to_owned()];
        match jetstream::check_servers(&servers) {
            Ok(_) => Ok((servers, given.origin)),
            Err(problem) => Err(given.problem(
                "The server addresses cannot be understood",
                &format!("{}. Write addresses like \"nats://nats.example.com:4222\", separated by commas.", capitalised(&problem)),
            )),
        }
    }

    /// How to authenticate, and who says so.
    fn auth(&self) -> Result<(Auth, String), Diagnostics> {
        let configured = METHODS.iter().find(|method| {
            method
                .iter()
                .any(|(name, _)| self.configured(name).is_some())
        });
        let by_variable: Vec<_> = METHODS
            .iter()
            .filter(|method| {
                method
                    .iter()
                    .any(|(name, variable)| self.variable(name, *variable).is_some())
            })
            .collect();
        let method = match (configured, &by_variable[..]) {
            (Some(method), _) => method,
            (None, []) => return Ok((Auth::None, String::new())),
            (None, _) if user_in(self.config.attribute("servers")) => {
                return Ok((Auth::None, String::new()));
            }
            (None, [method]) => method,
            (None, [first, second, ..]) => return Err(self.contradiction(first, second)),
        };
        let given = |index: usize| {
            method.get(index).and_then(|(name, variable)| {
                self.configured(name)
                    .or_else(|| self.variable(name, *variable))
            })
        };
        let origins: Vec<_> = [given(0), given(1)]
            .into_iter()
            .flatten()
            .map(|given| given.origin)
            .collect();
        let auth = match (method.first().map(|(name, _)| *name), given(0), given(1)) {
            (Some("user"), Some(user), Some(password)) => Auth::UserPassword {
                user: user.text.to_owned(),
                password: password.text.to_owned(),
            },
            (Some("user"), Some(user), None) => {
                return Err(half(&user, "password", "NATS_PASSWORD"));
            }
            (Some("user"), None, Some(password)) => {
                return Err(half(&password, "user", "NATS_USER"));
            }
            (Some("token"), Some(token), _) => Auth::Token(token.text.to_owned()),
            (Some("credentials"), Some(content), _) => Auth::Credentials(content.text.to_owned()),
            (Some("credentials_file"), Some(file), _) => read_credentials(&file)?,
            _ => Auth::None,
        };
        Ok((auth, origins.join(" and ")))
    }

    fn contradiction(
        &self,
        first: &[(&str, Option<&str>)],
        second: &[(&str, Option<&str>)],
    ) -> Diagnostics {
        let named = |method: &[(&str, Option<&str>)]| {
            method
                .iter()
                .filter(|(name, variable)| self.variable(name, *variable).is_some())
                .filter_map(|(_, variable)| *variable)
                .map(str::to_owned)
                .next()
                .unwrap_or_default()
        };
        let detail = format!(
            "The environment variables {} and {} are two ways to authenticate. Unset one, or say in the provider block which to use.",
            named(first),
            named(second)
        );
        let path = second.first().map(|(name, _)| Path::attribute(*name));
        Diagnostic::error("Contradictory ways to authenticate", detail)
            .at(path.unwrap_or_default())
            .into()
    }

    fn timeout(&self) -> Result<Duration, Diagnostics> {
        let Some(given) = self
            .configured("timeout")
            .or_else(|| self.variable("timeout", Some("NATS_TIMEOUT")))
        else {
            return Ok(DEFAULT_TIMEOUT);
        };
        let wait = common::wait(given.text);
        wait.map_err(|problem| given.problem("The timeout cannot be understood", &problem))
    }
}

/// A user without a password, or the other way round.
fn half(given: &Given<'_>, missing: &str, variable: &str) -> Diagnostics {
    let detail = format!(
        "A user and a password belong together. One of them comes from {}, and the {missing} is not there: set `{missing}` or {variable}.",
        given.origin
    );
    Diagnostic::error(format!("The {missing} is missing"), detail)
        .at(Path::attribute(missing))
        .into()
}

fn read_credentials(file: &Given<'_>) -> Result<Auth, Diagnostics> {
    let path = match (file.text.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => file.text.into(),
    };
    let content = std::fs::read_to_string(&path).map_err(|cause| {
        file.problem(
            "The credentials file cannot be read",
            &format!("{}: {cause}.", path.display()),
        )
    })?;
    match credentials(&Value::from(content.as_str())) {
        Ok(()) => Ok(Auth::Credentials(content)),
        Err(problem) => Err(file.problem(
            "The credentials file is not one",
            &format!(
                "{}: {problem} `nsc generate creds` makes one.",
                path.display()
            ),
        )),
    }
}

fn addresses(value: &Value) -> Result<(), String> {
    let servers = value.as_list().unwrap_or_default();
    if servers.iter().any(Value::is_unknown) {
        return Ok(());
    }
    let servers: Vec<_> = servers
        .iter()
        .map(|server| server.as_str().unwrap_or_default().to_owned())
        .collect();
    if servers.iter().any(|server| server.trim().is_empty()) {
        return Err("An address is empty. Remove it, or write something like \"nats://nats.example.com:4222\".".to_owned());
    }
    jetstream::check_servers(&servers)
        .map(|_| ())
        .map_err(|problem| {
            format!(
                "{}. Write addresses like \"nats://nats.example.com:4222\".",
                capitalised(&problem)
            )
        })
}

fn user_in(servers: &Value) -> bool {
    let servers: Vec<_> = servers
        .as_list()
        .unwrap_or_default()
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    jetstream::check_servers(&servers).unwrap_or(false)
}

fn credentials(value: &Value) -> Result<(), String> {
    let content = value.as_str().unwrap_or_default();
    if content.contains("BEGIN NATS USER JWT") && content.contains("USER NKEY SEED") {
        return Ok(());
    }
    Err("It is not the content of a credentials file, which has a part \"BEGIN NATS USER JWT\" and a part \"BEGIN USER NKEY SEED\".".to_owned())
}

fn content(value: &Value) -> Result<(), String> {
    credentials(value)
        .map_err(|problem| format!("{problem} The path of one goes to `credentials_file`."))
}

fn timeout(value: &Value) -> Result<(), String> {
    common::wait(value.as_str().unwrap_or_default()).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn configured(attributes: &[(&str, Value)], variables: &[(&str, &str)]) -> Options {
        let unset = schema().attributes.into_iter();
        let unset = unset.map(|attribute| (attribute.name, Value::Null));
        let mut config = Value::object(unset);
        for (name, value) in attributes {
            config.set_attribute(name, value.clone());
        }
        let environment = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        options(&config, &environment.collect()).expect("sound settings")
    }

    #[test]
    fn without_a_word_it_is_the_default_server_without_a_login() {
        let options = configured(&[], &[]);

        assert_eq!(options.servers.value, ["nats://127.0.0.1:4222"]);
        assert_eq!(
            options.servers.origin,
            "the default, as neither the argument `servers` nor NATS_URL is set"
        );
        assert!(matches!(options.auth.value, Auth::None));
        assert_eq!(options.timeout, Duration::from_secs(5));
    }

    #[test]
    fn a_login_may_come_from_both_and_says_so() {
        let options = configured(
            &[("user", "app".into())],
            &[("NATS_PASSWORD", "secret"), ("NATS_TOKEN", "other")],
        );

        assert!(
            matches!(&options.auth.value, Auth::UserPassword { user, password } if user == "app" && password == "secret")
        );
        assert_eq!(
            options.auth.origin,
            "the argument `user` and the environment variable NATS_PASSWORD"
        );
    }
}

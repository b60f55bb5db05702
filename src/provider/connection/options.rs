//! From the arguments, the environment and a context to what the client needs.

use std::time::Duration;

use crate::jetstream::{ApiPrefix, Auth, Expected, Options, Tls, WithOrigin};
use crate::provider::arguments::ARGUMENTS;
use crate::provider::arguments::rules::{self, ArgumentRule};
use crate::provider::conflicts;
use crate::provider::connection::login;
use crate::provider::connection::sources::{Found, LAYERS, Sources};
use crate::provider::credentials::pem;
use crate::provider::credentials::{CA, CERTIFICATE, CredentialPart, KEY};
use crate::provider::environment::Environment;
use crate::resources::object::domain;
use crate::terraform::language::duration;
use crate::terraform::language::{Diagnostic, Diagnostics, Path, Value};
use crate::text::capitalised;

const DEFAULT_SERVER: &str = "nats://127.0.0.1:4222";
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

/// Which arguments are known only at apply.
pub fn unknown(config: &Value) -> Vec<String> {
    let attributes = config.as_map().into_iter().flatten();
    attributes
        .filter(|(_, value)| !value.is_wholly_known())
        .map(|(name, _)| format!("`{name}`"))
        .collect()
}

/// What the client needs, from a known configuration; and what the reader should know about it.
///
/// # Errors
/// Diagnostics that name the argument, the variable or the context, and the file.
pub fn options(
    config: &Value,
    environment: &Environment,
) -> Result<(Options, Diagnostics), Diagnostics> {
    let not_text = not_text(config, environment);
    if not_text.has_error() {
        return Err(not_text);
    }
    let sources = Sources::new(config, environment)?;
    let mut builder = OptionsBuilder {
        warnings: sources.warnings(),
        errors: Diagnostics::new(),
        sources,
    };
    match builder.options() {
        Some(options) if !builder.errors.has_error() => Ok((options, builder.warnings)),
        _ => {
            builder.errors.extend(builder.warnings);
            Err(builder.errors)
        }
    }
}

/// Variables that stand for an argument and are not text. The variable of an argument that is set is not read.
fn not_text(config: &Value, environment: &Environment) -> Diagnostics {
    let unset = ARGUMENTS
        .iter()
        .filter(|row| config.attribute(row.name).is_null());
    let errors = unset.filter_map(|row| {
        let why = environment.get(row.variable?).err()?;
        let detail = format!(
            "{why} It is used for the argument `{}` of the provider block. Correct or unset it, or set the argument.",
            row.name
        );
        let error = Diagnostic::error("An environment variable is not text", detail);
        Some(error.at(Path::attribute(row.name)))
    });
    errors.collect()
}

/// Options while they are put together: all errors are reported, not only the first.
struct OptionsBuilder<'a> {
    sources: Sources<'a>,
    warnings: Diagnostics,
    errors: Diagnostics,
}

impl OptionsBuilder<'_> {
    fn options(&mut self) -> Option<Options> {
        let servers = self.servers();
        let found = self.sources.find("servers");
        let auth = login::auth(&self.sources, found.as_ref(), &mut self.warnings);
        let auth = self.keep_error(auth);
        let tls = self.tls(&servers);
        let api_prefix = self.api_prefix();
        let inbox_prefix = self.checked(
            "inbox_prefix",
            "The inbox prefix is not valid",
            rules::prefix,
        );
        let socks_proxy = self.checked(
            "socks_proxy",
            "The SOCKS5 proxy is not valid",
            rules::socks_proxy,
        );
        let timeout = self.timeout("timeout").unwrap_or(DEFAULT_TIMEOUT);
        let connect_timeout = self.timeout("connect_timeout").unwrap_or(timeout);
        let name = self.checked(
            "connection_name",
            "The connection name is not valid",
            rules::connection_name,
        );
        Some(Options {
            servers,
            auth: auth.unwrap_or_else(|| WithOrigin::new(Auth::None, String::new())),
            tls: tls?,
            name: name.map_or_else(
                || format!("terraform-provider-wasmcloud/{}", env!("CARGO_PKG_VERSION")),
                |found| found.text,
            ),
            api_prefix,
            inbox_prefix: inbox_prefix.map(with_origin),
            socks_proxy: socks_proxy
                .filter(|proxy| !proxy.text.eq_ignore_ascii_case("none"))
                .map(with_origin),
            expected: Expected {
                account: self.sources.find("expected_account").map(with_origin),
                cluster: self.sources.find("expected_cluster").map(with_origin),
            },
            connect_timeout,
            timeout,
        })
    }

    /// Keeps an error for later.
    fn keep_error<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|error| self.errors.push(error)).ok()
    }

    fn servers(&mut self) -> WithOrigin<Vec<String>> {
        let Some(found) = self.sources.find("servers") else {
            return WithOrigin::new(
                vec![DEFAULT_SERVER.to_owned()],
                "the default, as neither the argument `servers` nor NATS_URL is set",
            );
        };
        let servers: Vec<_> = found
            .text
            .split(',')
            .map(|server| server.trim().to_owned())
            .collect();
        let checked = rules::addresses(&servers).map_err(|problem| {
            if rules::may_hold_login(&servers) {
                return conflicts::unusable_address(&problem, &found.origin);
            }
            found.problem(
                "The server addresses are not valid",
                &format!("{problem} Separate addresses by commas."),
            )
        });
        self.keep_error(checked);
        WithOrigin::new(servers, found.origin)
    }

    fn tls(&mut self, servers: &WithOrigin<Vec<String>>) -> Option<Tls> {
        let ca = self.sources.part(&CA);
        let ca = ca.and_then(|found| self.read(&CA, &found));
        let (certificate, key) = self.client_certificate().unzip();
        let first = self
            .sources
            .find("tls_first")
            .filter(|found| found.text == "true");
        if let Some(first) = first.as_ref().filter(|_| rules::websockets(&servers.value)) {
            let error =
                conflicts::handshake_of_websocket(&capitalised(&first.origin), &servers.origin);
            self.errors.push(error.at(first.path()));
        }
        let configured = [&ca, &certificate].into_iter().flatten().next();
        if let Some(tls) = configured.filter(|_| rules::plain_websockets(&servers.value)) {
            let error =
                conflicts::tls_of_plain_websocket(&capitalised(&tls.origin), &servers.origin);
            self.errors.push(error);
        }
        Some(Tls {
            ca,
            certificate,
            key,
            first: first.is_some(),
        })
    }

    fn client_certificate(&mut self) -> Option<(WithOrigin<String>, WithOrigin<String>)> {
        let pair = login::pair(&self.sources, &CERTIFICATE, &KEY);
        let (certificate_found, key_found) = self.keep_error(pair)??;
        let certificate = self.read(&CERTIFICATE, &certificate_found);
        let key = self.read(&KEY, &key_found);
        let (certificate, key) = (certificate?, key?);
        let fits = pem::belong_together(&certificate.value, &key.value).map_err(|why| {
            let detail = format!(
                "{why} They come from {} and {}.",
                certificate.origin, key.origin
            );
            Diagnostic::error("The client certificate is not valid", detail).at(key_found.path())
        });
        self.keep_error(fits)?;
        Some((certificate, key))
    }

    fn read(&mut self, part: &CredentialPart, found: &Found) -> Option<WithOrigin<String>> {
        let read = self.sources.read(part, found, &mut self.warnings);
        self.keep_error(read)
            .map(|(text, origin)| WithOrigin::new(text, origin))
    }

    /// Domain and prefix are one choice, which the first source makes that has either.
    fn api_prefix(&mut self) -> WithOrigin<ApiPrefix> {
        for layer in LAYERS {
            let own_domain = self.sources.at(layer, "jetstream_domain");
            let prefix = self.sources.at(layer, "jetstream_api_prefix");
            match (own_domain, prefix) {
                (None, None) => {}
                (Some(name), Some(prefix)) => {
                    let which = format!("{} and {}", capitalised(&name.origin), prefix.origin);
                    self.errors
                        .push(conflicts::two_spaces(&which).at(prefix.path()));
                    break;
                }
                (Some(name), None) => {
                    self.check(&name, "The JetStream domain is not valid", domain::name);
                    return WithOrigin::new(ApiPrefix::Domain(name.text), name.origin);
                }
                (None, Some(prefix)) => {
                    self.check(
                        &prefix,
                        "The JetStream API prefix is not valid",
                        rules::prefix,
                    );
                    return WithOrigin::new(ApiPrefix::Custom(prefix.text), prefix.origin);
                }
            }
        }
        WithOrigin::new(
            ApiPrefix::Default,
            "the default, as `jetstream_domain` is not set",
        )
    }

    fn checked(
        &mut self,
        argument: &'static str,
        summary: &str,
        rule: ArgumentRule,
    ) -> Option<Found> {
        let found = self.sources.find(argument)?;
        self.check(&found, summary, rule);
        Some(found)
    }

    /// Holds what a variable or a context says against the rule of its argument.
    fn check(&mut self, found: &Found, summary: &str, rule: ArgumentRule) {
        if let Err(problem) = rule(&Value::from(found.text.as_str())) {
            self.errors.push(found.problem(summary, &problem));
        }
    }

    fn timeout(&mut self, argument: &'static str) -> Option<Duration> {
        let found = self.sources.find(argument)?;
        let wait = duration::wait(&found.text)
            .map_err(|problem| found.problem("The timeout is not valid", &problem));
        self.keep_error(wait)
    }
}

fn with_origin(found: Found) -> WithOrigin<String> {
    WithOrigin::new(found.text, found.origin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::arguments::schema;

    fn configure(
        attributes: &[(&str, Value)],
        variables: &[(&str, &str)],
    ) -> Result<(Options, Diagnostics), Diagnostics> {
        let unset = schema().attributes.into_iter();
        let unset = unset.map(|attribute| (attribute.name, Value::Null));
        let mut config = Value::object(unset);
        for (name, value) in attributes {
            config.set_attribute(name, value.clone());
        }
        options(&config, &variables.iter().copied().collect())
    }

    fn configured(attributes: &[(&str, Value)], variables: &[(&str, &str)]) -> Options {
        let (options, warnings) = configure(attributes, variables).expect("sound settings");
        assert!(warnings.is_empty(), "{warnings:?}");
        options
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
        assert_eq!(options.connect_timeout, Duration::from_secs(5));
        assert_eq!(options.api_prefix.value, ApiPrefix::Default);
        assert!(options.name.starts_with("terraform-provider-wasmcloud/"));
        assert!(options.inbox_prefix.is_none() && options.socks_proxy.is_none());
        assert!(
            options.tls.ca.is_none() && options.tls.certificate.is_none() && !options.tls.first
        );
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

    #[test]
    fn every_plain_argument_reaches_the_client() {
        let options = configured(
            &[
                ("connection_name", "ci".into()),
                ("connect_timeout", "2s".into()),
                ("timeout", "3s".into()),
                ("inbox_prefix", "_INBOX_ci".into()),
                ("jetstream_api_prefix", "JS.acme.API".into()),
                ("tls_first", true.into()),
                ("expected_account", "PROD".into()),
            ],
            &[
                ("NATS_SOCKS_PROXY", "socks5://me:secret@proxy:1080"),
                ("NATS_EXPECTED_ACCOUNT", "DEV"),
                ("NATS_EXPECTED_CLUSTER", "east"),
            ],
        );

        assert_eq!(options.name, "ci");
        assert_eq!(options.connect_timeout, Duration::from_secs(2));
        assert_eq!(options.timeout, Duration::from_secs(3));
        assert!(
            options
                .inbox_prefix
                .is_some_and(|prefix| prefix.value == "_INBOX_ci")
        );
        assert_eq!(
            options.api_prefix.value,
            ApiPrefix::Custom("JS.acme.API".to_owned())
        );
        assert!(options.tls.first);
        let expected = [options.expected.account, options.expected.cluster];
        let expected = expected.map(|expected| expected.expect("an expectation"));
        assert_eq!(
            expected.each_ref().map(|expected| expected.value.as_str()),
            ["PROD", "east"]
        );
        assert_eq!(expected[0].origin, "the argument `expected_account`");
        let proxy = options.socks_proxy.expect("a proxy");
        assert_eq!(proxy.value, "socks5://me:secret@proxy:1080");
        assert_eq!(proxy.origin, "the environment variable NATS_SOCKS_PROXY");
    }

    #[cfg(unix)]
    #[test]
    fn every_variable_that_is_not_text_is_an_error_unless_its_argument_is_set() {
        use std::os::unix::ffi::OsStringExt;

        use crate::provider::arguments::ARGUMENTS;

        let secret = || std::ffi::OsString::from_vec(b"hunter2\xff".to_vec());
        let unset = schema().attributes.into_iter();
        let unset = Value::object(unset.map(|attribute| (attribute.name, Value::Null)));
        let places = [
            ("context", "XDG_CONFIG_HOME"),
            ("context", "HOME"),
            ("context", "USERPROFILE"),
        ];
        let rows = ARGUMENTS.iter();
        let rows = rows.filter_map(|row| Some((row.name, row.variable?)));

        for (argument, variable) in rows.chain(places) {
            let environment = [(variable, secret())].into_iter().collect();
            let errors = options(&unset, &environment).expect_err(variable);
            let mut set = unset.clone();
            set.set_attribute("context", "".into());
            let has_place = argument == "context";
            let overridden = options(&set, &environment).is_ok();

            let [error] = &errors.0[..] else {
                panic!("one error: {errors:?}")
            };
            assert_eq!(error.summary, "An environment variable is not text");
            assert_eq!(error.path, Path::attribute(argument));
            assert!(
                error
                    .detail
                    .contains(&format!("variable {variable} is not UTF-8")),
                "{error:?}"
            );
            assert!(!format!("{errors:?}").contains("hunter2"), "{errors:?}");
            assert_eq!(overridden, has_place, "{variable}");
        }
    }

    #[test]
    fn no_proxy_wins_over_a_variable() {
        let options = configured(
            &[("socks_proxy", "none".into())],
            &[("NATS_SOCKS_PROXY", "proxy:1080")],
        );

        assert!(options.socks_proxy.is_none());
    }

    #[test]
    fn two_ways_to_log_in_are_told_also_when_one_is_in_the_address() {
        let cases: [(&[(&str, &str)], &str); 2] = [
            (
                &[("NATS_NKEY", "/a"), ("NATS_JWT", "b")],
                "The environment variable NATS_NKEY and the environment variable NATS_JWT are two ways",
            ),
            (
                &[("NATS_URL", "nats://joe:hunter2@a"), ("NATS_TOKEN", "b")],
                "The environment variable NATS_URL and the environment variable NATS_TOKEN are two ways",
            ),
        ];

        for (variables, said) in cases {
            let errors = configure(&[], variables).expect_err("a contradiction");
            let text = format!("{errors:?}");
            assert!(text.contains(said) && !text.contains("hunter2"), "{text}");
        }
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let errors = configure(
            &[],
            &[
                ("NATS_TIMEOUT", "soon"),
                ("NATS_PASSWORD", "secret"),
                ("NATS_SOCKS_PROXY", "http://x"),
            ],
        );

        let summaries: Vec<_> = errors
            .expect_err("errors")
            .into_iter()
            .map(|error| error.summary)
            .collect();
        assert_eq!(
            summaries,
            [
                "The user is missing",
                "The SOCKS5 proxy is not valid",
                "The timeout is not valid"
            ]
        );
    }
}

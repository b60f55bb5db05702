//! What stands in a context file, as arguments of the provider block.
//!
//! A newcomer would take a context's values as they stand. But paths in it may begin with `~` and name variables (`$HOME`),
//! and where a secret is expected there may be a reference: `env://NAME`, `file://PATH` or `data:;base64,...`.

use std::collections::BTreeMap;
use std::path::Path as FilePath;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json};

use crate::os;
use crate::provider::arguments::ARGUMENTS;
use crate::provider::conflicts;
use crate::provider::credentials;
use crate::provider::environment::Environment;
use crate::provider::files;
use crate::terraform::language::{Diagnostic, Diagnostics, Path};
use crate::text::capitalised;

/// Fields that change nothing about how the provider connects.
const WITHOUT_EFFECT: [&str; 4] = [
    "name",
    "description",
    "color_scheme",
    "jetstream_event_prefix",
];

/// Fields that cannot be followed here, and what to do instead.
const NOT_FOLLOWED: [(&str, &str); 2] = [
    (
        "nsc",
        "The provider does not use nsc: create a credentials file with `nsc generate creds`, and set `creds` to its path and `url` to the server's address.",
    ),
    (
        "windows_cert_store",
        "The provider does not read the Windows certificate store: set `cert`, `key` and `ca` to the paths of PEM files.",
    ),
];
/// Fields that only say more about one of those.
const DETAILS: [&str; 3] = [
    "windows_cert_match_by",
    "windows_cert_match",
    "windows_ca_certs_match",
];

/// A context file while it is read.
pub struct Fields<'a> {
    title: &'a str,
    file: &'a FilePath,
    json: Map<String, Json>,
    environment: &'a Environment,
}

/// What a context says: by argument, the field and the text.
pub type Values = BTreeMap<&'static str, (&'static str, String)>;

impl<'a> Fields<'a> {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read or understood, or has a field that cannot be followed here.
    pub fn read(
        title: &'a str,
        file: &'a FilePath,
        environment: &'a Environment,
    ) -> Result<Self, Diagnostic> {
        let unreadable = |why: String| {
            Diagnostic::error(
                "The NATS context cannot be read",
                format!("{}: {why}.", capitalised(title)),
            )
            .at(Path::attribute("context"))
        };
        let text = files::read(file).map_err(unreadable)?;
        // The parser's message may quote a secret; the place may not.
        let json = serde_json::from_str(&text).map_err(|error| {
            unreadable(format!(
                "line {}, column {} is not the JSON of a context",
                error.line(),
                error.column()
            ))
        })?;
        let fields = Self {
            title,
            file,
            json,
            environment,
        };
        let refused = NOT_FOLLOWED
            .iter()
            .find(|(field, _)| is_set(fields.json.get(*field)));
        match refused {
            Some((field, advice)) => Err(fields.unusable(field, advice)),
            None => Ok(fields),
        }
    }

    fn unusable(&self, field: &str, why: &str) -> Diagnostic {
        Diagnostic::error(
            "The NATS context is not valid",
            format!("`{field}` in {} cannot be used. {why}", self.title),
        )
        .at(Path::attribute("context"))
    }

    /// What it says.
    ///
    /// # Errors
    /// When a field is of a wrong type, or refers to what is not there.
    pub fn values(&self) -> Result<Values, Diagnostic> {
        let mut values = BTreeMap::new();
        for row in ARGUMENTS {
            let Some(field) = row.field else { continue };
            let text = match self.json.get(field) {
                Some(Json::String(text)) if !text.is_empty() => text.clone(),
                Some(Json::Bool(truth)) => truth.to_string(),
                None | Some(Json::Null | Json::String(_)) => continue,
                Some(_) => {
                    return Err(self.unusable(field, "It is neither text nor true or false."));
                }
            };
            let (argument, text) = self.resolved(row.name, field, text)?;
            values.insert(argument, (field, text));
        }
        Ok(values)
    }

    /// The argument that a field stands for, and its text, with what it refers to looked up.
    fn resolved(
        &self,
        argument: &'static str,
        field: &str,
        text: String,
    ) -> Result<(&'static str, String), Diagnostic> {
        let Some(part) = credentials::ALL
            .iter()
            .find(|part| part.names().any(|name| name == argument))
        else {
            return Ok((argument, text));
        };
        let is_path = part.file == Some(argument);
        let referred = text.strip_prefix("file://");
        let path = referred.or_else(|| is_path.then_some(text.as_str()));
        // `env:` and `data:` lead to content.
        let is_reference = ["env:", "data:", "op://", "nsc://"]
            .iter()
            .any(|scheme| text.starts_with(scheme));
        if path.is_some_and(|path| !is_reference && files::looks_like_content(path)) {
            let origin = format!("`{field}` in {}", self.title);
            let error = conflicts::content_for_path(part, &origin);
            return Err(error.at(Path::attribute("context")));
        }
        let unusable = |why: &str| self.unusable(field, why);
        match text.split_once(':') {
            Some(("env", name)) => {
                let name = name.trim_start_matches("//");
                let value = self.environment.get(name).map_err(|why| unusable(&why))?;
                let value = value.ok_or_else(|| {
                    unusable(&format!(
                        "It refers to the environment variable {name}, which is not set."
                    ))
                })?;
                Ok((part.content, value.to_owned()))
            }
            Some(("data", rest)) => {
                let content = data(rest).ok_or_else(|| {
                    unusable("After `data:`, it must contain `;base64,` and text in base64.")
                })?;
                Ok((part.content, content))
            }
            Some((scheme @ ("op" | "nsc"), rest)) if rest.starts_with("//") => {
                Err(unusable(&format!(
                    "It refers to {scheme}, which the provider does not support. Set the path of a file, or `env://` and the name of a variable."
                )))
            }
            Some(("file", rest)) if rest.starts_with("//") => {
                let path = self.expanded(rest.trim_start_matches("//"));
                let path = path.map_err(|why| unusable(&why))?;
                match part.file {
                    Some(file) => Ok((file, path)),
                    None => files::read(FilePath::new(&path))
                        .map(|content| {
                            (
                                part.content,
                                content.trim_end_matches(['\r', '\n']).to_owned(),
                            )
                        })
                        .map_err(|why| unusable(&format!("{path}: {why}."))),
                }
            }
            _ if is_path => Ok((
                argument,
                self.expanded(&text).map_err(|why| unusable(&why))?,
            )),
            _ => Ok((argument, text)),
        }
    }

    /// A path with its `~` and its `$VARIABLES` filled in.
    fn expanded(&self, text: &str) -> Result<String, String> {
        let mut expanded = String::new();
        let mut pieces = text.split('$');
        expanded += pieces.next().unwrap_or_default();
        for piece in pieces {
            let braced = piece
                .strip_prefix('{')
                .and_then(|rest| rest.split_once('}'));
            let end = piece.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
            let (name, rest) = braced.unwrap_or_else(|| piece.split_at(end.unwrap_or(piece.len())));
            expanded += self.environment.get(name)?.unwrap_or_default();
            expanded += rest;
        }
        let path = files::path(&expanded, self.environment)?;
        Ok(path.display().to_string())
    }

    /// What the reader should know about the file.
    pub fn warnings(&self) -> Diagnostics {
        let mut warnings = Diagnostics::new();
        if let (Some(mode), true) = (os::mode_for_others(self.file), self.has_secret()) {
            warnings.push(files::too_open(
                "The file of the NATS context",
                self.file,
                &mode,
                Path::attribute("context"),
            ));
        }
        let unknown: Vec<_> = self
            .json
            .iter()
            .filter(|(field, value)| is_set(Some(value)) && !is_known(field))
            .map(|(field, _)| format!("`{field}`"))
            .collect();
        if !unknown.is_empty() {
            let detail = format!(
                "{} in {}: this version of the provider does not support it, and connects without it.",
                unknown.join(", "),
                self.title
            );
            warnings.push(
                Diagnostic::warning("Part of the NATS context is ignored", detail)
                    .at(Path::attribute("context")),
            );
        }
        warnings
    }

    /// Whether a secret stands in the file itself.
    fn has_secret(&self) -> bool {
        ["password", "token", "user_seed"]
            .iter()
            .any(|field| is_set(self.json.get(*field)))
    }
}

fn is_set(value: Option<&Json>) -> bool {
    !matches!(value, None | Some(Json::Null | Json::Bool(false)))
        && value.and_then(Json::as_str) != Some("")
        && value
            .and_then(Json::as_array)
            .is_none_or(|all| !all.is_empty())
}

fn is_known(field: &str) -> bool {
    ARGUMENTS.iter().any(|row| row.field == Some(field))
        || WITHOUT_EFFECT.contains(&field)
        || DETAILS.contains(&field)
        || NOT_FOLLOWED.iter().any(|(name, _)| *name == field)
}

fn data(rest: &str) -> Option<String> {
    let (header, payload) = rest.split_once(',')?;
    let is_base64 = header.split(';').any(|word| word.trim() == "base64");
    let bytes = is_base64.then(|| STANDARD.decode(payload).ok())??;
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;

    use super::*;

    /// A context file in a home folder, and what became of it.
    fn context(json: &Json) -> Result<(Values, Diagnostics), Diagnostic> {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("prod.json");
        fs::write(&file, json.to_string()).unwrap();
        let environment = [("HOME", "/home/me"), ("TEAM", "blue")];
        let title = format!("the context \"prod\" ({})", file.display());
        let environment = environment.into_iter().collect();
        let fields = Fields::read(&title, &file, &environment)?;
        Ok((fields.values()?, fields.warnings()))
    }

    fn text<'a>(values: &'a Values, argument: &str) -> Option<&'a str> {
        values.get(argument).map(|(_, text)| text.as_str())
    }

    /// Everything that the command writes, also what is empty.
    fn as_the_command_writes_it(fields: Json) -> Json {
        let mut context = json!({
            "description": "", "url": "", "socks_proxy": "", "token": "", "user": "", "password": "", "creds": "",
            "nkey": "", "cert": "", "key": "", "ca": "", "nsc": "", "jetstream_domain": "", "jetstream_api_prefix": "",
            "jetstream_event_prefix": "", "inbox_prefix": "", "user_jwt": "", "user_seed": "", "color_scheme": "",
            "tls_first": false, "windows_cert_store": "", "windows_cert_match_by": "", "windows_cert_match": "",
            "windows_ca_certs_match": null,
        });
        for (field, value) in fields.as_object().unwrap() {
            context[field] = value.clone();
        }
        context
    }

    #[test]
    fn every_field_stands_for_an_argument() {
        let fields = json!({
            "description": "Ours", "color_scheme": "bold", "jetstream_event_prefix": "JS.E",
            "url": "nats://a,nats://b", "user": "app", "password": "secret", "token": "t", "user_jwt": "j",
            "user_seed": "s", "tls_first": true, "socks_proxy": "proxy:1080", "jetstream_domain": "hub",
            "jetstream_api_prefix": "JS.a.API", "inbox_prefix": "_IN", "creds": "/c", "nkey": "/n", "cert": "/crt",
            "key": "/k", "ca": "/ca",
        });

        let (values, _) = context(&as_the_command_writes_it(fields)).unwrap();

        let expected = [
            ("servers", "nats://a,nats://b"),
            ("user", "app"),
            ("password", "secret"),
            ("token", "t"),
            ("jwt", "j"),
            ("seed", "s"),
            ("tls_first", "true"),
            ("socks_proxy", "proxy:1080"),
            ("jetstream_domain", "hub"),
            ("jetstream_api_prefix", "JS.a.API"),
            ("inbox_prefix", "_IN"),
            ("credentials_file", "/c"),
            ("nkey_file", "/n"),
            ("tls_certificate_file", "/crt"),
            ("tls_key_file", "/k"),
            ("tls_ca_file", "/ca"),
        ];
        for (argument, value) in expected {
            assert_eq!(text(&values, argument), Some(value), "{argument}");
        }
    }

    #[test]
    fn what_is_empty_says_nothing() {
        let (values, warnings) = context(&as_the_command_writes_it(json!({}))).unwrap();

        assert_eq!(values.keys().collect::<Vec<_>>(), [&"tls_first"]);
        assert!(warnings.is_empty());
    }

    #[test]
    fn paths_are_completed_and_references_looked_up() {
        let secret = STANDARD.encode("seed of ours");
        let given = json!({
            "creds": "~/ngs/$TEAM.creds", "ca": "file:///etc/${TEAM}/ca.pem", "password": "env://TEAM",
            "nkey": format!("data:;base64,{secret}"),
        });

        let (values, _) = context(&given).unwrap();

        assert_eq!(
            text(&values, "credentials_file").unwrap(),
            "/home/me/ngs/blue.creds"
        );
        assert_eq!(text(&values, "tls_ca_file").unwrap(), "/etc/blue/ca.pem");
        assert_eq!(text(&values, "password").unwrap(), "blue");
        assert_eq!(text(&values, "nkey").unwrap(), "seed of ours");
    }

    #[test]
    fn what_cannot_be_followed_is_named_with_field_and_file() {
        let cases = [
            (
                json!({ "nsc": "nsc://o/a/u" }),
                "`nsc` in the context \"prod\"",
            ),
            (
                json!({ "windows_cert_store": "user" }),
                "`windows_cert_store` in",
            ),
            (json!({ "creds": "op://vault/item" }), "It refers to op,"),
            (json!({ "creds": "nsc://o/a/u" }), "It refers to nsc,"),
            (
                json!({ "password": "env://NOT_SET" }),
                "the environment variable NOT_SET, which is not set",
            ),
            (json!({ "nkey": "data:hunter2" }), "After `data:`"),
            (json!({ "url": ["nats://a"] }), "`url` in"),
        ];

        for (json, said) in cases {
            let error = context(&json).expect_err("an error");
            assert!(
                error.detail.contains(said) && error.detail.contains("prod.json"),
                "{error:?}"
            );
            assert!(!error.detail.contains("hunter2"), "{error:?}");
        }
    }

    #[test]
    fn a_field_of_a_later_command_is_a_warning() {
        let (_, warnings) = context(&json!({ "quantum": "yes", "spare": "" })).unwrap();

        let warnings = format!("{warnings:?}");
        assert!(
            warnings.contains("`quantum` in the context") && !warnings.contains("spare"),
            "{warnings}"
        );
    }
}

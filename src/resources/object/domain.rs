//! The JetStream domain of an object: its own argument, else the provider block's.
//!
//! It is part of which object it is, because each domain has streams of its own. So the state always has the domain that
//! was used, wherever it was set: moving the argument from the provider block to the resource changes nothing, and
//! another domain in the provider block is seen as another object. Null is no domain: the server's own API.

use std::borrow::Cow;

use crate::terraform::framework::Plan;
use crate::terraform::language::{Attribute, Diagnostic, Mode, Path, Type, Value, ValueRule};
use crate::text::is_printable;

/// The argument.
pub const NAME: &str = "jetstream_domain";

const DOC: &str = "JetStream domain of the buckets and streams, instead of that of the provider block: that of the hub \
from a leaf node, or that of a leaf node from the hub. Each domain has its own buckets and streams, so a change replaces \
the resource. Without it, here and in the provider block, the JetStream of the connected server is used.";

/// The longest name of a domain or a connection, and the longest part of a subject that can be configured, in bytes.
const LONGEST: usize = 255;

/// What the provider block says of where JetStream is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderDomain {
    /// The domain of objects that name none; `None` while the provider's configuration is not known.
    pub domain: Option<Option<String>>,
    /// The subject in front of the API, if the provider block gives one.
    pub api_prefix: Option<String>,
}

/// The attribute of every resource.
pub fn attribute() -> Attribute {
    Attribute::new(NAME, Type::String, Mode::OptionalComputed, DOC)
        .rule(ValueRule::NotEmpty)
        .rule(ValueRule::Custom(name))
}

/// What the name of a domain is: one token of a subject.
///
/// # Errors
/// What is wrong with it, as sentences.
pub fn name(value: &Value) -> Result<(), String> {
    let name = value.as_str().unwrap_or_default();
    plain(name)
        .and_then(|()| match name.contains('.') {
            true => Err(format!("{name:?} contains '.', which is not allowed.")),
            false => Ok(()),
        })
        .map_err(|why| format!("{why} Set only the name, such as \"hub\", and not a subject."))
}

/// What may be part of a subject or be shown by a server: no blanks, no control characters, no wildcards, and no more than
/// [`LONGEST`] bytes.
///
/// # Errors
/// What is wrong with it, as a sentence.
pub fn plain(text: &str) -> Result<(), String> {
    if text.len() > LONGEST {
        return Err(format!(
            "It has {} bytes; at most {LONGEST} are allowed.",
            text.len()
        ));
    }
    let bad = |letter: &char| {
        letter.is_whitespace() || !is_printable(*letter) || matches!(letter, '*' | '>')
    };
    match text.chars().find(bad) {
        Some(letter) => Err(format!(
            "{text:?} contains {letter:?}, which is not allowed."
        )),
        None => Ok(()),
    }
}

/// Plans the domain: what the configuration says, else the provider block, else, while that is not known, what it was.
pub fn plan(provider: &ProviderDomain, plan: &mut Plan) {
    let planned = match plan.config.attribute(NAME) {
        Value::Null => match &provider.domain {
            Some(domain) => value(domain.clone()),
            None if plan.prior.is_null() => Value::Unknown,
            None => plan.prior.attribute(NAME).clone(),
        },
        set => set.clone(),
    };
    plan.diagnostics
        .extend(contradiction(provider, &plan.config));
    if !plan.prior.is_null() && planned != *plan.prior.attribute(NAME) {
        plan.requires_replace.push(Path::attribute(NAME));
    }
    plan.planned.set_attribute(NAME, planned);
}

/// The domain in which a data source or a list searches: its own, else the provider block's.
///
/// # Errors
/// When it names one, and the provider block a subject in front of the API.
pub fn of_search(provider: &ProviderDomain, config: &Value) -> Result<Value, Diagnostic> {
    match contradiction(provider, config) {
        Some(contradiction) => Err(contradiction),
        None => Ok(of_identity(provider, config)),
    }
}

/// A domain and the subject in front of the API are two ways to say where it is.
fn contradiction(provider: &ProviderDomain, config: &Value) -> Option<Diagnostic> {
    let prefix = provider.api_prefix.as_deref()?;
    let domain = config.attribute(NAME).as_str()?;
    let detail = format!(
        "The resource sets the JetStream domain {domain:?}, and the provider block sets `jetstream_api_prefix` to {prefix}. Remove one of them, or use a provider configuration (`alias`) without `jetstream_api_prefix` for this resource."
    );
    let summary = "Both a domain and an API prefix are set";
    Some(Diagnostic::error(summary, detail).at(Path::attribute(NAME)))
}

/// What was planned, with the provider block's domain where the plan could not know it.
pub fn completed<'v>(provider: &ProviderDomain, planned: &'v Value) -> Cow<'v, Value> {
    if !planned.attribute(NAME).is_unknown() {
        return Cow::Borrowed(planned);
    }
    let mut completed = planned.clone();
    completed.set_attribute(NAME, value(provider.domain.clone().flatten()));
    Cow::Owned(completed)
}

/// `<domain>:<rest>` of an import id, or `<rest>` in the provider block's domain.
///
/// # Errors
/// What is before the colon is no name of a domain.
pub fn split_import_id<'a>(
    provider: &ProviderDomain,
    id: &'a str,
) -> Result<(Value, &'a str), Diagnostic> {
    let Some((domain, rest)) = id.rsplit_once(':') else {
        return Ok((value(provider.domain.clone().flatten()), id));
    };
    let problem = match domain.is_empty() {
        true => Err(
            "It is empty. For the domain of the provider block, also remove the colon.".to_owned(),
        ),
        false => name(&domain.into()),
    };
    match problem {
        Ok(()) => Ok((domain.into(), rest)),
        Err(why) => {
            let detail = format!(
                "In the import id {id:?}, the part before the colon is the JetStream domain. {why}"
            );
            Err(Diagnostic::error(
                "The import id has no valid JetStream domain",
                detail,
            ))
        }
    }
}

/// The domain that an identity names, or that of the provider block.
pub fn of_identity(provider: &ProviderDomain, identity: &Value) -> Value {
    match identity.attribute(NAME) {
        Value::Null => value(provider.domain.clone().flatten()),
        named => named.clone(),
    }
}

/// The import id of an object: with its domain, unless that is the provider block's.
pub fn import_id(provider: &ProviderDomain, object: &Value, id: &str) -> String {
    match own(provider, object).as_str() {
        Some(domain) => format!("{domain}:{id}"),
        None => id.to_owned(),
    }
}

/// The domain of an object, unless that is the provider block's.
pub fn own(provider: &ProviderDomain, object: &Value) -> Value {
    let domain = object.attribute(NAME).as_str();
    let default = provider.domain.as_ref().and_then(Option::as_deref);
    let own = domain.filter(|domain| default != Some(domain));
    value(own.map(str::to_owned))
}

fn value(domain: Option<String>) -> Value {
    domain.map_or(Value::Null, Value::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_short_token_of_printable_letters() {
        for good in ["hub", "eu-west_1", "größer", &"x".repeat(255)] {
            assert_eq!(name(&good.into()), Ok(()));
        }
        for (bad, why) in [
            ("a.b", "contains '.'"),
            ("a b", "contains ' '"),
            ("a\tb", "contains '\\t'"),
            ("a*", "contains '*'"),
            ("a>", "contains '>'"),
            ("a\u{202e}b", "contains '\\u{202e}'"),
            ("a\u{1b}[2J", "contains '\\u{1b}'"),
            (
                &"x".repeat(256),
                "It has 256 bytes; at most 255 are allowed",
            ),
        ] {
            let said = name(&bad.into()).unwrap_err();

            assert!(said.contains(why), "{said}");
        }
    }

    #[test]
    fn the_domain_of_an_import_id_is_checked_as_that_of_a_configuration() {
        let provider = ProviderDomain {
            domain: Some(Some("hub".to_owned())),
            api_prefix: None,
        };
        let split = |id: &'static str| split_import_id(&provider, id).unwrap();
        assert_eq!(split("default"), ("hub".into(), "default"));
        assert_eq!(split("leaf:a/b"), ("leaf".into(), "a/b"));
        let of = |domain: &str| own(&provider, &Value::object([(NAME, domain.into())]));
        assert_eq!((of("hub"), of("leaf")), (Value::Null, "leaf".into()));

        for (bad, why) in [
            (":default", "It is empty"),
            ("a.b:default", "contains '.'"),
            ("a\u{1b}:default", "contains '\\u{1b}'"),
            ("*:wadm_state/wadm_manifests", "contains '*'"),
        ] {
            let said = split_import_id(&provider, bad).unwrap_err();

            assert!(said.detail.contains(why), "{said:?}");
        }
    }
}

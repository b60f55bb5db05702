//! The JetStream domain of an object: its own argument, else the provider block's.
//!
//! It is part of which object it is, because each domain has streams of its own. So the state always has the domain that
//! was used, wherever it was set: moving the argument from the provider block to the resource changes nothing, and
//! another domain in the provider block is seen as another object. Null is no domain: the server's own API.

use std::sync::Arc;

use crate::resources::session::{Place, Session};
use crate::terraform::framework::Plan;
use crate::terraform::language::{Attribute, Diagnostic, Mode, Path, Rule, Type, Value};

/// The argument.
pub const NAME: &str = "jetstream_domain";

const DOC: &str = "JetStream domain of the buckets and streams, instead of the provider block's: the hub's from a leaf \
node, or a leaf node's from the hub. Another domain holds other objects, so changing it replaces. Without it in either \
place, the JetStream of the server itself.";

/// The attribute of every resource.
pub fn attribute() -> Attribute {
    Attribute::new(NAME, Type::String, Mode::OptionalComputed, DOC)
        .rule(Rule::NotEmpty)
        .rule(Rule::Custom(name))
}

/// What the name of a domain is: one token of a subject.
///
/// # Errors
/// What is wrong with it, as sentences.
pub fn name(value: &Value) -> Result<(), String> {
    let name = value.as_str().unwrap_or_default();
    let bad = |letter: &char| letter.is_whitespace() || matches!(letter, '.' | '*' | '>');
    match name.chars().find(bad) {
        Some(letter) => Err(format!(
            "{name:?} has {letter:?}, which the name of a domain cannot have. Give the name alone, such as \"hub\", not a subject."
        )),
        None => Ok(()),
    }
}

/// Where an object of the state or of a plan is.
pub fn place(session: &Session, object: &Value) -> Arc<Place> {
    match object.attribute(NAME) {
        Value::Unknown => session.nowhere(NAME),
        domain => session.place(domain.as_str()),
    }
}

/// Plans the domain: what the configuration says, else the provider block, else, while that is not known, what it was.
pub fn plan(session: &Session, plan: &mut Plan) {
    let planned = match plan.config.attribute(NAME) {
        Value::Null => match session.default_domain() {
            Some(domain) => domain.map_or(Value::Null, Value::from),
            None if plan.prior.is_null() => Value::Unknown,
            None => plan.prior.attribute(NAME).clone(),
        },
        set => set.clone(),
    };
    plan.diagnostics
        .extend(contradiction(session, &plan.config));
    if !plan.prior.is_null() && planned != *plan.prior.attribute(NAME) {
        plan.requires_replace.push(Path::attribute(NAME));
    }
    plan.planned.set_attribute(NAME, planned);
}

/// A domain and the subject in front of the API are two ways to say where it is.
fn contradiction(session: &Session, config: &Value) -> Option<Diagnostic> {
    let prefix = session.api_prefix()?;
    let domain = config.attribute(NAME).as_str()?;
    let detail = format!(
        "The resource names the JetStream domain {domain:?}, and the provider block says by `jetstream_api_prefix` that the API is at {prefix}. Remove one of them, or use a provider configuration (`alias`) without `jetstream_api_prefix` for this resource."
    );
    let summary = "A domain and an API prefix contradict each other";
    Some(Diagnostic::error(summary, detail).at(Path::attribute(NAME)))
}

/// What was planned, with the provider block's domain where the plan could not know it.
pub fn settled(session: &Session, planned: &Value) -> Value {
    let mut settled = planned.clone();
    if planned.attribute(NAME).is_unknown() {
        let domain = session.default_domain().flatten();
        settled.set_attribute(NAME, domain.map_or(Value::Null, Value::from));
    }
    settled
}

/// `<domain>:<rest>` of an import id, or `<rest>` in the provider block's domain.
pub fn of_import<'a>(session: &Session, id: &'a str) -> (Value, &'a str) {
    match id.rsplit_once(':') {
        Some((domain, rest)) => (domain.into(), rest),
        None => {
            let domain = session.default_domain().flatten();
            (domain.map_or(Value::Null, Value::from), id)
        }
    }
}

/// The import id of an object: with its domain, unless that is the provider block's.
pub fn import_id(session: &Session, object: &Value, id: &str) -> String {
    let domain = object.attribute(NAME).as_str();
    let default = session.default_domain().flatten();
    match domain.filter(|domain| default.as_deref() != Some(domain)) {
        Some(domain) => format!("{domain}:{id}"),
        None => id.to_owned(),
    }
}

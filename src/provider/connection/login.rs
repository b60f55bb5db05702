//! How to authenticate: which way counts, and what it is made of.
//!
//! The first source that names a way decides which it is, and its second half may come from further down; but a
//! context's password goes with the context's user only, or it would be sent with another user's name.

use crate::jetstream::{Auth, WithOrigin};
use crate::provider::arguments::rules;
use crate::provider::conflicts;
use crate::provider::connection::sources::{Found, LAYERS, Layer, Sources};
use crate::provider::credentials::{CredentialPart, METHODS, Method, PASSWORD, USER};
use crate::terraform::language::{Diagnostic, Diagnostics};
use crate::text::capitalised;

/// How to authenticate, and who says so. [`Auth::None`] where an address says it, or nothing.
///
/// # Errors
/// When there are two ways, half of one, or a part that cannot be used.
pub fn auth(
    sources: &Sources<'_>,
    servers: Option<&Found>,
    warnings: &mut Diagnostics,
) -> Result<WithOrigin<Auth>, Diagnostic> {
    for layer in LAYERS {
        let in_address = servers.filter(|servers| servers.layer == layer && has_login(servers));
        let named: Vec<_> = METHODS
            .iter()
            .filter_map(|method| Some((method, first_part(sources, layer, method)?)))
            .collect();
        match (&named[..], in_address) {
            ([], None) => {}
            ([], Some(_)) => break,
            ([(method, first)], None) => {
                return match token_as_user(sources, first) {
                    Some(token) => Ok(token),
                    None => made(sources, method, warnings),
                };
            }
            ([(_, first), (_, second), ..], _) | ([(_, second)], Some(first)) => {
                return Err(two_ways(first, second));
            }
        }
    }
    Ok(WithOrigin::new(Auth::None, String::new()))
}

fn has_login(servers: &Found) -> bool {
    rules::addresses(std::slice::from_ref(&servers.text)).unwrap_or(false)
}

fn first_part(sources: &Sources<'_>, layer: Layer, method: &Method) -> Option<Found> {
    method
        .parts
        .iter()
        .find_map(|part| sources.part_at(layer, part))
}

/// The token that NATS_USER holds: the nats command describes that variable as "Username or Token", and takes it as a
/// token where there is no password.
fn token_as_user(sources: &Sources<'_>, found: &Found) -> Option<WithOrigin<Auth>> {
    let in_variable = found.argument == USER.content && found.layer == Layer::Environment;
    let has_password = LAYERS
        .iter()
        .filter(|layer| **layer != Layer::Context)
        .any(|layer| sources.part_at(*layer, &PASSWORD).is_some());
    (in_variable && !has_password).then(|| {
        let origin = format!(
            "{}, which without a password is used as a token, as in the nats command",
            found.origin
        );
        WithOrigin::new(Auth::Token(found.text.clone()), origin)
    })
}

fn two_ways(first: &Found, second: &Found) -> Diagnostic {
    let way_out = match first.layer {
        Layer::Configuration => "Remove one of them.",
        Layer::Environment => "Unset one of them, or set in the provider block which one to use.",
        Layer::Context => {
            "Remove one of them from the context, or set in the provider block which one to use."
        }
    };
    let detail = format!(
        "{} and {} are two ways to authenticate, and a connection can use only one. {way_out}",
        capitalised(&first.origin),
        second.origin
    );
    Diagnostic::error("More than one way to authenticate", detail).at(second.path())
}

fn made(
    sources: &Sources<'_>,
    method: &Method,
    warnings: &mut Diagnostics,
) -> Result<WithOrigin<Auth>, Diagnostic> {
    let found = match method.parts {
        [one, other] => pair(sources, one, other)?.map(|(one, other)| vec![one, other]),
        parts => parts.iter().map(|part| sources.part(part)).collect(),
    };
    let Some(found) = found else {
        return Ok(WithOrigin::new(Auth::None, String::new()));
    };
    let (mut texts, mut origins) = (Vec::new(), Vec::new());
    for (part, found) in method.parts.iter().zip(&found) {
        let (text, origin) = sources.read(part, found, warnings)?;
        texts.push(text);
        origins.push(origin);
    }
    let origin = origins.join(" and ");
    let auth = (method.make)(&texts).map_err(|why| {
        let detail = format!("{why} They come from {origin}.");
        let last = found.last().map(Found::path).unwrap_or_default();
        Diagnostic::error("The login is not valid", detail).at(last)
    })?;
    Ok(WithOrigin::new(auth, origin))
}

/// Two parts of which neither is of use without the other.
///
/// # Errors
/// When only one is there.
pub fn pair(
    sources: &Sources<'_>,
    one: &CredentialPart,
    other: &CredentialPart,
) -> Result<Option<(Found, Found)>, Diagnostic> {
    let first = sources.part(one);
    let second = sources.part(other).filter(|second| {
        second.layer != Layer::Context
            || first
                .as_ref()
                .is_none_or(|first| first.layer == Layer::Context)
    });
    match (first, second) {
        (None, None) => Ok(None),
        (Some(first), Some(second)) => Ok(Some((first, second))),
        (Some(first), None) => Err(half(one, other, &first)),
        (None, Some(second)) => Err(half(other, one, &second)),
    }
}

fn half(given: &CredentialPart, missing: &CredentialPart, found: &Found) -> Diagnostic {
    let how = format!("One of them comes from {}", found.origin);
    conflicts::half(given, missing, &how).at(found.path())
}

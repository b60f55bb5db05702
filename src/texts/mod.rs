//! Every text that a diagnostic can hold, with a sample of each.
//!
//! The samples are made by the code that makes them for users: rules, validators and messages get what a server, a file or
//! a configuration may hold. A test reads the source and finds what has no sample. From the samples follow
//! `tests/snapshots/texts.md`, where one reads all texts and a change of one shows, and the page
//! `docs/guides/troubleshooting.md`. `GENERATE=1 cargo test --lib texts::` (that is `make generate`) writes both.

mod sample;
mod scan;
mod exceptions;
mod pages;
mod connection;
mod provider_block;
mod configuration;
mod server;
mod changes;
mod apply;
mod framework;
mod functions;
mod data_sources;
// Shared with the integration tests, which generate other pages.
#[path = "../../tests/it/generated/committed.rs"]
mod committed;

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use crate::catalogue::CATALOGUE;
use crate::provider::WasmCloud;
use crate::resources::permissions::PERMISSIONS;
use crate::resources::permissions::table::{HOST, WADM};
use crate::terraform::framework::Provider;
use crate::terraform::language::Attribute;
use crate::terraform::language::diagnostics::made;
use crate::texts::committed::is_or_becomes;
use crate::texts::exceptions::EXCEPTIONS;
use crate::texts::sample::Samples;
use crate::texts::scan::{comparable, fragments};

/// The samples, and where the diagnostics in them were made.
static ALL: LazyLock<(Samples, BTreeSet<(String, u32)>)> =
    LazyLock::new(|| (samples(), made::places()));

/// A sample of every diagnostic.
fn samples() -> Samples {
    let mut samples = Samples::default();
    connection::add(&mut samples);
    server::add(&mut samples);
    changes::add(&mut samples);
    apply::add(&mut samples);
    provider_block::add(&mut samples);
    configuration::add(&mut samples);
    data_sources::add(&mut samples);
    functions::add(&mut samples);
    framework::add(&mut samples);
    samples
}

#[test]
fn every_call_that_makes_a_diagnostic_has_a_sample() {
    let (_, places) = &*ALL;

    let calls = scan::source().calls;

    assert!(calls.len() > 100, "{}", calls.len());
    let missing: Vec<_> = calls
        .difference(places)
        .map(|(file, line)| format!("{file}:{line}"))
        .collect();
    assert!(missing.is_empty(), "no sample of\n{}", missing.join("\n"));
}

#[test]
fn every_text_of_a_diagnostic_is_in_a_sample() {
    let (samples, _) = &*ALL;
    let said = samples
        .all
        .iter()
        .map(|sample| &sample.diagnostic)
        .map(|one| format!("{} {}", comparable(&one.summary), comparable(&one.detail)));
    let said: BTreeSet<_> = said.collect();
    let elsewhere = said_elsewhere();

    let mut needed = BTreeSet::new();
    let mut missing = Vec::new();
    for literal in scan::source().literals {
        if literal.text.split_whitespace().count() < 3 {
            continue;
        }
        for fragment in fragments(&literal.text) {
            let is_said = said.iter().any(|said| said.contains(&fragment));
            if is_said || elsewhere.contains(&fragment) {
                continue;
            }
            let place = EXCEPTIONS.iter().position(|exception| {
                literal.file == exception.file && fragment.contains(&comparable(exception.text))
            });
            match place {
                Some(place) => _ = needed.insert(place),
                None => missing.push(format!("{}:{}: {fragment}", literal.file, literal.line)),
            }
        }
    }

    assert!(
        missing.is_empty(),
        "{} texts in no sample:\n{}",
        missing.len(),
        missing.join("\n")
    );
    for (place, exception) in EXCEPTIONS.iter().enumerate() {
        assert!(
            needed.contains(&place),
            "not needed: {} {:?}, {}",
            exception.file,
            exception.text,
            exception.reason
        );
    }
}

#[test]
fn the_snapshot_has_every_sample() {
    is_or_becomes("tests/snapshots/texts.md", &pages::snapshot(&ALL.0));
}

#[test]
fn the_troubleshooting_page_has_every_kind_of_message() {
    let page = pages::troubleshooting(&ALL.0);

    is_or_becomes("docs/guides/troubleshooting.md", &page);
}

/// What is said elsewhere than in diagnostics: the reference pages, `--help`, the guide on permissions, and the
/// descriptions that streams get.
fn said_elsewhere() -> String {
    let provider = WasmCloud::with_environment(HashMap::new());
    let resources = provider.resources().iter();
    let lists = resources.clone().filter_map(|resource| resource.list());
    let lists = lists.map(|list| list.list_schema());
    let resources = resources.map(|resource| resource.schema());
    let mut texts = vec![crate::provider::help()];
    let data_sources = provider.data_sources().iter();
    let data_sources = data_sources.map(|data_source| data_source.schema());
    let schemas = std::iter::once(provider.schema()).chain(resources);
    for schema in schemas.chain(lists).chain(data_sources) {
        texts.push(schema.description.clone());
        texts.extend(descriptions(&schema.attributes));
    }
    for function in provider.functions() {
        let parameters = function.parameters.iter().chain(&function.variadic);
        texts.extend(parameters.map(|parameter| parameter.description.clone()));
        texts.extend([function.summary.to_owned(), function.description.clone()]);
    }
    let tables = [PERMISSIONS, HOST, WADM].into_iter().flatten();
    let purposes = tables.flat_map(|permission| {
        let readings = permission.readings.iter().map(|reading| reading.purpose);
        readings.chain([permission.purpose])
    });
    let creators = CATALOGUE.iter().filter_map(|row| row.description);
    texts.extend(purposes.chain(creators).map(str::to_owned));
    // The fragments of a literal have one brace for two, since it may be one of a format.
    let texts = texts.join(" ").replace("{{", "{").replace("}}", "}");
    comparable(&texts)
}

fn descriptions(attributes: &[Attribute]) -> Vec<String> {
    let each = attributes.iter().map(|attribute| {
        let mut texts = descriptions(attribute.nested());
        texts.push(attribute.description.clone());
        texts
    });
    each.flatten().collect()
}

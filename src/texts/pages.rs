//! The snapshot and the troubleshooting page, made from the samples.

use std::collections::BTreeSet;

use crate::catalogue::CATALOGUE;
use crate::jetstream::SETTINGS;
use crate::terraform::language::Diagnostic;
use crate::terraform::language::diagnostics::Severity;
use crate::texts::sample::{Sample, Samples, Topic};

const INTRODUCTION: &str = "---
page_title: \"Troubleshooting\"
subcategory: \"\"
description: |-
  Every error and warning of the provider, with its cause and what to do.
---

<!-- Written by `make generate` from the texts of the provider: src/texts/. -->

# Troubleshooting

Search this page for the first line of the message, without the names in it. Each heading is the first line of a message, with
example names and numbers, such as a lattice `default` and a server `nats://n1:4222`. Below it is the rest of the message: the
cause, then what to do. If a message has several causes, they are a list. The text before and after the list is the same for all
of them.

An **error** stops the plan or the apply. What was done before it stays, and is in the state. A **warning** does not stop anything.
\"(JetStream 10059)\" is the error code of the NATS server.

To see what the provider sends and receives, run Terraform with `TF_LOG_PROVIDER=DEBUG`. Secrets are never in the log.
";

/// Every sample, to be read from top to bottom.
pub fn snapshot(samples: &Samples) -> String {
    let mut text = "# Every text of a diagnostic\n\nWritten by `make generate` from the samples in `src/texts/`.\n".to_owned();
    for topic in Topic::ALL {
        text += &format!("\n# {}\n", topic.title());
        let mut written = BTreeSet::new();
        for sample in of(samples, topic) {
            let entry = entry(&sample.diagnostic);
            if written.insert(entry.clone()) {
                text += &entry;
            }
        }
    }
    text
}

fn entry(diagnostic: &Diagnostic) -> String {
    let path = match diagnostic.path.is_root() {
        true => String::new(),
        false => format!(" ({})", diagnostic.path),
    };
    format!(
        "\n## {}: {}{path}\n\n{}\n",
        name(diagnostic.severity),
        diagnostic.summary,
        diagnostic.detail
    )
}

fn name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
    }
}

fn of(samples: &Samples, topic: Topic) -> impl Iterator<Item = &Sample> {
    let samples = samples.all.iter();
    samples.filter(move |sample| sample.topic == topic)
}

/// The page: one heading for each kind of summary.
pub fn troubleshooting(samples: &Samples) -> String {
    let groups = groups(samples);
    let mut text = INTRODUCTION.to_owned();
    let mut headings = BTreeSet::new();
    for topic in Topic::ALL {
        text += &format!("\n## {}\n", topic.title());
        let of_topic = groups.iter().filter(|group| group[0].topic == topic);
        for group in of_topic {
            let heading = markdown(&group[0].diagnostic.summary);
            assert!(headings.insert(heading.clone()), "{heading:?} twice");
            text += &format!("\n### {heading}\n");
            text += &causes(group);
        }
    }
    text
}

/// What is below a heading: each cause once. What is the same in all of them is there once.
fn causes(group: &[&Sample]) -> String {
    let mut kinds = BTreeSet::new();
    let all = group.iter().map(|sample| &sample.diagnostic);
    let all: Vec<_> = all.filter(|one| kinds.insert(kind(&one.detail))).collect();
    let (short, long): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|one| !one.detail.contains('\n'));
    let of = |severity| short.iter().filter(move |one| one.severity == severity);
    let mut text = String::new();
    for severity in [Severity::Error, Severity::Warning] {
        let details: Vec<_> = of(severity).map(|one| one.detail.as_str()).collect();
        let name = name(severity);
        text += &match details[..] {
            [] => String::new(),
            [detail] => format!("\n**{name}.** {}\n", markdown(detail)),
            _ => several(name, &details),
        };
    }
    for one in long {
        let (name, detail) = (name(one.severity), paragraphs(&one.detail));
        text += &format!("\n**{name}.** {detail}\n");
    }
    text
}

/// Several causes: how all begin, a list of what each has alone, and how all end.
fn several(name: &str, details: &[&str]) -> String {
    let begin = common_begin(details);
    let rest: Vec<_> = details
        .iter()
        .map(|detail| &detail[begin.len()..])
        .collect();
    let end = common_end(&rest);
    let causes = rest
        .iter()
        .map(|rest| rest[..rest.len() - end.len()].trim());
    let causes = causes.map(|cause| format!("* {}\n", markdown(cause)));
    let begin = match begin.trim() {
        "" => "One of these:".to_owned(),
        begin => match begin.strip_suffix(':') {
            Some(begin) => format!("{}: one of these:", markdown(begin)),
            None => format!("{} One of these:", markdown(begin)),
        },
    };
    let end = match end.trim() {
        "" => String::new(),
        end => format!("\n{}\n", markdown(end)),
    };
    format!(
        "\n**{name}.** {begin}\n\n{}{end}",
        causes.collect::<String>()
    )
}

/// The clauses and sentences with which all texts begin.
fn common_begin<'t>(texts: &[&'t str]) -> &'t str {
    let first = texts[0];
    let is_common = |end: &usize| texts.iter().all(|text| text.starts_with(&first[..*end]));
    let ends = [": ", ". "]
        .iter()
        .flat_map(|mark| first.match_indices(mark));
    let ends = ends.map(|(place, mark)| place + mark.len());
    let longest = ends.filter(is_common).max();
    &first[..longest.unwrap_or_default()]
}

/// The sentences with which all texts end.
fn common_end<'t>(texts: &[&'t str]) -> &'t str {
    let first = texts[0];
    let is_common = |begin: &usize| {
        let end = &first[*begin..];
        texts
            .iter()
            .all(|text| text.len() > end.len() && text.ends_with(&format!(". {end}")))
    };
    let begins = first
        .match_indices(". ")
        .map(|(place, mark)| place + mark.len());
    let longest = begins.filter(is_common).min();
    &first[longest.unwrap_or(first.len())..]
}

/// The samples of the page, those with the same kind of summary together, where the first of them is.
fn groups(samples: &Samples) -> Vec<Vec<&Sample>> {
    let mut groups: Vec<(String, Vec<&Sample>)> = Vec::new();
    let samples = Topic::ALL.into_iter().flat_map(|topic| of(samples, topic));
    for sample in samples.filter(|sample| sample.is_on_page) {
        let kind = kind(&sample.diagnostic.summary);
        match groups.iter_mut().find(|(other, _)| *other == kind) {
            Some((_, group)) => group.push(sample),
            None => groups.push((kind, vec![sample])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// A text without names of buckets, streams and arguments, and without numbers.
fn kind(text: &str) -> String {
    let is_name = |word: &str| {
        let word = word.trim_matches(|letter: char| !letter.is_alphanumeric());
        let word = word.to_lowercase();
        let mut arguments = CATALOGUE.iter().flat_map(|row| row.arguments());
        SETTINGS.iter().any(|setting| setting.key == word)
            || arguments.any(|argument| argument.name == word)
    };
    let mut kind = String::new();
    let mut is_named = false;
    let about_asset = [" bucket ", " stream "]
        .iter()
        .any(|what| format!(" {}", text.to_lowercase()).contains(what));
    // What a setting that stays means is another thing for each.
    let about_asset = about_asset && !text.contains(" = ");
    for word in text.split(' ') {
        let shown = match word {
            _ if is_named || about_asset && is_name(word) => "*".to_owned(),
            word => without_numbers(word),
        };
        let word = word.to_lowercase();
        is_named = matches!(word.as_str(), "bucket" | "stream");
        kind += &format!(" {}", if is_named { "asset" } else { &shown });
    }
    match kind.split_once("value for ") {
        Some((what, _)) => what.to_owned(),
        None => kind,
    }
}

fn without_numbers(word: &str) -> String {
    let mut shown = String::new();
    for letter in word.chars() {
        match letter.is_ascii_digit() {
            true if shown.ends_with('#') => {}
            true => shown.push('#'),
            false => shown.push(letter),
        }
    }
    shown
}

/// A detail as Markdown: what Terraform prints as lines is a list.
fn paragraphs(detail: &str) -> String {
    let mut text = String::new();
    let mut in_list = false;
    for line in detail.lines() {
        let item = line.strip_prefix("  - ").map(markdown);
        let item = item.or_else(|| Some(format!("`{}`", line.strip_prefix("  ")?)));
        match item {
            Some(item) => {
                text += if in_list { "\n" } else { "\n\n" };
                text += &format!("* {item}");
                in_list = true;
            }
            None if line.is_empty() => {}
            None => {
                text += if text.is_empty() { "" } else { "\n\n" };
                text += &markdown(line);
                in_list = false;
            }
        }
    }
    text
}

/// A text with what Markdown would take for its own escaped, outside of code.
fn markdown(text: &str) -> String {
    let mut escaped = String::new();
    let mut in_code = false;
    let mut before = ' ';
    for letter in text.chars() {
        in_code ^= letter == '`';
        let begins_a_word = before.is_whitespace() || before == '"' || before == '(';
        if !in_code && (matches!(letter, '<' | '*' | '~' | '\\') || letter == '_' && begins_a_word)
        {
            escaped.push('\\');
        }
        escaped.push(letter);
        before = letter;
    }
    assert!(!in_code, "code without an end: {text}");
    escaped
}

#[test]
fn what_terraform_prints_as_lines_is_a_list() {
    let detail = "Choose <one>:\n  - set `a < b`\n  - wait\nThat is _all_.";

    let markdown = "Choose \\<one>:\n\n* set `a < b`\n* wait\n\nThat is \\_all_.";
    assert_eq!(paragraphs(detail), markdown);
}

#[test]
fn what_several_causes_have_in_common_is_there_once() {
    let details = [
        "No connection to n1: it is away. The address is a default. Start it.",
        "No connection to n1: it is old. Or new. The address is a default. Start it.",
    ];

    let page = "\n**Error.** No connection to n1: one of these:\n\n* it is away.\n* it is old. Or new.\n\nThe address is a default. Start it.\n";
    assert_eq!(several("Error", &details), page);
    let unlike = ["Stop. Go.", "Go."];
    let page = "\n**Error.** One of these:\n\n* Stop. Go.\n* Go.\n";
    assert_eq!(several("Error", &unlike), page);
}

#[test]
fn summaries_that_differ_in_names_and_numbers_are_of_one_kind() {
    for (one, other) in [
        ("Bucket A contains 3 keys", "Bucket B contains 12 keys"),
        (
            "Storage of bucket A cannot be changed",
            "History of stream b cannot be changed",
        ),
        (
            "Invalid value for history",
            "Invalid value for lattice_data.max_age",
        ),
    ] {
        assert_eq!(kind(one), kind(other));
    }
    assert_ne!(
        kind("Bucket A has sealed = true"),
        kind("Bucket A has mirror = true")
    );
    assert_ne!(
        kind("max_bytes is too small for wadm"),
        kind("max_age is too small for wadm")
    );
}

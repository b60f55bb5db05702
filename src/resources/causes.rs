//! One diagnostic for each cause, however many assets it concerns.
//!
//! The rules and the operations report of one asset. What they report of several in the same words is merged here: the
//! words that are the same are there once, and what differs, such as how much an asset contains, is in a list of the
//! assets. Two reports have one cause if their summary and the first sentence of their detail are the same, apart from
//! the names of their assets.

use crate::catalogue::AssetKind;
use crate::resources::messages::{common_path, member_at};
use crate::resources::object::member::Member;
use crate::terraform::language::{Diagnostic, Diagnostics, Path};
use crate::text::{capitalised, shell_word};

// What stands for a name of an asset. No diagnostic contains such letters otherwise: they are escaped.
const TITLE: char = '\u{1}';
const TITLE_FIRST: char = '\u{2}';
const STREAM: char = '\u{3}';
const BLOCK: char = '\u{4}';

/// The same diagnostics; those with one cause are one, where the first of them was. `prior_members`: the assets as the
/// prior state has them, which may have other names.
pub fn merged(
    diagnostics: Diagnostics,
    members: &[Member],
    prior_members: &[Member],
) -> Diagnostics {
    let mut causes: Vec<Cause<'_>> = Vec::new();
    for diagnostic in diagnostics {
        let cause = Cause::of(diagnostic, members.iter().chain(prior_members));
        match causes.iter_mut().find(|other| other.is_same(&cause)) {
            Some(same) => same.reports.extend(cause.reports),
            None => causes.push(cause),
        }
    }
    let diagnostics = causes.into_iter().map(|cause| cause.diagnostic(members));
    diagnostics.collect()
}

/// What is reported of one asset.
struct Report<'m> {
    member: &'m Member,
    path: Path,
    /// The detail, with placeholders for the names of the asset.
    sentences: Vec<String>,
}

impl Report<'_> {
    /// What is true of this asset, and not of all.
    fn own(&self, common: &[&String]) -> String {
        let own = self.sentences.iter();
        let own = own.filter(|sentence| !common.contains(sentence));
        own.map(String::as_str).collect()
    }

    /// How the list of assets names it.
    fn title(&self, path: &Path, with_stream: bool) -> String {
        let title = member_at(self.member, &self.path, path);
        match with_stream && self.member.row.kind == AssetKind::Bucket {
            true => format!("{title} (stream {})", self.member.stream()),
            false => title,
        }
    }

    /// Its line in the list of assets.
    fn line(&self, title: &str, common: &[&String]) -> String {
        let own = self.own(common);
        let own = own.trim_start();
        let of_it = own.strip_prefix("It ");
        let line = match of_it.or(own.strip_prefix(&format!("{TITLE_FIRST} "))) {
            Some(verb) => format!("\n  - {title} {verb}"),
            None if own.is_empty() => format!("\n  - {title}"),
            None => format!("\n  - {title}: {own}"),
        };
        named(&line, self.member)
    }
}

/// What is reported in the same words.
struct Cause<'m> {
    /// The first diagnostic, as it was.
    first: Diagnostic,
    /// Its summary with placeholders, and without counts.
    summary: String,
    /// One of each asset; none if the diagnostic is about no single asset.
    reports: Vec<Report<'m>>,
}

impl<'m> Cause<'m> {
    fn of(first: Diagnostic, mut members: impl Iterator<Item = &'m Member>) -> Self {
        let about = members.find_map(|member| {
            let summary = generic(&first.summary, member);
            let is_about = summary.contains([TITLE, TITLE_FIRST]);
            is_about.then_some((member, summary))
        });
        let Some((member, summary)) = about else {
            return Self {
                first,
                summary: String::new(),
                reports: Vec::new(),
            };
        };
        let report = Report {
            member,
            path: first.path.clone(),
            sentences: sentences(&generic(&first.detail, member)),
        };
        Self {
            first,
            summary: without_counts(&summary),
            reports: vec![report],
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        let (Some(one), Some(another)) = (self.reports.first(), other.reports.first()) else {
            return false;
        };
        self.first.severity == other.first.severity
            && self.summary == other.summary
            && one.sentences.first() == another.sentences.first()
    }

    fn diagnostic(self, members: &[Member]) -> Diagnostic {
        let reports = &self.reports[..];
        if reports.len() < 2 {
            return self.first;
        }
        let path = common_path(reports.iter().map(|report| &report.path));
        Diagnostic {
            severity: self.first.severity,
            summary: plural(&self.summary, &number_of(reports, members)),
            detail: detail(reports, &path),
            path,
        }
    }
}

/// A text with placeholders for the names of an asset. The stream of a bucket stands for the bucket.
fn generic(text: &str, member: &Member) -> String {
    let (title, stream) = (member.title(), member.stream());
    text.replace(&format!("stream {stream}"), &TITLE.to_string())
        .replace(&title, &TITLE.to_string())
        .replace(&capitalised(&title), &TITLE_FIRST.to_string())
        .replace(&*shell_word(&stream), &STREAM.to_string())
        .replace(&stream, &STREAM.to_string())
        .replace(&format!("`{}`", member.row.key), &BLOCK.to_string())
}

/// The text for one asset again.
fn named(text: &str, member: &Member) -> String {
    let title = member.title();
    text.replace(TITLE, &title)
        .replace(TITLE_FIRST, &capitalised(&title))
        .replace(STREAM, &shell_word(&member.stream()))
        .replace(BLOCK, &format!("`{}`", member.row.key))
}

/// The text for several assets.
fn of_each(text: &str) -> String {
    if let Some(what) = text.strip_prefix("Could not ") {
        return format!(
            "Could not {}",
            of_each(&what.replacen(TITLE, "any of them", 1))
        );
    }
    text.replace(&format!("Only {TITLE}"), "Each of them")
        .replace(&format!("only {TITLE}"), "each of them")
        .replace(TITLE, "each of them")
        .replace(TITLE_FIRST, "Each of them")
        .replace(STREAM, "<stream>")
        .replace(BLOCK, "each block")
}

/// The sentences and lines of a text, each with what separates it from the one before.
fn sentences(text: &str) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut begin = 0;
    for (place, separator) in text.match_indices([' ', '\n']) {
        let (before, after) = (&text[begin..place], &text[place + 1..]);
        let begins = !after.starts_with(char::is_lowercase) || after.starts_with("wadm");
        let ends_here = before.ends_with('.') && begins;
        if ends_here || separator == "\n" {
            sentences.push(before.to_owned());
            begin = place;
        }
    }
    sentences.push(text[begin..].to_owned());
    sentences
}

/// `A is deleted with 3 keys` as `A is deleted with keys`: how many, the detail says of each asset.
fn without_counts(summary: &str) -> String {
    let mut words: Vec<_> = summary.split(' ').collect();
    for place in (1..words.len()).rev() {
        let is_count = words[place - 1].parse::<u64>().is_ok();
        let of_what = match words[place] {
            "key" | "keys" => "keys",
            "message" | "messages" => "messages",
            _ => continue,
        };
        if is_count {
            words.splice(place - 1..=place, [of_what]);
        }
    }
    words.join(" ")
}

/// The summary for several assets: a verb after their number agrees with it.
fn plural(summary: &str, number: &str) -> String {
    let Some(rest) = summary.strip_prefix([TITLE, TITLE_FIRST]) else {
        return summary.replace([TITLE, TITLE_FIRST], number);
    };
    let rest = rest.trim_start();
    let (verb, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let verb = match verb {
        "is" => "are",
        "was" => "were",
        "has" => "have",
        "does" => "do",
        other => other.strip_suffix('s').unwrap_or(other),
    };
    capitalised(format!("{number} {verb} {rest}").trim_end())
}

/// Such as `2 of 8 buckets and streams`.
fn number_of(reports: &[Report<'_>], members: &[Member]) -> String {
    let is_bucket = |report: &Report<'_>| report.member.row.kind == AssetKind::Bucket;
    let kind = match reports.iter().filter(|report| is_bucket(report)).count() {
        0 => "streams",
        buckets if buckets == reports.len() => "buckets",
        _ => "buckets and streams",
    };
    match (reports.len(), members.len()) {
        (2, 2) => format!("both {kind}"),
        (number, _) => format!("{number} {kind}"),
    }
}

/// What is true of all once, and a list of the assets, with what is true of one alone. Where the words for all say
/// `<stream>`, the list says which.
fn detail(reports: &[Report<'_>], path: &Path) -> String {
    let first = &reports[0].sentences;
    let is_common = |sentence: &&String| {
        let mut all = reports.iter();
        all.all(|report| report.sentences.contains(sentence))
    };
    let common: Vec<_> = first.iter().filter(is_common).collect();
    let says_stream = common.iter().any(|sentence| sentence.contains(STREAM));
    if reports.iter().all(|report| report.own(&common).is_empty()) {
        let titles: Vec<_> = reports
            .iter()
            .map(|report| report.title(path, says_stream))
            .collect();
        let text: String = common.into_iter().map(String::as_str).collect();
        return format!("{}\nThis applies to {}.", of_each(&text), titles.join(", "));
    }
    let place = first
        .iter()
        .position(|sentence| !common.contains(&sentence));
    let (before, after) = common.split_at(place.unwrap_or(common.len()).min(common.len()));
    let before: String = before.iter().map(|sentence| sentence.as_str()).collect();
    let after: String = after.iter().map(|sentence| sentence.as_str()).collect();
    let after = match after.strip_prefix(' ') {
        Some(sentence) => format!("\n{sentence}"),
        None => after,
    };
    let list = reports.iter().map(|report| {
        let title = report.title(path, says_stream);
        report.line(&title, &common)
    });
    let list: String = list.collect();
    format!("{}{list}{}", of_each(&before), of_each(&after))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resources::lattice_buckets::LatticeBuckets;
    use crate::resources::object_type::ObjectType;
    use crate::resources::preflight::fixture::Case;
    use crate::resources::wadm::WadmJetStream;

    /// What `report` says of each asset, merged.
    fn merged_of(
        object_type: impl ObjectType,
        report: impl Fn(&Member) -> Option<Diagnostic>,
    ) -> Vec<Diagnostic> {
        let case = Case::create(object_type, json!({}));
        let members = &case.plan().object.members;
        let reports = members.iter().filter_map(report).collect();
        merged(reports, members, members).0
    }

    fn deleted(member: &Member) -> Diagnostic {
        let title = member.title();
        let detail = format!(
            "Its contents are lost. It contains {} keys. Choose one:\n  - keep it: set `skip_destroy` in `{}`\n  - save it: `nats stream backup {}`\nNothing of {title} comes back.",
            title.len(),
            member.row.key,
            member.stream()
        );
        let summary = format!(
            "{} is deleted with {} keys",
            capitalised(&title),
            title.len()
        );
        Diagnostic::warning(summary, detail).at(Path::attribute("force_destroy"))
    }

    #[test]
    fn what_is_the_same_is_there_once_and_what_differs_is_in_a_list_of_the_assets() {
        let all = merged_of(LatticeBuckets, |member| Some(deleted(member)));

        let expected = "Its contents are lost.\n  - bucket LATTICEDATA_default (stream KV_LATTICEDATA_default) contains 26 keys.\n  - bucket CONFIGDATA_default (stream KV_CONFIGDATA_default) contains 25 keys.\nChoose one:\n  - keep it: set `skip_destroy` in each block\n  - save it: `nats stream backup <stream>`\nNothing of each of them comes back.";
        let expected = Diagnostic::warning("Both buckets are deleted with keys", expected);
        assert_eq!(all, [expected.at(Path::attribute("force_destroy"))]);
    }

    #[test]
    fn where_nothing_differs_the_assets_are_named() {
        let failure = |member: &Member| {
            let summary = format!("{} could not be created", capitalised(&member.title()));
            let error = Diagnostic::error(summary, "No server has the tag. Change it.");
            Some(error.at(Path::attribute(member.row.key)))
        };

        let all = merged_of(WadmJetStream, failure);

        let [error] = &all[..] else {
            panic!("{all:?}");
        };
        assert_eq!(
            (error.summary.as_str(), &error.path),
            ("8 buckets and streams could not be created", &Path::root())
        );
        let (words, assets) = error.detail.split_once('\n').unwrap();
        assert_eq!(words, "No server has the tag. Change it.");
        assert!(
            assets.starts_with("This applies to bucket wadm_state, bucket wadm_manifests, stream "),
            "{assets}"
        );
    }

    #[test]
    fn an_argument_of_each_asset_is_named_in_the_list() {
        let replicas = |member: &Member| {
            let error = Diagnostic::error(format!("Replicas of {} ", member.title()), "Too many.");
            Some(error.at(Path::attribute(member.row.key).then("replicas")))
        };

        let all = merged_of(LatticeBuckets, replicas);

        assert_eq!(all[0].summary.trim_end(), "Replicas of both buckets");
        assert!(
            all[0]
                .detail
                .ends_with("bucket CONFIGDATA_default (`config_data.replicas`)."),
            "{all:?}"
        );
    }

    #[test]
    fn another_cause_and_a_single_asset_stay_as_they_are() {
        let one = |member: &Member| (member.row.key == "config_data").then(|| deleted(member));
        let alone = merged_of(LatticeBuckets, one);
        assert!(
            alone[0]
                .summary
                .starts_with("Bucket CONFIGDATA_default is deleted with 25 keys"),
            "{alone:?}"
        );

        let different = |member: &Member| {
            let summary = format!("{} could not be read", capitalised(&member.title()));
            Some(Diagnostic::error(
                summary,
                format!("Because of {}.", member.row.key.len()),
            ))
        };
        assert_eq!(merged_of(LatticeBuckets, different).len(), 2);
    }

    #[test]
    fn a_verb_agrees_with_the_number_of_the_assets() {
        for (one, several) in [
            ("\u{2} is adopted", "2 streams are adopted"),
            ("\u{2} holds keys", "2 streams hold keys"),
            ("\u{2} could not be read", "2 streams could not be read"),
            ("\u{2} has no leader", "2 streams have no leader"),
            (
                "\u{2} receives no messages",
                "2 streams receive no messages",
            ),
            (
                "Storage of \u{1} cannot be changed",
                "Storage of 2 streams cannot be changed",
            ),
        ] {
            assert_eq!(plural(one, "2 streams"), several);
        }
    }
}

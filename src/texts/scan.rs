//! What the source says to users: the calls that make diagnostics, and the texts that they may hold.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::texts::committed::root;

/// Macros whose texts no user gets in a diagnostic.
const LOGS_AND_CHECKS: [&str; 9] = [
    "trace!",
    "debug!",
    "info!",
    "warn!",
    "error!",
    "assert!",
    "assert_eq!",
    "panic!",
    "debug_assert!",
];

/// A text in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    pub file: String,
    pub line: u32,
    pub text: String,
}

/// What one file says.
#[derive(Debug, Default)]
pub struct Spoken {
    /// File and line of each call that makes a diagnostic.
    pub calls: BTreeSet<(String, u32)>,
    pub literals: Vec<Literal>,
}

/// What all files say whose texts may reach a user by a diagnostic.
pub fn source() -> Spoken {
    let mut all = Spoken::default();
    for folder in [
        "catalogue.rs",
        "text.rs",
        "data_sources",
        "functions",
        "jetstream",
        "provider",
        "resources",
        "terraform",
    ] {
        for path in rust_files(&root().join("src").join(folder)) {
            let name = path.strip_prefix(root()).expect("a file of the package");
            let name = name.display().to_string();
            let is_other = ["/proto/", "/tests/", "/texts", "/fuzz.rs", "/fixture.rs"]
                .iter()
                .chain(&["/one_bucket.rs", "/arbitrary.rs", "/lint.rs"])
                .any(|other| name.contains(other));
            if is_other {
                continue;
            }
            let spoken = spoken(&name, &fs::read_to_string(path).expect("a source file"));
            all.calls.extend(spoken.calls);
            all.literals.extend(spoken.literals);
        }
    }
    all
}

fn rust_files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = fs::read_dir(path).expect("a folder of the source");
    let mut files: Vec<_> = entries
        .flat_map(|entry| rust_files(&entry.expect("an entry").path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    files.sort();
    files
}

/// What a source text says, without its tests, logs and comments.
fn spoken(file: &str, source: &str) -> Spoken {
    let (code, literals) = without_texts(source);
    let line = |place: usize| 1 + code[..place].matches('\n').count() as u32;
    let mut silent = tests(&code);
    silent.extend(logs_and_checks(&code));
    silent.extend(attributes(&code));
    let is_spoken = |place: usize| !silent.iter().any(|range| range.contains(&place));
    let calls = ["Diagnostic::error(", "Diagnostic::warning("]
        .iter()
        .flat_map(|call| code.match_indices(call))
        .map(|(place, _)| place)
        .filter(|place| is_spoken(*place));
    let calls = calls.map(|place| (file.to_owned(), line(place))).collect();
    let literals = literals.into_iter().filter(|(place, _)| is_spoken(*place));
    let literals = literals.map(|(place, text)| Literal {
        file: file.to_owned(),
        line: line(place),
        text,
    });
    Spoken {
        calls,
        literals: literals.collect(),
    }
}

/// The source with blanks in place of its comments and texts, and the texts with their places.
fn without_texts(source: &str) -> (String, Vec<(usize, String)>) {
    let mut code = String::with_capacity(source.len());
    let mut literals = Vec::new();
    let mut rest = source;
    while let Some(letter) = rest.chars().next() {
        let place = code.len();
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some((text, length)) = raw_text(rest, &code) {
            literals.push((place, text));
            length
        } else if letter == '"' {
            let (text, length) = text(rest);
            literals.push((place, text));
            length
        } else if letter == '\'' {
            character(rest)
        } else {
            code.push(letter);
            rest = &rest[letter.len_utf8()..];
            continue;
        };
        let (taken, left) = rest.split_at(length);
        code.extend(taken.bytes().map(|byte| match byte {
            b'\n' => '\n',
            _ => ' ',
        }));
        rest = left;
    }
    (code, literals)
}

/// A raw text and its length in the source, if one begins here.
fn raw_text(rest: &str, before: &str) -> Option<(String, usize)> {
    let in_a_name = before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
    let hashes = rest.strip_prefix('r')?;
    let content = hashes.trim_start_matches('#');
    let marks = "#".repeat(hashes.len() - content.len());
    let content = content.strip_prefix('"').filter(|_| !in_a_name)?;
    let end = content.find(&format!("\"{marks}"))?;
    Some((content[..end].to_owned(), 3 + 2 * marks.len() + end))
}

/// The text that begins with this quotation mark, and its length in the source.
fn text(rest: &str) -> (String, usize) {
    let mut text = String::new();
    let mut letters = rest.char_indices().skip(1).peekable();
    while let Some((place, letter)) = letters.next() {
        match letter {
            '"' => return (text, place + 1),
            '\\' => match letters.next().map(|(_, escaped)| escaped) {
                Some('n') => text.push('\n'),
                Some('\n') => {
                    while letters
                        .next_if(|(_, blank)| blank.is_whitespace())
                        .is_some()
                    {}
                }
                Some(escaped) => text.push(escaped),
                None => {}
            },
            letter => text.push(letter),
        }
    }
    (text, rest.len())
}

/// The length of the character, or of the quotation mark of a lifetime, that begins here.
fn character(rest: &str) -> usize {
    let mut letters = rest.char_indices().skip(1);
    match letters.next() {
        Some((_, '\\')) => rest[2..]
            .char_indices()
            .skip(1)
            .find(|(_, letter)| *letter == '\'')
            .map_or(1, |(place, _)| place + 3),
        Some(_) => match letters.next() {
            Some((place, '\'')) => place + 1,
            _ => 1,
        },
        None => 1,
    }
}

/// The places of items that only tests compile.
fn tests(code: &str) -> Vec<Range<usize>> {
    let marks = ["#[cfg(test)]", "#[cfg(all(test"];
    let marks = marks.iter().flat_map(|mark| code.match_indices(mark));
    let items = marks.map(|(place, _)| {
        let rest = &code[place..];
        let end = rest.find(['{', ';']).unwrap_or(rest.len());
        match rest[end..].starts_with('{') {
            true => place..place + end + closed(&rest[end..]),
            false => place..place + end,
        }
    });
    items.collect()
}

fn logs_and_checks(code: &str) -> Vec<Range<usize>> {
    let names = LOGS_AND_CHECKS.iter();
    let calls = names.flat_map(|name| code.match_indices(name));
    let calls = calls.map(|(place, name)| {
        let begin = place + name.len();
        place..begin + closed(&code[begin..])
    });
    calls.collect()
}

/// The places of attributes such as `#[expect(.., reason = "..")]`.
fn attributes(code: &str) -> Vec<Range<usize>> {
    let attributes = code.match_indices("#[");
    let attributes = attributes.map(|(place, _)| place..place + 1 + closed(&code[place + 1..]));
    attributes.collect()
}

/// How far the bracket reaches that the code begins with.
fn closed(code: &str) -> usize {
    let mut depth = 0_usize;
    for (place, letter) in code.char_indices() {
        match letter {
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return place + 1;
        }
    }
    code.len()
}

/// The parts of a text between its placeholders that say something: each has at least 12 letters.
pub fn fragments(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '{' if letters.next_if_eq(&'{').is_none() => {
                parts.push(String::new());
                while letters.next().is_some_and(|letter| letter != '}') {}
            }
            '}' => {
                letters.next_if_eq(&'}');
                parts.last_mut().expect("a part").push('}');
            }
            letter => parts.last_mut().expect("a part").push(letter),
        }
    }
    let parts = parts.iter().map(|part| comparable(part));
    parts
        .filter(|part| part.chars().filter(|one| one.is_alphabetic()).count() >= 12)
        .collect()
}

/// A text as it is compared: in small letters, with one blank in place of several and of line ends.
pub fn comparable(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

#[test]
fn texts_and_calls_are_found_and_those_of_tests_and_logs_left_out() {
    let source = r##"
// "a comment of words" Diagnostic::error("x")
fn f<'a>() -> char {
    tracing::debug!(x, "a log of {} words", g("which nobody gets"));
    let quoted = '"';
    Diagnostic::error("one \"quoted\" \
                       text", r#"a "raw" text"#);
    '\''
}
#[allow(dead_code, reason = "a reason for compilers")]
#[cfg(test)]
impl X { fn g() { Diagnostic::warning("in a test", "x") } }
#[cfg(test)]
mod tests {
    fn h() { Diagnostic::warning("in a test too", "x") }
}
"##;

    let spoken = spoken("f.rs", source);

    let texts: Vec<_> = spoken
        .literals
        .iter()
        .map(|literal| literal.text.as_str())
        .collect();
    assert_eq!(texts, ["one \"quoted\" text", "a \"raw\" text"]);
    assert_eq!(spoken.calls, BTreeSet::from([("f.rs".to_owned(), 6)]));
}

#[test]
fn a_text_has_the_parts_between_its_placeholders() {
    let text = "Could not {what}: the {server:?} accepts `jetstream {{}}` as one\n  part {0}.";

    let parts = ["accepts `jetstream {}` as one part"];
    assert_eq!(fragments(text), parts);
}

//! The source as text: its files, and the modules that each of them names.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A file of `src/`.
pub struct SourceFile {
    /// Its path below `src/`.
    pub path: PathBuf,
    /// Its module: `["resources", "plan"]` for `resources/plan/mod.rs`.
    pub module: Vec<String>,
    /// Its text without comments and unit tests.
    pub code: String,
}

/// The folder of the package.
pub fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files of `src/` that are not test code and not generated.
pub fn source() -> Vec<SourceFile> {
    let root = package().join("src");
    let files = rust_files(&root).into_iter().map(|file| {
        let path = file.strip_prefix(&root).unwrap().to_owned();
        let text = fs::read_to_string(&file).unwrap();
        SourceFile {
            module: module_of(&path),
            code: code(&text),
            path,
        }
    });
    let files: Vec<_> = files.collect();
    let tests: BTreeSet<Vec<String>> = files.iter().flat_map(test_modules).collect();
    let is_test = |file: &SourceFile| tests.iter().any(|module| file.module.starts_with(module));
    let files = files.into_iter();
    files
        .filter(|file| !is_test(file))
        .filter(|file| !file.path.starts_with("terraform/proto"))
        .collect()
}

/// Every path that starts at the crate, with its groups taken apart: `crate::a::{b, c::D}` names `a::b` and `a::c::D`.
pub fn named(file: &SourceFile) -> Vec<Vec<String>> {
    let code = &file.code;
    let of_crate = ["crate", "terraform_provider_wasmcloud"];
    let absolute = of_crate
        .into_iter()
        .flat_map(|root| after_each(code, root))
        .flat_map(|rest| paths(rest, &[]));
    let parent = &file.module[..file.module.len().saturating_sub(1)];
    let relative = after_each(code, "super").flat_map(|rest| paths(rest, parent));
    absolute.chain(relative).collect()
}

/// What follows `root::` wherever `root` is a whole name.
pub fn after_each<'a>(text: &'a str, root: &'a str) -> impl Iterator<Item = &'a str> {
    text.match_indices(root).filter_map(move |(at, _)| {
        let whole = !text[..at].chars().next_back().is_some_and(is_of_a_name);
        let rest = text[at + root.len()..].trim_start().strip_prefix("::");
        rest.filter(|_| whole)
    })
}

/// The paths that a text begins with, below `prefix`.
fn paths(text: &str, prefix: &[String]) -> Vec<Vec<String>> {
    let text = text.trim_start();
    if let Some(group) = text.strip_prefix('{') {
        let parts = split_group(group).into_iter();
        return parts.flat_map(|part| paths(part, prefix)).collect();
    }
    let name: String = text.chars().take_while(|one| is_of_a_name(*one)).collect();
    if name.is_empty() {
        return vec![prefix.to_vec()];
    }
    let rest = text[name.len()..].trim_start();
    let mut path = prefix.to_vec();
    if name != "self" {
        path.push(name);
    }
    match rest.strip_prefix("::") {
        Some(rest) => paths(rest, &path),
        None => vec![path],
    }
}

/// The parts of a group, up to the brace that closes it.
fn split_group(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => {
                parts.push(&group[start..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.retain(|part| !part.trim().is_empty());
    parts
}

fn is_of_a_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// The modules that a file declares for tests only.
fn test_modules(file: &SourceFile) -> Vec<Vec<String>> {
    let mut modules = Vec::new();
    let mut for_tests = false;
    for line in file.code.lines().map(str::trim) {
        let declared = line
            .split("mod ")
            .nth(1)
            .and_then(|rest| rest.strip_suffix(';'));
        match declared {
            Some(name) if for_tests => {
                modules.push([&file.module[..], &[name.to_owned()]].concat());
            }
            _ => {}
        }
        for_tests = line == "#[cfg(test)]";
    }
    modules
}

fn module_of(path: &Path) -> Vec<String> {
    let mut module: Vec<String> = path
        .with_extension("")
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if module
        .last()
        .is_some_and(|last| last == "mod" || last == "lib")
    {
        module.pop();
    }
    module
}

/// A text without its comments and its unit tests, which stand last.
fn code(text: &str) -> String {
    let unit_tests = text.find("\nmod tests {").unwrap_or(text.len());
    let text = &text[..unit_tests];
    let lines = text.lines();
    let code: Vec<_> = lines
        .map(|line| match line.trim_start().starts_with("//") {
            true => "",
            false => line.split(" // ").next().unwrap_or_default(),
        })
        .collect();
    code.join("\n")
}

pub fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries
        .flat_map(|path| match path.is_dir() {
            true => rust_files(&path),
            false => vec![path],
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    files.sort();
    files
}

#[test]
fn groups_are_taken_apart() {
    let file = SourceFile {
        path: PathBuf::from("a/b.rs"),
        module: vec!["a".to_owned(), "b".to_owned()],
        code:
            "use crate::{x::{self, Y}, z};\nuse super::c;\nfn f() { crate::w::v(); my_crate::u() }"
                .to_owned(),
    };

    let named: Vec<_> = named(&file).iter().map(|path| path.join("::")).collect();

    assert_eq!(named, ["x", "x::Y", "z", "w::v", "a::c"]);
}

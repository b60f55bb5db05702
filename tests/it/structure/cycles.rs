//! No file imports, by whatever detour, a file that imports it.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{SourceFile, named, source};

type Graph = BTreeMap<String, BTreeSet<String>>;

#[test]
fn no_files_import_each_other() {
    let cycles: Vec<_> = cycles(&graph(&source()))
        .into_iter()
        .map(|files| files.join(" <-> "))
        .collect();

    assert!(cycles.is_empty(), "{}", cycles.join("\n"));
}

#[test]
fn a_cycle_is_found_however_long_it_is() {
    let graph: Graph = [("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")]
        .map(|(from, to)| (from.to_owned(), BTreeSet::from([to.to_owned()])))
        .into();

    assert_eq!(cycles(&graph), [["a", "b", "c"]]);
}

/// Which files each file imports.
fn graph(files: &[SourceFile]) -> Graph {
    let imports = |file: &SourceFile| {
        let imported = named(file)
            .into_iter()
            .filter_map(|path| resolve(&path, files, 0));
        imported.filter(|other| *other != name(file)).collect()
    };
    files
        .iter()
        .map(|file| (name(file), imports(file)))
        .collect()
}

/// The file that defines what a path names: re-exports are followed.
fn resolve(path: &[String], files: &[SourceFile], depth: usize) -> Option<String> {
    let file = files
        .iter()
        .filter(|file| path.starts_with(&file.module))
        .max_by_key(|file| file.module.len())?;
    let rest = &path[file.module.len()..];
    let reexported = rest.first().and_then(|item| reexport(file, item));
    match reexported {
        Some(target) if depth < 4 => resolve(&target, files, depth + 1),
        _ => Some(name(file)),
    }
}

/// What a file re-exports under this name.
fn reexport(file: &SourceFile, item: &str) -> Option<Vec<String>> {
    let statements = file.code.split(';').filter_map(|statement| {
        let (_, path) = statement
            .split_once("pub use ")
            .or_else(|| statement.split_once("pub(crate) use "))?;
        Some(path.to_owned())
    });
    let paths = statements.flat_map(|path| {
        let absolute = match path.trim_start().strip_prefix("crate::") {
            Some(_) => path,
            None => {
                let path = path.trim_start().trim_start_matches("self::");
                let module = ["crate".to_owned()]
                    .iter()
                    .chain(&file.module)
                    .cloned()
                    .collect::<Vec<_>>();
                format!("{}::{path}", module.join("::"))
            }
        };
        named(&SourceFile {
            path: file.path.clone(),
            module: file.module.clone(),
            code: absolute,
        })
    });
    let mut paths = paths.filter(|path| path.last().is_some_and(|last| last == item));
    paths
        .next()
        .filter(|path| path.len() > file.module.len() + 1)
}

fn name(file: &SourceFile) -> String {
    file.path.display().to_string()
}

/// The groups of files that reach each other.
fn cycles(graph: &Graph) -> Vec<Vec<String>> {
    let reach: BTreeMap<_, _> = graph
        .keys()
        .map(|from| (from, reachable(from, graph)))
        .collect();
    let mut found: Vec<Vec<String>> = Vec::new();
    for (from, to) in &reach {
        let group: Vec<String> = graph
            .keys()
            .filter(|other| to.contains(*other) && reach[*other].contains(*from))
            .cloned()
            .collect();
        if group.len() > 1 && !found.contains(&group) {
            found.push(group);
        }
    }
    found
}

fn reachable(from: &str, graph: &Graph) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut open = vec![from.to_owned()];
    while let Some(next) = open.pop() {
        for to in graph.get(&next).into_iter().flatten() {
            if seen.insert(to.clone()) {
                open.push(to.clone());
            }
        }
    }
    seen
}

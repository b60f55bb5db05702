//! Folders are small, and no type is spread over many files.

use std::collections::{BTreeMap, BTreeSet};

use super::source::source;

/// The most files at one level of a folder.
const MOST_FILES: usize = 9;
/// Folders that are a flat list of equals.
const LISTS: [&str; 1] = ["resources/preflight"];
/// The most files with methods of one type.
const MOST_FILES_OF_A_TYPE: usize = 3;

#[test]
fn a_folder_has_at_most_nine_files_unless_it_is_a_list_of_equals() {
    let mut folders: BTreeMap<String, usize> = BTreeMap::new();
    for file in source() {
        let folder = file.path.parent().unwrap().display().to_string();
        *folders.entry(folder).or_default() += 1;
    }

    let large = folders
        .into_iter()
        .filter(|(folder, files)| *files > MOST_FILES && !LISTS.contains(&folder.as_str()));
    assert_eq!(large.collect::<Vec<_>>(), []);
}

#[test]
fn a_type_has_methods_in_at_most_three_files() {
    let mut types: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in source() {
        for name in types_with_methods(&file.code) {
            let files = types.entry(name).or_default();
            files.insert(file.path.display().to_string());
        }
    }

    assert!(types.len() > 50, "{}", types.len());
    types.retain(|_, files| files.len() > MOST_FILES_OF_A_TYPE);
    assert_eq!(types, BTreeMap::new());
}

/// The types for which a text has an `impl` block of their own.
fn types_with_methods(code: &str) -> Vec<String> {
    let blocks = code.lines().filter_map(|line| line.strip_prefix("impl"));
    let own = blocks.filter(|block| !block.contains(" for "));
    own.filter_map(|block| {
        let block = match block.strip_prefix('<') {
            Some(generic) => generic.split_once("> ")?.1,
            None => block,
        };
        let name: String = block
            .trim_start()
            .chars()
            .take_while(|one| one.is_alphanumeric() || *one == '_')
            .collect();
        Some(name).filter(|name| !name.is_empty())
    })
    .collect()
}

#[test]
fn an_impl_block_is_found_in_each_of_its_forms() {
    let code = "impl Object {\nimpl<T: ObjectType> ObjectResource<T> {\nimpl Drop for Object {\nimpl Operation<'_> {";

    assert_eq!(
        types_with_methods(code),
        ["Object", "ObjectResource", "Operation"]
    );
}

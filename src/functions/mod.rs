//! The functions of the provider: names, permissions and import ids, computed without a server and without a
//! configuration.
//!
//! None of them has a list of its own: names follow from the catalogue, permissions from the table that preflight and the
//! docs use, and import ids from the resource types.

mod options;
mod names;
mod permissions;
mod import_ids;

use crate::terraform::framework::function::Function;

/// Every function, in the order of the docs.
pub fn all() -> Vec<Function> {
    let groups = [names::all(), permissions::all(), import_ids::all()];
    groups.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_there_once_and_every_text_is_a_text() {
        let all = all();
        let mut names: Vec<_> = all.iter().map(|function| function.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all.len());

        for function in all {
            let parameters = function.parameters.iter().chain(&function.variadic);
            let descriptions = parameters.map(|parameter| parameter.description.as_str());
            for text in descriptions.chain([function.description.as_str()]) {
                assert!(text.ends_with('.'), "{}: {text}", function.name);
            }
            assert!(!function.summary.ends_with('.'), "{}", function.summary);
        }
    }
}

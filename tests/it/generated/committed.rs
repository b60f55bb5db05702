//! Files that are generated and committed. The unit test of all texts includes this module too.

use std::env;
use std::fs;
use std::path::Path;

/// Asserts that a committed file has this content, or with GENERATE=1 makes it so.
pub fn is_or_becomes(file: &str, generated: &str) {
    let path = root().join(file);
    if env::var_os("GENERATE").is_some() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be made");
        fs::write(&path, generated).expect("the file can be written");
        return;
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == generated,
        "{file} is out of date: run `make generate`"
    );
}

/// The folder of the project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

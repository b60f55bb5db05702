//! Everything that a run leaves behind: what it printed, and every file, also those inside of a saved plan.

use std::fs::{self, File};
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use crate::secrets::search::Search;

/// A place, and what is there.
pub type Place = (String, Vec<u8>);

/// All files under a folder, and all members of those that are archives.
pub fn under(folder: &Path) -> Vec<Place> {
    let mut places = Vec::new();
    for file in files(folder) {
        let name = file.strip_prefix(folder).expect("a file of the folder");
        let name = name.display().to_string();
        let content = fs::read(&file).unwrap_or_else(|error| panic!("{name}: {error}"));
        places.extend(members(&name, &content));
        places.push((name, content));
    }
    places
}

/// Which forms of which secrets are where.
pub fn leaks<'a>(search: &Search, places: impl IntoIterator<Item = &'a Place>) -> Vec<String> {
    let places = places.into_iter();
    places
        .flat_map(|(place, content)| {
            let found = search.found_in(content).into_iter();
            found.map(move |what| format!("{what}: in {place}"))
        })
        .collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        // A link leads out: to the provider's binary.
        match entry.file_type().expect("its type") {
            kind if kind.is_dir() => files.extend(self::files(&entry.path())),
            kind if kind.is_file() => files.push(entry.path()),
            _ => {}
        }
    }
    files
}

fn members(name: &str, content: &[u8]) -> Vec<Place> {
    if !content.starts_with(b"PK\x03\x04") {
        return Vec::new();
    }
    let mut archive = ZipArchive::new(Cursor::new(content)).expect("an archive");
    let members = (0..archive.len()).map(|index| {
        let mut member = archive.by_index(index).expect("a member");
        let mut content = Vec::new();
        member.read_to_end(&mut content).expect("its content");
        let member = member.name().expect("a name");
        (format!("{name}: {member}"), content)
    });
    members.collect()
}

#[test]
fn what_is_hidden_in_a_folder_or_in_an_archive_is_found() {
    use std::io::Write;
    use zip::write::{SimpleFileOptions, ZipWriter};

    const SECRET: &str = "hidden in the deep of a folder";
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("a/.b");
    fs::create_dir_all(&deep).unwrap();
    fs::write(deep.join("crash.log"), format!("{SECRET}\n")).unwrap();
    let mut archive = ZipWriter::new(File::create(folder.path().join("saved")).unwrap());
    // Compressed, the secret is not in the bytes of the archive.
    archive
        .start_file("tfplan", SimpleFileOptions::default())
        .unwrap();
    archive.write_all(SECRET.repeat(9).as_bytes()).unwrap();
    archive.finish().unwrap();

    let found = leaks(&Search::of([("it", SECRET)]), &under(folder.path()));

    let mut found: Vec<&str> = found.iter().map(String::as_str).collect();
    found.retain(|leak| leak.starts_with("it itself"));
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "it itself: in a/.b/crash.log",
            "it itself: in saved: tfplan"
        ]
    );
}

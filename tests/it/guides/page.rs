//! A guide as its tests see it: fenced blocks under headings.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

const FENCE: &str = "```";
/// Tests run side by side, and several write into one page.
static WRITING: Mutex<()> = Mutex::new(());

/// A fenced block of a page.
#[derive(Clone, Debug)]
pub struct Block {
    /// Name of the page, such as `reading-plans`.
    pub page: String,
    /// The nearest heading above it, without its `#`s.
    pub heading: String,
    /// What stands after the opening fence, such as `terraform`.
    pub language: String,
    pub text: String,
    /// The place among the blocks of its page.
    index: usize,
}

impl Block {
    /// Puts another text into its place in the page.
    pub fn replace(&self, text: &str) {
        let _writing = WRITING.lock().unwrap();
        let path = path_of(&self.page);
        let page = fs::read_to_string(&path).expect("the page");
        let mut before = 0;
        let mut inside = false;
        let mut written = String::new();
        for line in page.lines() {
            if line.starts_with(FENCE) {
                inside = !inside;
                before += usize::from(!inside);
                if inside && before == self.index {
                    written += &format!("{line}\n{}\n", text.trim_end());
                    continue;
                }
            }
            if !(inside && before == self.index) {
                written += &format!("{line}\n");
            }
        }
        fs::write(path, written).expect("the page can be written");
    }
}

/// The names of all pages, sorted.
pub fn names() -> Vec<String> {
    let files = fs::read_dir(folder()).expect("docs/guides").flatten();
    let mut names: Vec<String> = files
        .filter_map(|file| Some(file.path().file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    names
}

/// Every block of every page.
pub fn all_blocks() -> Vec<Block> {
    let mut names = names();
    names.extend([README, SITUATIONS].map(str::to_owned));
    names.iter().flat_map(|name| blocks(name)).collect()
}

/// The text of a page.
pub fn read(page: &str) -> String {
    fs::read_to_string(path_of(page)).unwrap_or_else(|error| panic!("{page}.md: {error}"))
}

/// Every block of a page, in order.
pub fn blocks(page: &str) -> Vec<Block> {
    let text = read(page);
    let mut blocks: Vec<Block> = Vec::new();
    let mut heading = String::new();
    let mut inside = false;
    for line in text.lines() {
        match line.strip_prefix(FENCE) {
            Some(_) if inside => inside = false,
            Some(language) => {
                inside = true;
                blocks.push(Block {
                    page: page.to_owned(),
                    heading: heading.clone(),
                    language: language.to_owned(),
                    text: String::new(),
                    index: blocks.len(),
                });
            }
            None if inside => {
                let block = blocks.last_mut().expect("the block that was opened");
                block.text += &format!("{line}\n");
            }
            None if line.starts_with('#') => {
                heading = line.trim_start_matches('#').trim().to_owned()
            }
            None => {}
        }
    }
    assert!(!inside, "{page}.md ends inside a block");
    blocks
}

/// The blocks under one heading, in order.
pub fn under(page: &str, heading: &str) -> Vec<Block> {
    let mut found = blocks(page);
    found.retain(|block| block.heading == heading);
    assert!(
        !found.is_empty(),
        "{page}.md has no block under {heading:?}"
    );
    found
}

// The pages that are not among the guides.
pub const README: &str = "README";
pub const SITUATIONS: &str = "situations";

fn path_of(page: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = match page {
        README => root.to_owned(),
        SITUATIONS => root.join("tests/snapshots"),
        _ => folder(),
    };
    folder.join(page).with_extension("md")
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guides")
}

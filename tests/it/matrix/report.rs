//! What was covered, and how each cell ended.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

/// A cell: asset, setting (empty for what concerns the whole asset), and the way in which it changes.
pub type Cell = (&'static str, &'static str, String);

/// The ends of all cells on one server.
#[derive(Default)]
pub struct Report {
    version: String,
    ends: BTreeMap<Cell, Result<String, String>>,
}

impl Report {
    pub fn of(version: &str) -> Self {
        Self {
            version: version.to_owned(),
            ends: BTreeMap::new(),
        }
    }

    /// Notes how a cell ended. A failure stays.
    pub fn note(&mut self, cell: Cell, end: Result<String, String>) {
        match self.ends.get_mut(&cell) {
            Some(Err(text)) => {
                if let Err(more) = end {
                    text.push_str("; ");
                    text.push_str(&more);
                }
            }
            Some(Ok(_)) if end.is_ok() => {}
            _ => _ = self.ends.insert(cell, end),
        }
    }

    /// Whether a cell has come to an end.
    pub fn has(&self, cell: &Cell) -> bool {
        self.ends.contains_key(cell)
    }

    /// Whether a cell has ended like this.
    pub fn ended(&self, cell: &Cell, like: &str) -> bool {
        matches!(self.ends.get(cell), Some(Ok(end)) if end == like)
    }

    /// Prints the table, writes it under `target/tmp` with `what` in its name, and demands that every cell of `all` came to a good end.
    pub fn close(&self, what: &str, all: impl IntoIterator<Item = Cell>) {
        let missing: Vec<_> = all
            .into_iter()
            .filter(|cell| !self.has(cell))
            .map(|(asset, setting, way)| format!("{asset} {setting} {way}"))
            .collect();
        let text = self.text();
        let file = format!("matrix-{}-{what}.txt", self.version);
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(file);
        std::fs::write(&file, &text).expect("the table is written");
        eprintln!("{text}");
        let failed: Vec<_> = self
            .ends
            .iter()
            .filter_map(|((asset, setting, way), end)| {
                let error = end.as_ref().err()?;
                Some(format!("{asset} {setting} {way}: {error}"))
            })
            .collect();
        assert!(
            failed.is_empty() && missing.is_empty(),
            "nats-server {}: {} of {} cells failed:\n{}\n{} cells were not tried:\n{}",
            self.version,
            failed.len(),
            self.ends.len(),
            failed.join("\n"),
            missing.len(),
            missing.join("\n")
        );
    }

    /// One line for each setting and way: the assets that ended alike stand together.
    fn text(&self) -> String {
        let good = self.ends.values().filter(|end| end.is_ok()).count();
        let mut text = format!(
            "nats-server {}: {good} of {} cells hold\n",
            self.version,
            self.ends.len()
        );
        let rows: BTreeSet<_> = self
            .ends
            .keys()
            .map(|(_, setting, way)| (*setting, way.as_str()))
            .collect();
        for (setting, way) in rows {
            let mut alike: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for ((asset, ..), end) in self
                .ends
                .iter()
                .filter(|((_, of, by), _)| (*of, by.as_str()) == (setting, way))
            {
                let end = end.as_deref().unwrap_or("FAILED");
                alike.entry(end).or_default().push(asset);
            }
            for (end, assets) in alike {
                let setting = if setting.is_empty() {
                    "(asset)"
                } else {
                    setting
                };
                let _ = writeln!(text, "  {setting:26} {way:12} {end}: {}", assets.join(" "));
            }
        }
        text
    }
}

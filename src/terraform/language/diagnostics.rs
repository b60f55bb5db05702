//! What a practitioner reads when something is wrong: a title, an explanation with what to do, and the attribute.

use crate::terraform::language::value::path::Path;
use crate::text::{printable, printable_lines};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The operation did not do what was requested.
    Error,
    /// The operation did what was requested, and the reader should know something about it.
    Warning,
}

/// One message to the practitioner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// What failed, as a title without full stop.
    pub summary: String,
    /// What was requested, what was answered, what to do next.
    pub detail: String,
    /// The attribute that the reader can edit; the root when it is none in particular.
    pub path: Path,
}

impl Diagnostic {
    /// An error about no attribute in particular. Letters that steer a terminal are escaped, whoever they come from.
    #[cfg_attr(test, track_caller)]
    pub fn error(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Severity::Error, &summary.into(), &detail.into())
    }

    /// A warning about no attribute in particular.
    #[cfg_attr(test, track_caller)]
    pub fn warning(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Severity::Warning, &summary.into(), &detail.into())
    }

    #[cfg_attr(test, track_caller)]
    fn new(severity: Severity, summary: &str, detail: &str) -> Self {
        #[cfg(test)]
        made::note(std::panic::Location::caller());
        Self {
            severity,
            summary: printable(summary).into_owned(),
            detail: printable_lines(detail).into_owned(),
            path: Path::root(),
        }
    }

    /// The same message, pointing at an attribute.
    #[must_use]
    pub fn at(self, path: Path) -> Self {
        Self { path, ..self }
    }
}

/// All messages of one call, in the order they were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl Diagnostics {
    /// No message.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one message, unless the very same is there already.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if !self.0.contains(&diagnostic) {
            self.0.push(diagnostic);
        }
    }

    /// Adds all messages of another call.
    pub fn extend(&mut self, other: impl IntoIterator<Item = Diagnostic>) {
        for diagnostic in other {
            self.push(diagnostic);
        }
    }

    /// Whether there is an error among them.
    pub fn has_error(&self) -> bool {
        self.0
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Whether there is no message at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(diagnostics: I) -> Self {
        let mut all = Self::new();
        all.extend(diagnostics);
        all
    }
}

/// Where diagnostics were made, for the test that has a sample of each.
#[cfg(test)]
pub mod made {
    use std::cell::RefCell;
    use std::collections::BTreeSet;
    use std::panic::Location;

    thread_local! {
        static PLACES: RefCell<BTreeSet<(String, u32)>> = RefCell::default();
    }

    pub(super) fn note(place: &Location<'_>) {
        let place = (place.file().to_owned(), place.line());
        PLACES.with_borrow_mut(|places| places.insert(place));
    }

    /// The file and line of each call that has made a diagnostic in this thread.
    pub fn places() -> BTreeSet<(String, u32)> {
        PLACES.with_borrow(Clone::clone)
    }
}

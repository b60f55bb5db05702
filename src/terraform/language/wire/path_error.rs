//! Why a value could not be read, and where: the way is collected while returning from inside out, so that reading what is
//! in order costs no path at all.

use crate::terraform::language::diagnostics::Diagnostic;
use crate::terraform::language::types::Type;
use crate::terraform::language::value::path::{Path, PathStep};

/// One part of a value that does not fit its type.
#[derive(Debug)]
pub(super) struct PathError {
    reason: String,
    /// From the part outwards.
    steps: Vec<PathStep>,
}

impl PathError {
    /// What is wrong, as the end of a sentence. It must not hold the value, which may be a secret.
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            steps: Vec::new(),
        }
    }

    /// A value of another type than expected.
    pub(super) fn mismatch(expected: &Type, found: &str) -> Self {
        Self::new(format!("expected {}, found {found}", noun(expected)))
    }

    /// A tuple of another length than its type.
    pub(super) fn length(expected: usize, found: usize) -> Self {
        Self::new(format!("expected {expected} elements, found {found}"))
    }

    /// An object without one of its attributes.
    pub(super) fn missing(name: &str, expected: &Type) -> Self {
        Self::mismatch(expected, "nothing").within(attribute(name))
    }

    /// An attribute that its object does not have.
    pub(super) fn surplus(name: &str) -> Self {
        Self::new("the schema has no such attribute").within(attribute(name))
    }

    /// A key that its object or map has already.
    pub(super) fn twice(step: PathStep) -> Self {
        Self::new("it occurs twice").within(step)
    }

    /// The same error, seen from one level further out.
    pub(super) fn within(mut self, step: PathStep) -> Self {
        self.steps.push(step);
        self
    }

    /// The same error, seen from the set around the element: elements of sets have no address, so the path ends here.
    pub(super) fn within_set(mut self) -> Self {
        let inside = self.path();
        self.steps.clear();
        if inside.is_root() {
            self.reason = format!("in an element of the set, {}", self.reason);
        } else {
            self.reason = format!("in an element of the set, at {inside}, {}", self.reason);
        }
        self
    }

    /// The same error, seen from the root, when the level reached so far is at `path`.
    pub(super) fn inside(mut self, path: &Path) -> Self {
        self.steps.extend(path.0.iter().rev().cloned());
        self
    }

    /// The error as a message with `advice` as its last sentences.
    pub(super) fn into_diagnostic(self, summary: &str, advice: &str) -> Diagnostic {
        let path = self.path();
        Diagnostic::error(
            summary,
            format!("At {}: {}. {advice}", path.title(), self.reason),
        )
        .at(path)
    }

    fn path(&self) -> Path {
        Path(self.steps.iter().rev().cloned().collect())
    }
}

/// A type in a sentence: its outermost level only, since the whole may be longer than a page.
fn noun(r#type: &Type) -> &'static str {
    match r#type {
        Type::Bool => "a bool",
        Type::Number => "a number",
        Type::String => "a string",
        Type::List(_) => "a list",
        Type::Set(_) => "a set",
        Type::Map(_) => "a map",
        Type::Object(_) => "an object",
        Type::Tuple(_) => "a tuple",
        Type::Dynamic => "a value with its type",
    }
}

/// The step into an object.
pub(super) fn attribute(name: &str) -> PathStep {
    PathStep::Attribute(name.to_owned())
}

/// The step into a map.
pub(super) fn key(key: &str) -> PathStep {
    PathStep::Key(key.to_owned())
}

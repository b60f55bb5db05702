//! Texts in the source that no sample needs to have.

/// A text that is in no sample, and why.
pub struct Exception {
    pub file: &'static str,
    /// What the text contains; empty for every text of the file.
    pub text: &'static str,
    pub reason: &'static str,
}

/// Few: each must be needed.
pub const EXCEPTIONS: &[Exception] = &[
];

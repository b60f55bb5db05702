//! Errors and warnings as Terraform prints them for machines, and a command that failed with them.

use std::fmt;
use std::process::Output;

use serde_json::Value;

/// One error or warning.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// "error" or "warning".
    pub severity: String,
    pub summary: String,
    pub detail: String,
    /// The resource it is about; empty when it is about none.
    pub address: String,
    /// The source text that Terraform shows for it, such as `replicas = 9`; empty when the diagnostic has no place.
    /// A path to an attribute that the configuration does not set points at the resource's first line.
    pub code: String,
    /// The line in `main.tf`; 0 when the diagnostic has no place.
    pub line: u64,
}

impl Diagnostic {
    fn parse(json: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Self {
            severity: text(&json["severity"]),
            summary: text(&json["summary"]),
            detail: text(&json["detail"]),
            address: text(&json["address"]),
            code: text(&json["snippet"]["code"]).trim().to_owned(),
            line: json["range"]["start"]["line"].as_u64().unwrap_or_default(),
        }
    }

    /// Whether summary or detail contain a text, however the lines are broken.
    pub fn says(&self, text: &str) -> bool {
        words(&format!("{}\n{}", self.summary, self.detail)).contains(&words(text))
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {}\n  at {} `{}`\n  {}",
            self.severity, self.summary, self.address, self.code, self.detail
        )
    }
}

/// The diagnostics among the JSON lines that Terraform has printed.
pub fn diagnostics(output: &Output) -> Vec<Diagnostic> {
    let text = String::from_utf8_lossy(&output.stdout);
    let lines = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines
        .filter(|line| line["type"] == "diagnostic")
        .map(|line| Diagnostic::parse(&line["diagnostic"]))
        .collect()
}

/// A command that failed, as most tests of errors want it to.
#[derive(Debug)]
pub struct Failure {
    command: String,
    /// The exit code; nothing when a signal ended it.
    pub code: Option<i32>,
    /// Errors and warnings; empty for commands that have no JSON form.
    pub diagnostics: Vec<Diagnostic>,
    /// Both streams as they were printed.
    pub text: String,
}

impl Failure {
    pub fn new(arguments: &[&str], output: &Output) -> Self {
        let streams = [&output.stdout, &output.stderr]
            .map(|stream| String::from_utf8_lossy(stream).into_owned());
        Self {
            command: arguments.join(" "),
            code: output.status.code(),
            diagnostics: diagnostics(output),
            text: streams.concat(),
        }
    }

    /// The only error; a panic if there are more.
    pub fn error(&self) -> &Diagnostic {
        let errors: Vec<_> = self
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == "error")
            .collect();
        assert_eq!(errors.len(), 1, "there should be one error: {self}");
        errors[0]
    }

    /// Whether any diagnostic, or for commands without them the text, contains this, however the lines are broken.
    pub fn says(&self, text: &str) -> bool {
        if self.diagnostics.is_empty() {
            return words(&self.text).contains(&words(text));
        }
        self.diagnostics
            .iter()
            .any(|diagnostic| diagnostic.says(text))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`terraform {}` ended with {:?}", self.command, self.code)?;
        for diagnostic in &self.diagnostics {
            write!(f, "\n{diagnostic}")?;
        }
        if self.diagnostics.is_empty() {
            write!(f, "\n{}", self.text)
        } else {
            Ok(())
        }
    }
}

/// Terraform breaks lines and draws a border along them; OpenTofu says its own name in the same sentences.
fn words(text: &str) -> String {
    text.split_whitespace()
        .filter(|word| *word != "│")
        .collect::<Vec<_>>()
        .join(" ")
        .replace("OpenTofu", "Terraform")
}

/// The only warning that says this.
pub fn warning<'a>(diagnostics: &'a [Diagnostic], text: &str) -> &'a Diagnostic {
    let saying: Vec<_> = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.says(text))
        .collect();
    assert_eq!(
        saying.len(),
        1,
        "one warning should say {text:?}: {diagnostics:#?}"
    );
    assert_eq!(saying[0].severity, "warning");
    saying[0]
}

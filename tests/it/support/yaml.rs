//! YAML as JSON, read by Terraform's `yamldecode`, so that no test needs a reader of its own.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use super::{Terraform, terraform_default};

/// The content of a file.
pub fn yaml(path: &Path) -> Value {
    let terraform = Terraform::bare(terraform_default());
    let mut console = terraform.command(&["console"]);
    let mut running = console
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a console");
    let mut input = running.stdin.take().expect("its input");
    writeln!(input, "jsonencode(yamldecode(file({path:?})))").expect("an expression");
    drop(input);
    let output = running.wait_with_output().expect("its output");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {errors}", path.display());
    // A string of Terraform's language, written as JSON writes it.
    let text: String = serde_json::from_slice(&output.stdout).expect("a string");
    serde_json::from_str(&text).expect("JSON")
}

//! What is done with every program, and which of them cannot.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::support::{Admin, Cli, Failure, NatsServer, Program, Workspace};

/// One part of the life of both resources, or one feature of a language.
pub struct Step {
    /// What a reader of the table knows it by.
    pub title: &'static str,
    /// Does it with a new server, and asserts what it leads to.
    ///
    /// # Errors
    ///
    /// How the program has refused what it cannot do. Anything else that goes wrong is a panic.
    pub perform: fn(Workspace) -> Result<(), Failure>,
    /// The programs that cannot.
    pub refusals: &'static [Refusal],
}

/// What a program cannot do, and how it says so.
pub struct Refusal {
    pub program: Program,
    /// The first line of versions that can, such as "1.11"; nothing when none can.
    pub since: Option<&'static str>,
    /// Its error message.
    pub says: &'static str,
}

/// Terraform, before this line of versions.
pub const fn terraform_before(line: &'static str, says: &'static str) -> Refusal {
    Refusal {
        program: Program::Terraform,
        since: Some(line),
        says,
    }
}

/// Every Terraform.
pub const fn no_terraform(says: &'static str) -> Refusal {
    Refusal {
        program: Program::Terraform,
        since: None,
        says,
    }
}

/// OpenTofu, before this line of versions.
pub const fn opentofu_before(line: &'static str, says: &'static str) -> Refusal {
    Refusal {
        program: Program::OpenTofu,
        since: Some(line),
        says,
    }
}

/// Every OpenTofu.
pub const fn no_opentofu(says: &'static str) -> Refusal {
    Refusal {
        program: Program::OpenTofu,
        since: None,
        says,
    }
}

impl Refusal {
    fn concerns(&self, cli: &Cli) -> bool {
        let is_before = |line| numbers(&cli.version) < numbers(line);
        self.program == cli.program && self.since.is_none_or(is_before)
    }
}

/// Such as `[1, 9, 8]`.
fn numbers(version: &str) -> Vec<u64> {
    let parts = version.split('.');
    parts
        .map(|part| part.parse().unwrap_or_else(|_| panic!("{version}")))
        .collect()
}

/// What a program has done with a step.
#[derive(Debug)]
pub enum Outcome {
    Done,
    /// It has refused, with this message, as expected.
    Refused(&'static str),
    /// Neither; the text says what happened.
    Failed(String),
}

impl Step {
    /// Performs it with a program, and compares with what the program is expected to do.
    pub fn outcome(&self, cli: &Cli) -> Outcome {
        let performed = catch_unwind(AssertUnwindSafe(|| (self.perform)(workspace(cli))));
        let refusal = self.refusals.iter().find(|refusal| refusal.concerns(cli));
        match (performed, refusal) {
            (Ok(Ok(())), None) => Outcome::Done,
            (Ok(Ok(())), Some(refusal)) => Outcome::Failed(format!(
                "it is done, but {:?} was expected: correct the refusals of the step",
                refusal.says
            )),
            (Ok(Err(failure)), Some(refusal)) if failure.says(refusal.says) => {
                Outcome::Refused(refusal.says)
            }
            (Ok(Err(failure)), _) => Outcome::Failed(failure.to_string()),
            (Err(panic), _) => Outcome::Failed(text_of(panic.as_ref())),
        }
    }
}

/// A server of its own, and the provider in this process.
fn workspace(cli: &Cli) -> Workspace {
    let server = NatsServer::start();
    let (url, admin) = (server.url(), Admin::connect(&server.url()));
    Workspace::of(server, admin, cli.clone(), &[("NATS_URL", &url)])
}

fn text_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
    text.unwrap_or_else(|| "a panic without a text".to_owned())
}

/// What every program has done, by the position of the step and that of the program.
pub type Outcomes = BTreeMap<(usize, usize), Outcome>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::versions::cli;

    #[test]
    fn a_refusal_concerns_the_versions_before_the_first_that_can() {
        let before = terraform_before("1.10", "no");

        assert!(before.concerns(&cli(Program::Terraform, "1.9.8")));
        assert!(!before.concerns(&cli(Program::Terraform, "1.10.5")));
        assert!(!before.concerns(&cli(Program::OpenTofu, "1.9.8")));
        assert!(no_opentofu("no").concerns(&cli(Program::OpenTofu, "2.0.0")));
    }
}

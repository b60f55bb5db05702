//! The life of both resources with every Terraform and every OpenTofu of `tools/versions`.
//!
//! `make test-matrix` installs them all and runs this. Every program performs every step. What a program cannot do is
//! declared with the step, by the error message that the program prints; a step that it can do all the same is a failure too.
//! The run makes the tables of `docs/guides/compatibility.md`: `GENERATE=1 make test-matrix` writes them, and without it the
//! run fails when they differ. `MATRIX_ONLY="OpenTofu 1.10: import"` performs only what has a name that begins so, and does
//! not look at the tables.

mod step;
mod objects;
mod life;
mod addresses;
mod language;
mod page;

use std::collections::VecDeque;
use std::sync::Mutex;
use std::thread;

use self::step::{Outcome, Outcomes, Step};
use crate::support::{Cli, Program, every_cli};

/// So many steps at once; more only wait for each other.
const AT_ONCE: usize = 6;

/// A program of a version, which is not started.
fn cli(program: Program, version: &str) -> Cli {
    Cli {
        program,
        version: version.to_owned(),
        path: "unused".into(),
    }
}

fn steps() -> Vec<&'static Step> {
    let parts = [life::STEPS, addresses::STEPS, language::STEPS];
    parts.into_iter().flatten().collect()
}

#[test]
#[ignore = "needs every Terraform and OpenTofu: make test-matrix"]
fn every_program_performs_every_step_or_refuses_it_as_the_guide_says() {
    let (steps, programs) = (steps(), every_cli());
    let only = std::env::var("MATRIX_ONLY").unwrap_or_default();

    let outcomes = perform(&steps, &programs, &only);

    let mut failures = Vec::new();
    for ((step, program), outcome) in &outcomes {
        if let Outcome::Failed(text) = outcome {
            failures.push(format!(
                "{}\n{text}",
                name(steps[*step], &programs[*program])
            ));
        }
    }
    for (number, program) in programs.iter().enumerate() {
        println!("{}", summary(number, program, &outcomes));
    }
    assert!(
        failures.is_empty(),
        "{} failed:\n\n{}",
        failures.len(),
        failures.join("\n\n")
    );
    if only.is_empty() {
        page::is_or_becomes(&steps, &programs, &outcomes);
    } else {
        assert!(
            !outcomes.is_empty(),
            "no step has a name that begins with {only:?}"
        );
        println!("The tables of the guide were not compared: MATRIX_ONLY is set.");
    }
}

/// Performs all steps whose names begin with `only`, with all programs.
fn perform(steps: &[&Step], programs: &[Cli], only: &str) -> Outcomes {
    let pairs = (0..steps.len()).flat_map(|step| (0..programs.len()).map(move |one| (step, one)));
    let wanted = pairs.filter(|(step, one)| name(steps[*step], &programs[*one]).starts_with(only));
    let left: Mutex<VecDeque<_>> = Mutex::new(wanted.collect());
    let outcomes = Mutex::new(Outcomes::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let next = left.lock().unwrap().pop_front();
                    let Some((step, program)) = next else { break };
                    let outcome = steps[step].outcome(&programs[program]);
                    outcomes.lock().unwrap().insert((step, program), outcome);
                }
            });
        }
    });
    outcomes.into_inner().unwrap()
}

/// Such as `OpenTofu 1.12.6: Create`.
fn name(step: &Step, cli: &Cli) -> String {
    format!("{} {}: {}", cli.program.name(), cli.version, step.title)
}

fn summary(program: usize, cli: &Cli, outcomes: &Outcomes) -> String {
    let of_program = outcomes.iter().filter(|((_, one), _)| *one == program);
    let (mut done, mut refused, mut failed) = (0, 0, 0);
    for (_, outcome) in of_program {
        match outcome {
            Outcome::Done => done += 1,
            Outcome::Refused(_) => refused += 1,
            Outcome::Failed(_) => failed += 1,
        }
    }
    format!(
        "{} {}: {done} steps done, {refused} refused as expected, {failed} failed",
        cli.program.name(),
        cli.version
    )
}

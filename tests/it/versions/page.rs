//! The tables of `docs/guides/compatibility.md`, from what every program has done.

use std::fs;

use super::step::{Outcome, Outcomes, Step};
use crate::generated::{committed, with_part};
use crate::support::{Cli, Program};

const PAGE: &str = "docs/guides/compatibility.md";

/// Asserts that the page has the tables of this run, or with GENERATE=1 writes them.
pub fn is_or_becomes(steps: &[&Step], programs: &[Cli], outcomes: &Outcomes) {
    let page = fs::read_to_string(committed::root().join(PAGE)).expect("the guide");
    let done = done(steps, programs, outcomes);
    let page = with_part(&page, "| what | Terraform |", "\n\n", done.trim_end());
    let refused = refused(steps, programs, outcomes);
    let page = with_part(&page, "| what | version |", "\n\n", refused.trim_end());
    committed::is_or_becomes(PAGE, &page);
}

/// A row for each step: which versions perform it.
fn done(steps: &[&Step], programs: &[Cli], outcomes: &Outcomes) -> String {
    let mut table = String::new();
    let versions = Program::ALL.map(|program| {
        let of_program = programs.iter().filter(|cli| cli.program == program);
        let versions: Vec<_> = of_program.map(|cli| cli.version.as_str()).collect();
        versions.into_iter().rev().collect::<Vec<_>>().join(", ")
    });
    table += "| what | Terraform | OpenTofu |\n|---|---|---|\n";
    table += &format!(
        "| versions of the run | {} | {} |\n",
        versions[0], versions[1]
    );
    for (number, step) in steps.iter().enumerate() {
        let cells = Program::ALL.map(|program| {
            let able = of(program, programs, |one| {
                matches!(outcomes[&(number, one)], Outcome::Done)
            });
            let all = of(program, programs, |_| true);
            match able.len() {
                0 => "no".to_owned(),
                count if count == all.len() => "yes".to_owned(),
                count => {
                    let newest = &all[all.len() - count..];
                    let is_newest = able
                        .iter()
                        .zip(newest)
                        .all(|(one, other)| one.version == other.version);
                    assert!(is_newest, "{}: {able:?}", step.title);
                    format!("{} and newer", line(able[0]))
                }
            }
        });
        table += &format!("| {} | {} | {} |\n", step.title, cells[0], cells[1]);
    }
    table
}

/// A row for each refusal: who refuses, and with which words.
fn refused(steps: &[&Step], programs: &[Cli], outcomes: &Outcomes) -> String {
    let mut table = "| what | version | error |\n|---|---|---|\n".to_owned();
    for (number, step) in steps.iter().enumerate() {
        let mut texts: Vec<(&str, Vec<String>)> = Vec::new();
        for program in Program::ALL {
            let mut of_program: Vec<(&str, Vec<&str>)> = Vec::new();
            for one in positions(program, programs) {
                let Outcome::Refused(text) = outcomes[&(number, one)] else {
                    continue;
                };
                let line = line(&programs[one]);
                match of_program.iter_mut().find(|(other, _)| *other == text) {
                    Some((_, lines)) => lines.push(line),
                    None => of_program.push((text, vec![line])),
                }
            }
            for (text, lines) in of_program {
                let who = format!("{} {}", program.name(), range(&lines));
                match texts.iter_mut().find(|(other, _)| *other == text) {
                    Some((_, all)) => all.push(who),
                    None => texts.push((text, vec![who])),
                }
            }
        }
        for (text, who) in texts {
            table += &format!("| {} | {} | `{text}` |\n", step.title, who.join(", "));
        }
    }
    table
}

/// The positions of a program's versions, the oldest first.
fn positions(program: Program, programs: &[Cli]) -> Vec<usize> {
    // tools/versions has the newest first.
    let all = (0..programs.len()).rev();
    all.filter(|one| programs[*one].program == program)
        .collect()
}

/// The versions of a program at whose position something holds, the oldest first.
fn of(program: Program, programs: &[Cli], holds: impl Fn(usize) -> bool) -> Vec<&Cli> {
    let positions = positions(program, programs).into_iter();
    positions
        .filter(|one| holds(*one))
        .map(|one| &programs[one])
        .collect()
}

/// Such as "1.10".
fn line(cli: &Cli) -> &str {
    cli.version.rsplit_once('.').map_or("", |(line, _)| line)
}

fn range(lines: &[&str]) -> String {
    match lines {
        [one] => (*one).to_owned(),
        [first, .., last] => format!("{first} to {last}"),
        [] => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::versions::cli;

    #[test]
    fn a_step_has_a_row_for_who_performs_it_and_one_for_each_error() {
        let step = Step {
            title: "Leap",
            perform: |_| Ok(()),
            refusals: &[],
        };
        let programs = [
            cli(Program::Terraform, "1.10.1"),
            cli(Program::Terraform, "1.9.2"),
            cli(Program::Terraform, "1.8.3"),
            cli(Program::OpenTofu, "1.10.4"),
        ];
        let refused = |program| ((0, program), Outcome::Refused("It is high"));
        let outcomes = [((0, 0), Outcome::Done), refused(1), refused(2), refused(3)];
        let outcomes = outcomes.into_iter().collect();

        assert_eq!(
            done(&[&step], &programs, &outcomes),
            "| what | Terraform | OpenTofu |\n|---|---|---|\n\
             | versions of the run | 1.8.3, 1.9.2, 1.10.1 | 1.10.4 |\n\
             | Leap | 1.10 and newer | no |\n"
        );
        assert_eq!(
            super::refused(&[&step], &programs, &outcomes),
            "| what | version | error |\n|---|---|---|\n\
             | Leap | Terraform 1.8 to 1.9, OpenTofu 1.10 | `It is high` |\n"
        );
    }
}

//! Warnings that the plan of this run of Terraform has shown already.
//!
//! Terraform plans each object once more, in a new process, before it applies its changes, and adds what that plan reports
//! to the output of the apply. So a warning of the plan would be there twice. A process notes the warnings that it shows,
//! and one of a later phase of the same run leaves out those that are noted. A warning whose words have changed since, say
//! because there are more keys now, is another one. Errors are never left out.
//!
//! A saved plan is applied in a run of its own, maybe on another machine: its warnings are shown there too.

use std::hash::Hash;

use crate::resources::session::run::{Note, Run};
use crate::terraform::language::diagnostics::Severity;
use crate::terraform::language::{Diagnostic, Diagnostics};

/// What a warning is about. Terraform shows no warning of the plan that precedes the plan of a destroy, so that one of them
/// does not stand for the other.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq)]
pub enum ShownFor {
    /// The provider block.
    Provider,
    /// A refresh.
    Refresh,
    /// A create, an update or an import.
    Change,
    /// A destroy.
    Destroy,
}

/// When a warning is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// In a plan: a later process may report it again.
    Plan,
    /// In an apply: nothing follows.
    Apply,
}

/// The diagnostics without the warnings that an earlier process has shown. `about`: whatever, beside its words, tells a
/// warning from that of another object, server or operation.
pub fn not_shown_before(diagnostics: Diagnostics, phase: Phase, about: &impl Hash) -> Diagnostics {
    not_shown_in(Run::this(), diagnostics, phase, about)
}

fn not_shown_in(
    run: &Run,
    diagnostics: Diagnostics,
    phase: Phase,
    about: &impl Hash,
) -> Diagnostics {
    let is_new = |diagnostic: &Diagnostic| {
        let Diagnostic {
            severity,
            summary,
            detail,
            path,
        } = diagnostic;
        let note = (about, summary, detail, path);
        let was_shown = match (severity, phase) {
            (Severity::Error, _) => false,
            (_, Phase::Plan) => !run.note(Note::Warning, &note),
            (_, Phase::Apply) => run.has_note_of_another(Note::Warning, &note),
        };
        if !was_shown {
            return true;
        }
        run.remove_at_the_end(Note::Warning, &note);
        false
    };
    diagnostics.into_iter().filter(is_new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_process_shows_what_is_new_and_every_error() {
        let folder = tempfile::tempdir().unwrap();
        let enter = |process| Run::enter(Some(folder.path().to_owned()), process);
        let warning = |detail: &str| Diagnostic::warning("Keys are deleted", detail);
        let error = Diagnostic::error("Keys are deleted", "2 keys");
        let all: Diagnostics = [warning("2 keys"), error.clone()].into_iter().collect();
        let (plan, apply) = (enter(1), enter(2));

        for _ in 0..2 {
            assert_eq!(not_shown_in(&plan, all.clone(), Phase::Plan, &"one"), all);
        }
        for _ in 0..2 {
            assert_eq!(
                not_shown_in(&apply, all.clone(), Phase::Plan, &"one"),
                error.clone().into()
            );
        }
        let applied = not_shown_in(&apply, all.clone(), Phase::Apply, &"one");
        assert_eq!(applied, error.clone().into());
        assert_eq!(
            not_shown_in(&apply, all.clone(), Phase::Plan, &"another"),
            all
        );
        let more: Diagnostics = warning("3 keys").into();
        for phase in [Phase::Apply, Phase::Plan] {
            assert_eq!(
                not_shown_in(&apply, more.clone(), phase, &"one"),
                more,
                "an apply leaves no note"
            );
        }
    }
}

//! Whether this process serves several walks of Terraform, one after the other.
//!
//! A plan or an apply has a process of its own, but newer versions of `terraform test` (1.15, not 1.11) let one process
//! serve all runs of a test file: plans, applies and the destroy at the end. Nothing in a request tells where a walk
//! ends. What gives such a process away is that a test validates the whole module first: in the process of a plan or an
//! apply, each configuration that is validated is planned at once.

use std::time::{Duration, Instant};

use crate::resources::session::run::hash_of;
use crate::terraform::framework::Action;
use crate::terraform::language::Value;

/// How long after its validation a configuration is planned at most, on a machine with much to do.
const PLANNED_WITHIN: Duration = Duration::from_secs(1);

/// The configurations that this process has validated and not planned yet.
#[derive(Default)]
pub struct Walks {
    unplanned: Vec<(u64, Instant)>,
    several: bool,
}

/// Whether a process serves several walks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Several {
    Yes,
    No,
    /// Ask again: a plan may be on its way.
    NotKnownYet,
}

impl Walks {
    /// Records that a configuration was found valid.
    pub fn validated(&mut self, config: &Value) {
        if !self.several {
            self.unplanned.push((hash_of(config), Instant::now()));
        }
    }

    /// Records that a configuration is planned. With `ignore_changes`, that of an update is not the one that was
    /// validated; then it stands for the one that has waited longest.
    pub fn planned(&mut self, config: &Value, action: Action) {
        let hash = hash_of(config);
        let same = self.unplanned.iter().position(|(other, _)| *other == hash);
        let ignored = action == Action::Update && !self.unplanned.is_empty();
        if let Some(index) = same.or(ignored.then_some(0)) {
            self.unplanned.remove(index);
        }
    }

    /// Whether they are several.
    pub fn several(&mut self) -> Several {
        let mut unplanned = self.unplanned.iter();
        self.several |= unplanned.any(|(_, validated)| validated.elapsed() > PLANNED_WITHIN);
        match (self.several, self.unplanned.is_empty()) {
            (true, _) => Several::Yes,
            (false, true) => Several::No,
            (false, false) => Several::NotKnownYet,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(name: &str) -> Value {
        Value::String(name.to_owned())
    }

    #[test]
    fn configurations_that_are_all_planned_are_of_one_walk() {
        let mut walks = Walks::default();
        for name in ["a", "a", "b"] {
            walks.validated(&config(name));
        }

        for name in ["a", "b"] {
            walks.planned(&config(name), Action::Create);
            assert_eq!(walks.several(), Several::NotKnownYet);
        }
        walks.planned(&config("a"), Action::Create);
        // A replacement is planned twice.
        walks.planned(&config("a"), Action::Create);

        assert_eq!(walks.several(), Several::No);
    }

    #[test]
    fn what_ignore_changes_makes_of_a_configuration_is_the_one_that_was_validated() {
        let mut walks = Walks::default();
        walks.validated(&config("a"));

        walks.planned(&config("as it was"), Action::Update);

        assert_eq!(walks.several(), Several::No);
    }

    #[test]
    fn a_configuration_that_is_validated_and_not_planned_is_of_a_walk_of_its_own() {
        let mut walks = Walks::default();
        walks.validated(&config("a"));
        walks.validated(&config("a"));
        walks.planned(&config("a"), Action::Create);

        assert_eq!(walks.several(), Several::NotKnownYet);
        std::thread::sleep(PLANNED_WITHIN);

        assert_eq!(walks.several(), Several::Yes);
        walks.planned(&config("a"), Action::Create);
        assert_eq!(walks.several(), Several::Yes);
    }
}

//! What the objects of one configuration want from the same streams.
//!
//! Terraform plans each object for itself and tells the provider neither its address nor which others there are. So each
//! plan leaves its claims with the session, and the second of two that contradict each other is refused, whichever comes
//! first. Otherwise an apply would make what another object has, or hand over contents that are deleted in the same moment.

use std::collections::HashMap;

use crate::resources::Walk;
use crate::resources::object::member::Member;
use crate::resources::plan::made;
use crate::resources::preflight::existing;
use crate::resources::session::Place;
use crate::terraform::framework::{Action, Plan};
use crate::terraform::language::{Diagnostic, Path, Value};

/// What an object is to a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Terraform's state has it, and it stays or is deleted.
    Has,
    /// Terraform's state has it, and forgets it without deleting it.
    Leaves,
    /// It is to be made.
    Makes,
    /// It is to be taken over, or made where there is none.
    TakesOver,
}

impl Claim {
    fn contradicts(self, other: Self) -> bool {
        match (self, other) {
            (Self::Makes, _) | (_, Self::Makes) => true,
            (Self::TakesOver, Self::Leaves) | (Self::Leaves, Self::TakesOver) => false,
            (Self::TakesOver, _) | (_, Self::TakesOver) => true,
            _ => false,
        }
    }
}

/// The claims of a run of Terraform, by stream, each with the mark of its object if it has one.
#[derive(Default)]
pub struct Claims(HashMap<String, Vec<(Claim, Option<String>)>>);

impl Claims {
    /// Notes a claim; the one of another object that it contradicts.
    ///
    /// Terraform plans an object that is replaced twice. What the first plan has put into the private state comes back in
    /// the second, so that the mark is the same.
    pub fn claim(&mut self, stream: &str, claim: Claim, object: Option<&str>) -> Option<Claim> {
        let claims = self.0.entry(stream.to_owned()).or_default();
        let contrary = claims.iter().find(|(other, by)| {
            other.contradicts(claim) && (by.is_none() || by.as_deref() != object)
        });
        let contrary = contrary.map(|(other, _)| *other);
        claims.push((claim, object.map(str::to_owned)));
        contrary
    }
}

impl Walk {
    /// Claims the streams of a planned object. The error names those that another object claims.
    pub(crate) fn claim(&self, plan: &Plan) -> Option<Diagnostic> {
        let wanted = match plan.planned.attribute("adopt_existing").as_bool() {
            Some(true) => Claim::TakesOver,
            _ => Claim::Makes,
        };
        let mark = |member: &Member| plan.private.fact(&made(member.row.key));
        let mut found = Found::default();
        for member in existing(&self.former, &plan.prior) {
            // Without a mark the second plan of the same object would contradict this one.
            if let Some(mark) = mark(member) {
                found.claim(&self.former_session, member, Claim::Has, Some(mark));
            }
        }
        let anew = !plan.requires_replace.is_empty();
        for member in self.members.iter().filter(|member| member.name.is_some()) {
            let mark = mark(member);
            if plan.change == Action::Create || anew && mark.is_some() {
                found.claim(&self.session, member, wanted, mark);
            }
        }
        found.refused(&self.identity)
    }

    /// As [`Walk::claim`], for an object that is destroyed.
    pub(crate) fn claim_destroyed(&self, prior: &Value) -> Option<Diagnostic> {
        let claim = match prior.attribute("skip_destroy").as_bool() {
            Some(true) => Claim::Leaves,
            _ => Claim::Has,
        };
        let mut found = Found::default();
        for member in existing(&self.members, prior) {
            found.claim(&self.session, member, claim, None);
        }
        found.refused(&self.identity)
    }
}

/// The streams that another object claims too.
#[derive(Default)]
struct Found {
    /// Terraform's state has them in one of the two.
    had: Vec<String>,
    /// Both would make them.
    made: Vec<String>,
}

impl Found {
    fn claim(&mut self, place: &Place, member: &Member, claim: Claim, mark: Option<&str>) {
        let stream = member.stream();
        let has = |claim| matches!(claim, Claim::Has | Claim::Leaves);
        match place.claim(&stream, claim, mark) {
            None => {}
            Some(other) if has(other) || has(claim) => self.had.push(stream),
            Some(_) => self.made.push(stream),
        }
    }

    fn refused(&self, identity: &Path) -> Option<Diagnostic> {
        let (summary, detail) = match (&self.had[..], &self.made[..]) {
            ([], []) => return None,
            ([], [first, ..]) => (
                format!("Another resource of this configuration makes stream {first} too"),
                format!(
                    "An account and JetStream domain has one stream of a name, and two resources would make {}. Remove one of them, or give it another identity or a provider configuration for another account.",
                    self.made.join(", ")
                ),
            ),
            ([first, ..], _) => (
                format!("Two resources want stream {first}"),
                format!(
                    "Terraform's state has {} in one resource, and another would make the same, of which there can be only one. If it is one object under a new address, say so with a `moved` block, and nothing is deleted. If the first is to give up what the other makes, apply that first: Terraform would do both at the same time. Otherwise remove one of the two, or give it another identity.",
                    self.had.join(", ")
                ),
            ),
        };
        Some(Diagnostic::error(summary, detail).at(identity.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::Claim::{Has, Leaves, Makes, TakesOver};
    use super::*;

    #[test]
    fn what_one_makes_no_other_has_and_only_what_is_left_is_taken_over() {
        let fits = [
            (Has, Has),
            (Has, Leaves),
            (Leaves, Leaves),
            (Leaves, TakesOver),
        ];
        for one in [Has, Leaves, Makes, TakesOver] {
            for other in [Has, Leaves, Makes, TakesOver] {
                let expected = !fits.contains(&(one, other)) && !fits.contains(&(other, one));
                let mut claims = Claims::default();

                assert_eq!(claims.claim("A", one, Some("first")), None);
                let contrary = claims.claim("A", other, Some("second"));

                assert_eq!(contrary, expected.then_some(one), "{one:?} {other:?}");
                assert_eq!(claims.claim("B", other, None), None);
            }
        }
    }

    #[test]
    fn an_object_that_is_planned_twice_does_not_contradict_itself() {
        let mut claims = Claims::default();

        assert_eq!(claims.claim("A", Has, Some("its mark")), None);
        assert_eq!(claims.claim("A", Makes, Some("its mark")), None);
        assert_eq!(claims.claim("A", Makes, None), Some(Has));
    }

    #[test]
    fn of_two_new_objects_the_second_contradicts_the_first() {
        let mut claims = Claims::default();

        assert_eq!(claims.claim("A", Makes, None), None);
        assert_eq!(claims.claim("A", Makes, None), Some(Makes));
    }
}

//! What the objects of one configuration do with the same streams.
//!
//! Terraform plans each object for itself and gives the provider neither its address nor the other objects. So each
//! plan records here what it does with its streams, and the second of two that conflict is refused, whichever comes
//! first. Otherwise an apply would create what another object has, or adopt contents that are deleted in the same
//! moment.

use std::collections::HashMap;

/// What an object does with a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamUse {
    /// Terraform's state has it, and it stays or is deleted.
    Has,
    /// Terraform's state has it, and forgets it without deleting it.
    Forgets,
    /// It is to be created.
    Creates,
    /// It is to be adopted, or created where there is none.
    Adopts,
}

impl StreamUse {
    /// Whether Terraform's state has the stream in this object.
    pub fn is_in_state(self) -> bool {
        matches!(self, Self::Has | Self::Forgets)
    }

    fn conflicts_with(self, other: Self) -> bool {
        match (self, other) {
            (Self::Creates, _) | (_, Self::Creates) => true,
            (Self::Adopts, Self::Forgets) | (Self::Forgets, Self::Adopts) => false,
            (Self::Adopts, _) | (_, Self::Adopts) => true,
            _ => false,
        }
    }
}

/// The uses of a run of Terraform, by stream, each with the mark of its object if it has one.
#[derive(Default)]
pub struct StreamUses(HashMap<String, Vec<(StreamUse, Option<String>)>>);

impl StreamUses {
    /// Records a use; the one of another object that conflicts with it.
    ///
    /// Terraform plans an object that is replaced twice. What the first plan has put into the private state comes back
    /// in the second, so that the mark is the same.
    pub fn record(
        &mut self,
        stream: &str,
        stream_use: StreamUse,
        object: Option<&str>,
    ) -> Option<StreamUse> {
        let uses = self.0.entry(stream.to_owned()).or_default();
        let conflicting = uses.iter().find(|(other, by)| {
            other.conflicts_with(stream_use) && (by.is_none() || by.as_deref() != object)
        });
        let conflicting = conflicting.map(|(other, _)| *other);
        uses.push((stream_use, object.map(str::to_owned)));
        conflicting
    }
}

#[cfg(test)]
mod tests {
    use super::StreamUse::{Adopts, Creates, Forgets, Has};
    use super::*;

    #[test]
    fn what_one_creates_no_other_has_and_only_what_is_forgotten_is_adopted() {
        let fits = [
            (Has, Has),
            (Has, Forgets),
            (Forgets, Forgets),
            (Adopts, Forgets),
        ];
        for one in [Has, Forgets, Creates, Adopts] {
            for other in [Has, Forgets, Creates, Adopts] {
                let expected = !fits.contains(&(one, other)) && !fits.contains(&(other, one));
                let mut uses = StreamUses::default();

                assert_eq!(uses.record("A", one, Some("first")), None);
                let conflicting = uses.record("A", other, Some("second"));

                assert_eq!(conflicting, expected.then_some(one), "{one:?} {other:?}");
                assert_eq!(uses.record("B", other, None), None);
            }
        }
    }

    #[test]
    fn an_object_that_is_planned_twice_does_not_conflict_with_itself() {
        let mut uses = StreamUses::default();

        assert_eq!(uses.record("A", Has, Some("its mark")), None);
        assert_eq!(uses.record("A", Creates, Some("its mark")), None);
        assert_eq!(uses.record("A", Creates, None), Some(Has));
    }

    #[test]
    fn of_two_new_objects_the_second_conflicts_with_the_first() {
        let mut uses = StreamUses::default();

        assert_eq!(uses.record("A", Creates, None), None);
        assert_eq!(uses.record("A", Creates, None), Some(Creates));
    }
}

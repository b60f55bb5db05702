//! Which streams the resources of one run of Terraform have, where each provider block is a process of its own.
//!
//! Each process notes the streams of its resources, and a resource of another process does not adopt what is noted. A
//! stream is known by its name and the nanosecond of its creation, which are the same through whatever address, login or
//! domain it is reached. Two Terraform states cannot see each other this way.

use std::time::Duration;

use crate::jetstream::StreamInfo;
use crate::resources::session::run::{Note, Run};

/// How long after its creation a stream may not be noted yet by the process that has created it.
const UNNOTED: Duration = Duration::from_secs(2);
/// How long that process, or one that began at the same moment, takes at most to note what it has.
const NOTING: Duration = Duration::from_millis(500);

/// The streams of one run of Terraform, as one of its processes sees them.
#[derive(Clone, Copy, Debug)]
pub struct Claims<'r>(&'r Run);

impl Claims<'_> {
    /// Those of the run that this process belongs to.
    pub fn of_this_run() -> Claims<'static> {
        Claims(Run::this())
    }

    /// Notes a stream as one that a resource of this process has; whether no other process had done so before.
    pub fn claim(self, stream: &str, created: &str) -> bool {
        self.0.note(Note::Stream, &(stream, created))
    }

    /// Takes the note of a stream away, because no resource has it any more.
    pub fn give_up(self, stream: &str, created: &str) {
        self.0.remove(Note::Stream, &(stream, created));
    }

    /// Whether a resource of another process has a stream.
    pub fn is_taken(self, stream: &str, created: &str) -> bool {
        self.0.has_note_of_another(Note::Stream, &(stream, created))
    }

    /// Those of the streams that were just found that a resource of another process has.
    pub async fn taken(self, found: &[&StreamInfo]) -> Vec<String> {
        let is_young = |live: &&StreamInfo| live.age().is_some_and(|age| age < UNNOTED);
        let may_be_unnoted = found.iter().any(is_young) || self.0.has_companions();
        if self.0.has_notes() && !found.is_empty() && may_be_unnoted {
            tokio::time::sleep(NOTING).await;
        }
        let taken = found
            .iter()
            .filter(|live| self.is_taken(live.config.name(), &live.created));
        taken.map(|live| live.config.name().to_owned()).collect()
    }

    /// Notes streams that were just found, one after the other: of two resources that want the same ones at once, the one
    /// that gets the first gets all. The one that another process has, if there is one.
    pub async fn claim_found<'i>(self, found: &[&'i StreamInfo]) -> Option<&'i StreamInfo> {
        let taken = self.taken(found).await;
        let mut found = found.iter();
        found
            .find(|live| {
                taken.iter().any(|name| name == live.config.name())
                    || !self.claim(live.config.name(), &live.created)
            })
            .copied()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process;

    use super::*;

    const CREATED: &str = "2026-01-01T00:00:00.123456789Z";

    fn process_of(folder: &Path, process: u32) -> Run {
        Run::enter(Some(folder.to_owned()), process)
    }

    #[test]
    fn what_one_process_has_no_other_takes() {
        let folder = tempfile::tempdir().unwrap();
        let runs = (
            process_of(folder.path(), 1),
            process_of(folder.path(), process::id()),
        );
        let (one, other) = (Claims(&runs.0), Claims(&runs.1));

        assert!(!other.is_taken("A", CREATED));
        assert!(one.claim("A", CREATED));

        assert!(other.is_taken("A", CREATED) && !one.is_taken("A", CREATED));
        assert!(!other.claim("A", CREATED) && one.claim("A", CREATED));
        one.give_up("A", CREATED);
        assert!(other.claim("A", CREATED));
        // The same name at another time, or in another account, is another stream.
        assert!(other.claim("A", "2026-01-01T00:00:00.123456788Z"));
        assert!(other.claim("B", CREATED));
    }

    #[test]
    fn without_a_folder_nothing_is_taken() {
        for folder in [None, Some("/nowhere".into())] {
            let run = Run::enter(folder, 1);
            let claims = Claims(&run);

            assert!(claims.claim("A", CREATED) && !claims.is_taken("A", CREATED));
        }
    }
}

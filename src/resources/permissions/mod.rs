//! What NATS users must be allowed, and what they may do without: the provider's, those of hosts, and wadm's.
//!
//! The one table is [`table`]: the reference pages, the guide on least privilege and the functions of the provider follow
//! from it, preflight asks it whether a denied subject is an error, and the tests log in as users who have its lines and no
//! others.

pub mod table;
pub mod allowed;

pub use self::table::PERMISSIONS;

/// What stands for the name of a stream in a subject.
const STREAM: &str = "<stream>";
/// What the subjects of the JetStream API begin with, where no domain and no prefix is configured.
const API: &str = "$JS.API.";

/// What stands for the name of a bucket in a subject.
const BUCKET: &str = "<bucket>";
/// What stands for each subject of a stream.
const SUBJECT: &str = "<subject>";
/// What stands for the name of a lattice in a subject.
const LATTICE: &str = "<lattice>";

/// Subjects that a user may be allowed, for one purpose.
pub struct Permission {
    /// The subjects, with `<stream>` for the name of each stream that it is about, `<bucket>` for that of each bucket,
    /// `<subject>` for each subject of them, and `<lattice>` for the lattice.
    pub subjects: &'static [&'static str],
    /// Whether it is about publishing or about subscribing.
    pub right: Right,
    pub need: Need,
    /// The assets that it is about, and without which nobody has a use for it; none for all.
    pub assets: &'static [&'static str],
    /// The only mode of wadm in which it is needed.
    pub only_multitenant: bool,
    /// The data sources that need it too.
    pub readings: &'static [Reading],
    /// What it is for, in the words of the guide.
    #[cfg_attr(without_tests, allow(dead_code, reason = "for the generated pages"))]
    pub purpose: &'static str,
}

/// A data source that needs a permission.
#[cfg_attr(without_tests, allow(dead_code, reason = "for the generated pages"))]
pub struct Reading {
    /// Its type; `None` for all of them.
    pub data_source: Option<&'static str>,
    pub need: Need,
    /// What it is for, in the words of its page.
    pub purpose: &'static str,
}

/// What a permission allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    Publish,
    Subscribe,
    /// To publish messages that servers trace and deliver to nobody.
    Trace,
}

/// Whether a permission must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Without it, a plan or an apply that needs it is refused.
    Required,
    /// Without it, something is done in another way, or a warning is left out.
    Optional,
}

impl Permission {
    /// Whether it is of use to who has no other assets than those of which this says so.
    pub fn is_for(&self, has: impl Fn(&str) -> bool) -> bool {
        self.assets.is_empty() || self.assets.iter().any(|asset| has(asset))
    }

    /// Why a data source needs it; `None` if it does not.
    #[cfg(not(without_tests))]
    pub fn reading(&self, data_source: &str) -> Option<&'static Reading> {
        let mut readings = self.readings.iter();
        readings.find(|reading| reading.data_source.is_none_or(|one| one == data_source))
    }

    /// Whether a data source cannot do without it.
    pub fn is_required_to_read(&self) -> bool {
        let mut readings = self.readings.iter();
        readings.any(|reading| reading.need == Need::Required)
    }

    /// The subjects for some streams, or for any stream (`*`).
    #[cfg(not(without_tests))]
    pub fn lines<S: AsRef<str>>(&self, streams: &[S]) -> Vec<String> {
        let lines = self.subjects.iter().flat_map(|subject| {
            let each = streams
                .iter()
                .map(|stream| subject.replace(STREAM, stream.as_ref()));
            match subject.contains(STREAM) {
                true => each.collect(),
                false => vec![(*subject).to_owned()],
            }
        });
        lines.collect()
    }

    /// What precedes the name of the stream in a subject of this kind, with whatever the API begins with there; `None`
    /// if the subject is of another kind.
    fn before_stream<'s>(&self, subject: &'s str) -> Option<&'s str> {
        let pattern = self.subjects.first()?.strip_prefix(API)?;
        let operation = format!(".{}", pattern.strip_suffix(STREAM)?);
        let at = subject.find(&operation)?;
        subject.get(..at + operation.len())
    }

    fn is_of(&self, subject: &str) -> bool {
        let plain = |own: &&str| match own.strip_prefix(API) {
            Some(operation) => {
                !subject.starts_with("$SYS.") && subject.ends_with(&format!(".{operation}"))
            }
            None => *own == subject,
        };
        self.before_stream(subject).is_some() || self.subjects.iter().any(plain)
    }
}

/// Whether the denial of a subject keeps a plan from being true or an apply from being possible. What is not in the
/// table counts as required, so that nothing fails in silence.
pub fn is_required(subject: &str) -> bool {
    // One that is about a certain stream is optional, though another of its kind is required.
    let rows = || PERMISSIONS.iter().filter(|row| row.is_of(subject));
    let named = |row: &Permission| !row.subjects.iter().any(|own| own.contains(STREAM));
    let row = rows().find(|row| named(row)).or_else(|| rows().next());
    row.is_none_or(|row| row.need == Need::Required)
}

/// The subject that allows the same for every stream; `None` if it is about no stream.
pub fn for_every_stream(subject: &str) -> Option<String> {
    let before = PERMISSIONS
        .iter()
        .find_map(|row| row.before_stream(subject))?;
    Some(format!("{before}>"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_be_allowed_is_told_from_what_may_be_in_every_domain() {
        for (subject, required) in [
            ("$JS.API.INFO", true),
            ("$JS.hub.API.INFO", true),
            ("JS.acme.API.STREAM.NAMES", true),
            ("$JS.API.STREAM.INFO.KV_CONFIGDATA_default", true),
            ("team.js.STREAM.CREATE.wadm_notify", true),
            ("$JS.hub.API.STREAM.DELETE.wadm_notify", true),
            ("$JS.API.SOMETHING.NEW", true),
            ("$JS.API.STREAM.PURGE.wadm_notify", false),
            (
                "$JS.hub.API.STREAM.LEADER.STEPDOWN.wadm_event_consumer",
                false,
            ),
            ("$JS.API.STREAM.INFO.wadm_mirror", false),
            ("$SYS.REQ.USER.INFO", false),
        ] {
            assert_eq!(is_required(subject), required, "{subject}");
        }
    }

    #[test]
    fn what_is_about_a_stream_has_a_subject_for_all_streams() {
        assert_eq!(
            for_every_stream("$JS.hub.API.STREAM.UPDATE.wadm_notify").as_deref(),
            Some("$JS.hub.API.STREAM.UPDATE.>")
        );
        assert_eq!(for_every_stream("$JS.API.STREAM.NAMES"), None);
    }

    #[test]
    fn every_purpose_reads_as_the_rest_of_a_sentence() {
        for row in PERMISSIONS {
            assert!(
                row.purpose.len() > 5 && !row.purpose.ends_with('.'),
                "{}",
                row.purpose
            );
            assert!(
                row.purpose.starts_with(char::is_lowercase),
                "{}",
                row.purpose
            );
        }
    }
}

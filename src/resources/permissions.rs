//! What the provider's NATS user must be allowed, and what it may do without.
//!
//! The one table: the reference pages and the guide on least privilege are generated from it, preflight asks it whether a
//! denied subject is an error, and the tests log in as users who have its lines and no others.

/// What stands for the name of a stream in a subject.
const STREAM: &str = "<stream>";
/// What the subjects of the JetStream API begin with, where no domain and no prefix is configured.
const API: &str = "$JS.API.";

/// Subjects that the user may be allowed, for one purpose.
#[cfg_attr(without_tests, allow(dead_code, reason = "for the generated pages"))]
pub struct Permission {
    /// The subjects, with `<stream>` for the name of each stream of a resource.
    pub subjects: &'static [&'static str],
    /// Whether it is about publishing or about subscribing.
    pub right: Right,
    pub need: Need,
    /// The asset without which a resource has no use for it.
    pub asset: Option<&'static str>,
    /// What it is for, in the words of the guide.
    pub purpose: &'static str,
}

/// What a permission allows.
#[cfg_attr(without_tests, allow(dead_code, reason = "for the generated pages"))]
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

/// Every permission, in the order in which one reads about them.
pub const PERMISSIONS: &[Permission] = &[
    required(
        &["$JS.API.STREAM.INFO.<stream>"],
        "always: this is how a refresh reads it",
    ),
    required(
        &["$JS.API.INFO"],
        "by a plan that creates something or lets it grow: the account's limits",
    ),
    required(
        &["$JS.API.STREAM.NAMES"],
        "by a plan that creates something: which streams have the same subjects",
    ),
    required(&["$JS.API.STREAM.CREATE.<stream>"], "to create it"),
    required(
        &["$JS.API.STREAM.UPDATE.<stream>"],
        "to change it in place, and to create it: a new stream carries a mark of its creator for a moment",
    ),
    required(
        &["$JS.API.STREAM.DELETE.<stream>"],
        "to destroy it, to replace it, and to take back what a failed create has made",
    ),
    Permission {
        right: Right::Subscribe,
        ..required(
            &["_INBOX.>"],
            "always: answers; `inbox_prefix` gives another name",
        )
    },
    optional(
        &["$JS.API.STREAM.PURGE.<stream>"],
        "to replace one that is not empty: it is emptied first, since servers may bring back messages of a stream that is deleted and created again at once",
    ),
    Permission {
        asset: Some("event_consumer"),
        ..optional(
            &["$JS.API.STREAM.LEADER.STEPDOWN.wadm_event_consumer"],
            "after a change of `replicas`: some servers stop feeding this stream, and a new leader heals it",
        )
    },
    optional(
        &["$JS.API.STREAM.LEADER.STEPDOWN.terraform-provider-wasmcloud-no-stream"],
        "where a plan cannot see whether JetStream is clustered, it asks for a new leader of this stream, which does not exist",
    ),
    Permission {
        asset: Some("event_consumer"),
        ..optional(
            &[
                "$JS.API.STREAM.INFO.wadm_mirror",
                "$JS.API.STREAM.INFO.wadm_multitenant_mirror",
            ],
            "to say how much is in a stream that an old wadm has left, which a new one deletes; that it is there is known from `$JS.API.STREAM.NAMES`",
        )
    },
    Permission {
        right: Right::Trace,
        ..optional(
            &["_INBOX.>", "<subject>"],
            "after a change of subjects or of `replicas`, for each subject of a stream: a message that servers trace and deliver to nobody shows whether the stream still receives them (2.11 and newer)",
        )
    },
    optional(
        &["$SYS.REQ.USER.INFO"],
        "for `expected_account`, which is verified by it; without that argument it is never requested",
    ),
];

const fn required(subjects: &'static [&'static str], purpose: &'static str) -> Permission {
    Permission {
        subjects,
        right: Right::Publish,
        need: Need::Required,
        asset: None,
        purpose,
    }
}

const fn optional(subjects: &'static [&'static str], purpose: &'static str) -> Permission {
    Permission {
        need: Need::Optional,
        ..required(subjects, purpose)
    }
}

impl Permission {
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

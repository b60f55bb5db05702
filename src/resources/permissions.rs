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
        "always, to read the stream",
    ),
    required(
        &["$JS.API.INFO"],
        "for a plan that creates a stream, or raises `max_bytes` or `replicas`: to read the limits of the account",
    ),
    required(
        &["$JS.API.STREAM.NAMES"],
        "for a plan that creates a stream: to find other streams with the same subjects; and for `terraform query`: to find what exists",
    ),
    required(&["$JS.API.STREAM.CREATE.<stream>"], "to create the stream"),
    required(
        &["$JS.API.STREAM.UPDATE.<stream>"],
        "to change the stream in place, and to create it: a new stream has a temporary key in its metadata, which an update removes",
    ),
    required(
        &["$JS.API.STREAM.DELETE.<stream>"],
        "to destroy or replace the stream, and to delete it again after a create that failed",
    ),
    Permission {
        right: Right::Subscribe,
        ..required(
            &["_INBOX.>"],
            "always, to receive answers; with `inbox_prefix`, that prefix instead of `_INBOX`",
        )
    },
    optional(
        &["$JS.API.STREAM.PURGE.<stream>"],
        "to purge a stream that is not empty before it is replaced: otherwise a server may bring back messages of a stream that is recreated at once",
    ),
    Permission {
        asset: Some("event_consumer"),
        ..optional(
            &["$JS.API.STREAM.LEADER.STEPDOWN.wadm_event_consumer"],
            "to request a new leader after a change of `replicas`: on some servers, this stream otherwise receives no messages from its sources any more",
        )
    },
    optional(
        &["$JS.API.STREAM.LEADER.STEPDOWN.terraform-provider-wasmcloud-no-stream"],
        "to find out whether JetStream is clustered, if a plan cannot find out in another way: no stream has this name, and the answer of the server shows it",
    ),
    Permission {
        asset: Some("event_consumer"),
        ..optional(
            &[
                "$JS.API.STREAM.INFO.wadm_mirror",
                "$JS.API.STREAM.INFO.wadm_multitenant_mirror",
            ],
            "to report how many messages a stream of an old wadm contains, which a new wadm deletes; `$JS.API.STREAM.NAMES` is enough to report that it exists",
        )
    },
    Permission {
        right: Right::Trace,
        ..optional(
            &["_INBOX.>", "<subject>"],
            "to check that a stream still receives messages after a change of its subjects or `replicas`, with one message for each subject; servers trace this message and do not deliver or store it (nats-server 2.11 and newer)",
        )
    },
    optional(
        &["$SYS.REQ.USER.INFO"],
        "to check `expected_account`; without that argument, it is not requested",
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

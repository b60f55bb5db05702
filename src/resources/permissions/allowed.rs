//! The subjects that a user must be allowed, for the buckets and streams that it uses.

use crate::resources::object::member::Member;
use crate::resources::permissions::{BUCKET, LATTICE, Permission, Right, STREAM, SUBJECT};

/// What one user uses.
pub struct Used<'a> {
    /// Its buckets and streams.
    pub members: &'a [Member],
    /// The lattice of a host; empty for others, whose rows name none.
    pub lattice: &'a str,
    /// Whether wadm runs in multi-tenant mode.
    pub multitenant: bool,
}

/// Subjects that a user may publish and subscribe to, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    pub publish: Vec<String>,
    pub subscribe: Vec<String>,
}

impl Allowed {
    /// What some rows of the table allow. Traced messages are left out: they are published to what others publish to.
    pub fn of<'r>(rows: impl IntoIterator<Item = &'r Permission>, used: &Used<'_>) -> Self {
        let mut allowed = Self::default();
        for row in rows {
            let list = match row.right {
                Right::Publish => &mut allowed.publish,
                Right::Subscribe => &mut allowed.subscribe,
                Right::Trace => continue,
            };
            for subject in row.for_used(used) {
                if !list.contains(&subject) {
                    list.push(subject);
                }
            }
        }
        allowed
    }

    /// The same for a client of a server in another JetStream domain, or in none: of a leaf node, for example. A server in
    /// the domain removes the domain before it checks permissions.
    #[must_use]
    pub fn in_domain(mut self, domain: &str) -> Self {
        for subject in &mut self.publish {
            if let Some(operation) = subject.strip_prefix("$JS.API.") {
                *subject = format!("$JS.{domain}.API.{operation}");
            } else if subject.starts_with("$KV.") {
                *subject = format!("$JS.{domain}.API.{subject}");
            }
        }
        self
    }

    /// The same for a client whose inboxes begin with another prefix than `_INBOX`.
    #[must_use]
    pub fn with_inbox(mut self, prefix: &str) -> Self {
        for subject in self.publish.iter_mut().chain(&mut self.subscribe) {
            if let Some(rest) = subject.strip_prefix("_INBOX.") {
                *subject = format!("{prefix}.{rest}");
            }
        }
        self
    }
}

impl Permission {
    fn for_used(&self, used: &Used<'_>) -> Vec<String> {
        if self.only_multitenant && !used.multitenant {
            return Vec::new();
        }
        let members = used.members.iter();
        let members: Vec<_> = members
            .filter(|member| self.is_for(|asset| asset == member.row.key))
            .collect();
        if !self.assets.is_empty() && members.is_empty() {
            return Vec::new();
        }
        let subjects = self.subjects.iter();
        let each = subjects.flat_map(|pattern| match is_of_a_stream(pattern) {
            true => members
                .iter()
                .flat_map(|member| of_member(pattern, member))
                .collect(),
            false => vec![pattern.replace(LATTICE, used.lattice)],
        });
        each.collect()
    }
}

fn is_of_a_stream(pattern: &str) -> bool {
    [STREAM, BUCKET, SUBJECT]
        .iter()
        .any(|name| pattern.contains(name))
}

fn of_member(pattern: &str, member: &Member) -> Vec<String> {
    if pattern.contains(SUBJECT) {
        return member.subjects();
    }
    let bucket = member.name.as_deref().unwrap_or_default();
    vec![
        pattern
            .replace(STREAM, &member.stream())
            .replace(BUCKET, bucket),
    ]
}

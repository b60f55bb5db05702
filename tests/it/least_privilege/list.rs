//! The permissions of the provider's user, and variations of them.

use terraform_provider_wasmcloud::testing::catalogue::CATALOGUE;
use terraform_provider_wasmcloud::testing::resources::{Need, PERMISSIONS, Right};

/// The streams of `wasmcloud_lattice_buckets`; the others are of `wadm_jetstream`.
pub const BUCKET_STREAMS: [&str; 2] = ["KV_LATTICEDATA_default", "KV_CONFIGDATA_default"];
const GUIDE: &str = include_str!("../../../docs/guides/least-privilege.md");

/// Subjects that a user may publish and subscribe to, and no other.
#[derive(Clone)]
pub struct List {
    pub publish: Vec<String>,
    pub subscribe: Vec<String>,
}

impl List {
    /// What is required for both resources with the default lattice, and nothing that is optional.
    pub fn whole() -> Self {
        Self::of(&streams())
    }

    /// The same for some streams.
    pub fn of(streams: &[String]) -> Self {
        let lines = |right: Right| {
            let rows = PERMISSIONS.iter();
            let rows = rows.filter(|row| row.need == Need::Required && row.right == right);
            rows.flat_map(|row| row.lines(streams)).collect()
        };
        Self {
            publish: lines(Right::Publish),
            subscribe: lines(Right::Subscribe),
        }
    }

    /// The same and one more line to publish to.
    pub fn with(mut self, line: &str) -> Self {
        self.publish.push(line.to_owned());
        self
    }

    /// The lines for one operation on a stream, such as `CREATE`.
    pub fn lines(&self, operation: &str) -> Vec<String> {
        let start = format!("$JS.API.STREAM.{operation}.");
        let lines = self.publish.iter();
        lines
            .filter(|line| line.starts_with(&start))
            .cloned()
            .collect()
    }

    /// The same without one line, which must be there.
    pub fn without(&self, line: &str) -> Self {
        let rest = |lines: &[String]| {
            let others = lines.iter().filter(|other| *other != line);
            others.cloned().collect::<Vec<_>>()
        };
        let list = Self {
            publish: rest(&self.publish),
            subscribe: rest(&self.subscribe),
        };
        assert_eq!(list.all().len() + 1, self.all().len(), "{line}");
        list
    }

    /// The same for a JetStream domain that is reached through a leaf node.
    pub fn in_domain(&self, domain: &str) -> Self {
        let there = |line: &String| line.replace("$JS.API.", &format!("$JS.{domain}.API."));
        Self {
            publish: self.publish.iter().map(there).collect(),
            subscribe: self.subscribe.clone(),
        }
    }

    /// A user of the server's configuration, with the password `secret`.
    pub fn user(&self, name: &str) -> String {
        // A list that is empty would allow everything.
        let rule = |lines: &[String]| match lines {
            [] => "deny: \">\"".to_owned(),
            lines => format!("allow: [\n\"{}\"\n]", lines.join("\"\n\"")),
        };
        format!(
            "{{ user: {name}, password: secret, permissions: {{ publish: {{ {} }}, subscribe: {{ {} }} }} }}",
            rule(&self.publish),
            rule(&self.subscribe),
        )
    }

    /// The lines that a text names, each once, in the order of the list.
    pub fn named_in(&self, text: &str) -> Vec<&str> {
        let in_subject = |letter: char| letter.is_alphanumeric() || "_$.>*".contains(letter);
        let words: Vec<&str> = text
            .split(|letter| !in_subject(letter))
            .map(|word| word.trim_end_matches('.'))
            .collect();
        let all = self.all().into_iter();
        all.filter(|line| words.contains(line)).collect()
    }

    fn all(&self) -> Vec<&str> {
        let lines = self.publish.iter().chain(&self.subscribe);
        lines.map(String::as_str).collect()
    }
}

/// The streams behind all assets, with the default names.
pub fn streams() -> Vec<String> {
    let streams = CATALOGUE.iter();
    streams
        .map(|asset| asset.stream_name(&asset.name.replace("{}", "default")))
        .collect()
}

/// The lines of Terraform's user in the guide: those that it must have, and those that it may do without.
fn documented() -> (Vec<&'static str>, Vec<&'static str>) {
    let (_, user) = GUIDE.split_once("user: terraform,").expect("its user");
    let (publish, _) = user
        .split_once("subscribe:")
        .expect("what it may subscribe to");
    let (needed, optional) = publish.split_once("# Optional").expect("a comment");
    let lines = |text: &'static str| text.split('"').skip(1).step_by(2).collect::<Vec<_>>();
    (lines(needed), lines(optional))
}

#[test]
fn the_list_that_is_tried_here_is_the_one_in_the_guide() {
    let list = List::whole();
    let (mut needed, optional) = documented();

    needed.sort_unstable();
    let mut tried: Vec<&str> = list.publish.iter().map(String::as_str).collect();
    tried.sort_unstable();

    assert_eq!(tried, needed);
    let rows = PERMISSIONS
        .iter()
        .filter(|row| row.need == Need::Optional && row.right == Right::Publish);
    let of_table: Vec<String> = rows.flat_map(|row| row.lines(&["*"])).collect();
    assert_eq!(optional, of_table);
    assert!(GUIDE.contains("subscribe: { allow: [\"_INBOX.>\"] }"));
}

#[test]
fn a_text_names_a_line_only_as_a_whole() {
    let list = List::whole();

    let named = list.named_in(
        "to $JS.API.STREAM.INFO.wadm_events, or to $JS.API.STREAM.INFO.> for all, and `_INBOX.>`.",
    );

    assert_eq!(named, ["$JS.API.STREAM.INFO.wadm_events", "_INBOX.>"]);
}

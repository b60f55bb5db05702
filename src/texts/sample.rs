//! Samples of diagnostics, by topic.

use crate::terraform::language::Diagnostic;

/// What a reader has to do with it, in the order of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    Connection,
    Tls,
    Login,
    Permissions,
    Limits,
    Cluster,
    Refused,
    Destroy,
    Changes,
    Drift,
    Apply,
    ProviderBlock,
    Configuration,
    DataSources,
    Functions,
    Import,
    Bugs,
}

impl Topic {
    /// Every topic.
    pub const ALL: [Self; 17] = [
        Self::Connection,
        Self::Tls,
        Self::Login,
        Self::Permissions,
        Self::Limits,
        Self::Cluster,
        Self::Refused,
        Self::Destroy,
        Self::Changes,
        Self::Drift,
        Self::Apply,
        Self::ProviderBlock,
        Self::Configuration,
        Self::DataSources,
        Self::Functions,
        Self::Import,
        Self::Bugs,
    ];

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Connection => "Connection",
            Self::Tls => "TLS",
            Self::Login => "Login",
            Self::Permissions => "Permissions",
            Self::Limits => "Limits of the account and the server",
            Self::Cluster => "Cluster and replicas",
            Self::Refused => "Existing buckets and streams, and refused plans",
            Self::Destroy => "Destroy and replacement",
            Self::Changes => "What a change does",
            Self::Drift => "Changes outside Terraform",
            Self::Apply => "Failed applies",
            Self::ProviderBlock => "Provider block, variables and NATS contexts",
            Self::Configuration => "Arguments of the resources",
            Self::DataSources => "Data sources",
            Self::Functions => "Functions",
            Self::Import => "Import and stored state",
            Self::Bugs => "Bugs in the provider",
        }
    }
}

/// One diagnostic.
pub struct Sample {
    pub topic: Topic,
    pub diagnostic: Diagnostic,
    /// Whether the page has it; the snapshot has every sample.
    pub is_on_page: bool,
}

/// All samples, and what in them is another text in each run.
#[derive(Default)]
pub struct Samples {
    pub all: Vec<Sample>,
    names: Vec<(String, &'static str)>,
}

impl Samples {
    /// Adds samples for snapshot and page.
    #[track_caller]
    pub fn add(&mut self, topic: Topic, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        self.push(topic, diagnostics, true);
    }

    /// Adds samples for the snapshot: texts of a table, of which the page has a few.
    #[track_caller]
    pub fn more(&mut self, topic: Topic, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        self.push(topic, diagnostics, false);
    }

    /// From now on, this text stands in samples as another: it is not the same in each run.
    pub fn call(&mut self, text: String, name: &'static str) {
        self.names.push((text, name));
    }

    #[track_caller]
    fn push(
        &mut self,
        topic: Topic,
        diagnostics: impl IntoIterator<Item = Diagnostic>,
        is_on_page: bool,
    ) {
        let before = self.all.len();
        for diagnostic in diagnostics {
            let diagnostic = Diagnostic {
                summary: self.stable(&diagnostic.summary),
                detail: self.stable(&diagnostic.detail),
                ..diagnostic
            };
            self.all.push(Sample {
                topic,
                diagnostic,
                is_on_page,
            });
        }
        assert!(self.all.len() > before, "a sample without a diagnostic");
    }

    fn stable(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (varies, name) in &self.names {
            text = text.replace(varies, name);
        }
        for (before, varies, name) in VARYING {
            text = replaced_after(&text, before, varies, name);
        }
        text
    }
}

/// What follows a text and is not the same in each run: the letters it is of, and what stands for it in samples.
type Varying = (&'static str, fn(char) -> bool, &'static str);

const VARYING: [Varying; 1] = [(
    "the time on this machine is ",
    |letter| letter.is_ascii_digit() || "-:TZ".contains(letter),
    "2026-01-01T00:00:00Z",
)];

fn replaced_after(text: &str, before: &str, varies: fn(char) -> bool, name: &str) -> String {
    let mut parts = text.split(before);
    let mut replaced = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(varies);
        let name = if rest.len() < part.len() { name } else { "" };
        replaced += &format!("{before}{name}{rest}");
    }
    replaced
}

#[test]
fn what_varies_has_a_name() {
    let mut samples = Samples::default();
    samples.call("/tmp/x7".to_owned(), "/home/me");

    let text = "/tmp/x7/a: the time on this machine is 2031-02-03T04:05:06Z.";

    assert_eq!(
        samples.stable(text),
        "/home/me/a: the time on this machine is 2026-01-01T00:00:00Z."
    );
}

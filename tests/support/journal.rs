//! What was done to which stream, as the server itself announces it: nothing that an apply does beside the plan stays
//! unseen, also where the stream looks the same afterwards.

use std::iter::repeat_n;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Admin, wait_for};

/// A stream that stores what the server announces of all the others.
const JOURNAL: &str = "journal";
const ANNOUNCED: &str = "$JS.EVENT.ADVISORY.STREAM.";

impl Admin {
    /// Begins to note what is done to streams; see [`Admin::noted`].
    pub fn note(&self) {
        if self.stream(JOURNAL).is_none() {
            let subjects = [format!("{ANNOUNCED}>")];
            self.create_stream(&json!({ "name": JOURNAL, "subjects": subjects }));
        }
        self.wait_for_announcements();
        self.api(&format!("STREAM.PURGE.{JOURNAL}"), &json!({}));
    }

    /// What was done to which stream since [`Admin::note`], such as `UPDATED wadm_events`, sorted, once for each time.
    pub fn noted(&self) -> Vec<String> {
        self.wait_for_announcements();
        let mut noted: Vec<String> = self
            .announced()
            .iter()
            .filter(|(subject, _)| !subject.ends_with(&format!(".{JOURNAL}")))
            .flat_map(|(subject, count)| {
                let words = subject.replace(ANNOUNCED, "").replacen('.', " ", 1);
                repeat_n(words, usize::try_from(count.as_u64().unwrap()).unwrap())
            })
            .collect();
        noted.sort();
        noted
    }

    /// The server announces what it has done some time after it has answered, one after the other: when it tells of a
    /// change made now, everything earlier has been told.
    fn wait_for_announcements(&self) {
        let last = format!("{ANNOUNCED}UPDATED.{JOURNAL}");
        let told = || {
            self.announced()
                .get(&last)
                .and_then(Value::as_u64)
                .unwrap_or(0)
        };
        let before = told();
        self.edit_stream(JOURNAL, |config| {
            config["description"] = json!(format!("looked at after {before}"));
        });
        wait_for(
            "the server's announcements",
            Duration::from_secs(20),
            || (told() > before).then_some(()),
        );
    }

    /// How often each subject is in the journal.
    fn announced(&self) -> Map<String, Value> {
        let body = json!({ "subjects_filter": ">" });
        let answer = self.api(&format!("STREAM.INFO.{JOURNAL}"), &body);
        answer["state"]["subjects"]
            .as_object()
            .cloned()
            .unwrap_or_default()
    }
}

//! What was done to which stream, as the server itself announces it: nothing that an apply does beside the plan stays
//! unseen, also where the stream looks the same afterwards.
//!
//! The server announces a change some time after it has answered the request for it, each stream for itself. But it says
//! when the change was, so that what was done before is told from what was done since, however late it is announced.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::support::Admin;

/// A stream that stores what the server announces of all the others. Its description is when the noting began.
const JOURNAL: &str = "journal";
const ANNOUNCED: &str = "$JS.EVENT.ADVISORY.STREAM.";
/// How late an announcement may be.
const PATIENCE: Duration = Duration::from_secs(30);
/// Announcements of what nobody expects have come by then.
const QUIET: Duration = Duration::from_millis(300);

impl Admin {
    /// Begins to note what is done to streams; see [`Admin::expect_noted`].
    pub fn note(&self) {
        if self.stream(JOURNAL).is_none() {
            let subjects = [format!("{ANNOUNCED}>")];
            self.create_stream(&json!({ "name": JOURNAL, "subjects": subjects }));
        }
        self.api(&format!("STREAM.PURGE.{JOURNAL}"), &json!({}));
        let now = self.stream(JOURNAL).expect("the journal")["ts"].clone();
        self.edit_stream(JOURNAL, |config| config["description"] = now);
    }

    /// Demands that this was done to streams since [`Admin::note`], and nothing else: such as `UPDATED wadm_events`,
    /// sorted, once for each time.
    pub fn expect_noted<T: AsRef<str>>(&self, expected: &[T]) {
        self.expect_noted_without("nothing", expected);
    }

    /// As [`Admin::expect_noted`], but for what begins with a verb.
    pub fn expect_noted_without<T: AsRef<str>>(&self, verb: &str, expected: &[T]) {
        let mut expected: Vec<String> =
            expected.iter().map(|one| one.as_ref().to_owned()).collect();
        // Each create is followed by the update that takes the mark of the creator out.
        for created in expected.clone() {
            let finished = created.replacen("CREATED", "UPDATED", 1);
            if !expected.contains(&finished) && !finished.starts_with(verb) {
                expected.push(finished);
            }
        }
        expected.sort();
        let noted = || {
            let mut noted = self.noted();
            noted.retain(|note| !note.starts_with(verb));
            noted
        };
        let end = Instant::now() + PATIENCE;
        while noted() != expected && Instant::now() < end {}
        // What nobody expects has been announced by now, too.
        std::thread::sleep(QUIET);
        assert_eq!(noted(), expected);
    }

    /// What has been announced so far of what was done since [`Admin::note`].
    fn noted(&self) -> Vec<String> {
        let journal = self.stream(JOURNAL).expect("the journal");
        let began = time(&journal["config"]["description"]);
        let [first, last] =
            ["first_seq", "last_seq"].map(|key| journal["state"][key].as_u64().unwrap());
        let announced = (first..=last).map(|sequence| {
            let body = json!({ "seq": sequence });
            let answer = self.api(&format!("STREAM.MSG.GET.{JOURNAL}"), &body);
            let message = &answer["message"];
            let data = BASE64_STANDARD.decode(message["data"].as_str().unwrap());
            let content: Value = serde_json::from_slice(&data.unwrap()).unwrap();
            (message["subject"].as_str().unwrap().to_owned(), content)
        });
        let mut noted: Vec<String> = announced
            .filter(|(subject, content)| {
                !subject.ends_with(&format!(".{JOURNAL}")) && time(&content["timestamp"]) > began
            })
            .map(|(subject, _)| subject.replace(ANNOUNCED, "").replacen('.', " ", 1))
            .collect();
        noted.sort();
        noted
    }
}

fn time(text: &Value) -> Timestamp {
    let text = text.as_str().expect("a time");
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

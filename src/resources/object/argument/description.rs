//! What the reference pages say of an argument: the words of the setting's row, with the row's facts in them.

use crate::catalogue::AssetKinds;
use crate::jetstream::{Edit, SettingKind, StreamConfig};
use crate::resources::object::argument::Argument;
use crate::resources::object::argument::codec::Codec;
use crate::terraform::language::Value;

impl Argument {
    /// Meaning, unit, range and what a change does, in Markdown. The default is that of the attribute.
    pub fn description(&self) -> String {
        let doc = self.setting.doc;
        let words = match self.of {
            AssetKinds::Buckets => doc.bucket,
            AssetKinds::Streams => doc.stream,
            AssetKinds::All => doc.common,
        };
        let facts = self.facts().into_iter();
        let text = facts.fold(words.to_owned(), |text, (place, fact)| {
            text.replace(&place, &fact)
        });
        match self.shape.is_shown_only() {
            true => text,
            false => format!("{text} {}", self.effect()),
        }
    }

    /// What a change does to the bucket or stream and to its contents.
    fn effect(&self) -> String {
        match (self.setting.edit, self.of) {
            (Edit::Lowering(what), _) => lowered(what),
            (Edit::LoweringEach(what, ..), AssetKinds::Buckets) => {
                let what = what.replace("messages of each subject", "revisions of each key");
                lowered(&format!("{what}, and the plan counts them"))
            }
            (Edit::LoweringEach(what, ..), _) => lowered(what),
            // A bucket discards new writes, so that the server would keep what is above; no plan lets it come to that.
            (Edit::LoweringOldest(_), AssetKinds::Buckets) => {
                format!("{IN_PLACE}; {TOO_SMALL}.")
            }
            (Edit::LoweringOldest(what), AssetKinds::Streams) => lowered(what),
            (Edit::LoweringOldest(what), AssetKinds::All) => {
                format!(
                    "{IN_PLACE}; for a bucket, {TOO_SMALL}; for a stream, when it is lowered, {what}."
                )
            }
            (Edit::NoEffect(why), _) => format!("{IN_PLACE}, but {why}."),
            (Edit::NoEffectOnFiles(files, memory), _) => {
                format!("{IN_PLACE}, but {files}; {memory}.")
            }
            (Edit::OneWay(why), _) => format!("{IN_PLACE}, but not back: {why}."),
            (Edit::Never(why), _) => format!(
                "A change replaces only that bucket or stream, because {why}: always if the contents come back by themselves, otherwise only if it is empty or with `force_destroy`."
            ),
            (
                Edit::InPlace
                | Edit::Since(..)
                | Edit::HeldBefore(..)
                | Edit::Retention { .. }
                | Edit::Mirror { .. }
                | Edit::Sources { .. },
                _,
            ) => format!("{IN_PLACE}."),
        }
    }

    /// What stands for what in the words.
    fn facts(&self) -> Vec<(String, String)> {
        let fact = |place: &str, text: String| (format!("{{{place}}}"), text);
        match self.setting.kind {
            SettingKind::Count { unit, .. } | SettingKind::Limit { unit, .. } => {
                vec![fact("range", self.range()), fact("unit", unit.to_owned())]
            }
            SettingKind::Text { max } | SettingKind::Texted { max } => {
                vec![
                    fact("max", max.to_string()),
                    fact("unit", "bytes".to_owned()),
                ]
            }
            SettingKind::Nanos { .. } => {
                let absent = self.setting.default(&StreamConfig::default());
                let absent = self.shape.value(&absent, &Value::Null);
                vec![fact(
                    "absent",
                    absent.as_str().unwrap_or_default().to_owned(),
                )]
            }
            SettingKind::Choice(words) => {
                let each = words.iter().zip(1..);
                each.map(|(word, place)| fact(&format!("choice {place}"), format!("`{word}`")))
                    .chain([fact("choices", choices(words))])
                    .collect()
            }
            SettingKind::Bool | SettingKind::Texts | SettingKind::Object | SettingKind::Objects => {
                Vec::new()
            }
        }
    }

    fn range(&self) -> String {
        let from = |min: i64, max: i64| match max {
            i64::MAX => format!("{min} or more"),
            max => format!("{min} to {max}"),
        };
        match self.shape {
            Codec::Number(min, max) => from(min, max),
            Codec::Bytes(max) => format!("{}, or -1 for no limit", from(1, max)),
            _ => String::new(),
        }
    }
}

const IN_PLACE: &str = "Changed in place";
const TOO_SMALL: &str = "a limit below what it stores is an error of the plan";

fn lowered(what: &str) -> String {
    format!("{IN_PLACE}; when it is lowered, {what}.")
}

fn choices(words: &[&str]) -> String {
    let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match words.as_slice() {
        [most @ .., last] if !most.is_empty() => format!("{} or {last}", most.join(", ")),
        words => words.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jetstream::{SETTINGS, Setting};
    use crate::resources::object::argument::{BUCKET, COMMON, PER_SUBJECT_STREAM, STREAM};

    fn all() -> impl Iterator<Item = &'static Argument> {
        [BUCKET, STREAM, PER_SUBJECT_STREAM, COMMON]
            .into_iter()
            .flatten()
    }

    #[test]
    fn every_argument_is_described_with_the_facts_of_its_row() {
        for argument in all() {
            let description = argument.description();
            let says = |fact: &str| description.contains(fact);

            assert!(!description.is_empty(), "{}", argument.name);
            assert!(!says("{") && !says("}"), "{description}");
            match argument.setting.kind {
                SettingKind::Count { min, max, .. } => {
                    assert!(says(&format!("{min} to {max}")), "{description}");
                }
                SettingKind::Limit { unit, max } => {
                    let open = max == i64::MAX && says("1 or more");
                    let narrowed = matches!(argument.shape, Codec::Number(1, most) if says(&format!("1 to {most}")));
                    assert!(
                        open || narrowed || says(&format!("1 to {max}")),
                        "{description}"
                    );
                    let of_bytes = matches!(argument.shape, Codec::Bytes(_));
                    assert_eq!(of_bytes, unit == "bytes", "{description}");
                    assert_eq!(of_bytes, says("in bytes"), "{description}");
                }
                SettingKind::Choice(words) => {
                    let all = words.iter().all(|word| says(&format!("`{word}`")));
                    assert!(all, "{description}");
                }
                SettingKind::Text { max } => {
                    assert!(says(&format!("{max} bytes")), "{description}");
                }
                SettingKind::Nanos { .. } => assert!(says("`\"0s\"`"), "{description}"),
                _ => {}
            }
        }
    }

    #[test]
    fn the_words_of_a_row_repeat_nothing_that_it_says_elsewhere() {
        for row in SETTINGS {
            let doc = [row.doc.bucket, row.doc.stream, row.doc.common];
            for words in doc.into_iter().filter(|words| !words.is_empty()) {
                let stated: Vec<String> = match row.kind {
                    SettingKind::Count { min, max, .. } => vec![format!("{min} to {max}")],
                    SettingKind::Limit { max, unit } => {
                        vec![format!("to {max}"), " to 64".to_owned(), unit.to_owned()]
                    }
                    SettingKind::Choice(choices) => {
                        choices.iter().map(|word| format!("`{word}`")).collect()
                    }
                    SettingKind::Text { max } | SettingKind::Texted { max } => {
                        vec![max.to_string(), "bytes".to_owned()]
                    }
                    _ => Vec::new(),
                };
                for fact in stated {
                    assert!(!words.contains(&fact), "{}: {fact}: {words}", row.key);
                }
            }
        }
    }

    #[test]
    fn the_rows_with_words_are_those_with_an_argument() {
        for row in SETTINGS {
            let doc = [row.doc.bucket, row.doc.stream, row.doc.common];
            let has_words = doc.iter().any(|words| !words.is_empty());
            let has_argument = all().any(|argument| argument.key == row.key);

            assert_eq!(has_words, has_argument, "{}", row.key);
        }
    }

    #[test]
    fn another_range_in_a_row_is_another_description() {
        const REPLICAS: &Setting = &Setting {
            kind: SettingKind::Count {
                unit: "servers",
                min: 2,
                max: 7,
            },
            ..*crate::jetstream::row_of("num_replicas")
        };
        let argument = Argument {
            setting: REPLICAS,
            shape: Codec::of(REPLICAS.kind).unwrap(),
            ..BUCKET[0]
        };

        assert!(
            argument
                .description()
                .starts_with("Number of servers that store a copy, 2 to 7. ")
        );
        assert!(matches!(
            argument.common_attribute().rules[..],
            [crate::terraform::language::ValueRule::Range { min: 2, max: 7 }]
        ));
    }
}

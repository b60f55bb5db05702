//! How much a change deletes, as far as the information about the stream shows.
//!
//! A change whose class is "deletes data" need not delete anything: a limit may be above all that is stored. Asking the
//! numbers, not the class, keeps a plan from crying wolf.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::jetstream::api::stream_info::StreamInfo;
use crate::jetstream::config::diff::SettingChange;
use crate::jetstream::config::effect::Effect;
use crate::jetstream::config::settings::Edit;

/// What a change deletes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataLoss {
    /// How sure it is.
    pub extent: Extent,
    /// Messages; in a bucket values and delete markers.
    pub messages: u64,
    /// Their bytes: in proportion, unless all go.
    pub bytes: u64,
}

/// How many subjects have how many messages: what a smaller limit per subject deletes follows from it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubjectCounts(BTreeMap<u64, u64>);

impl SubjectCounts {
    /// Of a stream that has so many messages, each with a subject of its own.
    pub fn one_each(messages: u64) -> Self {
        let mut counts = Self::default();
        counts.add(1, messages);
        counts
    }

    /// So many more subjects with so many messages each.
    pub fn add(&mut self, messages: u64, subjects: u64) {
        if messages > 0 && subjects > 0 {
            *self.0.entry(messages).or_default() += subjects;
        }
    }

    /// All messages.
    pub fn messages(&self) -> u64 {
        self.beyond(0)
    }

    /// The messages beyond `kept` per subject: as many as a limit of `kept` deletes.
    pub fn beyond(&self, kept: u64) -> u64 {
        let each = self.0.iter().map(|(messages, subjects)| {
            let beyond = messages.saturating_sub(kept);
            beyond.saturating_mul(*subjects)
        });
        each.fold(0, u64::saturating_add)
    }

    /// Reads what `Display` writes.
    pub fn parse(text: &str) -> Option<Self> {
        let mut counts = Self::default();
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let (messages, subjects) = part.split_once('x')?;
            counts.add(messages.parse().ok()?, subjects.parse().ok()?);
        }
        Some(counts)
    }
}

/// Such as `1x30,5x2`: 30 subjects with one message, and 2 with five.
impl fmt::Display for SubjectCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (messages, subjects)) in self.0.iter().enumerate() {
            let comma = if place > 0 { "," } else { "" };
            write!(f, "{comma}{messages}x{subjects}")?;
        }
        Ok(())
    }
}

/// How sure a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// So many.
    Exactly,
    /// In proportion, since messages differ in size.
    About,
    /// All of them at most.
    UpTo,
}

impl DataLoss {
    /// Nothing.
    pub const NOTHING: DataLoss = DataLoss {
        extent: Extent::Exactly,
        messages: 0,
        bytes: 0,
    };

    /// What the change deletes of the stream; `None` where only the single subjects tell.
    pub fn of(change: &SettingChange, live: &StreamInfo) -> Option<DataLoss> {
        if !matches!(change.effect, Effect::Destructive(_)) || live.state.messages == 0 {
            return Some(DataLoss::NOTHING);
        }
        let limit = change.desired.as_u64().unwrap_or_default();
        match (change.key.as_str(), change.setting?.edit) {
            ("max_bytes", _) => Some(DataLoss::bytes_above(limit, live)),
            (_, Edit::LoweringOldest(_)) => Some(DataLoss::messages(
                live.state.messages.saturating_sub(limit),
                live,
            )),
            (_, Edit::Lowering(_)) => Some(DataLoss::older_than(Duration::from_nanos(limit), live)),
            (_, Edit::LoweringEach(..)) if limit == 1 => {
                let last = live.state.num_subjects;
                Some(DataLoss::messages(
                    live.state.messages.saturating_sub(last),
                    live,
                ))
            }
            (_, Edit::LoweringEach(..)) => None,
            (_, Edit::Retention { level, .. }) => Some(DataLoss::without_interest(level, live)),
            // They come again; nothing goes.
            _ => Some(DataLoss::NOTHING),
        }
    }

    /// So many messages, and their share of the bytes.
    pub fn messages(messages: u64, live: &StreamInfo) -> DataLoss {
        let share = u128::from(live.state.bytes) * u128::from(messages)
            / u128::from(live.state.messages.max(1));
        DataLoss {
            extent: Extent::Exactly,
            messages,
            bytes: u64::try_from(share).unwrap_or(u64::MAX),
        }
    }

    fn bytes_above(limit: u64, live: &StreamInfo) -> DataLoss {
        let bytes = live.state.bytes.saturating_sub(limit);
        let share = (u128::from(live.state.messages) * u128::from(bytes))
            .div_ceil(u128::from(live.state.bytes.max(1)));
        DataLoss {
            extent: Extent::About,
            messages: u64::try_from(share).unwrap_or(u64::MAX),
            bytes,
        }
    }

    fn older_than(age: Duration, live: &StreamInfo) -> DataLoss {
        match live.oldest() {
            Some(oldest) if oldest <= age => DataLoss::NOTHING,
            _ => DataLoss::up_to_all(live),
        }
    }

    /// Servers from that API level on delete everything when there is no consumer, earlier ones nothing.
    fn without_interest(level: u64, live: &StreamInfo) -> DataLoss {
        match live.state.consumer_count {
            0 if live.api_level() >= level => DataLoss::messages(live.state.messages, live),
            0 => DataLoss::NOTHING,
            _ => DataLoss::up_to_all(live),
        }
    }

    fn up_to_all(live: &StreamInfo) -> DataLoss {
        DataLoss {
            extent: Extent::UpTo,
            ..DataLoss::messages(live.state.messages, live)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_limit_per_subject_deletes_follows_from_the_counts() {
        let mut counts = SubjectCounts::one_each(30);
        counts.add(5, 2);

        assert_eq!(counts.to_string(), "1x30,5x2");
        assert_eq!(SubjectCounts::parse("1x30,5x2"), Some(counts.clone()));
        assert_eq!(counts.messages(), 40);
        assert_eq!([1, 2, 4, 5].map(|kept| counts.beyond(kept)), [8, 6, 2, 0]);
    }

    #[test]
    fn an_empty_stream_is_an_empty_text_and_other_texts_are_none() {
        let empty = SubjectCounts::one_each(0);

        assert_eq!((empty.to_string(), empty.messages()), (String::new(), 0));
        assert_eq!(SubjectCounts::parse(""), Some(empty));
        assert_eq!(SubjectCounts::parse("3"), None);
        assert_eq!(SubjectCounts::parse("1xmany"), None);
    }
}

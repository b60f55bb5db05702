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
    /// So many more subjects with so many messages each.
    pub fn add(&mut self, messages: u64, subjects: u64) {
        if messages > 0 && subjects > 0 {
            *self.0.entry(messages).or_default() += subjects;
        }
    }

    /// The messages beyond `kept` per subject: as many as a limit of `kept` deletes.
    pub fn beyond(&self, kept: u64) -> u64 {
        let each = self.0.iter().map(|(messages, subjects)| {
            let beyond = messages.saturating_sub(kept);
            beyond.saturating_mul(*subjects)
        });
        each.fold(0, u64::saturating_add)
    }

    /// The same for every limit up to `most`.
    pub fn revisions(&self, most: u64) -> Revisions {
        let limits = (1..=most).map(|kept| self.beyond(kept));
        Revisions(limits.take_while(|beyond| *beyond > 0).collect())
    }
}

/// How many messages each limit per subject deletes, from a limit of 1 on; those that delete none are left out. It is the
/// same while subjects with one message come and go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revisions(Vec<u64>);

impl Revisions {
    /// As many as a limit of `kept`, of at least 1, deletes.
    pub fn beyond(&self, kept: u64) -> u64 {
        let place = usize::try_from(kept.saturating_sub(1));
        let beyond = place.ok().and_then(|place| self.0.get(place));
        beyond.copied().unwrap_or_default()
    }

    /// Reads what `Display` writes.
    pub fn parse(text: &str) -> Option<Self> {
        let numbers = text.split(',').filter(|number| !number.is_empty());
        let beyond: Result<_, _> = numbers.map(str::parse).collect();
        Some(Self(beyond.ok()?))
    }
}

/// Such as `8,6,2`.
impl fmt::Display for Revisions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<_> = self.0.iter().map(u64::to_string).collect();
        f.write_str(&numbers.join(","))
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
        let mut counts = SubjectCounts::default();
        counts.add(1, 30);
        counts.add(5, 2);
        let revisions = counts.revisions(64);

        assert_eq!(revisions.to_string(), "8,6,4,2");
        assert_eq!(Revisions::parse("8,6,4,2"), Some(revisions.clone()));
        for kept in [1, 2, 4, 5, 64] {
            assert_eq!(revisions.beyond(kept), counts.beyond(kept), "{kept}");
        }
    }

    #[test]
    fn one_message_each_is_an_empty_text_and_other_texts_are_none() {
        let mut counts = SubjectCounts::default();
        counts.add(1, 30);

        assert_eq!(counts.revisions(64).to_string(), "");
        assert_eq!(Revisions::parse(""), Some(Revisions::default()));
        assert_eq!(Revisions::parse("many"), None);
    }
}

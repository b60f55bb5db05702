//! What is to change of one asset, and what stays as another client has set it.
//!
//! Plan and apply use the same comparison, so that an apply does what its plan has shown. A difference that the server
//! does not change back and that no argument is about stays: nobody has requested the change, and an asset is not
//! deleted for what nobody has requested.

use crate::catalogue::Contents;
use crate::jetstream::{
    Bound, Conditions, Edit, Effect, FREEZING, SettingChange, StreamConfig, StreamInfo, diff_at,
    setting,
};
use crate::resources::object::argument::Argument;
use crate::resources::object::member::Member;
use crate::terraform::language::Value;

/// The differences between what an asset should be and what it is.
pub struct Changes {
    /// What is requested of the server; where it refuses, only a new asset can have it.
    pub requested: Vec<SettingChange>,
    /// What stays.
    pub kept: Vec<SettingChange>,
}

impl Changes {
    /// What differs, by the rules of a server of this API level, or of what else is known of the stream.
    pub fn between(
        member: &Member,
        wanted: &StreamConfig,
        live: &StreamConfig,
        conditions: impl Into<Conditions>,
    ) -> Self {
        let conditions = conditions.into();
        let mut wanted = wanted.clone();
        let mut kept: Vec<SettingChange> = Vec::new();
        loop {
            let changes = diff_at(&wanted, live, conditions).into_iter();
            let changes = changes.filter(|change| change.setting.is_some());
            let (stays, requested): (Vec<_>, Vec<_>) =
                changes.partition(|change| is_refused_drift(member, change));
            // What the server does with the rest depends on what stays.
            for change in &stays {
                wanted.set(&change.key, change.live.clone());
            }
            let known = |change: &SettingChange| kept.iter().any(|other| other.key == change.key);
            if stays.iter().all(known) {
                return Self { requested, kept };
            }
            kept.extend(stays);
        }
    }

    /// The arguments of the asset that the configuration leaves open and that follow what stays.
    pub fn followers(&self, member: &Member, config: &Value) -> Vec<&'static Argument> {
        let own = config.attribute(member.row.key);
        let requested = self.requested.iter().filter(|change| {
            let by = change.cause.unwrap_or_default();
            self.kept.iter().any(|kept| kept.key == by)
        });
        let arguments = requested.filter_map(|change| member.argument(&change.key));
        arguments
            .filter(|argument| {
                let set = [own, config].map(|level| !level.attribute(argument.name).is_null());
                !argument.shape.is_shown_only() && set == [false, false]
            })
            .collect()
    }

    /// The first argument whose value is known only when the plan is applied, and that only a new asset may be able to
    /// have.
    pub fn open_replacement(&self, member: &Member, planned: &Value) -> Option<&'static Argument> {
        let mut arguments = member.row.arguments().iter();
        arguments.find(|argument| {
            let row = setting(argument.key);
            let is_kept = |key: &str| self.kept.iter().any(|kept| kept.key == key);
            let stays = |bound: &Bound| is_kept(bound.by);
            let is_frozen = is_kept("sealed") && FREEZING.iter().any(stays);
            !planned.attribute(argument.name).is_wholly_known()
                && row.is_some_and(|row| {
                    let is_bound = is_frozen || row.bounds.iter().any(stays);
                    matches!(row.edit, Edit::Never(_)) || is_bound
                })
        })
    }

    /// The first change that only a new asset can have.
    pub fn refused(&self) -> Option<&SettingChange> {
        self.refused_but_for(&[])
    }

    /// The same, of another than these arguments.
    pub fn refused_but_for(&self, arguments: &[&Argument]) -> Option<&SettingChange> {
        let of_these = |change: &&SettingChange| {
            let mut keys = arguments.iter().map(|argument| argument.key);
            keys.any(|key| key == change.key)
        };
        let mut others = self.requested.iter().filter(|change| !of_these(change));
        others.find(|change| is_refused(change))
    }
}

/// The server refuses it.
pub fn is_refused(change: &SettingChange) -> bool {
    matches!(change.effect, Effect::Refused(_))
}

/// A difference that has no argument and that the server does not change back.
pub fn is_refused_drift(member: &Member, change: &SettingChange) -> bool {
    member.argument(&change.key).is_none() && is_refused(change)
}

/// Whether one change loses more than the other.
pub fn is_worse(now: &SettingChange, planned: &SettingChange) -> bool {
    severity(now.effect) > severity(planned.effect)
}

fn severity(effect: Effect) -> u8 {
    match effect {
        Effect::InPlace | Effect::NoEffect(_) | Effect::Unknown => 0,
        Effect::OneWay(_) => 1,
        Effect::Destructive(_) => 2,
        Effect::Refused(_) => 3,
    }
}

/// What adopting an asset that exists like this changes. `planned`: the planned object.
pub fn adoption_changes(member: &Member, planned: &Value, live: &StreamInfo) -> Changes {
    // Whether a shorter window for duplicates is that of the server nobody knows: it stays, as after an import.
    let member = &Member {
        window_nanos: live.config.shortened_window(),
        ..member.clone()
    };
    let wanted = member.wanted(planned.attribute(member.row.key));
    let wanted = wanted.whole(live, &[]);
    Changes::between(member, &wanted, &live.config, member.conditions(live))
}

/// The messages that a change keeps of each subject, if how many it deletes shows only when the messages of each
/// subject are counted. With a limit of 1 it follows from the number of subjects.
pub fn kept_per_subject(change: &SettingChange) -> Option<u64> {
    let deletes = matches!(change.effect, Effect::Destructive(_));
    let kept = change.desired.as_u64()?;
    (deletes && change.key == "max_msgs_per_subject" && kept >= 2).then_some(kept)
}

/// A change of an existing asset that costs something; how much, only the server knows.
#[derive(Clone, Debug)]
pub struct CostlyChange {
    /// The asset.
    pub member: Member,
    /// The change, as the prior state knows it.
    pub change: SettingChange,
}

/// Whether the contents of an asset may be deleted, to recreate it. `prior`: the state before the apply, as for a destroy:
/// what the apply itself sets does not count.
pub fn may_delete_contents(member: &Member, prior: &Value) -> bool {
    member.row.contents == Contents::Transient
        || prior.attribute("force_destroy").as_bool() == Some(true)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalogue::{Asset, AssetKind, CATALOGUE};
    use crate::jetstream::SETTINGS;

    fn member(row: &'static Asset) -> Member {
        Member::new(row, Some(row.name.replace("{}", "default")))
    }

    /// What its users need, with one setting at another value.
    fn spoilt(row: &'static Asset, key: &str, example: &str) -> StreamConfig {
        let name = row.name.replace("{}", "default");
        let mut config = row.config(&name, false);
        let value = match (key, row.kind) {
            ("retention", AssetKind::Bucket) => json!("workqueue"),
            _ => serde_json::from_str(example).unwrap(),
        };
        config.set(key, value);
        config
    }

    #[test]
    fn what_stays_of_any_asset_on_any_server_has_words_of_its_own() {
        let mut found = 0;
        for (row, level) in CATALOGUE.iter().flat_map(|row| [(row, 0), (row, 5)]) {
            for setting in SETTINGS.iter().filter(|row| !row.example.is_empty()) {
                let name = row.name.replace("{}", "default");
                let live = spoilt(row, setting.key, setting.example);
                let changes =
                    Changes::between(&member(row), &row.config(&name, false), &live, level);
                for kept in changes.kept.iter().filter(|kept| kept.cause.is_none()) {
                    assert_eq!(
                        row.lasting_setting(&kept.key).setting,
                        kept.key,
                        "{}",
                        row.key
                    );
                    found += 1;
                }
            }
        }
        assert!(found > 100, "{found}");
    }

    #[test]
    fn what_follows_from_a_setting_that_stays_names_it_as_its_cause() {
        let row = &CATALOGUE[0];
        let mut live = row.config("LATTICEDATA_default", false);
        for (key, value) in [
            ("sealed", json!(true)),
            ("deny_purge", json!(true)),
            ("allow_rollup_hdrs", json!(false)),
            ("max_bytes", json!(1000)),
        ] {
            live.set(key, value);
        }

        let found = Changes::between(
            &member(row),
            &row.config("LATTICEDATA_default", false),
            &live,
            5,
        );

        let kept: Vec<_> = found
            .kept
            .iter()
            .map(|change| (change.key.as_str(), change.cause))
            .collect();
        assert_eq!(
            kept,
            [
                ("sealed", None),
                ("deny_purge", Some("sealed")),
                ("allow_rollup_hdrs", Some("sealed"))
            ]
        );
        let requested: Vec<_> = found.requested.iter().map(|change| &change.key).collect();
        assert_eq!(requested, ["max_bytes"]);
    }
}

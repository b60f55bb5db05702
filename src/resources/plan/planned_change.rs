//! What a plan has shown of one asset's changes, beside what they are when it is applied.
//!
//! A plan may be applied late. The keys to change come from the plan (prior and planned objects), what they do from the
//! server as it is now.

use std::collections::BTreeMap;

use crate::jetstream::{Conditions, SettingChange, StreamConfig, StreamInfo, diff_at};
use crate::resources::object::changes::Changes;
use crate::resources::object::member::{DesiredAsset, Member, metadata_edits};
use crate::resources::object::owned_texts::OwnedTexts;
use crate::resources::object::private_facts::Contents;
use crate::terraform::language::Value;

/// What a plan does to one asset.
#[derive(Clone, Copy)]
pub struct PlannedChange<'a> {
    /// The asset.
    pub member: &'a Member,
    /// The same as the prior state has it.
    pub prior_member: &'a Member,
    /// The prior state.
    pub prior: &'a Value,
    /// The planned state.
    pub planned: &'a Value,
    /// Which of its texts are Terraform's.
    pub owned: &'a OwnedTexts,
    /// What the refresh before the plan knew of the stream and its server.
    pub conditions: Conditions,
    /// What it contained when it was planned, where no more than that may be deleted.
    pub contents: &'a Contents,
}

impl PlannedChange<'_> {
    /// Its object in the prior state.
    pub fn before(&self) -> &Value {
        self.prior.attribute(self.member.row.key)
    }

    /// Its planned object.
    pub fn after(&self) -> &Value {
        self.planned.attribute(self.member.row.key)
    }

    /// What it should be, without what the plan has left as it is.
    fn wanted(&self) -> DesiredAsset {
        let mut wanted = self.member.wanted(self.after());
        let kept = self.after().attribute("drift").as_map();
        for (key, _) in kept.into_iter().flatten() {
            wanted.config.remove(key);
        }
        // Nobody has set one, so that of others is none of ours.
        if [self.before(), self.after()]
            .iter()
            .all(|object| object.attribute("description").is_null())
        {
            wanted.config.remove("description");
        }
        wanted
    }

    /// Everything that it should be, with the metadata of others.
    pub fn whole(&self, live: &StreamInfo) -> StreamConfig {
        let wanted = self.member.wanted(self.after());
        wanted.whole(live, &self.metadata_edits().1)
    }

    /// What is to happen to its metadata.
    fn metadata_edits(&self) -> (BTreeMap<String, String>, Vec<String>) {
        let is_ours = |key: &str| self.owned.owns_key(key);
        metadata_edits(self.before(), self.after(), is_ours)
    }

    /// The changes that the plan has shown, as it knew them.
    pub fn shown(&self) -> Vec<SettingChange> {
        let known = self.prior_member.known(self.before());
        let wanted = self.member.wanted(self.after()).config;
        Changes::between(self.member, &wanted, &known, self.conditions).requested
    }

    /// The same, as they are now.
    pub fn now(&self, shown: &[SettingChange], live: &StreamInfo) -> Vec<SettingChange> {
        let is_shown = |key: &str| {
            let other = if key == "duplicate_window" {
                "max_age"
            } else {
                key
            };
            shown
                .iter()
                .any(|change| change.key == key || change.key == other)
        };
        let wanted = self.wanted();
        let mut requested = StreamConfig::default();
        for (key, value) in wanted.config.iter().filter(|(key, _)| is_shown(key)) {
            requested.set(key, value.clone());
        }
        let (edited, retired) = self.metadata_edits();
        if !edited.is_empty() || !retired.is_empty() {
            let metadata = DesiredAsset {
                metadata: edited,
                ..wanted
            };
            let metadata = metadata.whole(live, &retired).remove("metadata");
            requested.set("metadata", metadata.unwrap_or_default());
        }
        diff_at(&requested, &live.config, self.member.conditions(live))
            .into_iter()
            .filter(|change| change.setting.is_some())
            .collect()
    }

    /// What differs besides.
    pub fn unplanned(&self, shown: &[SettingChange], live: &StreamInfo) -> Vec<SettingChange> {
        let wanted = self.wanted();
        let mut whole = wanted.whole(live, &[]);
        if self.metadata_edits() != Default::default() {
            whole.remove("metadata");
        }
        let changes = diff_at(&whole, &live.config, self.member.conditions(live)).into_iter();
        changes
            .filter(|change| change.setting.is_some())
            .filter(|change| !shown.iter().any(|other| other.key == change.key))
            .collect()
    }
}

/// Whether the stream is not the one that the state has.
pub fn is_another(before: &Value, info: &StreamInfo) -> bool {
    let created = before.attribute("created").as_str();
    created.is_some_and(|created| created != info.created)
}

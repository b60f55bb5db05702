//! Samples of what changes of settings do, and of what another client did: every row of the tables.

use serde_json::{Value as Json, json};

use crate::catalogue::{AssetKinds, CATALOGUE, LASTING_SETTINGS};
use crate::jetstream::{
    DataLoss, Edit, Effect, Extent, FREEZING, SETTINGS, Setting, SettingChange, StreamConfig,
};
use crate::resources::lattice_buckets::LatticeBuckets;
use crate::resources::messages::changes::{cannot_adopt, cost_of, may_be_replaced};
use crate::resources::messages::{drift, setting as messages};
use crate::resources::object::argument::BUCKET;
use crate::resources::object::changes::CostlyChange;
use crate::resources::object::member::Member;
use crate::resources::object_type::ObjectType;
use crate::resources::preflight::fixture::{Case, contents, info, member};
use crate::resources::wadm::WadmJetStream;
use crate::terraform::language::Path;
use crate::texts::sample::{Samples, Topic};

pub fn add(samples: &mut Samples) {
    settings(samples);
    lasting(samples);
    outside(samples);
    modes(samples);
}

/// What the server does with every change of a setting that costs something.
fn effects(setting: &Setting) -> Vec<Effect> {
    let own = match setting.edit {
        Edit::InPlace => Vec::new(),
        Edit::Lowering(what) | Edit::LoweringOldest(what) => vec![Effect::Destructive(what)],
        Edit::LoweringEach(what, _, before) => {
            vec![Effect::Destructive(what), Effect::Destructive(before)]
        }
        Edit::Since(_, why) | Edit::HeldBefore(_, why) | Edit::Never(why) => {
            vec![Effect::Refused(why)]
        }
        Edit::OneWay(why) => vec![Effect::OneWay(why), Effect::Refused(why)],
        Edit::NoEffect(why) => vec![Effect::NoEffect(why)],
        Edit::NoEffectOnFiles(file, memory) => {
            vec![Effect::NoEffect(file), Effect::NoEffect(memory)]
        }
        Edit::Retention {
            refused,
            deletes,
            before,
            ..
        } => vec![
            Effect::Refused(refused),
            Effect::Destructive(deletes),
            Effect::Destructive(before),
        ],
        Edit::Mirror {
            refused,
            promoted,
            before,
            ..
        } => vec![
            Effect::Refused(refused),
            Effect::OneWay(promoted),
            Effect::Refused(before),
        ],
        Edit::Sources { again, start } => {
            vec![Effect::Destructive(again), Effect::NoEffect(start)]
        }
    };
    let bounds = setting.bounds.iter().chain(match setting.key {
        "max_age" => FREEZING,
        _ => &[],
    });
    let bounds = bounds.map(|bound| Effect::Refused(bound.why));
    own.into_iter().chain(bounds).collect()
}

/// A change of a setting between its default and its example.
fn change(setting: &'static Setting, effect: Effect, turns_on: bool) -> SettingChange {
    let default = setting.default(&StreamConfig::named("wadm_commands"));
    let example = serde_json::from_str(setting.example).unwrap_or(json!(3));
    let (live, desired) = match turns_on {
        true => (default, example),
        false => (example, default),
    };
    SettingChange {
        key: setting.key.to_owned(),
        setting: Some(setting),
        live,
        desired,
        effect,
        cause: None,
    }
}

fn settings(samples: &mut Samples) {
    let wadm = Case::update(WadmJetStream, json!({}), json!({ "replicas": 3 }));
    let buckets = Case::update(LatticeBuckets, json!({}), json!({ "replicas": 3 }));
    let (wadm, buckets) = (wadm.plan(), buckets.plan());
    for setting in SETTINGS {
        for effect in effects(setting) {
            let is_lowered = matches!(effect, Effect::Destructive(_));
            let turns_on = is_lowered || matches!(effect, Effect::OneWay(_) | Effect::NoEffect(_));
            let turns_on = turns_on && setting.key != "mirror";
            let change = change(setting, effect, turns_on);
            let of_buckets = BUCKET.iter().any(|argument| argument.key == setting.key);
            let (plan, key) = match setting.key {
                "sources" => (&wadm, "event_consumer"),
                "max_msgs_per_subject" => (&wadm, "status"),
                _ => (&wadm, "commands"),
            };
            let mut cases = vec![(plan, key)];
            cases.extend(of_buckets.then_some((&buckets, "lattice_data")));
            for (plan, key) in cases {
                let member = member(plan.object, key);
                let has_argument = member
                    .argument(setting.key)
                    .is_some_and(|argument| !argument.shape.is_shown_only());
                if matches!(effect, Effect::Refused(_)) && !has_argument {
                    let lasting = drift::lasting(member, &change, &[]);
                    samples.more(Topic::Drift, [lasting.warning]);
                    continue;
                }
                let live = info(member.needs(), contents(10));
                let loss = is_lowered.then_some(DataLoss {
                    extent: Extent::Exactly,
                    messages: 3,
                    bytes: 300,
                });
                let costly = CostlyChange {
                    member: member.clone(),
                    change: change.clone(),
                };
                samples.more(
                    Topic::Changes,
                    cost_of(&costly, Some(&live), loss, plan.plan),
                );
                samples.more(Topic::Changes, cost_of(&costly, None, None, plan.plan));
                if matches!(effect, Effect::Refused(_)) {
                    let refused = cannot_adopt(member, &change, &plan.plan.config);
                    samples.more(Topic::Refused, [refused]);
                }
            }
        }
    }
    let lattice_data = member(buckets.object, "lattice_data");
    let live = info(lattice_data.needs(), contents(10));
    for extent in [Extent::Exactly, Extent::About, Extent::UpTo] {
        let setting = crate::jetstream::setting("max_age").expect("a row");
        let Edit::Lowering(what) = setting.edit else {
            panic!("max_age is not lowered");
        };
        let costly = CostlyChange {
            member: lattice_data.clone(),
            change: change(setting, Effect::Destructive(what), true),
        };
        let loss = DataLoss {
            extent,
            messages: 1,
            bytes: 100,
        };
        samples.more(
            Topic::Changes,
            cost_of(&costly, Some(&live), Some(loss), buckets.plan),
        );
    }
}

/// What the server does not change back.
fn lasting(samples: &mut Samples) {
    let (wadm, buckets) = (
        Case::create(WadmJetStream, json!({})),
        Case::create(LatticeBuckets, json!({})),
    );
    let (wadm, buckets) = (wadm.plan(), buckets.plan());
    for row in LASTING_SETTINGS {
        let setting = SETTINGS.iter().find(|setting| setting.key == row.setting);
        let setting = setting.expect("a row of the settings");
        let refused = effects(setting)
            .into_iter()
            .find(|effect| matches!(effect, Effect::Refused(_)));
        let change = change(setting, refused.expect("a change that is refused"), false);
        let members: &[&Member] = match row.of {
            AssetKinds::Buckets => &[member(buckets.object, "lattice_data")],
            AssetKinds::Streams => &[member(wadm.object, "commands")],
            AssetKinds::All => &[
                member(buckets.object, "config_data"),
                member(wadm.object, "notify"),
            ],
        };
        for (place, member) in members.iter().enumerate() {
            let follow: &[&str] = match place {
                0 => &[],
                _ => &["max_age"],
            };
            let lasting = drift::lasting(member, &change, follow);
            match place {
                0 => samples.add(Topic::Drift, [lasting.warning]),
                _ => samples.more(Topic::Drift, [lasting.warning]),
            }
        }
    }
    for row in CATALOGUE {
        let member = Member::new(row, Some(row.name.replace("{}", "default")));
        let sealed = SETTINGS
            .iter()
            .find(|setting| setting.key == "sealed")
            .expect("a row");
        let Edit::OneWay(why) = sealed.edit else {
            panic!("what is sealed can be unsealed");
        };
        let change = change(sealed, Effect::Refused(why), false);
        samples.more(
            Topic::Drift,
            [drift::lasting(&member, &change, &[]).warning],
        );
        samples.more(Topic::Drift, [drift::recreation(&member, None, None)]);
    }
}

/// What another client did.
fn outside(samples: &mut Samples) {
    let (wadm, buckets) = (
        Case::create(WadmJetStream, json!({})),
        Case::create(LatticeBuckets, json!({})),
    );
    let (wadm, buckets) = (wadm.plan(), buckets.plan());
    let members: Vec<_> = buckets.object.members.iter().collect();
    let all: Vec<_> = wadm.object.members.iter().collect();
    samples.add(Topic::Drift, drift::disappearance(&members[..1], 2));
    samples.add(Topic::Drift, drift::disappearance(&members, 2));
    samples.add(Topic::Drift, drift::disappearance(&all[..3], 8));
    samples.add(Topic::Drift, drift::disappearance(&all, 8));
    let (before, after) = (Some("2026-01-01T00:00:00Z"), Some("2026-01-02T00:00:00Z"));
    let recreated = drift::recreation(members[0], before, after);
    samples.add(Topic::Drift, [recreated]);
    let events = member(wadm.object, "events");
    samples.more(Topic::Drift, [drift::recreation(events, before, after)]);

    let row = SETTINGS
        .iter()
        .find(|setting| setting.key == "max_age")
        .expect("a row");
    let lasted = |live: Json, desired: Json| SettingChange {
        live,
        desired,
        ..change(
            row,
            Effect::Destructive("messages older than this are deleted within a second"),
            true,
        )
    };
    let left = lasted(json!(1_000_000_000_u64), json!(0));
    let overwritten = [(
        lasted(json!(1_000_000_000_u64), json!(0)),
        json!(2_000_000_000_u64),
    )];
    samples.add(
        Topic::Apply,
        drift::found_besides(members[0], std::slice::from_ref(&left), &[]),
    );
    samples.more(
        Topic::Apply,
        drift::found_besides(members[0], &[], &overwritten),
    );
    for what in ["was deleted", "was recreated"] {
        samples.add(Topic::Apply, [drift::changed_since(members[0], what)]);
    }
    let path = Path::attribute("force_destroy");
    let more = drift::deletes_more_than_planned(members[0], 2, 5, path);
    samples.add(Topic::Apply, [more]);
    samples.add(
        Topic::Apply,
        [drift::no_longer_as_planned(members[0], &left)],
    );
}

/// What other attributes of a resource mean.
fn modes(samples: &mut Samples) {
    for (before, after) in [(false, true), (true, false)] {
        let mode = |multitenant: bool| json!({ "multitenant": multitenant });
        let case = Case::update(WadmJetStream, mode(before), mode(after));
        let plan = case.plan();
        samples.add(Topic::Changes, WadmJetStream.consequence(plan.plan));
    }
    let case = Case::update(LatticeBuckets, json!({}), json!({ "force_destroy": true }));
    let plan = case.plan();
    let forced = Case::update(LatticeBuckets, json!({ "force_destroy": true }), json!({}));
    let forced = forced.plan();
    let storage = BUCKET
        .iter()
        .find(|argument| argument.name == "storage")
        .expect("an argument");
    for plan in [&plan, &forced] {
        let member = &plan.object.members[0];
        samples.add(
            Topic::Changes,
            [may_be_replaced(member, storage, plan.plan)],
        );
    }
    let members = &plan.object.members;
    samples.add(
        Topic::Configuration,
        messages::no_effect(members, &["replicas"]),
    );
    samples.add(
        Topic::Configuration,
        messages::no_effect(members, &["replicas", "storage"]),
    );
}

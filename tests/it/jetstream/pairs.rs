//! Whether the servers take what a plan leaves to be changed of a stream on which any two settings stay as another client
//! has set them.

// The lint that forbids these outside tests knows only functions marked #[test].
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use serde_json::{Value, json};
use terraform_provider_wasmcloud::testing::catalogue::{Asset, CATALOGUE};
use terraform_provider_wasmcloud::testing::jetstream::{
    Conditions, Effect, SETTINGS, Setting, SettingChange, StreamConfig,
};
use terraform_provider_wasmcloud::testing::resources::{Changes, Member};

use crate::jetstream::setup::config;
use crate::jetstream::table::{example, level_of, started};
use crate::support::{Admin, nats_server_versions};

/// A bucket, a stream, one whose retention never changes, and one that sources.
const ASSETS: [&str; 4] = ["lattice_data", "events", "commands", "event_consumer"];

#[test]
fn what_any_two_settings_that_stay_leave_to_be_changed_is_what_every_server_takes() {
    for version in nats_server_versions() {
        let (_server, admin) = started(version);
        let (mut tried, mut frozen) = (0, 0);
        for asset in CATALOGUE.iter().filter(|row| ASSETS.contains(&row.key)) {
            let staying = staying(asset, level_of(version));
            for (place, one) in staying.iter().enumerate() {
                for other in &staying[place..] {
                    let trial = Trial::of(asset, version, [one, other]);
                    let Some(is_frozen) = trial.judge(&admin) else {
                        continue;
                    };
                    tried += 1;
                    frozen += u32::from(is_frozen);
                }
            }
        }
        assert!(tried > 60, "{version}: {tried}");
        assert_eq!(frozen > 0, level_of(version) > 1, "{version}");
    }
}

/// The settings that the server does not take back from an asset.
fn staying(asset: &Asset, level: u64) -> Vec<&'static Setting> {
    let needs = asset.config("x", false);
    let known = SETTINGS.iter().filter(|row| row.level <= level);
    let of_nobody = known.filter(|row| !["name", "storage"].contains(&row.key));
    of_nobody
        .filter(|row| {
            let live = needs.overlaid(&edits(row, level)).normal();
            let effect = row.effect(&needs, &live, unconsumed(level));
            live != needs && matches!(effect, Effect::Refused(_))
        })
        .collect()
}

/// The rules for a stream without consumers.
fn unconsumed(level: u64) -> Conditions {
    Conditions {
        level,
        has_consumers: false,
    }
}

/// What gives a stream a setting, with what the setting excludes out of its way.
fn edits(row: &Setting, level: u64) -> Vec<(&'static str, Value)> {
    let given = example(row, level).unwrap_or_default();
    let own = (row.key != "retention").then(|| given[row.key].clone());
    let mut edits = match row.key {
        "allow_msg_counter" => vec![("discard", json!("old")), ("retention", json!("limits"))],
        "allow_msg_schedules" => vec![
            ("discard", json!("old")),
            ("allow_rollup_hdrs", json!(true)),
        ],
        "deny_purge" => vec![("allow_rollup_hdrs", json!(false))],
        "mirror" => vec![
            ("subjects", json!([])),
            ("sources", json!([])),
            ("duplicate_window", json!(0)),
        ],
        _ => Vec::new(),
    };
    let key = SETTINGS
        .iter()
        .find(|other| other.key == row.key)
        .expect("a row")
        .key;
    edits.push((key, own.unwrap_or_else(|| json!("workqueue"))));
    edits
}

/// An asset with two settings that stay (or one, twice), and other drift.
struct Trial {
    label: String,
    member: Member,
    level: u64,
    needs: StreamConfig,
    rows: [&'static Setting; 2],
}

impl Trial {
    fn of(asset: &'static Asset, version: &str, rows: [&'static Setting; 2]) -> Self {
        let name = asset.name.replace("{}", "default");
        Self {
            label: format!(
                "{} with {} and {} on {version}",
                asset.key, rows[0].key, rows[1].key
            ),
            needs: asset.config(&name, false),
            member: Member::new(asset, Some(name)),
            level: level_of(version),
            rows,
        }
    }

    /// Sends what the plan leaves, and each change that it leaves out; says whether the server takes none at all. `None`
    /// if no server has such a stream.
    fn judge(&self, admin: &Admin) -> Option<bool> {
        let live = self.make(admin)?;
        let mut wanted = self.needs.clone();
        wanted
            .set("max_bytes", 1 << 20)
            .set("compression", "s2")
            .set("description", "ours");
        let changes = Changes::between(
            &self.member,
            &wanted,
            &config(live.clone()),
            unconsumed(self.level),
        );
        let refused = |change: &&SettingChange| matches!(change.effect, Effect::Refused(_));
        let (left_out, sent): (Vec<_>, Vec<_>) = changes.requested.iter().partition(refused);

        for change in left_out.into_iter().chain(&changes.kept) {
            let answer = update(admin, &live, &[change]);
            let is = answer
                .as_ref()
                .ok()
                .and_then(|info| self.echoed(info, change));
            assert!(
                is.is_none_or(|is| is != change.desired),
                "{}: {} is left out, and the server takes it",
                self.label,
                change.key
            );
        }
        if !sent.is_empty() {
            let info = update(admin, &live, &sent)
                .unwrap_or_else(|error| panic!("{}: {error}", self.label));
            for change in &sent {
                assert_eq!(
                    self.echoed(&info, change).as_ref(),
                    Some(&change.desired),
                    "{}: {}",
                    self.label,
                    change.key
                );
            }
        }
        admin.delete_stream(self.needs.name());
        Some(sent.is_empty())
    }

    /// The stream as others have made it; nothing if the server makes no such stream.
    fn make(&self, admin: &Admin) -> Option<Value> {
        let drift = [
            ("max_msgs", json!(1000)),
            ("no_ack", json!(true)),
            ("description", json!("theirs")),
        ];
        let mut config = self.needs.overlaid(&drift);
        config.remove("duplicate_window");
        for row in self.rows.iter().filter(|row| row.key != "sealed") {
            config.overlay(&edits(row, self.level));
        }
        let mut body = json!({});
        for (key, value) in config.iter() {
            let known = SETTINGS
                .iter()
                .any(|row| row.key == key && row.level <= self.level);
            if known && !value.is_null() && value != &json!([]) {
                body[key] = value.clone();
            }
        }
        let name = self.needs.name();
        admin
            .try_api(&format!("STREAM.CREATE.{name}"), &body)
            .ok()?;
        if self.rows.iter().any(|row| row.key == "sealed") {
            let mut sealed = admin.config(name);
            sealed["sealed"] = json!(true);
            if admin
                .try_api(&format!("STREAM.UPDATE.{name}"), &sealed)
                .is_err()
            {
                admin.delete_stream(name);
                return None;
            }
        }
        Some(admin.config(name))
    }

    /// What the server has after a change.
    fn echoed(&self, info: &Value, change: &SettingChange) -> Option<Value> {
        let echo = config(info["config"].clone()).normal();
        echo.get(&change.key).cloned()
    }
}

/// Sends changes as an apply does.
fn update(admin: &Admin, live: &Value, changes: &[&SettingChange]) -> Result<Value, Value> {
    let mut body = live.clone();
    for change in changes {
        body[&change.key] = change.desired.clone();
    }
    let keys = body.as_object_mut().expect("an object");
    keys.retain(|_, value| !value.is_null());
    let name = live["name"].as_str().expect("a name");
    admin.try_api(&format!("STREAM.UPDATE.{name}"), &body)
}

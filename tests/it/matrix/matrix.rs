//! The cells: every asset with every setting in every way it can change, and each asset deleted and made again.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use terraform_provider_wasmcloud::testing::catalogue::{Asset, CATALOGUE};
use terraform_provider_wasmcloud::testing::jetstream::{Edit, Effect, SETTINGS, Setting, setting};

use crate::matrix::environment::{Arguments, EMPTY, FORCED, LATTICE, OURS, TestObject, WADM};
use crate::matrix::report::Cell;
use crate::matrix::step::{Experiment, Trial, Verdict};
use crate::matrix::values::{
    alternatives, argument, config, edits, is_left_alone, is_number, json as value_json, order,
    story,
};

/// Both resource types under a name.
fn pair(name: &str) -> [TestObject; 2] {
    [LATTICE, WADM].map(|r#type| TestObject {
        name: name.to_owned(),
        r#type,
    })
}

/// Lets nothing age out while we look, where the age is not what it is about. What cannot be turned off (a stream that
/// is sealed has no age) may meet an argument that the user does not set.
fn keep_messages(objects: &[TestObject], arguments: &mut BTreeMap<String, Arguments>) {
    let bounds = setting(AGE).map(|age| age.bounds).unwrap_or_default();
    let young = |object: &&TestObject| {
        let (row, _) = row_of(object);
        row.key != AGE && !bounds.iter().any(|bound| bound.by == row.key)
    };
    for object in objects.iter().filter(young) {
        for asset in object.assets() {
            let mut ages = asset.arguments().iter();
            if let Some(age) = ages.find(|argument| argument.key == AGE) {
                let own = arguments.entry(object.address()).or_default();
                own.set(asset.key, age.name, json!("1h"));
            }
        }
    }
}

const AGE: &str = "max_age";

/// By configuration: up, down, set, unset and the like, for every argument of every asset.
pub fn by_configuration(version: &str, rows: &[&'static Setting]) {
    let rows: Vec<_> = rows
        .iter()
        .copied()
        .filter(|row| CATALOGUE.iter().any(|asset| argument(asset, row).is_some()))
        .collect();
    let (mut objects, mut arguments) = (Vec::new(), BTreeMap::new());
    for row in &rows {
        objects.extend(pair(row.key));
        if matches!(row.edit, Edit::Never(_)) {
            objects.extend(pair(&format!("{}{EMPTY}", row.key)));
            let forced = pair(&format!("{}{FORCED}", row.key));
            for object in &forced {
                let mut own = Arguments::default();
                own.set("", "force_destroy", json!(true));
                arguments.insert(object.address(), own);
            }
            objects.extend(forced);
        }
    }
    keep_messages(&objects, &mut arguments);
    let mut experiment = Experiment::start(version, objects, arguments);
    let scales = experiment.scales(&rows);
    for way in ["set", "change", "up", "down", "unset"] {
        experiment.configure(way, &scales);
    }
    let all = rows.iter().flat_map(|row| {
        CATALOGUE.iter().flat_map(|asset| {
            let ways = argument(asset, row).map(|argument| story(asset, argument, row, 1));
            let ways = ways.into_iter().flatten();
            ways.map(|(way, _)| (asset.key, row.key, way.to_owned()))
        })
    });
    experiment.report.close("configuration", all);
}

type Scales = BTreeMap<(&'static str, &'static str), i64>;

impl Experiment {
    /// By how much the examples of numbers must be larger for wadm.
    fn scales(&self, rows: &[&'static Setting]) -> Scales {
        let rows = rows.iter().filter(|row| is_number(row));
        let cells: Vec<_> = rows
            .flat_map(|row| CATALOGUE.iter().map(move |asset| (asset, *row)))
            .filter(|(asset, _)| !asset.name.contains("{}"))
            .filter_map(|(asset, row)| Some((asset, argument(asset, row)?, row)))
            .collect();
        let values: Vec<_> = cells
            .iter()
            .map(|(asset, argument, row)| {
                move |scale| value_json(&story(asset, argument, row, scale)[0].1)
            })
            .collect();
        let wanted: Vec<_> = cells
            .iter()
            .zip(&values)
            .map(|((asset, argument, _), value)| {
                (asset.key, argument.name, value as &dyn Fn(i64) -> Value)
            })
            .collect();
        let scales = self.environment.scales(&wanted);
        cells
            .iter()
            .zip(scales)
            .map(|((asset, _, row), scale)| ((asset.key, row.key), scale))
            .collect()
    }

    /// One way for all arguments of all assets.
    fn configure(&mut self, way: &'static str, scales: &Scales) {
        self.environment.fill(&self.objects);
        let counts = self.environment.counts(&self.objects);
        let (mut accepted, mut refused) = (Vec::new(), Vec::new());
        for object in self.objects.clone() {
            let (row, variant) = row_of(&object);
            for asset in object.assets() {
                let Some(argument) = argument(asset, row) else {
                    continue;
                };
                let scale = scales.get(&(asset.key, row.key)).copied().unwrap_or(1);
                let mut story = story(asset, argument, row, scale).into_iter();
                let Some((_, value)) = story.find(|(other, _)| *other == way) else {
                    continue;
                };
                let cell = |way: &str| (asset.key, row.key, format!("{way}{variant}"));
                if way != "set" && self.report.ended(&cell("set"), REFUSED) {
                    self.report
                        .note(cell(way), Ok("was refused to be set".to_owned()));
                    continue;
                }
                let live = self.live(&object, asset);
                let mut target = live.clone();
                let wanted = match value.is_null() {
                    true => argument.json(&argument.unset_value(asset)),
                    false => argument.json(&value),
                };
                if value.is_null() && is_left_alone(argument) {
                    take_away(&mut target, asset, row);
                }
                match wanted {
                    Some(_) if value.is_null() && is_left_alone(argument) => {}
                    Some(wanted) if argument.key == "metadata" => {
                        for (key, text) in wanted.as_object().into_iter().flatten() {
                            target["metadata"][key] = text.clone();
                        }
                    }
                    Some(wanted) => target[row.key] = wanted,
                    None => {}
                }
                let mut loosely = vec![row.key];
                if row.key == "max_age" {
                    // It follows.
                    target
                        .as_object_mut()
                        .expect("an object")
                        .remove("duplicate_window");
                    loosely.push("duplicate_window");
                }
                let trial = Trial {
                    object: object.clone(),
                    asset,
                    row: Some(row),
                    way: format!("{way}{variant}"),
                    target,
                    loosely,
                    silent: false,
                    remade: false,
                };
                let messages = counts.get(&(object.address(), asset.key)).copied();
                let verdict = self.verdict(&trial, &live, messages.unwrap_or_default());
                let possible = match &verdict {
                    Verdict::InPlace(_) => {
                        self.environment
                            .probe(&object, &live, row.key, &trial.target[row.key])
                    }
                    Verdict::Replaced | Verdict::Refused => Ok(()),
                };
                match verdict == Verdict::Refused || possible.is_err() {
                    true => refused.push((trial, value_json(&value))),
                    false => {
                        self.arguments(&object)
                            .set(asset.key, argument.name, value_json(&value));
                        accepted.push(trial);
                    }
                }
            }
        }
        self.step(accepted);
        // Only then, since one refusal makes the plan of its object an error.
        let kept = self.arguments.clone();
        for (trial, value) in &refused {
            let name = argument(trial.asset, trial.row.expect("a row"))
                .expect("an argument")
                .name;
            self.arguments(&trial.object)
                .set(trial.asset.key, name, value.clone());
        }
        self.refusals(refused.into_iter().map(|(trial, _)| trial).collect());
        self.arguments = kept;
        self.write();
    }
}

/// The rows whose rule is another one on servers of this API level than on the newest: a row that they do not know, a
/// change that has another effect, and a change that they may refuse for a reason of the server's own.
pub fn differing(level: u64) -> Vec<&'static Setting> {
    SETTINGS
        .iter()
        .filter(|row| row.level > level || differs(row, level) || own_refusal(row).is_some())
        .collect()
}

/// The code with which a server may refuse a change that it makes in place otherwise: for what it knows of its cluster or
/// of a stream's consumers, and no row can know.
fn own_refusal(row: &Setting) -> Option<&'static str> {
    match row.key {
        "num_replicas" => Some("10074"),
        "placement" => Some("10123"),
        "consumer_limits" => Some("10069"),
        _ => None,
    }
}

fn differs(row: &Setting, level: u64) -> bool {
    CATALOGUE.iter().any(|asset| {
        let live = asset.config("x", false);
        let is = live.get(row.key).cloned().unwrap_or_default();
        alternatives(row, &is, "x").into_iter().any(|value| {
            let mut other = live.clone();
            other.set(row.key, value);
            let other = other.normal();
            [(&other, &live), (&live, &other)]
                .into_iter()
                .any(|(desired, live)| {
                    row.effect(desired, live, level.into())
                        != row.effect(desired, live, u64::MAX.into())
                })
        })
    })
}

/// The row that a object is named after, and what is special about it.
fn row_of(object: &TestObject) -> (&'static Setting, &'static str) {
    let name = object.name.as_str();
    let (key, variant) = match (name.strip_suffix(EMPTY), name.strip_suffix(FORCED)) {
        (Some(key), _) => (key, ", empty"),
        (_, Some(key)) => (key, ", forced"),
        _ => (name.strip_suffix(OURS).unwrap_or(name), ""),
    };
    let row = SETTINGS.iter().find(|row| row.key == key);
    (row.expect("a row"), variant)
}

/// What Terraform has set of a text goes when it is no longer set.
fn take_away(target: &mut Value, asset: &Asset, row: &Setting) {
    match row.key {
        "description" => target["description"] = asset.description.unwrap_or_default().into(),
        _ => {
            _ = target[row.key]
                .as_object_mut()
                .expect("metadata")
                .remove("team")
        }
    }
}

/// What another client does on the server: every row of every asset, and each asset deleted and made again.
pub fn on_the_server(version: &str, rows: &[&'static Setting]) {
    let mut objects: Vec<_> = rows.iter().flat_map(|row| pair(row.key)).collect();
    let mut arguments: BTreeMap<String, Arguments> = BTreeMap::new();
    for row in rows {
        for object in pair(&format!("{}{OURS}", row.key)) {
            for asset in object.assets() {
                if let Some(argument) =
                    argument(asset, row).filter(|argument| is_left_alone(argument))
                {
                    let value = &story(asset, argument, row, 1)[0].1;
                    let own = arguments.entry(object.address()).or_default();
                    own.set(asset.key, argument.name, value_json(value));
                }
            }
            objects.extend(arguments.contains_key(&object.address()).then_some(object));
        }
    }
    keep_messages(&objects, &mut arguments);
    let mut experiment = Experiment::start(version, objects.clone(), arguments);
    let mut sound = BTreeMap::new();
    for object in &objects {
        for asset in object.assets() {
            sound.insert(
                (object.address(), asset.key),
                experiment.live(object, asset),
            );
        }
    }
    let whole = rows.len() == SETTINGS.len();
    if whole {
        experiment.deleted_and_made_again(&sound);
    }
    let remakes = experiment.edited(&sound, false);
    experiment.edited(&sound, true);
    experiment.remade(&sound, remakes);
    let mut all: Vec<Cell> = Vec::new();
    for asset in CATALOGUE {
        let ways = ["deleted", "re-created"].into_iter().filter(|_| whole);
        all.extend(ways.map(|way| (asset.key, "", way.to_owned())));
        for row in rows {
            all.push((asset.key, row.key, "server".to_owned()));
            if is_number(row) {
                all.push((asset.key, row.key, "server, other side".to_owned()));
            }
        }
    }
    experiment.report.close("server", all);
}

/// How a cell ended that the plan refused.
pub const REFUSED: &str = "refused at plan";

type Sound = BTreeMap<(String, &'static str), Value>;

/// What the server refused to change, so that only a stream recreated can have it.
type Remake = (TestObject, &'static Asset, &'static Setting, Vec<Value>);

impl Experiment {
    fn trial(&self, object: &TestObject, asset: &'static Asset, way: &str, sound: &Sound) -> Trial {
        Trial {
            object: object.clone(),
            asset,
            row: None,
            way: way.to_owned(),
            target: sound[&(object.address(), asset.key)].clone(),
            loosely: Vec::new(),
            silent: false,
            remade: false,
        }
    }

    fn deleted_and_made_again(&mut self, sound: &Sound) {
        self.environment.fill(&self.objects);
        let mut trials = Vec::new();
        for r#type in [LATTICE, WADM] {
            let mut objects = self.objects.iter().filter(|object| object.r#type == r#type);
            let assets = objects.clone().next().expect("a object").assets();
            for asset in assets {
                let (deleted, made) = (objects.next(), objects.next());
                let (deleted, made) = (deleted.expect("enough"), made.expect("enough"));
                self.environment
                    .admin(deleted)
                    .delete_stream(&deleted.stream(asset));
                trials.push(self.trial(deleted, asset, "deleted", sound));
                self.environment
                    .admin(made)
                    .delete_stream(&made.stream(asset));
                let mut config = sound[&(made.address(), asset.key)].clone();
                config["max_msgs"] = json!(1000);
                self.environment.admin(made).create_stream(&config);
                trials.push(Trial {
                    remade: true,
                    ..self.trial(made, asset, "re-created", sound)
                });
            }
        }
        self.step(trials);
    }

    /// Each setting is changed in place to the first value that the server takes. `again`: numbers only, to the other
    /// side of what they are.
    fn edited(&mut self, sound: &Sound, again: bool) -> Vec<Remake> {
        let way = if again {
            "server, other side"
        } else {
            "server"
        };
        let (mut trials, mut remakes) = (Vec::new(), Vec::new());
        for object in self.objects.clone() {
            let (row, _) = row_of(&object);
            if again && !is_number(row) {
                continue;
            }
            for asset in object.assets() {
                let ours = object.name.ends_with(OURS);
                let trial = Trial {
                    row: Some(row),
                    way: format!("{way}{}", if ours { ", ours" } else { "" }),
                    ..self.trial(&object, asset, way, sound)
                };
                let live = self.live(&object, asset);
                let is = live
                    .get(row.key)
                    .cloned()
                    .unwrap_or_else(|| row.default(&config(&live)));
                let own = format!("more.{}.{}", object.name, asset.key);
                let mut values = alternatives(row, &is, &own);
                if again {
                    let first = values
                        .first()
                        .map(|value| order(row, value) > order(row, &is));
                    values.retain(|value| Some(order(row, value) > order(row, &is)) != first);
                    if values.is_empty() {
                        self.report
                            .note(trial.cell(), Ok("there is none beyond".to_owned()));
                        continue;
                    }
                }
                let edits: Vec<_> = values
                    .iter()
                    .flat_map(|value| edits(row, &live, value))
                    .collect();
                match self.edit(&object, asset, row, &edits) {
                    Edited::Done if !ours && argument(asset, row).is_some_and(is_left_alone) => {
                        trials.push(Trial {
                            target: self.live(&object, asset),
                            silent: true,
                            ..trial
                        })
                    }
                    Edited::Done => trials.push(trial),
                    Edited::Dropped => {
                        let end = match row.level > self.environment.level {
                            true => Ok("the server does not know it".to_owned()),
                            false => Err("the server drops it".to_owned()),
                        };
                        self.report.note(trial.cell(), end);
                    }
                    Edited::Refused(errors) => {
                        self.report
                            .note(trial.cell(), self.predicted(row, &live, &edits, &errors));
                        remakes.push((object.clone(), asset, row, edits));
                    }
                }
            }
        }
        let tried = self.objects.iter().filter(|object| {
            let mut trials = trials.iter();
            trials.any(|trial| trial.object.address() == object.address())
        });
        let tried: Vec<_> = tried.cloned().collect();
        self.environment.fill(&tried);
        self.step(trials);
        remakes
    }

    /// Tries edits until the server takes one.
    fn edit(&self, object: &TestObject, asset: &Asset, row: &Setting, edits: &[Value]) -> Edited {
        let (admin, stream) = (self.environment.admin(object), object.stream(asset));
        let mut errors = Vec::new();
        for edit in edits {
            match admin.try_api(&format!("STREAM.UPDATE.{stream}"), edit) {
                Ok(info) => {
                    let (asked, got) = (config(edit).normal(), config(&info["config"]).normal());
                    return match asked.get(row.key) == got.get(row.key) {
                        true => Edited::Done,
                        false => Edited::Dropped,
                    };
                }
                Err(error) => errors.push(error),
            }
        }
        Edited::Refused(errors)
    }

    /// Whether the rows say that the server refuses the edits, with the code of one of the errors.
    fn predicted(
        &self,
        row: &Setting,
        live: &Value,
        edits: &[Value],
        errors: &[Value],
    ) -> Result<String, String> {
        for (edit, error) in edits.iter().zip(errors) {
            let code = error["err_code"].to_string();
            if row.level > self.environment.level && code == "10025" {
                return Ok("the server does not know it (10025)".to_owned());
            }
            let change = self
                .changes(edit, live)
                .into_iter()
                .find(|change| change.key == row.key);
            let is_predicted = match change.map(|change| change.effect) {
                Some(Effect::Refused(why)) => why.contains(&code),
                _ => own_refusal(row) == Some(code.as_str()),
            };
            if is_predicted {
                return Ok(format!("the server refuses it ({code})"));
            }
        }
        Err(format!(
            "the server refuses it, and the row does not say so: {errors:?}"
        ))
    }

    /// Streams recreated with what the server would not change.
    fn remade(&mut self, sound: &Sound, remakes: Vec<Remake>) {
        let (mut trials, mut refused) = (Vec::new(), Vec::new());
        for (object, asset, row, edits) in remakes {
            let present = self
                .objects
                .iter()
                .any(|other| other.address() == object.address());
            if !present || row.key == "name" || row.level > self.environment.level {
                continue;
            }
            let trial = Trial {
                row: Some(row),
                remade: true,
                ..self.trial(&object, asset, "remade", sound)
            };
            let Some(config) = self.remake(&object, asset, row, &edits, &trial.target) else {
                self.report
                    .note(trial.cell(), Ok("the server makes none such".to_owned()));
                continue;
            };
            let live = self.live(&object, asset);
            match self.verdict(&trial, &live, 1) {
                Verdict::Refused => {
                    self.remake(&object, asset, row, &[], &trial.target);
                    refused.push((trial, config));
                }
                _ => trials.push(trial),
            }
        }
        let tried: Vec<_> = trials.iter().map(|trial| trial.object.clone()).collect();
        self.environment.fill(&tried);
        self.step(trials);
        for (trial, config) in &refused {
            let row = trial.row.expect("a row");
            self.remake(
                &trial.object,
                trial.asset,
                row,
                std::slice::from_ref(config),
                &trial.target,
            );
        }
        let tried: Vec<_> = refused
            .iter()
            .map(|(trial, _)| trial.object.clone())
            .collect();
        self.environment.fill(&tried);
        self.environment.counts(&tried);
        self.refusals(refused.into_iter().map(|(trial, _)| trial).collect());
    }

    /// Deletes a stream and makes it with the first configuration that the server takes, or else as it was.
    fn remake(
        &self,
        object: &TestObject,
        asset: &Asset,
        row: &Setting,
        edits: &[Value],
        sound: &Value,
    ) -> Option<Value> {
        let (admin, stream) = (self.environment.admin(object), object.stream(asset));
        admin.delete_stream(&stream);
        for edit in edits {
            let Ok(info) = admin.try_api(&format!("STREAM.CREATE.{stream}"), edit) else {
                continue;
            };
            let (asked, got) = (config(edit).normal(), config(&info["config"]).normal());
            if asked.get(row.key) == got.get(row.key) {
                return Some(edit.clone());
            }
            admin.delete_stream(&stream);
        }
        admin.create_stream(sound);
        None
    }
}

/// What became of an edit.
enum Edited {
    Done,
    Dropped,
    Refused(Vec<Value>),
}

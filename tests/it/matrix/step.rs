//! One step for many cells at once: plan, apply that plan, and two empty plans; then each cell is judged on its own.
//!
//! What the plan announced is compared with what the rows say, and both with what happened on the server: the whole
//! configuration, key by key, and the messages. A object that went wrong leaves the root module, so that one fault
//! does not hide the others.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use terraform_provider_wasmcloud::testing::catalogue::{Asset, AssetKind, Contents};
use terraform_provider_wasmcloud::testing::jetstream::{
    Conditions, Effect, Setting, SettingChange, diff_at,
};
use terraform_provider_wasmcloud::testing::resources::Argument;

use crate::matrix::environment::{Arguments, Counts, Environment, TestObject};
use crate::matrix::matrix::REFUSED;
use crate::matrix::report::{Cell, Report};
use crate::matrix::values::{argument, config};
use crate::support::{Diagnostic, Plan};

/// An asset of an object under trial.
#[derive(Clone)]
pub struct Trial {
    pub object: TestObject,
    pub asset: &'static Asset,
    /// Absent when the asset as a whole is concerned.
    pub row: Option<&'static Setting>,
    pub way: String,
    /// What its configuration should be after the apply.
    pub target: Value,
    /// The keys that need only mean the same as in `target`; all others are compared as they stand.
    pub loosely: Vec<&'static str>,
    /// Whether the plan is to be silent.
    pub silent: bool,
    /// Whether another client has recreated the asset.
    pub remade: bool,
}

impl Trial {
    pub fn cell(&self) -> Cell {
        (
            self.asset.key,
            self.row.map_or("", |row| row.key),
            self.way.clone(),
        )
    }

    fn key(&self) -> (String, &'static str) {
        (self.object.address(), self.asset.key)
    }
}

/// What the provider should make of what differs.
#[derive(Debug, PartialEq)]
pub enum Verdict {
    /// Everything but these settings is changed in place; these stay.
    InPlace(Vec<String>),
    /// The asset alone is replaced.
    Replaced,
    /// The plan is an error.
    Refused,
}

/// The experiment: a environment, the objects that are still in it, and what became of the cells.
pub struct Experiment {
    pub environment: Environment,
    pub objects: Vec<TestObject>,
    pub arguments: BTreeMap<String, Arguments>,
    pub report: Report,
}

impl Experiment {
    /// Creates the objects, with two empty plans afterwards.
    pub fn start(
        version: &str,
        objects: Vec<TestObject>,
        arguments: BTreeMap<String, Arguments>,
    ) -> Self {
        let experiment = Self {
            environment: Environment::start(version, &objects),
            objects,
            arguments,
            report: Report::of(version),
        };
        experiment.write();
        let plan = experiment.environment.terraform.plan_with(&[WIDE]);
        let file = plan.file().to_str().expect("UTF-8").to_owned();
        experiment
            .environment
            .terraform
            .try_apply(&[WIDE, &file])
            .unwrap_or_else(|failure| panic!("{failure}"));
        experiment
    }

    /// Writes the root module.
    pub fn write(&self) {
        let none = Arguments::default();
        let objects = self.objects.iter().map(|object| {
            let arguments = self.arguments.get(&object.address());
            (object, arguments.unwrap_or(&none))
        });
        self.environment.write(&objects.collect::<Vec<_>>());
    }

    pub fn arguments(&mut self, object: &TestObject) -> &mut Arguments {
        self.arguments.entry(object.address()).or_default()
    }

    /// The configuration of an asset now.
    pub fn live(&self, object: &TestObject, asset: &Asset) -> Value {
        self.environment.admin(object).config(&object.stream(asset))
    }

    /// What differs, by the rows.
    pub fn changes(&self, target: &Value, live: &Value) -> Vec<SettingChange> {
        let conditions = Conditions {
            level: self.environment.level,
            // What another stream sources from has a consumer, and so has the stream that keeps only what one waits for.
            has_consumers: ["wasmbus_events", "wadm_events", "wadm_notify"]
                .contains(&live["name"].as_str().unwrap_or_default()),
        };
        diff_at(&config(target).normal(), &config(live), conditions)
    }

    /// What its configuration should be, beside what stays as another client made it: an argument that the configuration
    /// leaves open follows what keeps it (a sealed stream has no age limit).
    fn target(&self, trial: &Trial, live: &Value) -> Value {
        let changes = self.changes(&trial.target, live);
        let argument = |key: &str| {
            let mut arguments = trial.asset.arguments().iter();
            arguments.find(|argument| argument.key == key)
        };
        let stays = |key: &str| {
            let mut refused = changes
                .iter()
                .filter(|change| matches!(change.effect, Effect::Refused(_)));
            argument(key).is_none() && refused.any(|change| change.key == key)
        };
        let is_set = |name: &str| {
            let of_it = self.arguments.get(&trial.object.address());
            of_it.is_some_and(|arguments| {
                let levels = ["", trial.asset.key].map(|level| arguments.0.get(level));
                let mut levels = levels.into_iter().flatten();
                levels.any(|level| level.contains_key(name))
            })
        };
        let mut target = trial.target.clone();
        for change in changes
            .iter()
            .filter(|change| change.cause.is_some_and(stays))
        {
            let open =
                |argument: &Argument| !argument.shape.is_shown_only() && !is_set(argument.name);
            if argument(&change.key).is_some_and(open) {
                target[&change.key] = live[&change.key].clone();
                // The window is the server's default for the age.
                let keys = target.as_object_mut().expect("an object");
                if change.key == "max_age" && keys.remove("duplicate_window").is_some() {
                    let window = config(&target).normal().get("duplicate_window").cloned();
                    target["duplicate_window"] = window.unwrap_or_default();
                }
            }
        }
        target
    }

    /// What is to be done about it.
    pub fn verdict(&self, trial: &Trial, live: &Value, messages: u64) -> Verdict {
        let forced = self
            .arguments
            .get(&trial.object.address())
            .is_some_and(|arguments| {
                arguments
                    .0
                    .get("")
                    .is_some_and(|root| root.get("force_destroy") == Some(&true.into()))
            });
        let refused = self.changes(&self.target(trial, live), live).into_iter();
        let refused: Vec<_> = refused
            .filter(|change| matches!(change.effect, Effect::Refused(_)))
            .collect();
        let has_argument = |change: &SettingChange| {
            let mut arguments = trial.asset.arguments().iter();
            arguments.any(|argument| argument.key == change.key)
        };
        let of_the_user = refused.iter().any(has_argument);
        let dispensable = forced || messages == 0 || trial.asset.contents == Contents::Transient;
        match of_the_user {
            true if dispensable => Verdict::Replaced,
            true => Verdict::Refused,
            false => Verdict::InPlace(refused.into_iter().map(|change| change.key).collect()),
        }
    }

    /// Plans what should be refused: the plan is an error for each, at its argument, and the server stays as it is. What
    /// concerns many assets alike may be said of one of them, so those of which it was said are taken back, and the rest
    /// is planned again.
    pub fn refusals(&mut self, mut trials: Vec<Trial>) {
        while !trials.is_empty() {
            let told = self.refused_now(&trials);
            let rest = trials.iter().filter(|trial| !told.contains(&trial.key()));
            let rest: Vec<_> = rest.cloned().collect();
            if rest.len() == trials.len() {
                for trial in rest {
                    self.report
                        .note(trial.cell(), Err("the plan did not refuse it".to_owned()));
                }
                return;
            }
            for trial in &trials {
                let name = trial.row.and_then(|row| argument(trial.asset, row));
                if let (Some(name), true) = (name, told.contains(&trial.key())) {
                    self.arguments(&trial.object)
                        .set(trial.asset.key, name.name, Value::Null);
                }
            }
            trials = rest;
        }
    }

    /// One plan of [`Experiment::refusals`]; answers which were refused.
    fn refused_now(&mut self, trials: &[Trial]) -> BTreeSet<(String, &'static str)> {
        let mut told = BTreeSet::new();
        self.write();
        let before: Vec<_> = trials
            .iter()
            .map(|trial| {
                self.environment
                    .admin(&trial.object)
                    .stream(&trial.object.stream(trial.asset))
            })
            .collect();
        let failure = self.environment.terraform.try_plan(&[WIDE]).err();
        let said = failure
            .map(|failure| failure.diagnostics)
            .unwrap_or_default();
        for (trial, before) in trials.iter().zip(before) {
            let name = trial.object.title(trial.asset);
            let own: Vec<_> = said
                .iter()
                .filter(|error| {
                    error.severity == "error"
                        && error.address == trial.object.address()
                        && (error.says(&name) || error.says(&trial.object.stream(trial.asset)))
                })
                .collect();
            let row = trial.row.expect("a setting");
            let name = argument(trial.asset, row).map_or(row.key, |argument| argument.name);
            let after = self
                .environment
                .admin(&trial.object)
                .stream(&trial.object.stream(trial.asset));
            let same = ["config", "created"].iter().all(|part| {
                before.as_ref().map(|info| &info[*part]) == after.as_ref().map(|info| &info[*part])
            });
            let end = match own.as_slice() {
                [] => continue,
                _ if !same => Err("the server did not stay as it was".to_owned()),
                all if all.iter().any(|error| error.detail.is_empty()) => {
                    Err("a refusal without a reason".to_owned())
                }
                all if !all.iter().any(|error| error.code.contains(name)) => {
                    Err(format!("the refusal does not point at {name}: {all:#?}"))
                }
                _ => Ok(REFUSED.to_owned()),
            };
            self.report.note(trial.cell(), end);
            told.insert(trial.key());
        }
        told
    }

    /// Plans and applies what is written and what another client did, and judges each cell.
    pub fn step(&mut self, trials: Vec<Trial>) {
        if trials.is_empty() {
            return;
        }
        let before = self.environment.counts(&self.objects);
        let lives: BTreeMap<_, _> = trials
            .iter()
            .map(|trial| {
                let admin = self.environment.admin(&trial.object);
                (trial.key(), admin.stream(&trial.object.stream(trial.asset)))
            })
            .collect();
        self.write();
        let mut trials = trials;
        let plan = loop {
            match self.environment.terraform.try_plan(&[WIDE]) {
                Ok(plan) => break plan,
                Err(failure) => {
                    let bad = by_address(&failure.diagnostics);
                    assert!(!bad.is_empty(), "{failure}");
                    self.fail(&mut trials, &bad, "the plan is an error");
                }
            }
        };
        let judged: Vec<_> = trials
            .iter()
            .map(|trial| self.judge_plan(trial, &plan, lives[&trial.key()].as_ref(), &before))
            .collect();
        let file = plan.file().to_str().expect("UTF-8").to_owned();
        let applied = self.environment.terraform.try_apply(&[WIDE, &file]);
        let broken = applied
            .err()
            .map(|failure| by_address(&failure.diagnostics));
        let after = self.environment.counts(&self.objects);
        let state = self.environment.terraform.state();
        let left = self.left_to_do();
        let mut bad = broken.unwrap_or_default();
        for (trial, judged) in trials.iter().zip(judged) {
            let address = trial.object.address();
            let end = judged.and_then(|announced| {
                if let Some(error) = bad.get(&address) {
                    return Err(format!(
                        "announced {announced}, but the apply failed: {error}"
                    ));
                }
                if let Some(what) = left.get(&address) {
                    return Err(format!(
                        "announced {announced}, but afterwards the plan is not empty: {what}"
                    ));
                }
                let info = lives[&trial.key()].as_ref();
                let live = info.map(|info| &info["config"]);
                let drift = &state.values(&address)[trial.asset.key]["drift"];
                self.judge_server(trial, live, drift)?;
                let data = match announced.as_str() {
                    "replaced" => judge_all(trial, &plan, info)?,
                    _ => judge_data(trial, &plan, &before, &after)?,
                };
                Ok(format!("{announced}{data}"))
            });
            self.report.note(trial.cell(), end);
        }
        bad.extend(left);
        self.fail(&mut trials, &bad, "fell out");
    }

    /// Judges what the plan says of one cell; answers in a word what it announces.
    fn judge_plan(
        &self,
        trial: &Trial,
        plan: &Plan,
        live: Option<&Value>,
        counts: &Counts,
    ) -> Result<String, String> {
        let key = trial.asset.key;
        let change = plan.change(&trial.object.address());
        let (was, will) = (&change.before()[key], &change.after()[key]);
        let anew = change.after_unknown()[key]["created"] == true;
        let warnings = warnings_of(trial, plan);
        let Some(live) = live.map(|info| &info["config"]) else {
            return match warnings.iter().any(|words| words.says("no longer exists")) {
                true if anew || will.is_object() => Ok("recreated".to_owned()),
                _ => Err(format!("its absence is not in the plan: {}", plan.text())),
            };
        };
        if trial.remade
            && !warnings
                .iter()
                .any(|words| words.says("recreated outside Terraform"))
        {
            return Err("that it was made again is not told".to_owned());
        }
        let messages = counts.get(&trial.key()).copied().unwrap_or_default();
        let changes = self.changes(&self.target(trial, live), live);
        let shown = changed(was, will);
        if trial.silent || changes.is_empty() {
            return match (shown.is_empty(), trial.remade) {
                (true, false) => Ok("no change".to_owned()),
                (_, true) => Ok("taken as it is".to_owned()),
                _ => Err(format!("nothing differs, but the plan changes {shown:?}")),
            };
        }
        let verdict = self.verdict(trial, live, messages);
        let announced = match &verdict {
            Verdict::Refused => return Err("it should have been refused".to_owned()),
            Verdict::Replaced if anew && warnings.iter().any(|words| words.says("replaced")) => {
                "replaced"
            }
            Verdict::Replaced => {
                return Err(format!("it should be replaced: {shown:?} {warnings:#?}"));
            }
            Verdict::InPlace(_) if anew && !trial.remade => {
                return Err(format!("it should not be made anew: {warnings:#?}"));
            }
            Verdict::InPlace(kept) => {
                for kept in kept {
                    if was["drift"][kept].is_null() || was["drift"][kept] != will["drift"][kept] {
                        return Err(format!(
                            "{kept} should be kept in `drift`: {} {}",
                            was["drift"], will["drift"]
                        ));
                    }
                    if !warnings.iter().any(|words| words.says(kept)) {
                        return Err(format!("no warning tells of {kept}, which stays"));
                    }
                }
                match kept.len() {
                    0 => "in place",
                    all if all == changes.len() => "kept",
                    _ => "kept, rest in place",
                }
            }
        };
        // Every setting that differs is seen: in its argument, or in `drift`.
        for change in &changes {
            let argument = change.setting.and_then(|row| {
                let mut arguments = trial.asset.arguments().iter();
                arguments.find(|argument| argument.key == row.key)
            });
            let seen = match argument {
                Some(argument) if shown.contains(&argument.name.to_owned()) => true,
                _ => !was["drift"][&change.key].is_null(),
            };
            // The window follows the age, and is seen there.
            let follows = change.key == "duplicate_window"
                && changes.iter().any(|change| change.key == "max_age");
            if !seen && !follows {
                return Err(format!(
                    "{} is not seen: {shown:?} {}",
                    change.key, was["drift"]
                ));
            }
        }
        judge_class(&changes, &warnings, announced)?;
        Ok(announced.to_owned())
    }

    /// Judges what the server has afterwards.
    fn judge_server(
        &self,
        trial: &Trial,
        live: Option<&Value>,
        drift: &Value,
    ) -> Result<(), String> {
        let now = self
            .environment
            .admin(&trial.object)
            .stream(&trial.object.stream(trial.asset));
        let Some(now) = now.map(|info| info["config"].clone()) else {
            return Err("the stream is gone".to_owned());
        };
        let kept = |key: &str| {
            !drift[key].is_null() && live.is_some_and(|live| live.get(key) == now.get(key))
        };
        let target = live.map_or_else(|| trial.target.clone(), |live| self.target(trial, live));
        let left = self.changes(&target, &now);
        if let Some(change) = left.iter().find(|change| !kept(&change.key)) {
            return Err(format!(
                "{} is {}, not {}",
                change.key, change.live, change.desired
            ));
        }
        let members = |value: &Value| -> BTreeSet<String> {
            value
                .as_object()
                .into_iter()
                .flatten()
                .map(|(key, _)| key.clone())
                .collect()
        };
        let keys = &members(&target) | &members(&now);
        let is_same = |key: &str| match key {
            "metadata" => own_metadata(&target) == own_metadata(&now),
            key => target.get(key) == now.get(key),
        };
        match keys
            .iter()
            .find(|key| !trial.loosely.contains(&key.as_str()) && !kept(key) && !is_same(key))
        {
            Some(key) => Err(format!(
                "{key} was {:?} and should be as before, but is {:?}",
                target.get(key),
                now.get(key)
            )),
            None => Ok(()),
        }
    }

    /// What two plans, without and with a refresh, still want to do, by address.
    fn left_to_do(&self) -> BTreeMap<String, String> {
        let mut left = BTreeMap::new();
        for refresh in ["-refresh=false", "-refresh=true"] {
            let plan = [
                "plan",
                "-input=false",
                "-lock=false",
                "-json",
                WIDE,
                refresh,
            ];
            let output = self.environment.terraform.output(&plan);
            let text = String::from_utf8_lossy(&output.stdout);
            let lines = text
                .lines()
                .filter_map(|line| serde_json::from_str::<Value>(line).ok());
            for line in lines {
                let (address, what) = match line["type"].as_str() {
                    Some("planned_change") => {
                        (&line["change"]["resource"]["addr"], &line["@message"])
                    }
                    Some("diagnostic") if line["@level"] == "error" => (
                        &line["diagnostic"]["address"],
                        &line["diagnostic"]["detail"],
                    ),
                    _ => continue,
                };
                let address = address.as_str().unwrap_or_default();
                assert!(!address.is_empty(), "an error of no resource: {line}");
                left.insert(address.to_owned(), format!("{refresh}: {what}"));
            }
        }
        self.explain(&mut left);
        left
    }

    /// Says which attributes the next plan would change.
    fn explain(&self, left: &mut BTreeMap<String, String>) {
        if left.is_empty() {
            return;
        }
        let Ok(plan) = self.environment.terraform.try_plan(&[WIDE]) else {
            return;
        };
        for (address, text) in left {
            let change = plan.change(address);
            *text += &difference(change.before(), change.after());
        }
    }

    /// Takes objects that went wrong out of the experiment, with their cells.
    fn fail(&mut self, trials: &mut Vec<Trial>, bad: &BTreeMap<String, String>, what: &str) {
        for trial in trials
            .iter()
            .filter(|trial| bad.contains_key(&trial.object.address()))
        {
            if !self.report.has(&trial.cell()) {
                let error = &bad[&trial.object.address()];
                self.report
                    .note(trial.cell(), Err(format!("{what}: {error}")));
            }
        }
        trials.retain(|trial| !bad.contains_key(&trial.object.address()));
        self.objects
            .retain(|object| !bad.contains_key(&object.address()));
        for address in bad.keys() {
            let _ = self
                .environment
                .terraform
                .run(&["state", "rm", "-lock=false", address]);
        }
        self.write();
    }
}

/// Terraform looks at ten resources at once unless told otherwise.
const WIDE: &str = "-parallelism=100";

/// Whether what the plan says of the class is what the rows say.
fn judge_class(
    changes: &[SettingChange],
    warnings: &[Diagnostic],
    announced: &str,
) -> Result<(), String> {
    if announced == "replaced" {
        return Ok(());
    }
    for change in changes {
        // A sentence may begin with it.
        let says = |text: &str| {
            let text = text.to_lowercase();
            let mut details = warnings.iter().map(|words| words.detail.to_lowercase());
            details.any(|detail| detail.contains(&text))
        };
        let told = match change.effect {
            Effect::OneWay(why) => says(why),
            Effect::NoEffect(why) => says(why),
            // What is deleted is counted: it may be nothing, see `judge_data`.
            _ => true,
        };
        if !told {
            return Err(format!(
                "the class of {} is not told: {:?} {warnings:#?}",
                change.key, change.effect
            ));
        }
    }
    let in_place = changes
        .iter()
        .all(|change| change.effect == Effect::InPlace);
    let idle: Vec<_> = warnings
        .iter()
        .filter(|words| !words.says("outside Terraform"))
        .collect();
    match in_place && !idle.is_empty() {
        true => Err(format!("a warning about a change in place: {idle:#?}")),
        false => Ok(()),
    }
}

/// Whether the plan counted what a stream held that was replaced; answers that in a word, where there was anything.
fn judge_all(trial: &Trial, plan: &Plan, info: Option<&Value>) -> Result<&'static str, String> {
    // A bucket's contents are told in keys.
    let what = match trial.asset.kind {
        AssetKind::Bucket => "num_subjects",
        AssetKind::Stream(_) => "messages",
    };
    let held = info.and_then(|info| info["state"][what].as_u64());
    let held = held.unwrap_or_default();
    let warnings = warnings_of(trial, plan);
    let replaced = warnings.iter().filter(|words| words.says("replaced"));
    let right = replaced.clone().all(|words| match told(words) {
        Some(Told::All(said)) => said == held,
        Some(Told::Empty) => held == 0,
        _ => false,
    });
    match right {
        true if held > 0 => Ok(", its messages told"),
        true => Ok(""),
        false => Err(format!(
            "it held {held} {what}, but the plan said: {warnings:#?}"
        )),
    }
}

/// Whether the messages that are gone are those that the plan announced; answers that in a word, where there were any.
fn judge_data(
    trial: &Trial,
    plan: &Plan,
    before: &Counts,
    after: &Counts,
) -> Result<&'static str, String> {
    let count = |counts: &Counts| counts.get(&trial.key()).copied().unwrap_or_default();
    let (before, after) = (count(before), count(after));
    let lost = before.saturating_sub(after);
    // What ages out while we look is not lost by the plan.
    let age = trial.target["max_age"].as_u64().unwrap_or_default();
    if (1..AGES).contains(&age) {
        return Ok("");
    }
    let warnings = warnings_of(trial, plan);
    let told: Vec<_> = warnings
        .iter()
        .filter(|words| !words.says("outside Terraform"))
        .filter_map(told)
        .collect();
    let wrong = |said: &str| {
        Err(format!(
            "{lost} of {before} messages are gone, but the plan said {said}: {warnings:#?}"
        ))
    };
    match told.as_slice() {
        [] if lost > 0 => wrong("nothing"),
        [Told::Exactly(said)] if *said != lost => wrong("exactly another number"),
        [Told::About(said)] if said.abs_diff(lost) > 1 + lost / 4 => wrong("about another number"),
        [Told::UpTo(said)] if lost > *said => wrong("at most another number"),
        [Told::Exactly(_) | Told::About(_)] if lost > 0 => Ok(", deleting what it said"),
        _ => Ok(""),
    }
}

/// Nanoseconds of an age that messages may reach while we look.
const AGES: u64 = 300_000_000_000;

/// What a warning says of messages.
enum Told {
    Exactly(u64),
    About(u64),
    UpTo(u64),
    /// All of a stream.
    All(u64),
    /// There are none.
    Empty,
}

fn told(words: &Diagnostic) -> Option<Told> {
    let words: Vec<&str> = words.detail.split_whitespace().collect();
    let number = |place: usize| words.get(place)?.parse::<u64>().ok();
    let mut deleted = (3..words.len()).filter(|place| words[*place].starts_with("deleted"));
    if let Some(place) = deleted.find(|place| number(place - 2).is_some()) {
        let said = number(place - 2)?;
        return Some(match (words[place.saturating_sub(4)], words[place - 3]) {
            (_, "about") => Told::About(said),
            ("up", "to") => Told::UpTo(said),
            _ => Told::Exactly(said),
        });
    }
    let deletes_all = words
        .windows(3)
        .any(|three| three == ["the", "apply", "deletes:"]);
    match words.iter().position(|word| *word == "contains") {
        Some(place) if deletes_all => number(place + 1).map(Told::All),
        _ => words
            .windows(2)
            .any(|pair| pair == ["is", "empty"])
            .then_some(Told::Empty),
    }
}

/// The warnings of a plan about one asset; of one about several assets, what it says of this one.
fn warnings_of(trial: &Trial, plan: &Plan) -> Vec<Diagnostic> {
    let title = trial.object.title(trial.asset);
    let names_it = |text: &str| {
        text.match_indices(&title).any(|(place, _)| {
            let rest = &text[place + title.len()..];
            !rest.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_')
        })
    };
    let is_about_assets = |line: &str| {
        let starts = ["  - bucket ", "  - stream ", "This applies to "];
        starts.iter().any(|start| line.starts_with(start))
    };
    let warnings = plan.diagnostics().iter().filter_map(|words| {
        if words.address != trial.object.address() {
            return None;
        }
        if names_it(&words.summary) {
            return Some(words.clone());
        }
        let (mut of_assets, of_all): (Vec<_>, Vec<_>) =
            words.detail.lines().partition(|line| is_about_assets(line));
        of_assets.retain(|line| names_it(line));
        (!of_assets.is_empty()).then(|| Diagnostic {
            detail: [of_all, of_assets].concat().join("\n"),
            ..words.clone()
        })
    });
    warnings.collect()
}

fn by_address(diagnostics: &[Diagnostic]) -> BTreeMap<String, String> {
    let errors = diagnostics.iter().filter(|error| error.severity == "error");
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for error in errors {
        assert!(
            !error.address.is_empty(),
            "an error of no resource: {error}"
        );
        let text = found.entry(error.address.clone()).or_default();
        *text += &format!("{} | {}\n", error.summary, error.detail);
    }
    found
}

/// The names of the attributes that change.
fn changed(was: &Value, will: &Value) -> Vec<String> {
    let names = [was, will]
        .into_iter()
        .filter_map(Value::as_object)
        .flatten();
    let names: BTreeSet<_> = names.map(|(name, _)| name.clone()).collect();
    names
        .into_iter()
        .filter(|name| was[name] != will[name])
        .collect()
}

/// What differs between two objects with objects in them.
fn difference(was: &Value, will: &Value) -> String {
    let mut text = String::new();
    for name in changed(was, will) {
        for inner in changed(&was[&name], &will[&name]) {
            text += &format!(
                "{name}.{inner}: {} -> {}; ",
                was[&name][&inner], will[&name][&inner]
            );
        }
    }
    text
}

/// Metadata without what the server writes of itself.
fn own_metadata(config: &Value) -> BTreeMap<&String, &Value> {
    let members = config["metadata"].as_object().into_iter().flatten();
    members
        .filter(|(key, _)| !key.starts_with("_nats."))
        .collect()
}

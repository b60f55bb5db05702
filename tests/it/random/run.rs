//! Runs the sequences of a case, all at once: one server, one root module.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::{Value, json};
use terraform_provider_wasmcloud::testing::catalogue::Asset;
use terraform_provider_wasmcloud::testing::jetstream::{SETTINGS, Setting};
use terraform_provider_wasmcloud::testing::resources::Codec;
use terraform_provider_wasmcloud::testing::resources::{Argument, BUCKET, COMMON};

use crate::matrix::environment::{Arguments, Environment, LATTICE, TestObject, WADM};
use crate::matrix::values::{alternatives, config, edits};
use crate::random::sequence::{Sequence, ServerChange, Step};
use crate::support::{Diagnostic, nats_server_versions};

/// Terraform looks at ten resources at once unless told otherwise.
const WIDE: &str = "-parallelism=100";

/// What came of a case.
#[derive(Default)]
pub struct Ending {
    /// Objects that an apply changed.
    pub changed: usize,
    /// Objects of which the plan was empty after an apply.
    pub empty: usize,
    /// Objects of which a plan was an error that said why.
    pub refused: usize,
    /// Deeds that the server took.
    pub server_changes: usize,
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} changes, {} empty plans, {} refusals, {} changes on the server",
            self.changed, self.empty, self.refused, self.server_changes
        )
    }
}

pub struct Run<'a> {
    environment: Environment,
    objects: Vec<Object<'a>>,
}

struct Object<'a> {
    test_object: TestObject,
    sequence: &'a Sequence,
    arguments: Arguments,
    /// What was done, for the reader.
    log: Vec<String>,
}

impl<'a> Run<'a> {
    pub fn of(sequences: &'a [Sequence]) -> Self {
        let objects: Vec<_> = sequences
            .iter()
            .enumerate()
            .map(|(place, sequence)| Object {
                test_object: TestObject {
                    name: format!("object-{place}"),
                    r#type: sequence.r#type,
                },
                sequence,
                arguments: Arguments::default(),
                log: Vec::new(),
            })
            .collect();
        let test_objects: Vec<_> = objects
            .iter()
            .map(|object| object.test_object.clone())
            .collect();
        Self {
            environment: Environment::start(nats_server_versions()[0], &test_objects),
            objects,
        }
    }

    /// Step after step; answers the first object that went wrong, and how.
    pub fn live(mut self, ending: &mut Ending) -> Option<(usize, String)> {
        let steps = self
            .objects
            .iter()
            .map(|object| object.sequence.steps.len());
        for step in 0..steps.max().unwrap_or_default() {
            let wrong = self.step(step, ending);
            if let Some((address, error)) = wrong {
                let mut objects = self.objects.iter();
                let place = objects.position(|object| object.test_object.address() == address);
                let place = place.expect("one of ours");
                let log = self.objects[place].log.join("\n");
                return Some((place, format!("{address}, step {step}: {error}\n{log}")));
            }
        }
        None
    }

    fn step(&mut self, number: usize, ending: &mut Ending) -> Option<(String, String)> {
        let former: BTreeMap<_, _> = self
            .objects
            .iter()
            .map(|object| (object.test_object.address(), object.arguments.clone()))
            .collect();
        for object in &mut self.objects {
            let Some(step) = object.sequence.steps.get(number) else {
                continue;
            };
            configure(object, step);
            for server_change in &step.server_changes {
                ending.server_changes +=
                    usize::from(do_it(&self.environment, object, server_change, number));
            }
        }
        let before = self.servers();
        let mut refused = BTreeSet::new();
        let mut left_out = BTreeSet::new();
        let plan = loop {
            self.write();
            let targets = self.targets(&left_out);
            let targets: Vec<_> = targets.iter().map(String::as_str).collect();
            let failure = match self
                .environment
                .terraform
                .try_plan(&[&[WIDE], &targets[..]].concat())
            {
                Ok(plan) => break plan,
                Err(failure) => failure,
            };
            let errors = failure.diagnostics.iter();
            let errors: Vec<_> = errors.filter(|said| said.severity == "error").collect();
            let mut addresses = BTreeSet::new();
            for error in errors {
                if let Some(lack) = lack(error) {
                    return Some((error.address.clone(), format!("{lack}: {error}")));
                }
                addresses.insert(error.address.clone());
            }
            assert!(!addresses.is_empty(), "{failure}");
            ending.refused += addresses.len();
            for object in &mut self.objects {
                let address = object.test_object.address();
                if addresses.contains(&address) {
                    object
                        .log
                        .push(format!("step {number}: refused: {failure}"));
                    object.arguments = former[&address].clone();
                    // Refused as it was before, too: for what others did.
                    if !refused.insert(address.clone()) {
                        left_out.insert(address);
                    }
                }
            }
            if left_out.len() == self.objects.len() {
                return self.touched(&before);
            }
        };
        if let Some(wrong) = self.touched(&before) {
            return Some(wrong);
        }
        let objects = self
            .objects
            .iter()
            .map(|object| object.test_object.address());
        let planned = objects.filter(|address| !left_out.contains(address));
        ending.changed += planned
            .filter(|address| plan.actions(address) != ["no-op"])
            .count();
        let file = plan.file().to_str().expect("UTF-8").to_owned();
        if let Err(failure) = self.environment.terraform.try_apply(&[WIDE, &file]) {
            let mut errors = failure.diagnostics.iter();
            let error = errors
                .find(|said| said.severity == "error")
                .expect("an error");
            let text = format!("the apply failed: {error}\n{}", plan.text());
            return Some((error.address.clone(), text));
        }
        let left = self.left_to_do(&left_out, plan.text());
        ending.empty += self.objects.len() - left_out.len();
        left
    }

    fn write(&self) {
        let all: Vec<_> = self
            .objects
            .iter()
            .map(|object| (&object.test_object, &object.arguments))
            .collect();
        self.environment.write(&all);
    }

    /// Options that leave these objects alone.
    fn targets(&self, left_out: &BTreeSet<String>) -> Vec<String> {
        if left_out.is_empty() {
            return Vec::new();
        }
        let addresses = self
            .objects
            .iter()
            .map(|object| object.test_object.address());
        addresses
            .filter(|address| !left_out.contains(address))
            .map(|address| format!("-target={address}"))
            .collect()
    }

    /// What the server has of every object: configuration and time of birth.
    fn servers(&self) -> BTreeMap<(String, &'static str), Option<[Value; 2]>> {
        let mut all = BTreeMap::new();
        for object in &self.objects {
            for asset in object.test_object.assets() {
                let stream = object.test_object.stream(asset);
                let info = self.environment.admin(&object.test_object).stream(&stream);
                let info = info.map(|info| [info["config"].clone(), info["created"].clone()]);
                all.insert((object.test_object.address(), asset.key), info);
            }
        }
        all
    }

    /// An object of which a plan changed anything on the server.
    fn touched(
        &self,
        before: &BTreeMap<(String, &'static str), Option<[Value; 2]>>,
    ) -> Option<(String, String)> {
        let after = self.servers();
        let changed = before.iter().find(|(key, was)| after[key] != **was);
        changed.map(|((address, asset), _)| {
            (
                address.clone(),
                format!("the plan changed {asset} on the server"),
            )
        })
    }

    /// What a plan without and one with a refresh still want to do.
    fn left_to_do(&self, left_out: &BTreeSet<String>, applied: &str) -> Option<(String, String)> {
        for refresh in ["-refresh=false", "-refresh=true"] {
            let mut plan = vec![
                "plan",
                "-input=false",
                "-lock=false",
                "-json",
                WIDE,
                refresh,
            ];
            let targets = self.targets(left_out);
            plan.extend(targets.iter().map(String::as_str));
            let output = self.environment.terraform.output(&plan);
            let text = String::from_utf8_lossy(&output.stdout);
            let lines = text
                .lines()
                .filter_map(|line| serde_json::from_str::<Value>(line).ok());
            for line in lines {
                let address = match line["type"].as_str() {
                    Some("planned_change") => &line["change"]["resource"]["addr"],
                    Some("diagnostic") if line["@level"] == "error" => {
                        &line["diagnostic"]["address"]
                    }
                    _ => continue,
                };
                let address = address.as_str().unwrap_or_default().to_owned();
                let next = self.environment.terraform.try_plan(&[WIDE]);
                let next =
                    next.map_or_else(|failure| failure.to_string(), |plan| plan.text().to_owned());
                return Some((
                    address,
                    format!(
                        "after the apply the plan with {refresh} is not empty: {line}\napplied: {applied}\nnext: {next}"
                    ),
                ));
            }
        }
        None
    }
}

/// What a refusal must have and has not.
fn lack(error: &Diagnostic) -> Option<&'static str> {
    if error.detail.is_empty() {
        Some("a refusal without a reason")
    } else if error.code.is_empty() {
        Some("a refusal without a place")
    } else if error.says("Provider bug") {
        Some("a refusal that is a bug")
    } else {
        None
    }
}

/// Sets what the step says.
fn configure(object: &mut Object, step: &Step) {
    let Some(set) = &step.configuration else {
        return;
    };
    let assets = object.test_object.assets();
    let mut arguments = Arguments::default();
    for (level, argument, value) in set {
        let place = usize::from(*level) % (assets.len() + 1);
        let (key, rows) = match place {
            0 if object.test_object.r#type == LATTICE => ("", BUCKET),
            0 => ("", COMMON),
            place => (assets[place - 1].key, assets[place - 1].arguments()),
        };
        let rows: Vec<_> = rows
            .iter()
            .filter(|row| !row.shape.is_shown_only())
            .collect();
        let row = rows[usize::from(*argument) % rows.len()];
        let values = legal(row);
        let value = values[usize::from(*value) % values.len()].clone();
        arguments.set(key, row.name, value);
    }
    if step.force_destroy {
        arguments.set("", "force_destroy", json!(true));
    }
    if step.multitenant && object.test_object.r#type == WADM {
        arguments.set("", "multitenant", json!(true));
    }
    object.log.push(format!("configured: {:?}", arguments.0));
    object.arguments = arguments;
}

/// Values within the schema.
fn legal(argument: &Argument) -> Vec<Value> {
    match argument.shape {
        Codec::Number(min, max) => [min, min + 1, 5, 64, max]
            .into_iter()
            .filter(|number| (min..=max).contains(number))
            .map(Value::from)
            .collect(),
        // Not the largest: what the server itself has left is known to nobody but it.
        Codec::Bytes(_) => [-1, 1, 400, 65_536, 1 << 20, 1 << 21]
            .map(Value::from)
            .to_vec(),
        Codec::Word(words) => words.iter().map(|word| json!(word)).collect(),
        Codec::Text => vec![json!("ours"), json!("größer"), json!("x".repeat(4096))],
        Codec::Placement => vec![
            json!({}),
            json!({ "tags": ["ssd"] }),
            json!({ "tags": ["b", "a"] }),
            json!({ "cluster": "east" }),
        ],
        Codec::Metadata => vec![
            json!({}),
            json!({ "team": "lattice" }),
            json!({ "team": "", "tier": "1" }),
        ],
        Codec::Age => ["0s", "100ms", "30s", "45s", "1m10s", "70s", "1h", "8760h"]
            .map(Value::from)
            .to_vec(),
        Codec::Subjects | Codec::Retention | Codec::Sources => Vec::new(),
    }
}

/// Does what another client does; whether the server let it happen.
fn do_it(
    environment: &Environment,
    object: &mut Object,
    server_change: &ServerChange,
    number: usize,
) -> bool {
    let test_object = object.test_object.clone();
    let admin = environment.admin(&test_object);
    let assets = test_object.assets();
    let asset_of = |choice: u8| assets[usize::from(choice) % assets.len()];
    let mut log = |text: String| object.log.push(format!("step {number}: {text}"));
    match server_change {
        ServerChange::Messages => {
            log("messages arrive".to_owned());
            environment.fill(std::slice::from_ref(&test_object));
            true
        }
        ServerChange::Delete { asset } => {
            let stream = test_object.stream(asset_of(*asset));
            log(format!("somebody deletes {stream}"));
            admin
                .try_api(&format!("STREAM.DELETE.{stream}"), &json!({}))
                .is_ok()
        }
        ServerChange::Purge { asset } => {
            let stream = test_object.stream(asset_of(*asset));
            log(format!("somebody purges {stream}"));
            admin
                .try_api(&format!("STREAM.PURGE.{stream}"), &json!({}))
                .is_ok()
        }
        ServerChange::Edit {
            asset,
            setting,
            value,
        }
        | ServerChange::Remake {
            asset,
            setting,
            value,
        } => {
            let asset = asset_of(*asset);
            let stream = test_object.stream(asset);
            let Some(live) = admin.stream(&stream).map(|info| info["config"].clone()) else {
                return false;
            };
            let again = matches!(server_change, ServerChange::Remake { .. });
            if again {
                let _ = admin.try_api(&format!("STREAM.DELETE.{stream}"), &json!({}));
            }
            let verb = if again { "CREATE" } else { "UPDATE" };
            let others = others(&test_object, asset, &live, *setting, *value);
            let mut all = others.into_iter().chain(again.then(|| live.clone()));
            let done = all.find(|edit| {
                admin
                    .try_api(&format!("STREAM.{verb}.{stream}"), edit)
                    .is_ok()
            });
            if let Some(edit) = &done {
                let keys = edit.as_object().into_iter().flatten();
                let keys: BTreeMap<_, _> = keys
                    .filter(|(key, value)| live.get(*key) != Some(*value))
                    .collect();
                log(format!("somebody {verb}s {stream} with {keys:?}"));
            }
            done.is_some()
        }
    }
}

/// Configurations with another legal value of one setting.
fn others(
    test_object: &TestObject,
    asset: &Asset,
    live: &Value,
    setting: u8,
    value: u8,
) -> Vec<Value> {
    let rows: Vec<&Setting> = SETTINGS.iter().filter(|row| row.key != "name").collect();
    let row = rows[usize::from(setting) % rows.len()];
    let is = live.get(row.key).cloned();
    let is = is.unwrap_or_else(|| row.default(&config(live)));
    let values = alternatives(
        row,
        &is,
        &format!("more.{}.{}", test_object.name, asset.key),
    );
    match values.len() {
        0 => Vec::new(),
        count => edits(row, live, &values[usize::from(value) % count]),
    }
}

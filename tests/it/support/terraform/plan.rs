//! What Terraform said, as values that a test can ask: a plan and a state.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Output;
use std::sync::OnceLock;

use serde_json::Value;

use super::command::Terraform;
use super::failure::Diagnostic;

/// A saved plan. Terraform is asked to show it when a test looks into it, and only then.
#[derive(Debug)]
pub struct Plan {
    terraform: Terraform,
    name: String,
    json: OnceLock<Value>,
    text: OnceLock<String>,
    /// What Terraform said while it planned, for each resource to which something happens.
    planned: BTreeMap<String, Vec<&'static str>>,
    diagnostics: Vec<Diagnostic>,
}

/// What a `plan -json` says of each resource to which something happens; a replacement is left out, because it does not say
/// in which order.
pub fn planned_actions(output: &Output) -> BTreeMap<String, Vec<&'static str>> {
    let text = String::from_utf8_lossy(&output.stdout);
    let lines = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let changes = lines.filter(|line| line["type"] == "planned_change");
    changes
        .filter_map(|line| {
            let address = line["change"]["resource"]["addr"].as_str()?;
            let action = line["change"]["action"].as_str()?;
            let known = ["create", "read", "update", "delete"];
            let action = known.into_iter().find(|one| *one == action)?;
            Some((address.to_owned(), vec![action]))
        })
        .collect()
}

impl Plan {
    pub fn new(
        terraform: Terraform,
        name: String,
        planned: BTreeMap<String, Vec<&'static str>>,
        diagnostics: Vec<Diagnostic>,
    ) -> Self {
        Self {
            terraform,
            name,
            json: OnceLock::new(),
            text: OnceLock::new(),
            planned,
            diagnostics,
        }
    }

    /// What `terraform show -json` says of it.
    pub fn json(&self) -> &Value {
        self.json
            .get_or_init(|| self.terraform.json(&["show", "-json", &self.name]))
    }

    /// What a person reads, without colours.
    pub fn text(&self) -> &str {
        self.text.get_or_init(|| {
            self.terraform
                .run(&["show", "-no-color", &self.name])
                .unwrap_or_else(|failure| panic!("{failure}"))
        })
    }

    /// Its warnings.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    pub fn file(&self) -> PathBuf {
        self.terraform.folder().join(&self.name)
    }

    /// Whether no resource changes.
    pub fn is_empty(&self) -> bool {
        self.planned.is_empty()
            && self
                .changes("resource_changes")
                .iter()
                .all(|change| change.actions() == ["no-op"])
    }

    /// What is planned for a resource, such as `wasmcloud_lattice_buckets.main`.
    pub fn change(&self, address: &str) -> Change<'_> {
        self.find("resource_changes", address)
            .unwrap_or_else(|| panic!("the plan says nothing of {address}:\n{}", self.text()))
    }

    /// `["no-op"]`, `["create"]`, `["update"]`, `["delete"]`, `["delete", "create"]`, `["create", "delete"]`, `["read"]`
    /// or `["forget"]`.
    pub fn actions(&self, address: &str) -> Vec<&str> {
        match self.planned.get(address) {
            Some(actions) => actions.clone(),
            None => self.change(address).actions(),
        }
    }

    /// What the refresh found different from the state; nothing if it found no difference.
    ///
    /// Terraform lists only resources for which the plan shows a consequence.
    pub fn drift(&self, address: &str) -> Option<Change<'_>> {
        self.find("resource_drift", address)
    }

    fn find(&self, list: &str, address: &str) -> Option<Change<'_>> {
        self.changes(list)
            .into_iter()
            .find(|change| change.0["address"] == address)
    }

    fn changes(&self, list: &str) -> Vec<Change<'_>> {
        self.json()[list]
            .as_array()
            .into_iter()
            .flatten()
            .map(Change)
            .collect()
    }
}

/// What happens to one resource.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a>(&'a Value);

impl<'a> Change<'a> {
    /// See [`Plan::actions`].
    pub fn actions(&self) -> Vec<&'a str> {
        self.0["change"]["actions"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }

    /// The values before it; null for a create.
    pub fn before(&self) -> &'a Value {
        &self.0["change"]["before"]
    }

    /// The values after it as far as they are known; null for a delete.
    pub fn after(&self) -> &'a Value {
        &self.0["change"]["after"]
    }

    /// `true` in the place of each value that only the apply will know.
    pub fn after_unknown(&self) -> &'a Value {
        &self.0["change"]["after_unknown"]
    }

    /// The paths that force a replacement, such as `["lattice"]`; null without one.
    pub fn replace_paths(&self) -> &'a Value {
        &self.0["change"]["replace_paths"]
    }

    /// The import that is part of it, such as `{"id": "default"}`; null without one.
    pub fn importing(&self) -> &'a Value {
        &self.0["change"]["importing"]
    }

    /// The names of the top-level attributes whose value changes, or may, sorted.
    pub fn changed(&self) -> Vec<&'a str> {
        let keys = |value: &'a Value| {
            value
                .as_object()
                .into_iter()
                .flatten()
                .map(|(key, _)| key.as_str())
        };
        let mut names: Vec<&str> = keys(self.before())
            .chain(keys(self.after()))
            .chain(keys(self.after_unknown()))
            .collect();
        names.sort_unstable();
        names.dedup();
        names.retain(|name| {
            self.before()[name] != self.after()[name] || has_true(&self.after_unknown()[name])
        });
        names
    }
}

fn has_true(value: &Value) -> bool {
    match value {
        Value::Bool(flag) => *flag,
        Value::Array(elements) => elements.iter().any(has_true),
        Value::Object(members) => members.values().any(has_true),
        _ => false,
    }
}

/// The resources in a state file that belong to the root module.
#[derive(Debug, Default)]
pub struct State(BTreeMap<String, Value>);

impl State {
    pub fn new(file: &Value) -> Self {
        let resources = file["resources"].as_array().into_iter().flatten();
        let root = resources.filter(|resource| resource["module"].is_null());
        let instances = root.flat_map(|resource| {
            let instances = resource["instances"].as_array().into_iter().flatten();
            instances.map(|instance| (address(resource, instance), instance.clone()))
        });
        Self(instances.collect())
    }

    /// The addresses of all its resources.
    pub fn addresses(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }

    /// The attributes of a resource that must be there.
    pub fn values(&self, address: &str) -> &Value {
        &self.instance(address)["attributes"]
    }

    /// Whether the next apply would destroy and re-create a resource.
    pub fn is_tainted(&self, address: &str) -> bool {
        self.instance(address)["status"] == "tainted"
    }

    fn instance(&self, address: &str) -> &Value {
        self.0
            .get(address)
            .unwrap_or_else(|| panic!("{address} is not in the state, but {:?}", self.addresses()))
    }
}

/// Such as `wasmcloud_lattice_buckets.main` or `wasmcloud_lattice_buckets.each["a"]`.
fn address(resource: &Value, instance: &Value) -> String {
    let text = |key: &str| resource[key].as_str().unwrap_or_default();
    let mode = match text("mode") {
        "data" => "data.",
        _ => "",
    };
    let key = match &instance["index_key"] {
        Value::Null => String::new(),
        key => format!("[{key}]"),
    };
    format!("{mode}{}.{}{key}", text("type"), text("name"))
}

//! Terraform core's rules for our answers, applied before core does.
//!
//! Core refuses an answer that breaks them and blames the provider; after a create it even taints the object, so that
//! the next apply would destroy it. Found here, it is a diagnostic that asks for a report. The rules are those of
//! core's `AssertPlanValid` and `AssertObjectCompatible` (terraform `internal/plans/objchange`). Of an identity core demands only
//! that it is known unless an object is created; that it stays the same is the rule of Terraform's own framework.

use crate::terraform::framework::plan::{element, part};
use crate::terraform::language::value::path::PathStep;
use crate::terraform::language::{
    Attribute, AttributeKind, Diagnostic, Mode, Nesting, Path, Schema, Type, Value, wire,
};

/// Problems of a planned state, given the configuration and the prior state that it was made from.
pub fn planned(schema: &Schema, config: &Value, prior: &Value, planned: &Value) -> Vec<Diagnostic> {
    let mut problems = Problems::new("a plan that Terraform would refuse");
    problems.mistyped(schema, planned);
    problems.planned_object(&schema.attributes, config, prior, planned, &Path::root());
    problems.found
}

/// Problems of a new state, given the planned state that it was made from. Both are null where nothing exists.
pub fn applied(schema: &Schema, planned: &Value, actual: &Value) -> Vec<Diagnostic> {
    let mut problems = Problems::new("a result that differs from its plan");
    problems.mistyped(schema, actual);
    problems.applied(schema.object_type(), planned, actual, &Path::root());
    problems.unknown(actual);
    problems.found
}

/// Problems of a state that was read or imported.
pub fn refreshed(schema: &Schema, state: &Value) -> Vec<Diagnostic> {
    let mut problems = Problems::new("a state that Terraform would refuse");
    problems.mistyped(schema, state);
    problems.unknown(state);
    problems.found
}

/// Problems of the identity of a planned object. `kept` is that of the prior object, unless the plan creates another one:
/// only then may it be unknown or differ.
pub fn planned_identity(schema: &Schema, kept: Option<&Value>, planned: &Value) -> Vec<Diagnostic> {
    match kept {
        Some(kept) => identity(schema, kept, planned),
        None => {
            let mut problems = Problems::new(IDENTITY);
            problems.mistyped(schema, planned);
            problems.found
        }
    }
}

/// Problems of the identity of an object that exists. `expected` is the one that was planned, or that it had before;
/// unknown where nobody knows.
pub fn identity(schema: &Schema, expected: &Value, actual: &Value) -> Vec<Diagnostic> {
    let mut problems = Problems::new(IDENTITY);
    problems.mistyped(schema, actual);
    problems.applied(schema.object_type(), expected, actual, &Path::root());
    problems.unknown(actual);
    for attribute in &schema.attributes {
        if attribute.mode == Mode::Required && actual.attribute(&attribute.name).is_null() {
            let path = Path::attribute(&attribute.name);
            problems.push(&path, "the identity has no value");
        }
    }
    // They are not attributes of the configuration, at which Terraform could point.
    let found = problems.found.into_iter();
    found.map(|problem| problem.at(Path::root())).collect()
}

const IDENTITY: &str = "an identity that Terraform would refuse";

struct Problems {
    what: &'static str,
    found: Vec<Diagnostic>,
}

impl Problems {
    fn new(what: &'static str) -> Self {
        Self {
            what,
            found: Vec::new(),
        }
    }

    fn push(&mut self, path: &Path, problem: &str) {
        let summary = format!("Provider bug: {}", self.what);
        let detail = format!(
            "At {}: {problem}. This is a bug in the provider, and not an error in the configuration. Please report it with the configuration and the provider's version.",
            path.title()
        );
        self.found
            .push(Diagnostic::error(summary, detail).at(path.clone()));
    }

    fn mistyped(&mut self, schema: &Schema, value: &Value) {
        let mismatches = wire::mismatches(value, schema.object_type());
        self.found.extend(mismatches);
    }

    fn unknown(&mut self, state: &Value) {
        if !state.is_wholly_known() {
            self.push(&Path::root(), "the new state has unknown values");
        }
    }

    fn planned_object(
        &mut self,
        attributes: &[Attribute],
        config: &Value,
        prior: &Value,
        planned: &Value,
        path: &Path,
    ) {
        if config.is_null() != planned.is_null() {
            return self.push(
                path,
                "only one of the plan and the configuration has this object",
            );
        }
        for attribute in attributes {
            let name = &attribute.name;
            let (config, prior) = (part(config, name), part(prior, name));
            let path = path.then(name);
            self.planned(attribute, config, prior, part(planned, name), &path);
        }
    }

    fn planned(
        &mut self,
        attribute: &Attribute,
        config: &Value,
        prior: &Value,
        planned: &Value,
        path: &Path,
    ) {
        let kept = planned == prior && !prior.is_null() && !config.is_null();
        let ours = match attribute.mode {
            Mode::Computed => true,
            Mode::OptionalComputed => config.is_null(),
            Mode::Required | Mode::Optional => false,
        };
        if planned == config || kept || ours {
            return;
        }
        if config.is_null() {
            return self.push(
                path,
                "a value is planned that the configuration does not set",
            );
        }
        match &attribute.kind {
            AttributeKind::Nested(nesting, nested)
                if !config.is_unknown() && !planned.is_unknown() =>
            {
                self.planned_objects(*nesting, nested, config, prior, planned, path);
            }
            _ => self.push(
                path,
                "the planned value is neither the configured nor the prior one",
            ),
        }
    }

    fn planned_objects(
        &mut self,
        nesting: Nesting,
        nested: &[Attribute],
        config: &Value,
        prior: &Value,
        planned: &Value,
        path: &Path,
    ) {
        match (nesting, config, planned) {
            (Nesting::Single, ..) => self.planned_object(nested, config, prior, planned, path),
            (Nesting::List, Value::List(configs), Value::List(elements))
                if configs.len() == elements.len() =>
            {
                for (index, (config, planned)) in configs.iter().zip(elements).enumerate() {
                    let path = path.join(PathStep::Index(index));
                    self.planned_object(nested, config, element(prior, index), planned, &path);
                }
            }
            (Nesting::Map, Value::Map(configs), Value::Map(elements))
                if configs.keys().eq(elements.keys()) =>
            {
                for ((key, config), planned) in configs.iter().zip(elements.values()) {
                    let path = path.join(PathStep::Key(key.clone()));
                    self.planned_object(nested, config, part(prior, key), planned, &path);
                }
            }
            (Nesting::Set, Value::List(configs), Value::List(elements)) => {
                self.planned_set(nested, configs, elements, path);
            }
            _ => self.push(
                path,
                "the planned elements are not those of the configuration",
            ),
        }
    }

    /// Core only counts the elements of a set; here each must also come from one of the configuration.
    fn planned_set(
        &mut self,
        nested: &[Attribute],
        configs: &[Value],
        elements: &[Value],
        path: &Path,
    ) {
        let known = |elements: &[Value]| elements.iter().all(Value::is_wholly_known);
        let fewer = elements.len() < configs.len() && known(configs) && known(elements);
        if fewer || elements.len() > configs.len() {
            return self.push(path, "a set is planned with another number of elements");
        }
        let comes_from = |config: &Value, planned: &Value| {
            let mut problems = Problems::new(self.what);
            problems.planned_object(nested, config, &Value::Null, planned, path);
            problems.found.is_empty()
        };
        let is_new = |planned| !configs.iter().any(|config| comes_from(config, planned));
        if elements.iter().any(is_new) {
            self.push(
                path,
                "an element of a set is planned that the configuration does not have",
            );
        }
    }

    /// Whether a value completes a planned one: by type, for nested attributes too, as core does it here.
    fn applied(&mut self, r#type: &Type, planned: &Value, actual: &Value, path: &Path) {
        match (r#type, planned, actual) {
            (_, Value::Unknown, _) => {}
            _ if planned == actual => {}
            (Type::Object(types), Value::Map(_), Value::Map(_)) => {
                for (name, r#type) in types {
                    let (planned, actual) = (planned.attribute(name), actual.attribute(name));
                    self.applied(r#type, planned, actual, &path.then(name));
                }
            }
            (Type::List(_) | Type::Tuple(_), Value::List(elements), Value::List(actual))
                if elements.len() == actual.len() =>
            {
                for (index, (planned, actual)) in elements.iter().zip(actual).enumerate() {
                    let r#type = match r#type {
                        Type::List(element) => element,
                        Type::Tuple(types) => types.get(index).unwrap_or(&Type::Dynamic),
                        _ => &Type::Dynamic,
                    };
                    self.applied(r#type, planned, actual, &path.join(PathStep::Index(index)));
                }
            }
            (Type::Map(element), Value::Map(elements), Value::Map(actual))
                if elements.keys().eq(actual.keys()) =>
            {
                for ((key, planned), actual) in elements.iter().zip(actual.values()) {
                    let path = path.join(PathStep::Key(key.clone()));
                    self.applied(element, planned, actual, &path);
                }
            }
            (Type::Set(element), Value::List(planned), Value::List(actual)) => {
                self.applied_set(element, planned, actual, path);
            }
            (Type::Dynamic, Value::List(_) | Value::Map(_), Value::List(_) | Value::Map(_)) => {
                self.applied(&Type::of(planned), planned, actual, path);
            }
            _ => self.push(path, "the new value is not the planned one"),
        }
    }

    fn applied_set(&mut self, element: &Type, planned: &[Value], actual: &[Value], path: &Path) {
        let fits = |planned: &Value, actual: &Value| {
            let mut problems = Problems::new(self.what);
            problems.applied(element, planned, actual, path);
            problems.found.is_empty()
        };
        let all_planned = planned
            .iter()
            .all(|planned| actual.iter().any(|actual| fits(planned, actual)));
        let none_more = actual
            .iter()
            .all(|actual| planned.iter().any(|planned| fits(planned, actual)));
        if !all_planned || !none_more || actual.len() > planned.len() {
            self.push(path, "the new elements of a set are not the planned ones");
        }
    }
}

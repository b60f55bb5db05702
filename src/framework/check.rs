//! Terraform core's rules for our answers, applied before core does.
//!
//! Core refuses an answer that breaks them and blames the provider; after a create it even taints the object, so that
//! the next apply would destroy it. Found here, it is a diagnostic that asks for a report. The rules are those of
//! core's `AssertPlanValid` and `AssertObjectCompatible` (terraform `internal/plans/objchange`).

use crate::terraform::{
    Attribute, Diagnostic, Kind, Mode, Nesting, Path, Schema, Value, path::Step,
};

/// Problems of a planned state, given the configuration and the prior state that it was made from.
pub fn planned(schema: &Schema, config: &Value, prior: &Value, planned: &Value) -> Vec<Diagnostic> {
    let mut problems = Problems::new("a plan that Terraform would refuse");
    problems.planned_object(&schema.attributes, config, prior, planned, &Path::root());
    problems.found
}

/// Problems of a new state, given the planned state that it was made from.
pub fn applied(schema: &Schema, planned: &Value, actual: &Value) -> Vec<Diagnostic> {
    let mut problems = Problems::new("a result that differs from its plan");
    for attribute in &schema.attributes {
        let path = Path::attribute(&attribute.name);
        problems.applied(
            &attribute.kind,
            planned.attribute(&attribute.name),
            actual.attribute(&attribute.name),
            &path,
        );
    }
    if !actual.is_wholly_known() {
        problems.push(&Path::root(), "the new state has unknown values");
    }
    problems.found
}

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
            "At {path}: {problem}. This is a fault of the provider, not of the configuration; please report it with the configuration and the provider's version."
        );
        self.found
            .push(Diagnostic::error(summary, detail).at(path.clone()));
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
                "an object is planned exactly where the configuration has none",
            );
        }
        for attribute in attributes {
            let name = &attribute.name;
            self.planned(
                attribute,
                config.attribute(name),
                prior.attribute(name),
                planned.attribute(name),
                &path.then(name),
            );
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
            return self.push(path, "a value is planned that nobody set");
        }
        match &attribute.kind {
            Kind::Nested(nesting, nested) if !config.is_unknown() && !planned.is_unknown() => {
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
        const NULL: &Value = &Value::Null;
        match (nesting, config, planned) {
            (Nesting::Single, ..) => self.planned_object(nested, config, prior, planned, path),
            (Nesting::List, Value::List(configs), Value::List(elements))
                if configs.len() == elements.len() =>
            {
                for (index, (config, planned)) in configs.iter().zip(elements).enumerate() {
                    let prior = prior
                        .as_list()
                        .and_then(|elements| elements.get(index))
                        .unwrap_or(NULL);
                    self.planned_object(
                        nested,
                        config,
                        prior,
                        planned,
                        &path.join(Step::Index(index)),
                    );
                }
            }
            (Nesting::Map, Value::Map(configs), Value::Map(elements))
                if configs.keys().eq(elements.keys()) =>
            {
                for ((key, config), planned) in configs.iter().zip(elements.values()) {
                    let prior = prior
                        .as_map()
                        .and_then(|elements| elements.get(key))
                        .unwrap_or(NULL);
                    self.planned_object(
                        nested,
                        config,
                        prior,
                        planned,
                        &path.join(Step::Key(key.clone())),
                    );
                }
            }
            (Nesting::Set, Value::List(configs), Value::List(elements))
                if configs.len() >= elements.len() =>
            {
                for planned in elements {
                    let fits = configs.iter().any(|config| {
                        let mut problems = Problems::new(self.what);
                        problems.planned_object(nested, config, &Value::Null, planned, path);
                        problems.found.is_empty()
                    });
                    if !fits {
                        self.push(
                            path,
                            "an element of a set is planned that the configuration does not have",
                        );
                    }
                }
            }
            _ => self.push(
                path,
                "the planned elements are not those of the configuration",
            ),
        }
    }

    fn applied(&mut self, kind: &Kind, planned: &Value, actual: &Value, path: &Path) {
        match (kind, planned, actual) {
            (_, Value::Unknown, _) => {}
            (Kind::Nested(Nesting::Set, nested), Value::List(planned), Value::List(actual)) => {
                self.applied_set(nested, planned, actual, path)
            }
            (Kind::Nested(nesting, nested), ..) => {
                self.applied_nested(*nesting, nested, planned, actual, path)
            }
            (Kind::Plain(_), Value::List(elements), Value::List(actual))
                if elements.len() == actual.len() =>
            {
                for (index, (planned, actual)) in elements.iter().zip(actual).enumerate() {
                    self.applied(kind, planned, actual, &path.join(Step::Index(index)));
                }
            }
            (Kind::Plain(_), Value::Map(elements), Value::Map(actual))
                if elements.keys().eq(actual.keys()) =>
            {
                for ((key, planned), actual) in elements.iter().zip(actual.values()) {
                    self.applied(kind, planned, actual, &path.join(Step::Key(key.clone())));
                }
            }
            _ if planned == actual => {}
            _ => self.push(path, "the new value is not the planned one"),
        }
    }

    fn applied_nested(
        &mut self,
        nesting: Nesting,
        nested: &[Attribute],
        planned: &Value,
        actual: &Value,
        path: &Path,
    ) {
        match (nesting, planned, actual) {
            (_, Value::Null, Value::Null) => {}
            (Nesting::Single, Value::Map(_), Value::Map(_)) => {
                self.applied_object(nested, planned, actual, path)
            }
            (Nesting::List, Value::List(elements), Value::List(actual))
                if elements.len() == actual.len() =>
            {
                for (index, (planned, actual)) in elements.iter().zip(actual).enumerate() {
                    self.applied_object(nested, planned, actual, &path.join(Step::Index(index)));
                }
            }
            (Nesting::Map, Value::Map(elements), Value::Map(actual))
                if elements.keys().eq(actual.keys()) =>
            {
                for ((key, planned), actual) in elements.iter().zip(actual.values()) {
                    self.applied_object(
                        nested,
                        planned,
                        actual,
                        &path.join(Step::Key(key.clone())),
                    );
                }
            }
            _ => self.push(path, "the new elements are not the planned ones"),
        }
    }

    fn applied_object(
        &mut self,
        nested: &[Attribute],
        planned: &Value,
        actual: &Value,
        path: &Path,
    ) {
        if planned.is_unknown() {
            return;
        }
        if planned.is_null() != actual.is_null() {
            return self.push(path, "an object is there exactly where none was planned");
        }
        for attribute in nested {
            let name = &attribute.name;
            self.applied(
                &attribute.kind,
                planned.attribute(name),
                actual.attribute(name),
                &path.then(name),
            );
        }
    }

    fn applied_set(
        &mut self,
        nested: &[Attribute],
        planned: &[Value],
        actual: &[Value],
        path: &Path,
    ) {
        let fits = |planned: &Value, actual: &Value| {
            let mut problems = Problems::new(self.what);
            problems.applied_object(nested, planned, actual, path);
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

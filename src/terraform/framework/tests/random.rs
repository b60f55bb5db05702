//! A resource over a random schema: it plans some computed values, invents the rest, and fails when told to.
//!
//! What it foresees of a computed value is the same in every plan, as it must be of any resource: a value that depended on
//! what else is known would make the second plan differ from the first.

use std::hash::{DefaultHasher, Hash, Hasher};

use async_trait::async_trait;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::terraform::framework::private::Private;
use crate::terraform::framework::{Applied, Call, ImportTarget, Plan, Resource};
use crate::terraform::language::arbitrary::{attribute_config, known};
use crate::terraform::language::{
    Attribute, AttributeKind, Diagnostic, Diagnostics, Mode, Nesting, Schema, Type, Value,
};

/// How creating and updating ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ApplyOutcome {
    /// As planned.
    AsPlanned,
    /// With an error and what was made until then.
    Partial,
    /// With an error and nothing.
    Nothing,
}

/// The resource.
#[derive(Debug)]
pub(super) struct Random {
    pub schema: Schema,
    pub identity: Schema,
    pub seed: u64,
    pub outcome: ApplyOutcome,
}

/// What identifies objects of a schema: what is simple and makes another object of it.
pub(super) fn identity_schema(schema: &Schema) -> Schema {
    let simple = [Type::Bool, Type::Number, Type::String];
    let attributes = schema.attributes.iter().filter(|attribute| {
        attribute.replaces
            && matches!(&attribute.kind, AttributeKind::Plain(r#type) if simple.contains(r#type))
    });
    let optional = attributes.map(|attribute| Attribute {
        mode: Mode::Optional,
        replaces: false,
        keeps: false,
        default: None,
        ..attribute.clone()
    });
    Schema {
        attributes: optional.collect(),
        ..Schema::default()
    }
}

impl Random {
    fn fill(&self, scope: Fill, object: &Value) -> Value {
        let mut filler = Filler {
            seed: self.seed,
            scope,
            runner: runner(&(self.seed, object.to_string())),
        };
        filler.object(&self.schema.attributes, object, "")
    }

    fn end(&self, prior: &Value, planned: &Value, private: Private) -> Applied {
        let error = || Diagnostic::error("Not made", "The test wants it so.").into();
        let (state, diagnostics) = match self.outcome {
            ApplyOutcome::AsPlanned => (
                Some(self.fill(Fill::Everything, planned)),
                Diagnostics::new(),
            ),
            ApplyOutcome::Partial => (Some(half(&self.schema, prior, planned)), error()),
            ApplyOutcome::Nothing => (None, error()),
        };
        Applied {
            state,
            private,
            diagnostics,
        }
    }
}

/// Every other attribute as planned, with what is unknown of it, the rest as it was.
fn half(schema: &Schema, prior: &Value, planned: &Value) -> Value {
    let attributes = schema.attributes.iter().enumerate();
    Value::object(attributes.map(|(index, attribute)| {
        let from = if index % 2 == 0 { planned } else { prior };
        (
            attribute.name.as_str(),
            from.attribute(&attribute.name).clone(),
        )
    }))
}

#[async_trait]
impl Resource for Random {
    fn type_name(&self) -> &'static str {
        "test_random"
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn configuration(&self, state: &Value) -> Value {
        state.clone()
    }

    async fn plan(&self, plan: &mut Plan, _: &Call) {
        plan.planned = self.fill(Fill::Foreseen, &plan.planned);
    }

    async fn create(&self, planned: &Value, private: Private, _: &Call) -> Applied {
        self.end(&Value::Null, planned, private)
    }

    async fn read(&self, state: &Value, private: Private, _: &Call) -> Applied {
        let state = match self.outcome {
            ApplyOutcome::AsPlanned => Some(state.clone()),
            ApplyOutcome::Partial | ApplyOutcome::Nothing => None,
        };
        let error = Diagnostic::error("Not read", "The test wants it so.").into();
        let failed = self.outcome == ApplyOutcome::Partial;
        Applied {
            state,
            private,
            diagnostics: if failed { error } else { Diagnostics::new() },
        }
    }

    async fn update(&self, prior: &Value, planned: &Value, private: Private, _: &Call) -> Applied {
        self.end(prior, planned, private)
    }

    async fn delete(&self, prior: &Value, private: Private, _: &Call) -> Applied {
        let error = Diagnostic::error("Not deleted", "The test wants it so.");
        match self.outcome {
            ApplyOutcome::AsPlanned => {
                Applied::unchanged(&Value::Null, private, Diagnostics::new())
            }
            ApplyOutcome::Partial | ApplyOutcome::Nothing => {
                Applied::unchanged(prior, private, error)
            }
        }
    }

    fn identity_schema(&self) -> &Schema {
        &self.identity
    }

    fn identity(&self, object: &Value, _: &Private) -> Value {
        let names = self.identity.attributes.iter();
        Value::object(names.map(|one| (one.name.as_str(), object.attribute(&one.name).clone())))
    }

    async fn import(&self, _: ImportTarget<'_>, _: &Call) -> Result<Value, Diagnostics> {
        Ok(Value::Null)
    }
}

/// The configuration once everything in it is known.
pub(super) fn resolved(schema: &Schema, config: &Value, seed: u64) -> Value {
    let mut filler = Filler {
        seed,
        scope: Fill::Configured,
        runner: runner(&(seed, "resolved")),
    };
    filler.object(&schema.attributes, config, "")
}

/// A known value of the type that is none of those; `None` where there hardly is one.
pub(super) fn another(r#type: &Type, those: &[&Value], seed: u64) -> Option<Value> {
    let mut runner = runner(&(seed, "another"));
    (0..8)
        .map(|_| draw(&known(r#type, false), &mut runner))
        .find(|value| !those.contains(&value))
}

fn draw(strategy: &BoxedStrategy<Value>, runner: &mut TestRunner) -> Value {
    strategy.new_tree(runner).unwrap().current()
}

fn runner(seed: &impl Hash) -> TestRunner {
    let seed = hash(seed).to_le_bytes().repeat(2);
    let random = TestRng::from_seed(RngAlgorithm::XorShift, &seed);
    TestRunner::new_with_rng(Config::default(), random)
}

fn hash(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

/// Which unknown values are filled in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fill {
    /// Computed ones that the resource knows before it makes anything.
    Foreseen,
    /// All of a plan, where only the provider's can be unknown.
    Everything,
    /// All of a configuration, where only the user's can be unknown.
    Configured,
}

struct Filler {
    seed: u64,
    scope: Fill,
    runner: TestRunner,
}

impl Filler {
    fn object(&mut self, attributes: &[Attribute], object: &Value, at: &str) -> Value {
        let Value::Map(_) = object else {
            return object.clone();
        };
        Value::object(attributes.iter().map(|attribute| {
            let value = object.attribute(&attribute.name);
            (attribute.name.clone(), self.attribute(attribute, value, at))
        }))
    }

    fn attribute(&mut self, attribute: &Attribute, value: &Value, at: &str) -> Value {
        let at = format!("{at}.{}", attribute.name);
        match (&attribute.kind, value) {
            (AttributeKind::Plain(r#type), Value::Unknown) if self.foresees(attribute, &at) => {
                draw(&known(r#type, false), &mut runner(&(self.seed, &at)))
            }
            _ if self.scope == Fill::Foreseen && attribute.nested().is_empty() => value.clone(),
            (_, Value::Unknown) if self.scope == Fill::Foreseen => Value::Unknown,
            (kind, Value::Unknown) if self.scope == Fill::Configured => {
                draw(&attribute_config(kind, false), &mut self.runner)
            }
            (AttributeKind::Plain(r#type), value) => self.value(r#type, value),
            (AttributeKind::Nested(nesting, nested), Value::Unknown) => {
                self.invent(*nesting, nested, &at)
            }
            (AttributeKind::Nested(Nesting::Single, nested), value) => {
                self.object(nested, value, &at)
            }
            (AttributeKind::Nested(nesting, nested), Value::List(elements)) => {
                let elements = elements.iter();
                let elements = elements.map(|element| self.element(nested, element, &at));
                match nesting {
                    Nesting::Set => Value::set_of(elements),
                    _ => Value::List(elements.collect()),
                }
            }
            (AttributeKind::Nested(_, nested), Value::Map(elements)) => {
                let elements = elements.iter();
                Value::object(
                    elements.map(|(key, element)| (key, self.element(nested, element, &at))),
                )
            }
            (AttributeKind::Nested(..), value) => value.clone(),
        }
    }

    fn foresees(&self, attribute: &Attribute, at: &str) -> bool {
        self.scope != Fill::Configured
            && attribute.mode == Mode::Computed
            && hash(&(self.seed, at, "foreseen")).is_multiple_of(2)
    }

    fn element(&mut self, nested: &[Attribute], element: &Value, at: &str) -> Value {
        match (element, self.scope) {
            (Value::Unknown, Fill::Configured) => {
                let object = AttributeKind::Nested(Nesting::Single, nested.to_vec());
                draw(&attribute_config(&object, false), &mut self.runner)
            }
            (Value::Unknown, Fill::Everything) => self.invent(Nesting::Single, nested, at),
            _ => self.object(nested, element, at),
        }
    }

    /// A nested value that nobody configured. It has only computed parts: for others, core would take it for configured.
    fn invent(&mut self, nesting: Nesting, nested: &[Attribute], at: &str) -> Value {
        let empty = Value::object(nested.iter().map(|attribute| {
            let unknown = attribute.mode != Mode::Required && attribute.mode != Mode::Optional;
            let value = if unknown { Value::Unknown } else { Value::Null };
            (attribute.name.clone(), value)
        }));
        let mut object = || self.object(nested, &empty, at);
        match nesting {
            Nesting::Single => object(),
            Nesting::List => Value::List(vec![object(), object()]),
            Nesting::Set => Value::set_of([object(), object()]),
            Nesting::Map => Value::object([("k", object())]),
        }
    }

    /// The value with everything unknown in it known.
    fn value(&mut self, r#type: &Type, value: &Value) -> Value {
        match (r#type, value) {
            (_, value) if value.is_wholly_known() => value.clone(),
            (r#type, Value::Unknown) => draw(&known(r#type, false), &mut self.runner),
            (Type::List(r#type), Value::List(elements)) => {
                Value::List(elements.iter().map(|e| self.value(r#type, e)).collect())
            }
            (Type::Set(r#type), Value::List(elements)) => {
                Value::set_of(elements.iter().map(|e| self.value(r#type, e)))
            }
            (Type::Tuple(types), Value::List(elements)) => {
                let pairs = types.iter().zip(elements);
                Value::List(pairs.map(|(r#type, e)| self.value(r#type, e)).collect())
            }
            (Type::Map(r#type), Value::Map(elements)) => {
                let elements = elements.iter();
                Value::object(elements.map(|(key, e)| (key, self.value(r#type, e))))
            }
            (Type::Object(types), Value::Map(_)) => {
                let types = types.iter();
                Value::object(types.map(|(name, r#type)| {
                    (name.clone(), self.value(r#type, value.attribute(name)))
                }))
            }
            (Type::Dynamic, value) => self.value(&Type::of(value), value),
            (_, value) => value.clone(),
        }
    }
}

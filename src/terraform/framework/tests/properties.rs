//! The framework held to core's rules (`terraform_core`) on random schemas, configurations and states.
//!
//! A run is what users do: create, nothing, update, destroy, each planned with parts of the configuration unknown and
//! planned again when they are known, as core does.

use futures::FutureExt;
use proptest::prelude::*;

use crate::terraform::framework::lifecycle::{self, PlanAnswer, PlanRequest};
use crate::terraform::framework::private::Private;
use crate::terraform::framework::tests::random::{ApplyOutcome, Random, identity_schema, resolved};
use crate::terraform::framework::tests::terraform_core;
use crate::terraform::framework::{Applied, Call};
use crate::terraform::language::arbitrary::{configs, schemas};
use crate::terraform::language::{Attribute, AttributeKind, Mode, Nesting, Schema, Type, Value};

/// A resource and two configurations of it, with unknown parts.
#[derive(Debug)]
pub(super) struct Given {
    pub resource: Random,
    pub first: Value,
    pub second: Value,
}

pub(super) fn given() -> impl Strategy<Value = Given> {
    let stories = schemas().prop_flat_map(|schema| {
        let configs = [configs(&schema, true), configs(&schema, true)];
        (Just(schema), configs, any::<u64>())
    });
    stories.prop_map(|(schema, [first, second], seed)| {
        let kept = schema.attributes.iter().enumerate();
        let kept = kept.filter(|(index, _)| seed >> index & 1 == 1);
        let known = resolved(&schema, &first, seed);
        let mut second = second;
        for (_, attribute) in kept {
            let value = known.attribute(&attribute.name).clone();
            second.set_attribute(&attribute.name, value);
        }
        let resource = Random {
            identity: identity_schema(&schema),
            schema,
            seed,
            outcome: ApplyOutcome::AsPlanned,
        };
        Given {
            resource,
            first,
            second,
        }
    })
}

impl Random {
    pub(super) fn planned(&self, prior: &Value, config: &Value) -> PlanAnswer {
        let request = PlanRequest {
            config: config.clone(),
            prior: prior.clone(),
            proposed: terraform_core::proposed(&self.schema, prior, config),
            private: noted("planned from this"),
        };
        lifecycle::plan(self, request, &Call::default())
            .now_or_never()
            .unwrap()
    }

    pub(super) fn applied(&self, prior: &Value, planned: &Value) -> Applied {
        let (prior, planned) = (prior.clone(), planned.clone());
        lifecycle::apply(self, prior, planned, noted("applied"), &Call::default())
            .now_or_never()
            .unwrap()
    }

    pub(super) fn state(&self, prior: &Value, config: &Value) -> Value {
        let planned = self.planned(prior, config).planned;
        self.applied(prior, &planned).state.unwrap()
    }
}

fn noted(fact: &str) -> Private {
    let mut private = Private::default();
    private.set_fact("fact", Some(fact.to_owned()));
    private
}

type Checked = Result<(), TestCaseError>;

/// A plan that core accepts, and we too.
fn is_valid(resource: &Random, prior: &Value, config: &Value, plan: &PlanAnswer) -> Checked {
    let reasons = terraform_core::refuses_plan(&resource.schema, prior, config, &plan.planned);
    prop_assert!(reasons.is_empty(), "{reasons:?} in {}", plan.planned);
    prop_assert!(plan.diagnostics.is_empty(), "{:?}", plan.diagnostics);
    prop_assert_eq!(&plan.private, &noted("planned from this"));
    let is_new = prior.is_null() || !plan.requires_replace.is_empty();
    let before = lifecycle::identity(resource, prior, &Private::default());
    let reasons = terraform_core::refuses_identity(
        &resource.identity,
        Some(&before).filter(|_| !is_new),
        &plan.identity,
    );
    prop_assert!(reasons.is_empty() || config.is_null(), "{reasons:?}");
    for path in &plan.requires_replace {
        let (was, will) = (prior.get(path), plan.planned.get(path));
        prop_assert!(!prior.is_null() && was != will, "{path} does not differ");
    }
    Ok(())
}

/// Plans, plans again with everything known, and applies. Gives the state.
fn step(resource: &Random, prior: &Value, config: &Value) -> Result<Value, TestCaseError> {
    let schema = &resource.schema;
    let early = resource.planned(prior, config);
    is_valid(resource, prior, config, &early)?;
    unknown_only_where_nobody_says(&schema.attributes, config, &early.planned)?;

    let config = resolved(schema, config, resource.seed);
    let last = resource.planned(prior, &config);
    is_valid(resource, prior, &config, &last)?;
    let reasons = terraform_core::refuses_final_plan(schema, &early.planned, &last.planned);
    prop_assert!(
        reasons.is_empty(),
        "{reasons:?}: {} then {}",
        early.planned,
        last.planned
    );
    // Core does not apply what changes nothing.
    if last.planned == *prior {
        return Ok(prior.clone());
    }

    let applied = resource.applied(prior, &last.planned);
    let state = applied.state.unwrap();
    let reasons = terraform_core::refuses_result(schema, &last.planned, &state);
    prop_assert!(reasons.is_empty(), "{reasons:?} in {state}");
    prop_assert!(applied.diagnostics.is_empty(), "{:?}", applied.diagnostics);
    let identity = lifecycle::identity(resource, &state, &applied.private);
    let kept = Some(&last.identity).filter(|planned| !planned.is_null());
    let reasons = terraform_core::refuses_identity(&resource.identity, kept, &identity);
    prop_assert!(reasons.is_empty() && !identity.is_null(), "{reasons:?}");
    prop_assert_eq!(applied.private, noted("applied"));
    Ok(state)
}

/// What the configuration says, the draft says too.
fn unknown_only_where_nobody_says(
    attributes: &[Attribute],
    config: &Value,
    planned: &Value,
) -> Checked {
    for attribute in attributes {
        let config = config.attribute(&attribute.name);
        let planned = planned.attribute(&attribute.name);
        let says = !config.is_null() && !config.is_unknown();
        prop_assert!(
            !says || !planned.is_unknown(),
            "{} is unknown",
            attribute.name
        );
        if let AttributeKind::Plain(_) = attribute.kind
            && says
            && config.is_wholly_known()
        {
            prop_assert!(planned.is_wholly_known(), "{planned}");
        }
        if let AttributeKind::Nested(Nesting::Single, nested) = &attribute.kind
            && says
        {
            unknown_only_where_nobody_says(nested, config, planned)?;
        }
    }
    Ok(())
}

/// Whether core recognises every element of every set in a state: it does not where more than simple values are computed.
fn core_knows_the_elements(attributes: &[Attribute], in_set: bool) -> bool {
    attributes.iter().all(|attribute| {
        let is_set = matches!(
            attribute.kind,
            AttributeKind::Plain(Type::Set(_)) | AttributeKind::Nested(Nesting::Set, _)
        );
        let recognised = match attribute.mode {
            Mode::Required | Mode::Optional => {
                !is_set || !attribute.nested().iter().any(has_computed)
            }
            Mode::OptionalComputed => false,
            Mode::Computed => !is_set && attribute.nested().is_empty(),
        };
        (!in_set || recognised) && core_knows_the_elements(attribute.nested(), in_set || is_set)
    })
}

fn has_computed(attribute: &Attribute) -> bool {
    matches!(attribute.mode, Mode::Computed | Mode::OptionalComputed)
        || attribute.nested().iter().any(has_computed)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn core_accepts_every_plan_and_every_result(given in given()) {
        let Given { resource, first, second } = given;

        let made = step(&resource, &Value::Null, &first)?;
        let changed = step(&resource, &made, &second)?;

        prop_assert!(changed.is_wholly_known());
    }

    #[test]
    fn the_same_configuration_again_changes_nothing(given in given()) {
        let Given { resource, first, .. } = given;
        let config = resolved(&resource.schema, &first, resource.seed);
        let state = resource.state(&Value::Null, &config);

        let again = resource.planned(&state, &config);

        if core_knows_the_elements(&resource.schema.attributes, false) {
            prop_assert_eq!(&again.planned, &state);
            prop_assert!(again.requires_replace.is_empty());
        }
        is_valid(&resource, &state, &config, &again)?;
    }

    #[test]
    fn a_destruction_is_planned_as_nothing_and_leaves_nothing(given in given()) {
        let Given { mut resource, first, .. } = given;
        let config = resolved(&resource.schema, &first, resource.seed);
        let state = resource.state(&Value::Null, &config);

        let plan = resource.planned(&state, &Value::Null);
        let deleted = resource.applied(&state, &Value::Null);
        resource.outcome = ApplyOutcome::Nothing;
        let refused = resource.applied(&state, &Value::Null);

        is_valid(&resource, &state, &Value::Null, &plan)?;
        prop_assert_eq!(plan.planned, Value::Null);
        let identity = lifecycle::identity(&resource, &state, &Private::default());
        prop_assert_eq!(plan.identity, identity);
        prop_assert_eq!(deleted.state, None);
        prop_assert!(deleted.diagnostics.is_empty());
        prop_assert_eq!(refused.state, Some(state));
        prop_assert!(refused.diagnostics.has_error());
    }

    #[test]
    fn what_fails_leaves_a_known_state_and_its_own_error_only(given in given(), nothing: bool) {
        let Given { mut resource, first, second } = given;
        let config = resolved(&resource.schema, &first, resource.seed);
        let state = resource.state(&Value::Null, &config);
        resource.outcome = if nothing { ApplyOutcome::Nothing } else { ApplyOutcome::Partial };

        for prior in [&Value::Null, &state] {
            let planned = resource.planned(prior, &resolved(&resource.schema, &second, 1)).planned;
            let failed = resource.applied(prior, &planned);

            prop_assert_eq!(failed.state.is_none(), nothing);
            prop_assert!(failed.state.is_none_or(|state| state.is_wholly_known()));
            prop_assert_eq!(failed.diagnostics.0.len(), 1);
            prop_assert_eq!(&failed.diagnostics.0[0].summary, "Not made");
            prop_assert_eq!(failed.private, noted("applied"));
        }
    }

    #[test]
    fn a_refresh_answers_what_is_there_and_on_an_error_what_was(given in given()) {
        let Given { mut resource, first, .. } = given;
        let config = resolved(&resource.schema, &first, resource.seed);
        let state = resource.state(&Value::Null, &config);

        for (outcome, left) in [
            (ApplyOutcome::AsPlanned, Some(&state)),
            (ApplyOutcome::Partial, Some(&state)),
            (ApplyOutcome::Nothing, None),
        ] {
            resource.outcome = outcome;
            let read = lifecycle::read(&resource, state.clone(), noted("read"), &Call::default())
                .now_or_never()
                .unwrap();

            prop_assert_eq!(read.state.as_ref(), left);
            prop_assert_eq!(read.diagnostics.has_error(), outcome == ApplyOutcome::Partial);
            prop_assert_eq!(read.private, noted("read"));
        }
    }
}

/// What core refuses in general, said once by hand: the model of core is no better than its rules.
#[test]
fn the_model_of_core_proposes_and_refuses_as_core_does() {
    let plain = |name, mode| Attribute::new(name, Type::String, mode, "Plain.");
    let schema = Schema {
        attributes: vec![
            plain("arg", Mode::Optional),
            plain("made", Mode::Computed),
            plain("both", Mode::OptionalComputed),
        ],
        ..Schema::default()
    };
    let object = |arg: Value, made: Value, both: Value| {
        Value::object([("arg", arg), ("made", made), ("both", both)])
    };
    let (null, unknown) = (Value::Null, Value::Unknown);
    let prior = object("a".into(), "m".into(), "b".into());
    let config = object("c".into(), null.clone(), null.clone());

    let proposed = terraform_core::proposed(&schema, &prior, &config);
    let refuses =
        |planned: &Value| terraform_core::refuses_plan(&schema, &prior, &config, planned).len();
    let contradicts =
        |actual: &Value| terraform_core::refuses_result(&schema, &proposed, actual).len();

    assert_eq!(proposed, object("c".into(), "m".into(), "b".into()));
    assert_eq!(refuses(&proposed), 0);
    assert_eq!(refuses(&prior), 0);
    assert_eq!(
        refuses(&object("c".into(), unknown.clone(), unknown.clone())),
        0
    );
    assert_eq!(refuses(&object("x".into(), "m".into(), "b".into())), 1);
    assert_eq!(refuses(&object(unknown, "m".into(), "b".into())), 1);
    assert_eq!(refuses(&object(null, "m".into(), "b".into())), 1);
    assert_eq!(refuses(&Value::Null), 1);
    assert_eq!(contradicts(&proposed), 0);
    assert_eq!(contradicts(&prior), 1);
    assert_eq!(contradicts(&Value::Null), 1);
}

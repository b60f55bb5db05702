//! The steps around a resource, on values: `rpc` only translates to and from the wire.
//!
//! An answer to apply always has a state, also beside an error: an error without the state that exists makes
//! Terraform forget what was made.

use crate::terraform::framework::private::Private;
use crate::terraform::framework::{
    Action, Applied, Call, DataSource, ImportTarget, Plan, Resource, check, plan,
};
use crate::terraform::language::schema::validate;
use crate::terraform::language::{Diagnostic, Diagnostics, Path, Schema, Value};

/// The request of PlanResourceChange.
pub struct PlanRequest {
    /// The configuration, null to destroy.
    pub config: Value,
    /// The last state, null to create.
    pub prior: Value,
    /// Core's own merge of both.
    pub proposed: Value,
    /// Facts that came with the last state.
    pub private: Private,
}

/// What PlanResourceChange answers.
pub struct PlanAnswer {
    /// The planned state, null to destroy.
    pub planned: Value,
    /// Attributes that make another object of it.
    pub requires_replace: Vec<Path>,
    /// The identity of the planned object, of the prior one to destroy; null while it is not known. One with unknown parts
    /// is allowed where an object is created, but then `terraform show -json` fails for the plan (Terraform 1.15.5).
    pub identity: Value,
    /// Facts to keep.
    pub private: Private,
    /// Words for the user.
    pub diagnostics: Diagnostics,
}

/// What is to be done, from which values are null.
///
/// # Errors
/// When nothing is to become nothing, which core never requests.
pub fn action(prior: &Value, next: &Value) -> Result<Action, Diagnostic> {
    match (prior.is_null(), next.is_null()) {
        (true, false) => Ok(Action::Create),
        (false, false) => Ok(Action::Update),
        (false, true) => Ok(Action::Destroy),
        (true, true) => Err(Diagnostic::error(
            "Nothing to plan",
            "Terraform requested a change from nothing to nothing. Please report this with the Terraform version.",
        )),
    }
}

/// Checks a configuration: the schema's rules first, then the resource's own.
pub fn validate(
    schema: &Schema,
    config: &Value,
    own: impl FnOnce(&Value) -> Diagnostics,
) -> Diagnostics {
    let mut diagnostics = validate::config(schema, config);
    if !diagnostics.has_error() {
        diagnostics.extend(own(config));
    }
    diagnostics
}

/// Plans a change.
pub async fn plan(resource: &dyn Resource, request: PlanRequest, call: &Call) -> PlanAnswer {
    let PlanRequest {
        config,
        prior,
        proposed,
        mut private,
    } = request;
    if !prior.is_null() {
        resource.remember(&prior);
    }
    match action(&prior, &proposed) {
        Ok(Action::Destroy) => {
            let diagnostics = resource.plan_destroy(&prior, &mut private, call).await;
            PlanAnswer {
                planned: Value::Null,
                requires_replace: Vec::new(),
                identity: resource.identity(&prior, &private),
                private,
                diagnostics,
            }
        }
        Ok(action) => {
            plan_create_or_update(
                resource,
                action,
                PlanRequest {
                    config,
                    prior,
                    proposed,
                    private,
                },
                call,
            )
            .await
        }
        Err(error) => PlanAnswer {
            planned: Value::Null,
            requires_replace: Vec::new(),
            identity: Value::Null,
            private,
            diagnostics: error.into(),
        },
    }
}

async fn plan_create_or_update(
    resource: &dyn Resource,
    action: Action,
    request: PlanRequest,
    call: &Call,
) -> PlanAnswer {
    let PlanRequest {
        config,
        prior,
        proposed,
        private,
    } = request;
    let schema = resource.schema();
    let planned = plan::draft(schema, &config, &prior, &proposed);
    // Not needed any more, while the server may be asked for long.
    drop(proposed);
    let requires_replace = plan::replacing(schema, &prior, &planned);
    let mut plan = Plan {
        action,
        config,
        prior,
        planned,
        requires_replace,
        private,
        diagnostics: Diagnostics::new(),
    };
    let before = identity(resource, &plan.prior, &plan.private);
    resource.plan(&mut plan, call).await;
    // The resource may have taken a value back to the prior one, and then nothing asks for another object any more.
    let (prior, planned) = (&plan.prior, &plan.planned);
    plan.requires_replace
        .retain(|path| !prior.is_null() && prior.get(path) != planned.get(path));
    plan.requires_replace.sort();
    plan.requires_replace.dedup();
    let planned_identity = identity(resource, planned, &plan.private);
    if !plan.diagnostics.has_error() {
        let is_new = action == Action::Create || !plan.requires_replace.is_empty();
        let kept = Some(&before).filter(|_| !is_new);
        let mut problems = check::planned(schema, &plan.config, prior, planned);
        problems.extend(check::planned_identity(
            resource.identity_schema(),
            kept,
            &planned_identity,
        ));
        plan.diagnostics.extend(problems);
    }
    PlanAnswer {
        planned: plan.planned,
        requires_replace: plan.requires_replace,
        identity: Some(planned_identity)
            .filter(Value::is_wholly_known)
            .unwrap_or_default(),
        private: plan.private,
        diagnostics: plan.diagnostics,
    }
}

/// Does what was planned.
pub async fn apply(
    resource: &dyn Resource,
    prior: Value,
    planned: Value,
    private: Private,
    call: &Call,
) -> Applied {
    let planned_identity = identity(resource, &planned, &private);
    let mut applied = match action(&prior, &planned) {
        Ok(Action::Create) => resource.create(&planned, private, call).await,
        Ok(Action::Update) => resource.update(&prior, &planned, private, call).await,
        Ok(Action::Destroy) => resource.delete(&prior, private, call).await,
        Err(error) => Applied::unchanged(&prior, private, error),
    };
    if !applied.diagnostics.has_error() {
        let state = applied.state.as_ref().unwrap_or(&Value::Null);
        let mut problems = check::applied(resource.schema(), &planned, state);
        problems.extend(identified(resource, &planned_identity, &applied));
        applied.diagnostics.extend(problems);
    }
    // Core would save what is still unknown as null, with an error of its own.
    applied.state = applied.state.map(Value::without_unknowns);
    applied
}

/// The identity of an object; null where there is none.
pub fn identity(resource: &dyn Resource, object: &Value, private: &Private) -> Value {
    match object.is_null() {
        true => Value::Null,
        false => resource.identity(object, private),
    }
}

/// Problems of the identity of what exists now, which is the one of before where that was known.
fn identified(resource: &dyn Resource, before: &Value, now: &Applied) -> Vec<Diagnostic> {
    let Some(state) = &now.state else {
        return Vec::new();
    };
    let identity = resource.identity(state, &now.private);
    check::identity(resource.identity_schema(), before, &identity)
}

/// What to answer when an apply ended without saying what it left: the next refresh corrects it, whereas an object that
/// no state has would be lost.
pub fn state_after_failure(prior: &Value, planned: &Value) -> Value {
    let known = if prior.is_null() { planned } else { prior };
    known.clone().without_unknowns()
}

/// Reads what exists. On an error the state stays as it was.
pub async fn read(resource: &dyn Resource, state: Value, private: Private, call: &Call) -> Applied {
    if state.is_null() {
        return Applied {
            state: None,
            private,
            diagnostics: Diagnostics::new(),
        };
    }
    resource.remember(&state);
    let before = resource.identity(&state, &private);
    let mut read = resource.read(&state, private, call).await;
    if let Some(state) = &read.state {
        let mut problems = check::refreshed(resource.schema(), state);
        problems.extend(identified(resource, &before, &read));
        read.diagnostics.extend(problems);
    }
    if read.diagnostics.has_error() {
        read.state = Some(state);
    }
    read
}

/// The state to start from for an import id or an identity, and the identity that it has.
///
/// # Errors
/// When the id does not have the documented form, or the identity breaks a rule of its schema.
pub async fn import(
    resource: &dyn Resource,
    target: ImportTarget<'_>,
    call: &Call,
) -> Result<(Value, Value), Diagnostics> {
    let identity_schema = resource.identity_schema();
    if let ImportTarget::Identity(identity) = target {
        let invalid = validate::config(identity_schema, identity);
        if invalid.has_error() {
            return Err(invalid);
        }
    }
    let state = resource.import(target, call).await?;
    let identity = resource.identity(&state, &Private::default());
    let expected = match target {
        ImportTarget::Identity(identity) => identity.with_nulls_unknown(),
        ImportTarget::Id(_) => Value::Unknown,
    };
    let mut problems = check::refreshed(resource.schema(), &state);
    problems.extend(check::identity(identity_schema, &expected, &identity));
    match problems.is_empty() {
        true => Ok((state, identity)),
        false => Err(Diagnostics(problems)),
    }
}

/// Reads what exists. Terraform calls this only when the whole configuration is known.
///
/// # Errors
/// When it does not exist, could not be read, or is not what the schema says.
pub async fn read_data_source(
    data_source: &dyn DataSource,
    mut config: Value,
    call: &Call,
) -> Result<Value, Diagnostics> {
    let schema = data_source.schema();
    for attribute in &schema.attributes {
        if let Some(default) = &attribute.default
            && config.attribute(&attribute.name).is_null()
        {
            config.set_attribute(&attribute.name, default.clone());
        }
    }
    let state = data_source.read(&config, call).await?;
    match Diagnostics(check::refreshed(schema, &state)) {
        problems if problems.has_error() => Err(problems),
        _ => Ok(state),
    }
}

/// Raises a stored state to the current schema version, one version at a time.
///
/// # Errors
/// When the state is newer than this provider, or a step fails.
pub fn upgrade(
    resource: &dyn Resource,
    version: i64,
    state: serde_json::Value,
) -> Result<serde_json::Value, Diagnostic> {
    let current = resource.schema().version;
    if version > current {
        return Err(Diagnostic::error(
            format!(
                "State of {} was written by a newer provider",
                resource.type_name()
            ),
            format!(
                "The state has schema version {version}, and this version of the provider supports {current}. Use the newer version of the provider."
            ),
        ));
    }
    (version..current).try_fold(state, |state, version| resource.upgrade(version, state))
}

//! `wasmcloud_lattice_buckets`: the two buckets of one lattice. One object, because a host needs both or none.

use std::sync::Arc;

use async_trait::async_trait;

use crate::catalogue;
use crate::framework::private::Private;
use crate::framework::{Applied, Call, Plan, Resource};
use crate::resources::argument::BUCKET;
use crate::resources::asset::Member;
use crate::resources::session::Session;
use crate::resources::{Walk, common};
use crate::terraform::{Attribute, Diagnostic, Diagnostics, Mode, Path, Rule, Schema, Type, Value};

const KEYS: &[&str] = &["lattice_data", "config_data"];

const DESCRIPTION: &str = "The key/value buckets that the wasmCloud hosts of one lattice share: `LATTICEDATA_<lattice>` \
and `CONFIGDATA_<lattice>`. A host that does not find them makes them with one replica and no limits; made beforehand, \
they are replicated and limited, and hosts need no permission to create them.";

/// The resource type.
pub struct LatticeBuckets {
    schema: Schema,
    session: Arc<Session>,
}

impl LatticeBuckets {
    /// The type, on a connection that the provider shares.
    pub fn new(session: Arc<Session>) -> Self {
        let lattice = Attribute::new("lattice", Type::String, Mode::OptionalComputed, "Name of the lattice: letters, digits, `_` and `-`. Another lattice is another object, so changing it replaces.")
            .default("default")
            .replaces()
            .rule(Rule::Custom(lattice_name));
        let mut attributes = vec![lattice];
        attributes.extend(common::attributes(BUCKET, &catalogue::rows(KEYS)));
        Self {
            schema: Schema {
                version: 0,
                description: DESCRIPTION.to_owned(),
                attributes,
            },
            session,
        }
    }

    fn walk(&self, object: &Value) -> Walk<'_> {
        let lattice = object.attribute("lattice").as_str().map(str::to_owned);
        let members = catalogue::rows(KEYS)
            .into_iter()
            .map(|row| Member {
                row,
                lattice: lattice.clone(),
            })
            .collect();
        Walk {
            session: &self.session,
            members,
        }
    }
}

#[async_trait]
impl Resource for LatticeBuckets {
    fn type_name(&self) -> &'static str {
        "wasmcloud_lattice_buckets"
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    async fn plan(&self, plan: &mut Plan, call: &Call) {
        self.walk(&plan.planned).plan(plan, call).await;
    }

    async fn plan_destroy(&self, prior: &Value, call: &Call) -> Diagnostics {
        self.walk(prior).plan_destroy(prior, call).await
    }

    async fn create(&self, planned: &Value, private: Private, call: &Call) -> Applied {
        self.walk(planned).create(planned, private, call).await
    }

    async fn read(&self, state: &Value, private: Private, call: &Call) -> Applied {
        self.walk(state).read(state, private, call).await
    }

    async fn update(
        &self,
        prior: &Value,
        planned: &Value,
        private: Private,
        call: &Call,
    ) -> Applied {
        self.walk(planned)
            .update(prior, planned, private, call)
            .await
    }

    async fn delete(&self, prior: &Value, private: Private, call: &Call) -> Applied {
        self.walk(prior).delete(prior, private, call).await
    }

    async fn import(&self, id: &str, _call: &Call) -> Result<Value, Diagnostics> {
        if let Err(problem) = lattice_name(&Value::from(id)) {
            let detail =
                format!("The import id is the name of the lattice, such as `default`. {problem}");
            return Err(
                Diagnostic::error(format!("{id:?} is not the name of a lattice"), detail)
                    .at(Path::attribute("lattice"))
                    .into(),
            );
        }
        let mut state = Value::object(
            self.schema
                .attributes
                .iter()
                .map(|attribute| (attribute.name.clone(), Value::Null)),
        );
        state.set_attribute("lattice", id.into());
        for flag in ["force_destroy", "skip_destroy", "adopt_existing"] {
            state.set_attribute(flag, false.into());
        }
        Ok(state)
    }

    fn remember(&self, state: &Value) {
        for member in self
            .walk(state)
            .members
            .iter()
            .filter(|member| !state.attribute(member.row.key).is_null())
        {
            self.session.own(&member.stream());
        }
    }
}

/// A bucket's name takes only these characters, and the lattice is part of it (NATS ADR-6); a host with another
/// lattice ends at its start.
fn lattice_name(value: &Value) -> Result<(), String> {
    let name = value.as_str().unwrap_or_default();
    let bad: String = name
        .chars()
        .filter(|letter| !(letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-')))
        .collect();
    if name.is_empty() {
        return Err(
            "The name of a lattice cannot be empty. Leave the argument out for \"default\"."
                .to_owned(),
        );
    }
    if !bad.is_empty() {
        return Err(format!(
            "{name:?} has {bad:?}, and the name of a lattice takes letters, digits, '_' and '-' only: it is part of the buckets' names."
        ));
    }
    // A stream's name takes 255 bytes, of which "KV_LATTICEDATA_" are 15.
    if name.len() > 240 {
        return Err(format!(
            "It has {} characters; the buckets' names have room for 240.",
            name.len()
        ));
    }
    Ok(())
}

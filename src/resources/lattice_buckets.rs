//! `wasmcloud_lattice_buckets`: the two buckets of one lattice. One object, because a host needs both or none.

use std::sync::Arc;

use async_trait::async_trait;

use crate::catalogue;
use crate::resources::Walk;
use crate::resources::object::argument::BUCKET;
use crate::resources::object::common;
use crate::resources::object::domain;
use crate::resources::object::member::{Member, fits_bucket_name};
use crate::resources::plan;
use crate::resources::session::Session;
use crate::terraform::framework::private::Private;
use crate::terraform::framework::{Applied, Call, Plan, Resource};
use crate::terraform::language::{
    Attribute, Diagnostic, Diagnostics, Mode, Path, Rule, Schema, Type, Value,
};

const KEYS: &[&str] = &["lattice_data", "config_data"];

const DESCRIPTION: &str = "The key/value buckets that the wasmCloud hosts of one lattice share: `LATTICEDATA_<lattice>` \
and `CONFIGDATA_<lattice>`. A host (1.0.0 to 1.9.2) that does not find them makes them with one replica and no limits; \
made beforehand, they are replicated and limited, and hosts need no permission to create them.

Both buckets are one resource because a host needs both. What is not set is kept as a host makes it, so a change of it \
behind Terraform's back is in the next plan. If one bucket fails, the other is in the state as it is, and the next apply \
does only what is left; a create that fails takes back what it made itself.

An update changes buckets in place. Where the server cannot (another `storage`), the bucket is replaced alone, within \
the update, if it is empty or `force_destroy` is set; the plan shows it by `created` becoming unknown and a warning, and \
is an error where keys would be lost. What somebody else did to a bucket and the server does not undo (sealed it, for \
instance) stays in `drift`, with a warning at every plan. When a bucket that holds keys is replaced, it is purged first, \
as far as the permission to publish to `$JS.API.STREAM.PURGE.*` is there: a server may bring back what a stream held that \
was deleted and made again within a moment.

Nothing that holds keys is deleted unless `force_destroy` is set, for a destroy already in the state. A bucket \
that exists already is never taken over silently: import it, or set `adopt_existing`.";

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
        let mut attributes = vec![lattice, domain::attribute()];
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

    /// The buckets of an object, beside those of its prior state.
    fn walk(&self, object: &Value, prior: &Value, private: &Private) -> Walk {
        let lattice = object.attribute("lattice").as_str();
        Walk {
            session: domain::place(&self.session, object),
            former_session: domain::place(&self.session, prior),
            members: members(lattice),
            former: members(prior.attribute("lattice").as_str()),
            import_id: domain::import_id(&self.session, object, lattice.unwrap_or_default()),
            identity: Path::attribute("lattice"),
            replacing: plan::replacements(KEYS, private),
            singleton: "",
            harmful: &[],
        }
    }
}

fn members(lattice: Option<&str>) -> Vec<Member> {
    let name = |pattern: &str| lattice.map(|lattice| pattern.replace("{}", lattice));
    catalogue::rows(KEYS)
        .into_iter()
        .map(|row| Member {
            row,
            name: name(row.name),
            multitenant: false,
        })
        .collect()
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
        domain::plan(&self.session, plan);
        let walk = self.walk(&plan.planned, &plan.prior, &Private::default());
        walk.plan(plan, call).await;
    }

    async fn plan_destroy(&self, prior: &Value, call: &Call) -> Diagnostics {
        self.walk(prior, prior, &Private::default())
            .plan_destroy(prior, call)
            .await
    }

    async fn create(&self, planned: &Value, private: Private, call: &Call) -> Applied {
        let planned = &domain::settled(&self.session, planned);
        self.walk(planned, &Value::Null, &private)
            .create(planned, private, call)
            .await
    }

    async fn read(&self, state: &Value, private: Private, call: &Call) -> Applied {
        self.walk(state, state, &private)
            .read(state, private, call)
            .await
    }

    async fn update(
        &self,
        prior: &Value,
        planned: &Value,
        private: Private,
        call: &Call,
    ) -> Applied {
        self.walk(planned, prior, &private)
            .update(prior, planned, private, call)
            .await
    }

    async fn delete(&self, prior: &Value, private: Private, call: &Call) -> Applied {
        self.walk(prior, prior, &private)
            .delete(prior, private, call)
            .await
    }

    async fn import(&self, id: &str, _call: &Call) -> Result<Value, Diagnostics> {
        let (domain, lattice) = domain::of_import(&self.session, id);
        if let Err(problem) = domain::name(&domain).and_then(|()| lattice_name(&lattice.into())) {
            let detail = format!(
                "The import id is the name of the lattice, such as `default`, or `<domain>:<lattice>` for one in another JetStream domain than the provider block's. {problem}"
            );
            return Err(
                Diagnostic::error(format!("{id:?} is not the name of a lattice"), detail)
                    .at(Path::attribute("lattice"))
                    .into(),
            );
        }
        let known = [("lattice", lattice.into()), (domain::NAME, domain)];
        Ok(common::imported(&self.schema, known))
    }

    fn remember(&self, state: &Value) {
        self.walk(state, state, &Private::default()).remember(state);
    }
}

/// A bucket's name takes only these characters, and the lattice is part of it (NATS ADR-6); a host with another
/// lattice ends at its start.
fn lattice_name(value: &Value) -> Result<(), String> {
    let name = value.as_str().unwrap_or_default();
    let bad: String = name
        .chars()
        .filter(|letter| !fits_bucket_name(*letter))
        .collect();
    if name.is_empty() {
        return Err("The name of a lattice cannot be empty.".to_owned());
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

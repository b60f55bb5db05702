//! `wadm_jetstream`: the two buckets and six streams of one wadm installation. One object, because wadm needs all.

pub mod limits;

use std::sync::Arc;

use async_trait::async_trait;

use crate::catalogue;
use crate::resources::object::argument::COMMON;
use crate::resources::object::common;
use crate::resources::object::domain;
use crate::resources::object::member::{Member, fits_bucket_name};
use crate::resources::plan;
use crate::resources::session::Session;
use crate::resources::{Walk, named};
use crate::terraform::framework::private::Private;
use crate::terraform::framework::{Applied, Call, Plan, Resource};
use crate::terraform::language::{Attribute, Diagnostic, Diagnostics, Path, Schema, Type, Value};

const KEYS: &[&str] = &[
    "state",
    "manifests",
    "events",
    "commands",
    "status",
    "notify",
    "wasmbus_events",
    "event_consumer",
];

const DESCRIPTION: &str = "The key/value buckets and streams that one wadm installation (0.12.2 to 0.21.1) needs in a \
NATS account, exactly as wadm wants them. wadm makes what it does not find with one replica and no limits, and deletes \
and re-creates streams that differ from its own; made beforehand, they are replicated and limited, and wadm needs no \
permission to create or delete streams.

There is one installation in an account and JetStream domain, because the names of the streams cannot be chosen: a \
second resource, or what wadm made itself, is found while planning.

The type's name begins with `wadm`, the provider's is `wasmcloud`: say `provider = wasmcloud` in the resource, as below. \
In a module, `required_providers` may instead call this provider `wadm`, which needs no further line. Never give both \
names to the provider's source in one module: Terraform then takes the configuration of either, by chance.

An update changes streams in place. Where the server cannot (another storage, a retention that somebody else changed), \
the stream is replaced alone, within the update; the plan shows it by `created` becoming unknown and a warning. The \
bucket of manifests is replaced only while it is empty, or with `force_destroy`; else the plan is an error. What somebody \
else did and the server does not undo (`deny_purge`, a sealed stream) stays in `drift`, with a warning at every plan that \
says whether it breaks wadm. A stream that holds messages is purged before it is replaced, as far as the permission to \
publish to `$JS.API.STREAM.PURGE.*` is there. After a change of replicas the apply waits until all copies \
are current, checks that `wadm_event_consumer` still hears from its sources, and asks for a new leader if not (for that \
it needs the permission to publish to `$JS.API.STREAM.LEADER.STEPDOWN.wadm_event_consumer`).

After such a change wadm itself may pause for half a minute until it asks for events again; they wait in the streams. \
A refresh warns of streams that an old wadm has left (`wadm_mirror`, `wadm_multitenant_mirror`); for that it needs the \
permission to publish to `$JS.API.STREAM.NAMES`, which every plan that makes something needs too.";

const SINGLETON: &str = " An account and JetStream domain has one wadm installation, whatever its buckets are called: if another Terraform state manages these streams, remove this resource or give its provider another account.";

/// What happens to wadm when these streams exist (wadm 0.12.2 and newer deletes them at every start).
const HARMFUL: &[(&str, &str)] = &[("wadm_mirror", MIRROR), ("wadm_multitenant_mirror", MIRROR)];

const MIRROR: &str = "It comes from wadm before 0.12.2. A newer wadm deletes it at every start, with all that it holds; if it lacks the permission, it cannot start. Delete it (`nats stream rm {}`) unless an old wadm still runs here.";

/// The resource type.
pub struct WadmJetStream {
    schema: Schema,
    session: Arc<Session>,
}

impl WadmJetStream {
    /// The type, on a connection that the provider shares.
    pub fn new(session: Arc<Session>) -> Self {
        let multitenant = Attribute::new(
            "multitenant",
            Type::Bool,
            crate::terraform::language::Mode::OptionalComputed,
            "Whether wadm runs with `--multitenant`. A wadm in the other mode deletes streams that it needs itself, so change it together with wadm.",
        )
        .default(false);
        let mut attributes = common::attributes(COMMON, &catalogue::rows(KEYS));
        attributes.insert(COMMON.len(), multitenant);
        attributes.insert(0, domain::attribute());
        Self {
            schema: Schema {
                version: 0,
                description: DESCRIPTION.to_owned(),
                attributes,
            },
            session,
        }
    }

    /// The assets of an object, beside those of its prior state. Names come from `named_in`, or from `private` where
    /// the object of an asset is gone.
    fn walk(&self, object: &Value, named_in: &Value, prior: &Value, private: &Private) -> Walk {
        let members = members(object, named_in, private);
        Walk {
            session: domain::place(&self.session, object),
            former_session: domain::place(&self.session, prior),
            former: if prior.is_null() {
                members.clone()
            } else {
                members_of(prior, private)
            },
            import_id: domain::import_id(&self.session, object, &import_id(&members)),
            members,
            identity: Path::root(),
            replacing: plan::replacements(KEYS, private),
            singleton: SINGLETON,
            harmful: HARMFUL,
        }
    }

    /// A mistyped name would otherwise import the six streams, and the next plan replace them.
    async fn expect_buckets(&self, imported: &Value, call: &Call) -> Result<(), Diagnostics> {
        let place = domain::place(&self.session, imported);
        let client = place.client()?;
        let scope = common::scope(imported, "read", call);
        let members = members_of(imported, &Private::default()).into_iter();
        for member in members.filter(|member| member.row.is_named_by_user()) {
            // What else goes wrong, the read that follows says.
            if let Ok(None) = place.stream(&client, &member.stream(), &scope).await {
                let summary = format!("There is no {}", member.title());
                let detail = format!(
                    "Stream {} does not exist in this account and JetStream domain. The import id is `<state bucket>/<manifest bucket>`, with the names that wadm has from WADM_STATE_BUCKET_NAME and WADM_MANIFEST_BUCKET_NAME. If the bucket is really gone and the rest is there, set `adopt_existing = true` instead: it takes over what exists and makes what does not.",
                    member.stream()
                );
                return Err(Diagnostic::error(summary, detail).into());
            }
        }
        Ok(())
    }

    fn existing(&self, state: &Value, private: &Private) -> Walk {
        self.walk(state, state, state, private)
    }
}

/// The assets of a state.
fn members_of(state: &Value, private: &Private) -> Vec<Member> {
    members(state, state, private)
}

fn members(object: &Value, named_in: &Value, private: &Private) -> Vec<Member> {
    let multitenant = object.attribute("multitenant").as_bool() == Some(true);
    let rows = catalogue::rows(KEYS).into_iter();
    rows.map(|row| {
        let own = named_in.attribute(row.key);
        let name = match own.attribute("bucket") {
            _ if !row.is_named_by_user() => Some(row.name.to_owned()),
            _ if own.is_unknown() => None,
            Value::String(name) => Some(name.clone()),
            Value::Unknown => None,
            _ => Some(private.fact(&named(row.key)).unwrap_or(row.name).to_owned()),
        };
        Member {
            row,
            name,
            multitenant,
        }
    })
    .collect()
}

/// `<state bucket>/<manifest bucket>`, and `/multitenant` in that mode.
fn import_id(members: &[Member]) -> String {
    let named = members
        .iter()
        .filter(|member| member.row.is_named_by_user());
    let mut parts: Vec<_> = named.filter_map(|member| member.name.as_deref()).collect();
    if members.iter().any(|member| member.multitenant) {
        parts.push("multitenant");
    }
    parts.join("/")
}

#[async_trait]
impl Resource for WadmJetStream {
    fn type_name(&self) -> &'static str {
        "wadm_jetstream"
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        limits::validate(config, &catalogue::rows(KEYS))
    }

    async fn plan(&self, plan: &mut Plan, call: &Call) {
        domain::plan(&self.session, plan);
        // A name that the configuration does not give is wadm's own, not the one of before.
        let walk = self.walk(
            &plan.planned,
            &plan.config,
            &plan.prior,
            &Private::default(),
        );
        let former = if plan.prior.is_null() {
            walk.former.clone()
        } else {
            members_of(&plan.prior, &plan.private)
        };
        let walk = Walk { former, ..walk };
        for (member, former) in walk
            .members
            .iter()
            .zip(&walk.former)
            .filter(|(member, former)| member.name != former.name)
        {
            debug_assert_eq!(member.row.key, former.row.key);
            plan.requires_replace
                .push(Path::attribute(member.row.key).then("bucket"));
        }
        if let Some(change) = mode_change(plan) {
            plan.diagnostics.push(change);
        }
        walk.plan(plan, call).await;
        if !plan.diagnostics.has_error() {
            let advised = limits::advised(&walk.members, plan);
            plan.diagnostics.extend(advised);
        }
    }

    async fn plan_destroy(&self, prior: &Value, call: &Call) -> Diagnostics {
        self.existing(prior, &Private::default())
            .plan_destroy(prior, call)
            .await
    }

    async fn create(&self, planned: &Value, private: Private, call: &Call) -> Applied {
        let planned = &domain::settled(&self.session, planned);
        self.existing(planned, &private)
            .create(planned, private, call)
            .await
    }

    async fn read(&self, state: &Value, private: Private, call: &Call) -> Applied {
        self.existing(state, &private)
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
        self.walk(planned, planned, prior, &private)
            .update(prior, planned, private, call)
            .await
    }

    async fn delete(&self, prior: &Value, private: Private, call: &Call) -> Applied {
        self.existing(prior, &private)
            .delete(prior, private, call)
            .await
    }

    async fn import(&self, id: &str, call: &Call) -> Result<Value, Diagnostics> {
        let (domain, id) = domain::of_import(&self.session, id);
        let (id, multitenant) = match id.strip_suffix("/multitenant") {
            Some(names) => (names, true),
            None => (id, false),
        };
        let Some((state, manifests)) = id
            .split_once('/')
            .filter(|(state, manifests)| is_name(state) && is_name(manifests))
        else {
            let detail = "The import id is `<state bucket>/<manifest bucket>`, that is `wadm_state/wadm_manifests` unless wadm was told other names, and `/multitenant` after it if wadm runs in that mode; `<domain>:` before it for another JetStream domain than the provider block's.";
            return Err(
                Diagnostic::error(format!("{id:?} does not say what to import"), detail).into(),
            );
        };
        let mut imported = common::imported(
            &self.schema,
            [("multitenant", multitenant.into()), (domain::NAME, domain)],
        );
        for (key, name) in [("state", state), ("manifests", manifests)] {
            let attribute = self
                .schema
                .attributes
                .iter()
                .find(|attribute| attribute.name == key);
            let nested = attribute.map(Attribute::nested).unwrap_or_default();
            let mut object = Value::object(
                nested
                    .iter()
                    .map(|attribute| (attribute.name.clone(), Value::Null)),
            );
            object.set_attribute("bucket", name.into());
            imported.set_attribute(key, object);
        }
        self.expect_buckets(&imported, call).await?;
        Ok(imported)
    }

    fn remember(&self, state: &Value) {
        self.existing(state, &Private::default()).remember(state);
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(fits_bucket_name)
}

/// What a change of the mode means, which the changed attributes alone do not say.
fn mode_change(plan: &Plan) -> Option<Diagnostic> {
    let (before, after) = (
        plan.prior.attribute("multitenant").as_bool()?,
        plan.planned.attribute("multitenant").as_bool()?,
    );
    if before == after {
        return None;
    }
    let subjects = |multitenant| {
        if multitenant {
            "*.wasmbus.evt.*.>"
        } else {
            "wasmbus.evt.*.>"
        }
    };
    let (wadm, acknowledged) = if after {
        ("with", "without acknowledgement")
    } else {
        ("without", "with acknowledgement again")
    };
    let detail = format!(
        "In place: wasmbus_events listens to {new} instead of {old}, {acknowledged}; wadm_event_consumer reads and renames {new}. No stream is deleted. Events on {old} that wadm has not handled are not read any more and age out; those that the new sources match are read once more. A wadm that still runs in the former mode, or starts in it, deletes these streams: stop it before the apply, and start it {wadm} `--multitenant` after it.",
        old = subjects(before),
        new = subjects(after),
    );
    let summary = if after {
        "wadm must be restarted in multi-tenant mode"
    } else {
        "wadm must be restarted in single-tenant mode"
    };
    Some(Diagnostic::warning(summary, detail).at(Path::attribute("multitenant")))
}

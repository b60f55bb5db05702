//! `wadm_jetstream`: the two buckets and six streams of one wadm installation. One object, because wadm needs all.

pub mod limits;

use crate::catalogue::{self, Asset};
use crate::jetstream::StreamConfig;
use crate::resources::object::argument::{Argument, COMMON};
use crate::resources::object::member::{Member, bucket_name, fits_bucket_name};
use crate::resources::object_type::{Names, ObjectType};
use crate::resources::preflight::survey::HarmfulStream;
use crate::terraform::framework::Plan;
use crate::terraform::language::{
    Attribute, Diagnostic, Diagnostics, Mode, Path, Type, Value, ValueRule,
};

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
NATS account, exactly as wadm requires them. wadm creates what it does not find with one replica and no limits, and \
deletes and recreates streams that differ from its own. Created beforehand, they have the replicas and limits that you \
want, and wadm needs no permission to create or delete streams.

An account and JetStream domain can have one installation, because the names of the streams cannot be changed. A plan \
refuses a second resource, and streams that wadm has already created, unless they are imported or adopted.

The name of this type begins with `wadm`, and the name of the provider is `wasmcloud`: set `provider = wasmcloud` in the \
resource, as below. In a module, `required_providers` may instead call this provider `wadm`; then no line is needed. Never \
give both names to the provider's source in one module: Terraform then uses the configuration of either one, by chance.

An update changes streams in place. Where the server cannot do that (another storage, a retention that another client has \
changed), only that stream is deleted and recreated, in the same update. The plan then shows `created` as unknown, with a \
warning. The bucket of manifests is replaced only if it is empty or `force_destroy` is in the state; otherwise the plan is \
an error. It is not deleted with keys unless `force_destroy = true` is in the state before the apply. What another client \
has changed and the server does not change back (`deny_purge`, a sealed stream) stays in `drift`, with a warning in every \
plan that states whether it breaks wadm. A stream with messages is purged before it is replaced, if the user has \
permission to publish to `$JS.API.STREAM.PURGE.*`. After a change of replicas, the apply waits until all copies are \
current, checks that `wadm_event_consumer` still receives from its sources, and requests a new leader if it does not (for \
that the user needs permission to publish to `$JS.API.STREAM.LEADER.STEPDOWN.wadm_event_consumer`).

After such a change, wadm may pause for half a minute until it requests events again; they wait in the streams. A refresh \
warns of streams of an old wadm (`wadm_mirror`, `wadm_multitenant_mirror`). For that, and for every plan that creates \
something, the user needs permission to publish to `$JS.API.STREAM.NAMES`.";

/// The arguments of [`bucket_names`].
pub const STATE_BUCKET: &str = "state_bucket";
/// See [`STATE_BUCKET`].
pub const MANIFESTS_BUCKET: &str = "manifests_bucket";
/// The argument for the mode of wadm.
pub const MULTITENANT: &str = "multitenant";

const SINGLETON: &str = "\nAn account and JetStream domain can have only one wadm installation. If another Terraform state manages these streams, remove this resource, or use a provider configuration for another account.";

/// wadm 0.12.2 and newer deletes these at every start.
const HARMFUL_STREAMS: &[HarmfulStream] = &[
    HarmfulStream {
        name: "wadm_mirror",
        effect: MIRROR,
    },
    HarmfulStream {
        name: "wadm_multitenant_mirror",
        effect: MIRROR,
    },
];

const MIRROR: &str = "A wadm before 0.12.2 created it. A newer wadm deletes it at every start, with its contents. If it has no permission to do so, it does not start. Delete the stream (`nats stream rm {}`) unless an old wadm still runs here.";

/// The resource type.
pub struct WadmJetStream;

impl ObjectType for WadmJetStream {
    fn type_name(&self) -> &'static str {
        "wadm_jetstream"
    }

    fn description(&self) -> &'static str {
        DESCRIPTION
    }

    fn rows(&self) -> Vec<&'static Asset> {
        catalogue::rows(KEYS)
    }

    fn common_arguments(&self) -> &'static [Argument] {
        COMMON
    }

    fn own_attributes(&self) -> Vec<Attribute> {
        let doc = "Whether wadm runs with `--multitenant`. A wadm in the other mode deletes streams that it needs itself, so change it together with wadm. Changed in place: the subjects of streams change.";
        let multitenant =
            Attribute::new("multitenant", Type::Bool, Mode::OptionalComputed, doc).default(false);
        vec![multitenant]
    }

    fn members(&self, object: &Value, names: Names<'_>) -> Vec<Member> {
        let multitenant = object.attribute("multitenant").as_bool() == Some(true);
        let rows = self.rows().into_iter();
        rows.map(|row| Member {
            multitenant,
            ..Member::new(
                row,
                match row.is_named_by_user() {
                    true => names.of(row),
                    false => Some(row.name.to_owned()),
                },
            )
        })
        .collect()
    }

    /// `<state bucket>/<manifest bucket>`, and `/multitenant` in that mode.
    fn import_id(&self, _: &Value, members: &[Member]) -> String {
        let named = members
            .iter()
            .filter(|member| member.row.is_named_by_user());
        let mut parts: Vec<_> = named.filter_map(|member| member.name.as_deref()).collect();
        if members.iter().any(|member| member.multitenant) {
            parts.push("multitenant");
        }
        parts.join("/")
    }

    fn parse_import_id(
        &self,
        id: &str,
        rest: &str,
    ) -> Result<Vec<(&'static str, Value)>, Diagnostic> {
        let (names, multitenant) = match rest.strip_suffix("/multitenant") {
            Some(names) => (names, true),
            None => (rest, false),
        };
        let names = names.split_once('/');
        let names = names.filter(|(state, manifests)| is_name(state) && is_name(manifests));
        let Some((state, manifests)) = names else {
            let detail = "The import id is `<state bucket>/<manifest bucket>`, by default `wadm_state/wadm_manifests`. If wadm runs in multi-tenant mode, add `/multitenant` to it. If the JetStream domain is not that of the provider block, begin it with `<domain>:`.";
            let summary = format!("{id:?} is not an import id of wadm_jetstream");
            return Err(Diagnostic::error(summary, detail));
        };
        let bucket = |name: &str| Value::object([("bucket", Value::from(name))]);
        Ok(vec![
            ("multitenant", multitenant.into()),
            ("state", bucket(state)),
            ("manifests", bucket(manifests)),
        ])
    }

    /// Its subjects depend on the mode.
    fn telling_asset(&self) -> Option<&'static Asset> {
        catalogue::rows(&["wasmbus_events"]).into_iter().next()
    }

    fn told(&self, live: &StreamConfig) -> Vec<(&'static str, Value)> {
        let subjects = |multitenant| {
            let row = self.telling_asset()?;
            row.config(row.name, multitenant).get("subjects").cloned()
        };
        let multitenant = live.get("subjects").cloned() == subjects(true);
        vec![(MULTITENANT, multitenant.into())]
    }

    fn bucket_missing(&self, member: &Member) -> Diagnostic {
        let detail = format!(
            "Stream {} does not exist in this account and JetStream domain. The import id is `<state bucket>/<manifest bucket>`, with the names that WADM_STATE_BUCKET_NAME and WADM_MANIFEST_BUCKET_NAME set for wadm. If the bucket was deleted and the rest exists, set `adopt_existing = true` instead: it adopts what exists and creates what does not.",
            member.stream()
        );
        Diagnostic::error(format!("There is no {}", member.title()), detail)
    }

    fn singleton(&self) -> &'static str {
        SINGLETON
    }

    fn harmful_streams(&self) -> &'static [HarmfulStream] {
        HARMFUL_STREAMS
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        limits::validate(config, &self.rows())
    }

    fn consequence(&self, plan: &Plan) -> Option<Diagnostic> {
        mode_change(plan)
    }

    fn advice(&self, members: &[Member], plan: &Plan) -> Diagnostics {
        limits::advised(members, plan)
    }
}

/// The names of wadm's buckets, for what is no resource: data sources and functions.
pub fn bucket_names() -> [Attribute; 2] {
    let bucket = |name: &str, of: &str| {
        let doc = format!("Name of wadm's bucket `{of}`, if wadm is configured with another one.");
        Attribute::new(name, Type::String, Mode::Optional, doc).rule(ValueRule::Custom(bucket_name))
    };
    [
        bucket(STATE_BUCKET, "wadm_state"),
        bucket(MANIFESTS_BUCKET, "wadm_manifests"),
    ]
}

/// The object of a wadm whose buckets have these names; null for the default.
pub fn object_named(state: &Value, manifests: &Value, multitenant: &Value) -> Value {
    let bucket = |name: &Value| Value::object([("bucket", name.clone())]);
    Value::object([
        ("state", bucket(state)),
        ("manifests", bucket(manifests)),
        (MULTITENANT, multitenant.clone()),
    ])
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
        (
            "with",
            "wasmbus_events no longer acknowledges messages (`no_ack`). Hosts do not wait for acknowledgements, but a publisher that waits for one gets none, although its event is stored.",
        )
    } else {
        ("without", "wasmbus_events acknowledges messages again.")
    };
    let detail = format!(
        "The streams are changed in place: wasmbus_events gets the subjects {new} instead of {old}; wadm_event_consumer sources {new} and renames the subjects. {acknowledged} No stream is deleted. Events on {old} that wadm has not handled are no longer read, and expire; those that match the new sources are read again. A wadm that still runs in the former mode, or starts in it, deletes these streams: stop it before the apply, and start it {wadm} `--multitenant` afterwards.",
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

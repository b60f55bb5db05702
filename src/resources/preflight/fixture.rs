//! Plans and surveys for the unit tests of the rules, without a server.
//!
//! The values are planned by the same code as in a plan of Terraform; only the answers of the server are made up here.

use serde_json::{Value as Json, json};

use crate::jetstream::{
    Account, Limits, OperationKind, ServerInfo, StreamConfig, StreamInfo, Usage,
};
use crate::resources::apply::outcome::{Live, Outcome, applied};
use crate::resources::object::changes::CostlyChange;
use crate::resources::object::domain::{self, ProviderDomain};
use crate::resources::object::member::Member;
use crate::resources::object::private_facts::with_window;
use crate::resources::object::{Object, existing};
use crate::resources::object_type::{self, Names, ObjectType};
use crate::resources::plan::object_plan::{ObjectPlan, actions};
use crate::resources::plan::{plan_changes, plan_values};
use crate::resources::preflight::survey::{Answer, Survey};
use crate::resources::session::cache::Snapshot;
use crate::terraform::framework::private::Private;
use crate::terraform::framework::{Action, Plan, plan as framework};
use crate::terraform::language::diagnostics::Severity;
use crate::terraform::language::{Attribute, Diagnostics, Schema, Value, wire};

/// A planned object.
pub struct Case {
    object: Object,
    prior_members: Vec<Member>,
    plan: Plan,
    costly: Vec<CostlyChange>,
    /// Whether the prior object is in the same JetStream domain.
    pub same_domain: bool,
}

impl Case {
    /// The plan of a new object.
    pub fn create(object_type: impl ObjectType, config: Json) -> Self {
        Self::planned(&object_type, Value::Null, Private::default(), config)
    }

    /// The plan of an object that was applied with another configuration.
    pub fn update(object_type: impl ObjectType, before: Json, config: Json) -> Self {
        let (prior, private) = state(&object_type, before);
        Self::planned(&object_type, prior, private, config)
    }

    /// As [`Case::update`], where somebody has changed settings of one asset since.
    pub fn drifted(
        object_type: impl ObjectType,
        config: Json,
        (key, settings): (&str, Json),
    ) -> Self {
        let (mut prior, private) = state(&object_type, config.clone());
        let object = object(&object_type, &prior, &prior, &private);
        let member = member(&object, key);
        let mut live = member.wanted(prior.attribute(key)).new_stream();
        for (setting, value) in settings.as_object().into_iter().flatten() {
            live.set(setting, value.clone());
        }
        let info = info(&live, json!({}));
        prior.set_attribute(key, member.object(&info, prior.attribute(key)));
        Self::planned(&object_type, prior, private, config)
    }

    /// The plan to destroy an object that was applied.
    pub fn destroy(object_type: impl ObjectType, config: Json) -> Self {
        let (prior, private) = state(&object_type, config);
        let object = object(&object_type, &prior, &prior, &private);
        Self {
            prior_members: object.members.clone(),
            object,
            plan: plan(Action::Destroy, Value::Null, prior, Value::Null, private),
            costly: Vec::new(),
            same_domain: true,
        }
    }

    fn planned(
        object_type: &impl ObjectType,
        prior: Value,
        private: Private,
        config: Json,
    ) -> Self {
        let schema = object_type::schema(object_type);
        let config = value(&schema, config);
        let planned = framework::draft(&schema, &config, &prior, &config);
        let action = match prior.is_null() {
            true => Action::Create,
            false => Action::Update,
        };
        let mut plan = plan(action, config, prior, planned, private);
        plan.requires_replace = framework::replacing(&schema, &plan.prior, &plan.planned);
        domain::plan(&no_domain(), &mut plan);
        let object = object(
            object_type,
            &plan.planned,
            &plan.config,
            &Private::default(),
        );
        let prior_members = match plan.prior.is_null() {
            true => object.members.clone(),
            false => {
                super::fixture::object(object_type, &plan.prior, &plan.prior, &plan.private).members
            }
        };
        plan_values(&object.members, &mut plan);
        let costly = plan_changes(&object.members, &prior_members, &mut plan);
        Self {
            object,
            prior_members,
            plan,
            costly,
            same_domain: true,
        }
    }

    /// The plan as the rules get it.
    pub fn plan(&self) -> ObjectPlan<'_> {
        ObjectPlan {
            object: &self.object,
            prior_members: &self.prior_members,
            same_domain: self.same_domain,
            plan: &self.plan,
            actions: match self.plan.action {
                Action::Destroy => Vec::new(),
                Action::Create | Action::Update => actions(&self.object.members, &self.plan),
            },
            costly: self.costly.clone(),
        }
    }
}

/// What a server answers that has what the prior state has, all of it empty, and that allows everything: a single server
/// of the newest version.
pub fn survey<'p>(plan: &'p ObjectPlan<'p>) -> Survey<'p> {
    let prior = &plan.plan.prior;
    let had = existing(plan.prior_members, prior);
    let live = |member: &Member| {
        let prior_member = had.iter().find(|prior| prior.stream() == member.stream())?;
        Some(live(prior_member, prior, json!({})))
    };
    let assets = plan.actions.iter().map(|action| Answer {
        member: action.member,
        kind: action.kind,
        result: Ok(snapshot(live(action.member))),
    });
    let replaced = plan.plan.action == Action::Destroy || !plan.plan.requires_replace.is_empty();
    let deleted = had.iter().filter(|_| replaced).map(|member| Answer {
        member,
        kind: OperationKind::Delete,
        result: Ok(snapshot(live(member))),
    });
    Survey {
        server: "nats://n1:4222".to_owned(),
        server_info: Some(single_server()),
        assets: assets.collect(),
        deleted: deleted.collect(),
        ..Survey::default()
    }
}

/// A server of the newest version that is in no cluster.
pub fn single_server() -> ServerInfo {
    ServerInfo {
        version: "2.15.1".to_owned(),
        cluster: None,
        addresses: 0,
    }
}

/// A server of a cluster with so many servers.
pub fn cluster(servers: usize) -> ServerInfo {
    ServerInfo {
        cluster: Some("C1".to_owned()),
        addresses: servers,
        ..single_server()
    }
}

/// An asset that contains so many keys or messages, in the form of the server's `state`.
pub fn contents(number: u64) -> Json {
    json!({
        "messages": number, "bytes": number * 100, "num_subjects": number, "first_seq": 1, "last_seq": number,
        "first_ts": "2026-01-01T00:00:00Z",
    })
}

/// Puts an asset on the server: as the catalogue wants it, with these settings, and with these contents.
pub fn exists<'p>(survey: &mut Survey<'p>, key: &str, settings: Json, state: Json) {
    for answer in survey.assets.iter_mut().chain(&mut survey.deleted) {
        if answer.member.row.key == key {
            let name = answer.member.name.clone().unwrap_or_default();
            let mut config = answer.member.row.config(&name, answer.member.multitenant);
            for (setting, value) in settings.as_object().into_iter().flatten() {
                config.set(setting, value.clone());
            }
            answer.result = Ok(snapshot(Some(info(&config, state.clone()))));
        }
    }
}

/// Gives an asset that is on the server contents.
pub fn contains(survey: &mut Survey<'_>, key: &str, state: Json) {
    let answers = survey.assets.iter_mut().chain(&mut survey.deleted);
    let own = answers.filter(|answer| answer.member.row.key == key);
    let snapshots = own.filter_map(|answer| answer.result.as_mut().ok());
    let infos: Vec<_> = snapshots
        .filter_map(|snapshot| snapshot.info.as_mut())
        .collect();
    assert!(!infos.is_empty(), "{key} is not on the server");
    for info in infos {
        info.state = super::fixture::info(&info.config, state.clone()).state;
    }
}

/// The asset of this key.
pub fn member<'o>(object: &'o Object, key: &str) -> &'o Member {
    let mut members = object.members.iter();
    members
        .find(|member| member.row.key == key)
        .expect("an asset of this key")
}

/// Severity, summary and path of each diagnostic: `error: Both buckets already exist (lattice)`.
pub fn reported(diagnostics: &Diagnostics) -> Vec<String> {
    let all = diagnostics.0.iter();
    all.map(|one| {
        let severity = match one.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        format!("{severity}: {} ({})", one.summary, one.path)
    })
    .collect()
}

/// The only diagnostic, which must say all of this.
pub fn only(diagnostics: &Diagnostics, words: &[&str]) -> String {
    let [one] = &diagnostics.0[..] else {
        panic!("not one diagnostic: {diagnostics:#?}")
    };
    for word in words {
        assert!(one.detail.contains(word), "no {word:?} in {}", one.detail);
    }
    reported(diagnostics).concat()
}

/// The state after an apply of a configuration, as the server of this version answers.
fn state(object_type: &impl ObjectType, config: Json) -> (Value, Private) {
    let case = Case::planned(object_type, Value::Null, Private::default(), config);
    let planned = &case.plan.planned;
    let members = case.object.members.iter();
    let outcomes = members.map(|member| {
        let info = live(member, planned, json!({}));
        Outcome::quiet(Live::Stream(Box::new(info)))
    });
    let applied = applied(
        &case.object,
        &Value::Null,
        planned,
        case.plan.private.clone(),
        outcomes.collect(),
    );
    (applied.state.expect("a state"), applied.private)
}

/// An asset as the server has it after an apply of its object.
fn live(member: &Member, object: &Value, state: Json) -> StreamInfo {
    info(&member.known(object.attribute(member.row.key)), state)
}

/// What a server answers about a stream that is configured and filled like this.
pub fn info(config: &StreamConfig, state: Json) -> StreamInfo {
    let config: serde_json::Map<_, _> = config
        .iter()
        .map(|(key, value)| (key.to_owned(), value.clone()))
        .collect();
    let answer = json!({
        "config": config, "state": state, "created": "2026-01-01T00:00:00Z", "ts": "2026-01-02T00:00:00Z",
    });
    StreamInfo::read(&answer).expect("an answer with a configuration")
}

fn snapshot(info: Option<StreamInfo>) -> Snapshot {
    Snapshot {
        requested: std::time::Instant::now(),
        info,
    }
}

fn object(
    object_type: &impl ObjectType,
    object: &Value,
    set_in: &Value,
    private: &Private,
) -> Object {
    let members = object_type.members(object, Names { set_in, private });
    let members: Vec<_> = members
        .into_iter()
        .map(|member| with_window(member, private))
        .collect();
    Object {
        identity: object_type.identity(),
        import_id: object_type.import_id(object, &members),
        singleton: object_type.singleton(),
        members,
    }
}

fn plan(action: Action, config: Value, prior: Value, planned: Value, private: Private) -> Plan {
    Plan {
        action,
        config,
        prior,
        planned,
        requires_replace: Vec::new(),
        private,
        diagnostics: Diagnostics::new(),
    }
}

/// An account of a server of the newest API level, whose tiers are one.
pub fn account(limits: Limits) -> Account {
    Account {
        api_level: 5,
        whole: Usage {
            limits,
            ..Usage::default()
        },
        ..Account::default()
    }
}

/// An account that limits nothing.
pub fn unlimited() -> Limits {
    Limits {
        max_memory: -1,
        max_storage: -1,
        max_streams: -1,
        max_consumers: -1,
        ..Limits::default()
    }
}

fn no_domain() -> ProviderDomain {
    ProviderDomain {
        domain: Some(None),
        api_prefix: None,
    }
}

/// A configuration with every attribute, null where it says nothing.
pub fn value(schema: &Schema, config: Json) -> Value {
    let whole = complete(&schema.attributes, config);
    let bytes = serde_json::to_vec(&whole).expect("JSON");
    wire::decode_json(&bytes, schema.object_type()).expect("a configuration of this schema")
}

fn complete(attributes: &[Attribute], config: Json) -> Json {
    let Json::Object(mut given) = config else {
        return config;
    };
    let all = attributes.iter().map(|attribute| {
        let value = given.remove(&attribute.name).unwrap_or_default();
        let value = match attribute.nested() {
            [] => value,
            nested => complete(nested, value),
        };
        (attribute.name.clone(), value)
    });
    let whole = all.collect();
    assert!(given.is_empty(), "no attributes: {given:?}");
    Json::Object(whole)
}

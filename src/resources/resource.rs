//! One implementation of Terraform's resource for all object types: a type says only what is specific to it.

use std::sync::Arc;

use async_trait::async_trait;

use crate::resources::apply::{create, delete, read, update};
use crate::resources::causes;
use crate::resources::identity;
use crate::resources::inventory::config;
use crate::resources::messages::destroy;
use crate::resources::object::common::{self, Crud};
use crate::resources::object::domain;
use crate::resources::object::generated;
use crate::resources::object::member::Member;
use crate::resources::object::private_facts::{note_deleted, note_deleted_unseen, with_window};
use crate::resources::object::{Object, STREAMS, existing, streams};
use crate::resources::object_type::{self, Names, ObjectType};
use crate::resources::plan::object_plan::{ObjectPlan, actions};
use crate::resources::plan::{data_loss, plan_changes, plan_values};
use crate::resources::preflight::survey::Survey;
use crate::resources::preflight::survey::requests::Domains;
use crate::resources::preflight::{self, object_conflicts};
use crate::resources::session::Session;
use crate::resources::session::cache::InState;
use crate::resources::session::claims::Claims;
use crate::resources::session::shown::{Phase, ShownFor};
use crate::terraform::framework::private::Private;
use crate::terraform::framework::{
    Action, Applied, Call, ImportTarget, ListResource, Plan, Resource,
};
use crate::terraform::language::{Diagnostics, Path, Schema, Value};

/// A resource whose objects are buckets and streams.
pub struct ObjectResource<T> {
    pub(super) object_type: T,
    schema: Schema,
    identity_schema: Schema,
    pub(super) list_schema: Schema,
    pub(super) session: Arc<Session>,
}

impl<T: ObjectType> ObjectResource<T> {
    /// The type, on a connection that the provider shares.
    pub fn new(object_type: T, session: Arc<Session>) -> Self {
        Self {
            schema: object_type::schema(&object_type),
            identity_schema: identity::schema(&object_type),
            list_schema: config::schema(&object_type),
            object_type,
            session,
        }
    }

    /// The object of a state, or of a planned state.
    fn object(&self, value: &Value, names: Names<'_>, private: &Private) -> Object {
        let members = self.object_type.members(value, names).into_iter();
        let members: Vec<_> = members.map(|member| with_window(member, private)).collect();
        let id = self.object_type.import_id(value, &members);
        Object {
            identity: self.object_type.identity(),
            import_id: domain::import_id(&self.session.provider_domain(), value, &id),
            singleton: self.object_type.singleton(),
            members,
        }
    }

    pub(super) fn object_of_state(&self, state: &Value, private: &Private) -> Object {
        let names = Names {
            set_in: state,
            private,
        };
        self.object(state, names, private)
    }

    /// The assets as the prior state has them; those of the planned object if there is none.
    fn prior_members(&self, prior: &Value, private: &Private, object: &Object) -> Vec<Member> {
        match prior.is_null() {
            true => object.members.clone(),
            false => self.object_of_state(prior, private).members,
        }
    }

    /// What a reader gets of what was found out about an object.
    fn reported(
        &self,
        diagnostics: Diagnostics,
        (object, prior_members): (&Object, &[Member]),
        phase: Phase,
        shown_for: ShownFor,
    ) -> Diagnostics {
        let diagnostics = causes::merged(diagnostics, &object.members, prior_members);
        let object = [self.object_type.type_name(), &object.import_id];
        self.session
            .not_shown_before(diagnostics, phase, shown_for, &object)
    }

    fn reported_of(
        &self,
        applied: Applied,
        object: &Object,
        phase: Phase,
        shown_for: ShownFor,
    ) -> Applied {
        Applied {
            diagnostics: self.reported(applied.diagnostics, (object, &[]), phase, shown_for),
            ..applied
        }
    }

    /// The conflicts with other objects; none where the other object may be the same one in an earlier walk.
    async fn of_one_walk(&self, conflicts: Diagnostics) -> Diagnostics {
        match conflicts.has_error() && self.session.serves_several_walks().await {
            true => Diagnostics::new(),
            false => conflicts,
        }
    }
}

/// Marks the streams of a state for the processes of other provider blocks.
fn claim(object: &Object, state: &Value) {
    for (stream, created) in object.streams_of(state) {
        Claims::of_this_run().claim(&stream, created);
    }
}

/// The attributes that name other buckets than before.
fn renamed(members: &[Member], prior_members: &[Member]) -> Vec<Path> {
    let members = members.iter().zip(prior_members);
    let renamed = members
        .filter(|(member, prior)| member.row.is_named_by_user() && member.name != prior.name);
    renamed
        .map(|(member, _)| Path::attribute(member.row.key).then("bucket"))
        .collect()
}

/// A plan beside its object and the prior one, without the changes that cost something.
fn object_plan<'p>(
    object: &'p Object,
    prior_members: &'p [Member],
    domains: &Domains<'_>,
    plan: &'p Plan,
) -> ObjectPlan<'p> {
    ObjectPlan {
        object,
        prior_members,
        same_domain: std::ptr::eq(domains.planned, domains.prior),
        plan,
        actions: actions(&object.members, plan),
        costly: Vec::new(),
    }
}

#[async_trait]
impl<T: ObjectType> Resource for ObjectResource<T> {
    fn type_name(&self) -> &'static str {
        self.object_type.type_name()
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        let diagnostics = self.object_type.validate(config);
        if !diagnostics.has_error() {
            self.session.validated(config);
        }
        diagnostics
    }

    async fn plan(&self, plan: &mut Plan, call: &Call) {
        self.session.planned(&plan.config, plan.action);
        domain::plan(&self.session.provider_domain(), plan);
        // A name that the configuration does not give is the default, not the one of before.
        let names = Names {
            set_in: &plan.config,
            private: &Private::default(),
        };
        let object = self.object(&plan.planned, names, &plan.private);
        if plan.action == Action::Update {
            note_deleted(&mut plan.private, &object.members, &[]);
        }
        let prior_members = self.prior_members(&plan.prior, &plan.private, &object);
        plan.requires_replace
            .extend(renamed(&object.members, &prior_members));
        plan.diagnostics.extend(self.object_type.consequence(plan));
        plan_values(&object.members, plan);
        plan.planned
            .set_attribute(STREAMS, streams(&object.members));
        let sessions = (
            self.session.of_object(&plan.planned),
            self.session.of_object(&plan.prior),
        );
        let domains = Domains {
            planned: &sessions.0,
            prior: &sessions.1,
        };
        let conflicts = {
            let plan = object_plan(&object, &prior_members, &domains, plan);
            let conflicts = object_conflicts::record(&plan, &domains);
            let known = Survey {
                conflicts,
                ..Survey::default()
            };
            object_conflicts::check(&known, &plan)
        };
        plan.diagnostics.extend(self.of_one_walk(conflicts).await);
        if plan.action == Action::Update {
            claim(
                &self.object_of_state(&plan.prior, &plan.private),
                &plan.prior,
            );
        }
        let costly = plan_changes(&object.members, &prior_members, plan);
        data_loss::plan_data_loss(&costly, plan);
        if !plan.diagnostics.has_error() && plan.planned != plan.prior {
            let scope = common::scope(&plan.planned, Crud::Read, call);
            let planned = ObjectPlan {
                costly,
                ..object_plan(&object, &prior_members, &domains, plan)
            };
            let harmful = self.object_type.harmful_streams();
            let checked = preflight::check(&planned, &domains, harmful, &scope).await;
            plan.diagnostics.extend(checked.diagnostics);
            // A replacement is planned twice, and its second half, a create, must not forget what the first deletes.
            let deleted = &checked.deleted[..];
            let is_second_plan =
                plan.action == Action::Create && plan.private != Private::default();
            if is_second_plan && !deleted.is_empty() {
                note_deleted_unseen(&mut plan.private, &object.members, deleted);
            } else if !deleted.is_empty() {
                note_deleted(&mut plan.private, &object.members, deleted);
            }
        }
        if !plan.diagnostics.has_error() {
            let advice = self.object_type.advice(&object.members, plan);
            plan.diagnostics.extend(advice);
        }
        let in_state = |member: &Member| sessions.0.cache.in_state(&member.stream()).is_some();
        let diagnostics = std::mem::take(&mut plan.diagnostics);
        plan.diagnostics = self.reported(
            diagnostics,
            (&object, &prior_members),
            Phase::Plan,
            ShownFor::Change,
        );
        if plan.action == Action::Update || object.members.iter().any(in_state) {
            destroy::say_how_to_destroy(&mut plan.diagnostics);
        }
    }

    async fn plan_destroy(&self, prior: &Value, private: &mut Private, call: &Call) -> Diagnostics {
        let object = self.object_of_state(prior, &Private::default());
        let session = self.session.of_object(prior);
        let plan = Plan {
            action: Action::Destroy,
            config: Value::Null,
            prior: prior.clone(),
            planned: Value::Null,
            requires_replace: Vec::new(),
            private: Private::default(),
            diagnostics: Diagnostics::new(),
        };
        let plan = ObjectPlan {
            object: &object,
            prior_members: &object.members,
            same_domain: true,
            plan: &plan,
            actions: Vec::new(),
            costly: Vec::new(),
        };
        let scope = common::scope(prior, Crud::Read, call);
        let conflicts = object_conflicts::check_destroy(&plan, &session);
        let conflicts = self.of_one_walk(conflicts).await;
        let checked = match conflicts.has_error() {
            true => conflicts.into(),
            false => preflight::check_destroy(&plan, &session, &scope).await,
        };
        note_deleted(private, &object.members, &checked.deleted);
        self.reported(
            checked.diagnostics,
            (&object, &[]),
            Phase::Plan,
            ShownFor::Destroy,
        )
    }

    async fn create(&self, planned: &Value, private: Private, call: &Call) -> Applied {
        let mut planned = domain::completed(&self.session.provider_domain(), planned).into_owned();
        data_loss::settle(&mut planned);
        let planned = &planned;
        let object = self.object_of_state(planned, &private);
        let session = self.session.of_object(planned);
        let applied = create::create(&object, &session, planned, private, call).await;
        self.reported_of(applied, &object, Phase::Apply, ShownFor::Change)
    }

    async fn read(&self, state: &Value, private: Private, call: &Call) -> Applied {
        let object = self.object_of_state(state, &private);
        let session = self.session.of_object(state);
        let harmful = self.object_type.harmful_streams();
        let mut applied = read::read(&object, &session, harmful, state, private, call).await;
        if let Some(state) = &mut applied.state {
            state.set_attribute(STREAMS, streams(&object.members));
            data_loss::note_destroy(&object.members, &applied.private, state);
        }
        self.reported_of(applied, &object, Phase::Plan, ShownFor::Refresh)
    }

    async fn update(
        &self,
        prior: &Value,
        planned: &Value,
        private: Private,
        call: &Call,
    ) -> Applied {
        let object = self.object_of_state(planned, &private);
        let prior_members = self.prior_members(prior, &private, &object);
        let session = self.session.of_object(planned);
        let states = (prior, planned);
        let applied =
            update::update(&object, &prior_members, &session, states, private, call).await;
        self.reported_of(applied, &object, Phase::Apply, ShownFor::Change)
    }

    async fn delete(&self, prior: &Value, private: Private, call: &Call) -> Applied {
        let object = self.object_of_state(prior, &private);
        let session = self.session.of_object(prior);
        let applied = delete::delete(&object, &session, prior, private, call).await;
        self.reported_of(applied, &object, Phase::Apply, ShownFor::Destroy)
    }

    fn identity_schema(&self) -> &Schema {
        &self.identity_schema
    }

    fn identity(&self, object: &Value, private: &Private) -> Value {
        let members = self.object_of_state(object, private).members;
        identity::identity(&self.object_type, object, &members)
    }

    async fn import(&self, target: ImportTarget<'_>, call: &Call) -> Result<Value, Diagnostics> {
        let imported = match target {
            ImportTarget::Id(id) => self.named_by_id(id)?,
            ImportTarget::Identity(identity) => {
                let mut imported = self.named_by_identity(identity);
                self.complete(&mut imported, call).await;
                imported
            }
        };
        self.expect_named_buckets(&imported, call).await?;
        Ok(imported)
    }

    fn configuration(&self, state: &Value) -> Value {
        let object = self.object_of_state(state, &Private::default());
        let mut config = generated::configuration(&self.schema, &object.members, state);
        let domain = domain::own(&self.session.provider_domain(), state);
        config.set_attribute(domain::NAME, domain);
        config
    }

    fn completed(&self, mut state: Value) -> Value {
        if state.is_null() || !state.attribute(STREAMS).is_null() {
            return state;
        }
        state.set_attribute(data_loss::NAME, data_loss::nothing());
        let members = self.object_of_state(&state, &Private::default()).members;
        // Only the private state, which is not here, knows the name of a bucket that no longer exists.
        if existing(&members, &state).len() == members.len() {
            state.set_attribute(STREAMS, streams(&members));
        }
        state
    }

    fn list(&self) -> Option<&dyn ListResource> {
        Some(self)
    }

    fn remember(&self, state: &Value) {
        if state.attribute("skip_destroy").as_bool() == Some(true) {
            return;
        }
        let object = self.object_of_state(state, &Private::default());
        let session = self.session.of_object(state);
        let in_state = InState {
            force_destroy: state.attribute("force_destroy").as_bool() == Some(true),
        };
        claim(&object, state);
        for member in existing(&object.members, state) {
            session.cache.record_in_state(&member.stream(), in_state);
        }
    }
}

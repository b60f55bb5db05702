//! A provider whose one resource does what a test wants.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use tokio::sync::{Notify, mpsc};

use crate::terraform::framework::function::Function;
use crate::terraform::framework::list::{ListRequest, Listed};
use crate::terraform::framework::private::Private;
use crate::terraform::framework::{
    Applied, Call, DataSource, ImportTarget, ListResource, Plan, Provider, Resource,
};
use crate::terraform::language::{Attribute, Diagnostic, Diagnostics, Mode, Schema, Type, Value};

pub(super) const TYPE: &str = "test_resource";
pub(super) const VERSION: i64 = 3;

/// How every method of the resource and of the provider behaves.
#[derive(Clone, Debug, Default)]
pub(super) enum Behaviour {
    #[default]
    Normal,
    /// Panics.
    Panic,
    /// Goes on when told to.
    Wait(Arc<Notify>),
    /// Ends with an error when the user wants to stop.
    UntilStopped,
}

/// A resource that notes what it is asked.
pub(super) struct TestResource {
    pub schema: Schema,
    pub identity: Schema,
    pub behaviour: Behaviour,
    /// What it was asked, and what it finished.
    pub log: Arc<Mutex<Vec<String>>>,
}

impl TestResource {
    fn called(&self, what: &str) {
        self.log.lock().unwrap().push(what.to_owned());
        if let Behaviour::Panic = self.behaviour {
            panic!("{what} is not meant to work");
        }
    }

    async fn make(
        &self,
        what: &str,
        planned: &Value,
        mut private: Private,
        call: &Call,
    ) -> Applied {
        self.called(what);
        let mut diagnostics = Diagnostics::new();
        match &self.behaviour {
            Behaviour::Wait(go_on) => go_on.notified().await,
            Behaviour::UntilStopped => {
                call.stop.cancelled().await;
                diagnostics.push(Diagnostic::error("Stopped", "The user wanted it so."));
            }
            Behaviour::Normal | Behaviour::Panic => {}
        }
        self.log.lock().unwrap().push(format!("{what} done"));
        let mut state = planned.clone();
        state.set_attribute("made", "made".into());
        private.set_fact("made", Some("yes".to_owned()));
        Applied {
            state: Some(state),
            private,
            diagnostics,
        }
    }
}

#[async_trait]
impl Resource for TestResource {
    fn type_name(&self) -> &'static str {
        TYPE
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn validate(&self, _: &Value) -> Diagnostics {
        self.called("validate");
        Diagnostics::new()
    }

    fn configuration(&self, state: &Value) -> Value {
        state.clone()
    }

    async fn plan(&self, _: &mut Plan, _: &Call) {
        self.called("plan");
    }

    async fn plan_destroy(&self, _: &Value, _: &mut Private, _: &Call) -> Diagnostics {
        self.called("plan_destroy");
        Diagnostics::new()
    }

    async fn create(&self, planned: &Value, private: Private, call: &Call) -> Applied {
        self.make("create", planned, private, call).await
    }

    async fn read(&self, state: &Value, private: Private, _: &Call) -> Applied {
        self.called("read");
        Applied::unchanged(state, private, Diagnostics::new())
    }

    async fn update(&self, _: &Value, planned: &Value, private: Private, call: &Call) -> Applied {
        self.make("update", planned, private, call).await
    }

    async fn delete(&self, _: &Value, private: Private, _: &Call) -> Applied {
        self.called("delete");
        Applied::unchanged(&Value::Null, private, Diagnostics::new())
    }

    fn identity_schema(&self) -> &Schema {
        &self.identity
    }

    fn identity(&self, object: &Value, _: &Private) -> Value {
        Value::object([("name", object.attribute("name").clone())])
    }

    async fn import(&self, target: ImportTarget<'_>, _: &Call) -> Result<Value, Diagnostics> {
        self.called("import");
        let name = match target {
            ImportTarget::Id(id) => id.into(),
            ImportTarget::Identity(identity) => identity.attribute("name").clone(),
        };
        Ok(object(name, Value::Null))
    }

    fn list(&self) -> Option<&dyn ListResource> {
        Some(self)
    }

    fn upgrade(
        &self,
        version: i64,
        mut state: serde_json::Value,
    ) -> Result<serde_json::Value, Diagnostic> {
        self.called(&format!("upgrade {version}"));
        let name = format!("{}+{version}", state["name"].as_str().unwrap());
        state["name"] = name.into();
        Ok(state)
    }
}

#[async_trait]
impl ListResource for TestResource {
    fn list_schema(&self) -> &Schema {
        &self.identity
    }

    async fn list(
        &self,
        request: &ListRequest,
        found: &mpsc::Sender<Listed>,
        _: &Call,
    ) -> Result<(), Diagnostics> {
        self.called("list");
        for number in 0..request.limit {
            let name = Value::from(format!("object {number}"));
            let listed = Listed {
                identity: Value::object([("name", name.clone())]),
                display_name: format!("number {number}"),
                object: request.include_object.then(|| object(name, "made".into())),
                diagnostics: Diagnostics::new(),
            };
            if found.send(listed).await.is_err() {
                self.called("nobody wants more");
                return Ok(());
            }
            self.called("found");
        }
        Ok(())
    }
}

/// A provider of it.
pub(super) struct TestProvider {
    pub schema: Schema,
    pub behaviour: Behaviour,
    pub resources: Vec<Arc<dyn Resource>>,
    pub functions: Vec<Function>,
    pub data_sources: Vec<Arc<dyn DataSource>>,
}

#[async_trait]
impl Provider for TestProvider {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn validate(&self, _: &Value) -> Diagnostics {
        assert!(!matches!(self.behaviour, Behaviour::Panic), "validate");
        Diagnostics::new()
    }

    async fn configure(&self, _: &Value, _: &str) -> Diagnostics {
        assert!(!matches!(self.behaviour, Behaviour::Panic), "configure");
        Diagnostics::new()
    }

    fn resources(&self) -> &[Arc<dyn Resource>] {
        &self.resources
    }

    fn data_sources(&self) -> &[Arc<dyn DataSource>] {
        &self.data_sources
    }

    fn functions(&self) -> &[Function] {
        &self.functions
    }
}

pub(super) fn schema() -> Schema {
    Schema {
        version: VERSION,
        attributes: vec![
            Attribute::new("name", Type::String, Mode::Required, "Name.").replaces(),
            Attribute::new("made", Type::String, Mode::Computed, "Made."),
        ],
        ..Schema::default()
    }
}

pub(super) fn identity_schema() -> Schema {
    let named = Attribute::new("name", Type::String, Mode::Required, "Name.");
    Schema {
        attributes: vec![named],
        ..Schema::default()
    }
}

pub(super) fn object(name: Value, made: Value) -> Value {
    Value::object([("name", name), ("made", made)])
}

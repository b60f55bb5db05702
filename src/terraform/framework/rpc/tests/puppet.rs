//! A provider whose one resource does what a test wants.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use tokio::sync::Notify;

use crate::terraform::framework::private::Private;
use crate::terraform::framework::{Applied, Call, Plan, Provider, Resource};
use crate::terraform::language::{Attribute, Diagnostic, Diagnostics, Mode, Schema, Type, Value};

pub(super) const TYPE: &str = "test_puppet";
pub(super) const VERSION: i64 = 3;

/// How every method of the resource and of the provider behaves.
#[derive(Clone, Debug, Default)]
pub(super) enum Act {
    #[default]
    Well,
    /// Panics.
    Panic,
    /// Goes on when told to.
    Wait(Arc<Notify>),
    /// Ends with an error when the user wants to stop.
    UntilStopped,
}

/// A resource that notes what it is asked.
pub(super) struct Puppet {
    pub schema: Schema,
    pub act: Act,
    /// What it was asked, and what it finished.
    pub log: Arc<Mutex<Vec<String>>>,
}

impl Puppet {
    fn act(&self, what: &str) {
        self.log.lock().unwrap().push(what.to_owned());
        if let Act::Panic = self.act {
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
        self.act(what);
        let mut diagnostics = Diagnostics::new();
        match &self.act {
            Act::Wait(go_on) => go_on.notified().await,
            Act::UntilStopped => {
                call.stop.cancelled().await;
                diagnostics.push(Diagnostic::error("Stopped", "The user wanted it so."));
            }
            Act::Well | Act::Panic => {}
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
impl Resource for Puppet {
    fn type_name(&self) -> &'static str {
        TYPE
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn validate(&self, _: &Value) -> Diagnostics {
        self.act("validate");
        Diagnostics::new()
    }

    async fn plan(&self, _: &mut Plan, _: &Call) {
        self.act("plan");
    }

    async fn plan_destroy(&self, _: &Value, _: &Call) -> Diagnostics {
        self.act("plan_destroy");
        Diagnostics::new()
    }

    async fn create(&self, planned: &Value, private: Private, call: &Call) -> Applied {
        self.make("create", planned, private, call).await
    }

    async fn read(&self, state: &Value, private: Private, _: &Call) -> Applied {
        self.act("read");
        Applied::unchanged(state, private, Diagnostics::new())
    }

    async fn update(&self, _: &Value, planned: &Value, private: Private, call: &Call) -> Applied {
        self.make("update", planned, private, call).await
    }

    async fn delete(&self, _: &Value, private: Private, _: &Call) -> Applied {
        self.act("delete");
        Applied::unchanged(&Value::Null, private, Diagnostics::new())
    }

    async fn import(&self, id: &str, _: &Call) -> Result<Value, Diagnostics> {
        self.act("import");
        Ok(object(id.into(), Value::Null))
    }

    fn upgrade(
        &self,
        version: i64,
        mut state: serde_json::Value,
    ) -> Result<serde_json::Value, Diagnostic> {
        self.act(&format!("upgrade {version}"));
        let name = format!("{}+{version}", state["name"].as_str().unwrap());
        state["name"] = name.into();
        Ok(state)
    }
}

/// A provider of it.
pub(super) struct Stage {
    pub schema: Schema,
    pub act: Act,
    pub resources: Vec<Arc<dyn Resource>>,
}

#[async_trait]
impl Provider for Stage {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn validate(&self, _: &Value) -> Diagnostics {
        assert!(!matches!(self.act, Act::Panic), "validate");
        Diagnostics::new()
    }

    async fn configure(&self, _: &Value, _: &str) -> Diagnostics {
        assert!(!matches!(self.act, Act::Panic), "configure");
        Diagnostics::new()
    }

    fn resources(&self) -> &[Arc<dyn Resource>] {
        &self.resources
    }
}

pub(super) fn schema() -> Schema {
    Schema {
        version: VERSION,
        attributes: vec![
            Attribute::new("name", Type::String, Mode::Required, "Name."),
            Attribute::new("made", Type::String, Mode::Computed, "Made."),
        ],
        ..Schema::default()
    }
}

pub(super) fn object(name: Value, made: Value) -> Value {
    Value::object([("name", name), ("made", made)])
}

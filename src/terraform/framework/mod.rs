//! What Terraform demands around a resource: one place for planning, applying, refreshing, importing and upgrading; and
//! around data sources and functions.
//!
//! A resource says what it is (a schema) and what it does (the trait below); the order of the steps, the defaults,
//! the unknown values and the check of our own answers against Terraform core's rules are here, once for all.

pub mod lifecycle;
pub mod plan;
pub mod check;
pub mod private;
pub mod function;
pub mod calls;
pub mod rpc;
pub mod convert;
pub mod list;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::terraform::framework::function::Function;
use crate::terraform::framework::list::{ListRequest, Listed};
use crate::terraform::framework::private::Private;
use crate::terraform::language::{Diagnostic, Diagnostics, Path, Schema, Value};

/// What the plugin serves: a provider block and the types behind it.
#[async_trait]
pub trait Provider: Send + Sync + 'static {
    /// The provider block.
    fn schema(&self) -> &Schema;

    /// What the schema cannot say about a configuration; values may be unknown.
    fn validate(&self, config: &Value) -> Diagnostics;

    /// Takes a configuration, in place of any earlier one. Values may be unknown. Must not dial.
    async fn configure(&self, config: &Value, terraform_version: &str) -> Diagnostics;

    /// Every resource type, in the order of the docs.
    fn resources(&self) -> &[Arc<dyn Resource>];

    /// Every data source type, in the order of the docs.
    fn data_sources(&self) -> &[Arc<dyn DataSource>] {
        &[]
    }

    /// Every function, in the order of the docs. They work without a configuration.
    fn functions(&self) -> &[Function] {
        &[]
    }
}

/// One resource type.
#[async_trait]
pub trait Resource: Send + Sync + 'static {
    /// As written in a configuration: `wasmcloud_lattice_buckets`.
    fn type_name(&self) -> &'static str;

    /// Its attributes.
    fn schema(&self) -> &Schema;

    /// What the schema cannot say about a configuration; values may be unknown.
    fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::new()
    }

    /// Completes a planned create or update: computed values, replacements, warnings, errors.
    async fn plan(&self, plan: &mut Plan, call: &Call);

    /// Says what a planned destruction loses, or why it will be refused. What it puts into `private` comes back with
    /// [`Resource::delete`].
    async fn plan_destroy(
        &self,
        _prior: &Value,
        _private: &mut Private,
        _call: &Call,
    ) -> Diagnostics {
        Diagnostics::new()
    }

    /// Makes what was planned.
    async fn create(&self, planned: &Value, private: Private, call: &Call) -> Applied;

    /// What exists now of what the state says; `None` for the state means that all of it is gone.
    async fn read(&self, state: &Value, private: Private, call: &Call) -> Applied;

    /// Changes what exists into what was planned.
    async fn update(
        &self,
        prior: &Value,
        planned: &Value,
        private: Private,
        call: &Call,
    ) -> Applied;

    /// Removes what the state says. `None` for the state together with no error means that it is gone.
    async fn delete(&self, prior: &Value, private: Private, call: &Call) -> Applied;

    /// What identifies an object, which Terraform keeps beside its state: a required attribute must be set to import by
    /// it, an optional one may be.
    fn identity_schema(&self) -> &Schema;

    /// The identity of an object of a state or of a plan, by [`Resource::identity_schema`]. It is always made from the
    /// object, so that no answer can forget it; and what it is made from changes only with another object.
    fn identity(&self, object: &Value, private: &Private) -> Value;

    /// The state to start from for an import; core reads it right afterwards.
    ///
    /// # Errors
    /// When the id does not have the documented form.
    async fn import(&self, target: ImportTarget<'_>, call: &Call) -> Result<Value, Diagnostics>;

    /// The smallest configuration that means a state: what Terraform writes for an import without a configuration.
    fn configuration(&self, state: &Value) -> Value;

    /// Raises a stored state from `version` to the next one. Called once for each version in between.
    ///
    /// # Errors
    /// When there is no way from that version.
    fn upgrade(
        &self,
        version: i64,
        _state: serde_json::Value,
    ) -> Result<serde_json::Value, Diagnostic> {
        Err(Diagnostic::error(
            format!("State of {} cannot be upgraded", self.type_name()),
            format!(
                "This provider has no upgrade from schema version {version}. Use a newer version of the provider."
            ),
        ))
    }

    /// A stored state with the attributes that an earlier version of the provider did not have. Called before every plan,
    /// so that Terraform sees no change.
    fn completed(&self, state: Value) -> Value {
        state
    }

    /// What finds existing objects, if they can be listed.
    fn list(&self) -> Option<&dyn ListResource> {
        None
    }

    /// Hears of every object that Terraform has in its state. A tainted object is planned as if it did not exist, and
    /// only this shows that what the server holds is the object's own.
    fn remember(&self, _state: &Value) {}
}

/// One data source type.
#[async_trait]
pub trait DataSource: Send + Sync + 'static {
    /// As written in a configuration: `wasmcloud_lattice_buckets`.
    fn type_name(&self) -> &'static str;

    /// Its attributes.
    fn schema(&self) -> &Schema;

    /// What exists, with what the configuration says: the defaults are in it already.
    ///
    /// # Errors
    /// When it does not exist, or could not be read.
    async fn read(&self, config: &Value, call: &Call) -> Result<Value, Diagnostics>;
}

/// What finds the objects of one resource type.
#[async_trait]
pub trait ListResource: Send + Sync {
    /// The arguments of the block `config` in a `list` block.
    fn list_schema(&self) -> &Schema;

    /// Hands over one object after the other. A receiver that does not want more is closed.
    ///
    /// # Errors
    /// What kept it from finding them.
    async fn list(
        &self,
        request: &ListRequest,
        found: &mpsc::Sender<Listed>,
        call: &Call,
    ) -> Result<(), Diagnostics>;
}

/// What an import names an object by.
#[derive(Clone, Copy, Debug)]
pub enum ImportTarget<'a> {
    /// Its import id.
    Id(&'a str),
    /// Its identity, which satisfies the rules of its schema.
    Identity(&'a Value),
}

/// One call of Terraform that is running.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// Cancelled when the user wants to stop: finish what cannot be left half done, then answer with what exists.
    pub stop: CancellationToken,
    /// Cancelled when the caller is gone: begin nothing more, nobody would know of it.
    pub abandoned: CancellationToken,
    /// How long it has waited for its turn: a part of the time that it may take.
    pub waited: Duration,
}

/// What is being planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The object does not exist yet.
    Create,
    /// The object exists and stays.
    Update,
    /// The object exists and shall not.
    Destroy,
}

/// A create or an update between its first draft and the answer to Terraform.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Create or update; a destruction is planned by [`Resource::plan_destroy`].
    pub action: Action,
    /// What the configuration says; null where it says nothing.
    pub config: Value,
    /// What the last refresh found; null on create.
    pub prior: Value,
    /// The draft, with defaults and unknown values in place; the resource completes it.
    pub planned: Value,
    /// Attributes whose change means another object.
    pub requires_replace: Vec<Path>,
    /// What goes with the object, unseen by the user.
    pub private: Private,
    /// Words for the user.
    pub diagnostics: Diagnostics,
}

/// What an operation left behind: always the state that exists now, whatever went wrong.
#[derive(Clone, Debug)]
pub struct Applied {
    /// What exists now; `None` when nothing does.
    pub state: Option<Value>,
    /// What goes with the object, unseen by the user.
    pub private: Private,
    /// Words for the user.
    pub diagnostics: Diagnostics,
}

impl Applied {
    /// Everything is as it was, and this is why.
    pub fn unchanged(state: &Value, private: Private, diagnostics: impl Into<Diagnostics>) -> Self {
        Self {
            state: (!state.is_null()).then(|| state.clone()),
            private,
            diagnostics: diagnostics.into(),
        }
    }
}

//! A resource type with one bucket, for tests only: it proves that a type needs nothing outside its own file but a row of
//! the catalogue and a line in the list of types.

use crate::catalogue::{Asset, AssetKind, Contents};
use crate::resources::object::argument::{Argument, BUCKET};
use crate::resources::object::member::Member;
use crate::resources::object_type::{Names, ObjectType};
use crate::terraform::language::{Diagnostic, Value};

/// Its row of the catalogue.
const ROW: Asset = Asset {
    key: "cache",
    kind: AssetKind::Bucket,
    name: "component_cache",
    holds: "what components have computed",
    description: None,
    contents: Contents::Precious,
    when_recreated: "Components compute it again.",
    when_read_only: "components compute everything again",
};

/// The resource type.
pub struct OneBucket;

impl ObjectType for OneBucket {
    fn type_name(&self) -> &'static str {
        "wasmcloud_one_bucket"
    }

    fn description(&self) -> &'static str {
        "One bucket."
    }

    fn rows(&self) -> Vec<&'static Asset> {
        vec![&ROW]
    }

    fn common_arguments(&self) -> &'static [Argument] {
        BUCKET
    }

    fn members(&self, _: &Value, names: Names<'_>) -> Vec<Member> {
        vec![Member::new(&ROW, names.of(&ROW))]
    }

    fn import_id(&self, _: &Value, members: &[Member]) -> String {
        members[0].name.clone().unwrap_or_default()
    }

    fn parse_import_id(
        &self,
        _: &str,
        name: &str,
    ) -> Result<Vec<(&'static str, Value)>, Diagnostic> {
        let bucket = Value::object([("bucket", Value::from(name))]);
        Ok(vec![("cache", bucket)])
    }
}

mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::resources::object_type;
    use crate::resources::preflight::fixture::{
        Case, contains, contents, exists, reported, survey,
    };
    use crate::resources::preflight::{data_loss, destroy, existing};
    use crate::resources::resource::ObjectResource;
    use crate::resources::session::Session;
    use crate::terraform::framework::{Call, ImportTarget, Resource};

    #[test]
    fn its_schema_is_one_that_terraform_loads() {
        assert_eq!(object_type::schema(&OneBucket).lint(), Vec::<String>::new());
    }

    #[test]
    fn its_plans_are_checked_by_the_same_rules() {
        let created = Case::create(OneBucket, json!({}));
        let plan = created.plan();
        let mut found = survey(&plan);
        exists(&mut found, "cache", json!({}), json!({}));
        assert_eq!(
            reported(&existing::check(&found, &plan)),
            ["error: Bucket component_cache already exists ()"]
        );

        let changed = Case::update(OneBucket, json!({ "history": 9 }), json!({ "history": 1 }));
        let plan = changed.plan();
        let mut found = survey(&plan);
        let mut state = contents(2);
        state["messages"] = json!(10);
        contains(&mut found, "cache", state);
        assert_eq!(
            reported(&data_loss::check(&found, &plan)),
            ["warning: Change of history deletes data of bucket component_cache (history)"]
        );

        let destroyed = Case::destroy(OneBucket, json!({}));
        let plan = destroyed.plan();
        let mut found = survey(&plan);
        contains(&mut found, "cache", contents(1));
        assert_eq!(
            reported(&destroy::check(&found, &plan)),
            ["error: Bucket component_cache contains 1 key (force_destroy)"]
        );
    }

    #[test]
    fn drift_of_its_bucket_is_planned() {
        let drift = ("cache", json!({ "max_bytes": 7 }));
        let drifted = Case::drifted(OneBucket, json!({}), drift);
        let plan = drifted.plan();

        assert_eq!(plan.actions.len(), 1);
        assert!(plan.differs(&plan.object.members[0], &["max_bytes"]));
    }

    #[tokio::test]
    async fn without_a_connection_it_says_so_instead_of_failing() {
        let resource = ObjectResource::new(OneBucket, Arc::new(Session::default()));
        let call = Call::default();

        let imported = resource
            .import(ImportTarget::Id("component_cache"), &call)
            .await;

        assert_eq!(resource.type_name(), "wasmcloud_one_bucket");
        let said = imported.expect_err("no connection");
        assert_eq!(reported(&said), ["error: Provider is not configured ()"]);
    }
}

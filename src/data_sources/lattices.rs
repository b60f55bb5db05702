//! `wasmcloud_lattices`: every lattice of an account, the incomplete ones too.

use std::sync::Arc;

use async_trait::async_trait;

use crate::data_sources::attributes::{self, computed, connected};
use crate::resources::inventory::pattern::{Pattern, pattern};
use crate::resources::inventory::{Filter, Inventory, inventory};
use crate::resources::lattice_buckets::LatticeBuckets;
use crate::resources::messages::failure::listing_failure;
use crate::resources::object::common::{self, Crud};
use crate::resources::object_type::ObjectType;
use crate::resources::session::Session;
use crate::terraform::framework::{Call, DataSource};
use crate::terraform::language::{
    Attribute, AttributeKind, Diagnostics, Mode, Nesting, Schema, Type, Value, ValueRule,
};

const DESCRIPTION: &str = "All lattices of the account that have at least one of their buckets, by name. Use it to find what \
can be imported, with `for_each` over `lattices`; Terraform 1.14 and newer also have `terraform query` for that.";

/// The data source.
pub struct AllLattices {
    schema: Schema,
    session: Arc<Session>,
}

impl AllLattices {
    /// The data source, on a connection that the provider shares.
    pub fn new(session: Arc<Session>) -> Self {
        let doc = "Lists only lattices with such a name: `*` stands for any letters, `?` for one letter. Without it, all are listed.";
        let name = Attribute::new("name", Type::String, Mode::Optional, doc);
        let nested = vec![
            computed(
                "complete",
                Type::Bool,
                "Whether it has all buckets that hosts need.",
            ),
            computed(
                "missing",
                Type::list(Type::String),
                "Names of the buckets that do not exist. Empty if it is complete.",
            ),
        ];
        let lattices = computed(
            "lattices",
            AttributeKind::Nested(Nesting::Map, nested),
            "The lattices by name. `keys(...)` gives the names.",
        );
        Self {
            schema: attributes::schema(
                DESCRIPTION,
                vec![name.rule(ValueRule::Custom(pattern))],
                vec![lattices],
            ),
            session,
        }
    }
}

#[async_trait]
impl DataSource for AllLattices {
    fn type_name(&self) -> &'static str {
        "wasmcloud_lattices"
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    async fn read(&self, config: &Value, call: &Call) -> Result<Value, Diagnostics> {
        let (mut answer, client) = connected(&self.session, config)?;
        let scope = common::scope(config, Crud::Read, call);
        let name = config.attribute("name").as_str();
        let filter = Filter {
            name: name.map_or_else(Pattern::all, Pattern::new),
            ..Filter::default()
        };
        let found = inventory(&LatticeBuckets.rows(), &filter, &client, &scope).await;
        let found = found.map_err(|error| listing_failure(&error))?;
        answer.set_attribute("lattices", value(&found));
        Ok(answer)
    }
}

fn value(found: &Inventory) -> Value {
    let rows = LatticeBuckets.rows();
    let each = found.objects.iter().map(|(lattice, present)| {
        let missing = present.missing(&rows);
        let missing: Vec<_> = missing
            .map(|row| Value::from(row.name.replace("{}", lattice)))
            .collect();
        let value = Value::object([
            ("complete", missing.is_empty().into()),
            ("missing", Value::List(missing)),
        ]);
        (lattice.as_str(), value)
    });
    Value::object(each)
}

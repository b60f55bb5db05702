//! `wasmcloud_lattices`: every lattice of an account, the incomplete ones too.

use std::sync::Arc;

use async_trait::async_trait;

use crate::data_sources::attributes::{self, computed, connected};
use crate::data_sources::failure;
use crate::resources::lattice_buckets::LatticeBuckets;
use crate::resources::lattices::{Lattices, of_streams};
use crate::resources::object::common::{self, Crud};
use crate::resources::object_type::ObjectType;
use crate::resources::session::Session;
use crate::terraform::framework::{Call, DataSource};
use crate::terraform::language::{AttributeKind, Diagnostics, Nesting, Schema, Type, Value};

const DESCRIPTION: &str = "All lattices of the account that have at least one of their buckets, by name. Use it to find what \
can be imported, with `for_each` over `lattices`.";

/// The data source.
pub struct AllLattices {
    schema: Schema,
    session: Arc<Session>,
}

impl AllLattices {
    /// The data source, on a connection that the provider shares.
    pub fn new(session: Arc<Session>) -> Self {
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
            schema: attributes::schema(DESCRIPTION, Vec::new(), vec![lattices]),
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
        let names = client.stream_names(None, &scope).await;
        let names = names.map_err(|error| {
            failure::unreadable(vec![("the list of streams".to_owned(), error)])
        })?;
        answer.set_attribute("lattices", value(&of_streams(names)));
        Ok(answer)
    }
}

fn value(lattices: &Lattices) -> Value {
    let rows = LatticeBuckets.rows();
    let each = lattices.iter().map(|(lattice, found)| {
        let missing = rows
            .iter()
            .filter(|row| !found.iter().any(|other| other.key == row.key));
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

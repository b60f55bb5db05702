//! What an import starts from: what an import id or an identity says of an object, and what the server adds to that.

use crate::resources::identity;
use crate::resources::object::common::{self, Crud};
use crate::resources::object::domain;
use crate::resources::object_type::ObjectType;
use crate::resources::resource::ObjectResource;
use crate::terraform::framework::private::Private;
use crate::terraform::framework::{Call, Resource};
use crate::terraform::language::{Diagnostics, Value};

impl<T: ObjectType> ObjectResource<T> {
    /// What an import id says of an object.
    pub(super) fn named_by_id(&self, id: &str) -> Result<Value, Diagnostics> {
        let (domain, rest) = domain::split_import_id(&self.session.provider_domain(), id)?;
        let known = self.object_type.parse_import_id(id, rest)?;
        let mut named = common::imported(self.schema(), known);
        named.set_attribute(domain::NAME, domain);
        Ok(named)
    }

    /// What an identity says of an object.
    pub(super) fn named_by_identity(&self, identity: &Value) -> Value {
        let known = identity::attributes(&self.object_type, identity);
        let mut named = common::imported(self.schema(), known);
        let domain = domain::of_identity(&self.session.provider_domain(), identity);
        named.set_attribute(domain::NAME, domain);
        named
    }

    /// Completes what an identity says of an object by what the server tells. What goes wrong, the read that follows
    /// reports.
    pub(super) async fn complete(&self, named: &mut Value, call: &Call) {
        let session = self.session.of_object(named);
        let (Some(row), Ok(client)) = (self.object_type.telling_asset(), session.client()) else {
            return;
        };
        let scope = common::scope(named, Crud::Read, call);
        let stream = row.stream_name(row.name);
        if let Ok(Some(live)) = session.cache.stream(&client, &stream, &scope).await {
            for (name, value) in self.object_type.told(&live.config) {
                named.set_attribute(name, value);
            }
        }
    }

    /// A mistyped name would otherwise import what else the object has, and the next plan replace it.
    pub(super) async fn expect_named_buckets(
        &self,
        imported: &Value,
        call: &Call,
    ) -> Result<(), Diagnostics> {
        let object = self.object_of_state(imported, &Private::default());
        let members = object.members.iter();
        let named: Vec<_> = members
            .filter(|member| member.row.is_named_by_user())
            .collect();
        if named.is_empty() {
            return Ok(());
        }
        let session = self.session.of_object(imported);
        let client = session.client()?;
        let scope = common::scope(imported, Crud::Read, call);
        for member in named {
            let stream = member.stream();
            // What else goes wrong, the read that follows reports.
            if let Ok(None) = session.cache.stream(&client, &stream, &scope).await {
                return Err(self.object_type.bucket_missing(member).into());
            }
        }
        Ok(())
    }
}

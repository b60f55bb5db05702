//! One implementation of a data source for what a resource type manages: configuration, contents, replicas and hazards.

use std::sync::Arc;

use async_trait::async_trait;
use futures::future::join_all;

use crate::data_sources::attributes::{self, argument, connected};
use crate::data_sources::{failure, hazards};
use crate::jetstream::{Client, Scope, StreamInfo};
use crate::resources::lattice_buckets::LatticeBuckets;
use crate::resources::messages::failure::listing_failure;
use crate::resources::object::common::{self, Crud};
use crate::resources::object::member::Member;
use crate::resources::object::private_facts::{keep_window, with_window};
use crate::resources::object_type::{ObjectType, members};
use crate::resources::session::Session;
use crate::resources::wadm::{
    MANIFESTS_BUCKET, MULTITENANT, STATE_BUCKET, WadmJetStream, bucket_names, object_named,
};
use crate::terraform::framework::private::Private;
use crate::terraform::framework::{Call, DataSource};
use crate::terraform::language::{Attribute, Diagnostics, Schema, Type, Value};

/// What a type states about its data source.
pub trait ObjectData: ObjectType {
    /// What it reads, in Markdown.
    fn data_description(&self) -> &'static str;

    /// The arguments that say which object it is.
    fn data_arguments(&self) -> Vec<Attribute>;

    /// What it finds out beside the assets and hazards.
    fn found_attributes(&self) -> Vec<Attribute> {
        Vec::new()
    }

    /// The object that a configuration names, as the state of a resource has it.
    fn object_of(&self, config: &Value) -> Value;

    /// Notes in the object what its streams say of it, and in the answer too.
    fn note_found(&self, _infos: &[StreamInfo], _object: &mut Value, _answer: &mut Value) {}
}

impl ObjectData for LatticeBuckets {
    fn data_description(&self) -> &'static str {
        "The key/value buckets of one lattice, as they are on the server: their configuration, what they contain, and which \
         servers store them. It is an error if one of them does not exist; the data source `wasmcloud_lattices` also finds \
         incomplete lattices.\n\nWhat the buckets contain changes often. Use it in `check` blocks, outputs and conditions, \
         and not in arguments of resources, which every change would change too."
    }

    fn data_arguments(&self) -> Vec<Attribute> {
        self.identity_attributes()
            .into_iter()
            .map(argument)
            .collect()
    }

    fn object_of(&self, config: &Value) -> Value {
        config.clone()
    }
}

impl ObjectData for WadmJetStream {
    fn data_description(&self) -> &'static str {
        "The key/value buckets and streams of one wadm installation (0.12.2 to 0.21.1), as they are on the server: their \
         configuration, what they contain, which servers store them, the mode of wadm, and what keeps wadm from working. It \
         is an error if one of them does not exist.\n\nThe name of this type begins with `wadm`, and the name of the provider \
         is `wasmcloud`: set `provider = wasmcloud` in the data source, as below.\n\nWhat the streams contain changes often. \
         Use it in `check` blocks, outputs and conditions, and not in arguments of resources, which every change would change \
         too."
    }

    fn data_arguments(&self) -> Vec<Attribute> {
        bucket_names().into()
    }

    fn found_attributes(&self) -> Vec<Attribute> {
        let doc = "Whether the streams are those of a wadm that runs with `--multitenant`, as the subjects of `wasmbus_events` show.";
        vec![attributes::computed(MULTITENANT, Type::Bool, doc)]
    }

    fn object_of(&self, config: &Value) -> Value {
        let name = |argument: &str| config.attribute(argument);
        object_named(name(STATE_BUCKET), name(MANIFESTS_BUCKET), &Value::Null)
    }

    fn note_found(&self, infos: &[StreamInfo], object: &mut Value, answer: &mut Value) {
        let row = self.telling_asset();
        let mut infos = infos.iter();
        let telling =
            row.and_then(|row| infos.find(|info| info.config.name() == row.stream_name(row.name)));
        for (name, value) in telling.into_iter().flat_map(|info| self.told(&info.config)) {
            object.set_attribute(name, value.clone());
            answer.set_attribute(name, value);
        }
    }
}

/// A data source that reads what a resource type manages.
pub struct ObjectDataSource<T> {
    object_type: T,
    schema: Schema,
    session: Arc<Session>,
}

impl<T: ObjectData> ObjectDataSource<T> {
    /// The data source, on a connection that the provider shares.
    pub fn new(object_type: T, session: Arc<Session>) -> Self {
        let mut shown = object_type.found_attributes();
        let rows = object_type.rows().into_iter();
        shown.extend(rows.map(attributes::asset));
        shown.push(hazards::attribute(
            "What keeps hosts or wadm from working although everything exists: settings that differ from what they need, replicas that are not current, sources that send nothing, and streams of an old wadm. Empty if nothing was found.",
        ));
        Self {
            schema: attributes::schema(
                object_type.data_description(),
                object_type.data_arguments(),
                shown,
            ),
            object_type,
            session,
        }
    }

    /// All streams of an object, in the order of its members.
    async fn infos(
        &self,
        client: &Client,
        members: &[Member],
        scope: &Scope,
    ) -> Result<Vec<StreamInfo>, Diagnostics> {
        let streams: Vec<_> = members.iter().map(Member::stream).collect();
        let answers = join_all(streams.iter().map(|stream| client.stream(stream, scope))).await;
        let (mut infos, mut missing, mut failures) = (Vec::new(), Vec::new(), Vec::new());
        for (member, answer) in members.iter().zip(answers) {
            match answer {
                Ok(Some(info)) => infos.push(info),
                Ok(None) => missing.push(member),
                Err(error) => failures.push((member.title(), error)),
            }
        }
        let mut diagnostics = failure::unreadable(failures);
        if !missing.is_empty() {
            let identity = self.object_type.identity();
            diagnostics.push(failure::missing(&missing, members.len(), identity));
        }
        match diagnostics.has_error() {
            true => Err(diagnostics),
            false => Ok(infos),
        }
    }
}

#[async_trait]
impl<T: ObjectData> DataSource for ObjectDataSource<T> {
    fn type_name(&self) -> &'static str {
        self.object_type.type_name()
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    async fn read(&self, config: &Value, call: &Call) -> Result<Value, Diagnostics> {
        let (mut answer, client) = connected(&self.session, config)?;
        let scope = common::scope(config, Crud::Read, call);
        let mut object = self.object_type.object_of(&answer);
        let wanted = members(&self.object_type, &object);
        let infos = self.infos(&client, &wanted, &scope);
        let harmful = hazards::harmful(&client, self.object_type.harmful_streams(), &scope);
        let (infos, harmful) = futures::join!(infos, harmful);
        let infos = infos?;
        let harmful = harmful.map_err(|error| listing_failure(&error))?;
        self.object_type
            .note_found(&infos, &mut object, &mut answer);
        let mut hazards = Vec::new();
        for (member, info) in members(&self.object_type, &object).into_iter().zip(&infos) {
            let mut private = Private::default();
            keep_window(&mut private, &member, &info.config);
            let member = with_window(member, &private);
            let value = attributes::value(&member, info);
            hazards.extend(hazards::of_member(&member, info, &value));
            answer.set_attribute(member.row.key, value);
        }
        hazards.extend(harmful);
        answer.set_attribute("hazards", Value::List(hazards));
        Ok(answer)
    }
}

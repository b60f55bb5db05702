//! The list of the objects of a type that exist in an account, for `terraform query`: by the names of streams, and, where
//! Terraform wants it, each read as an import would read it.
//!
//! Objects are handed over as they are read, some at a time, so that the memory does not grow with their number.

use async_trait::async_trait;
use futures::{StreamExt, stream};
use tokio::sync::mpsc;

use crate::catalogue::Asset;
use crate::resources::identity;
use crate::resources::inventory::config::filter;
use crate::resources::inventory::{Filter, Inventory, Present, inventory};
use crate::resources::messages::failure::listing_failure;
use crate::resources::object::common::{self, Crud};
use crate::resources::object::domain;
use crate::resources::object_type::ObjectType;
use crate::resources::resource::ObjectResource;
use crate::terraform::framework::list::{ListRequest, Listed};
use crate::terraform::framework::private::Private;
use crate::terraform::framework::{Call, ListResource, Resource};
use crate::terraform::language::{Diagnostic, Diagnostics, Path, Schema, Value};
use crate::text::count;

/// Objects that are read at once.
const AT_ONCE: usize = 16;
/// The most incomplete objects that a warning names.
const MOST_NAMED: usize = 10;

#[async_trait]
impl<T: ObjectType> ListResource for ObjectResource<T> {
    fn list_schema(&self) -> &Schema {
        &self.list_schema
    }

    async fn list(
        &self,
        request: &ListRequest,
        found: &mpsc::Sender<Listed>,
        call: &Call,
    ) -> Result<(), Diagnostics> {
        let domain = domain::of_search(&self.session.provider_domain(), &request.config)?;
        let place = Value::object([(domain::NAME, domain)]);
        let client = self.session.of_object(&place).client()?;
        let scope = common::scope(&place, Crud::Read, call);
        let (rows, filter) = (
            self.object_type.rows(),
            filter(&self.object_type, &request.config),
        );
        let listed = inventory(&rows, &filter, &client, &scope).await;
        let inventory = listed.map_err(|error| listing_failure(&error))?;
        let buckets = buckets(&rows, &filter, &inventory)?;
        let objects = inventory.objects.into_iter().take(request.limit);
        let objects: Vec<(String, Present)> = objects.collect();
        let mut warning = incomplete(&rows, &objects);
        let (rows, buckets, place) = (&rows, &buckets, &place);
        let read = objects.into_iter().map(|(name, present)| async move {
            let identity = identity::listed(&self.object_type, (&name, buckets), place);
            let missing = present.missing(rows).collect();
            self.listed(identity, missing, request, call).await
        });
        let mut read = stream::iter(read).buffered(AT_ONCE);
        while let Some(one) = read.next().await {
            let Some(mut one) = one else { continue };
            // With the first one: Terraform may not take a message after the last.
            one.diagnostics.extend(warning.take());
            if found.send(one).await.is_err() {
                break;
            }
        }
        Ok(())
    }
}

impl<T: ObjectType> ObjectResource<T> {
    /// What Terraform gets of an object; nothing if it was deleted meanwhile.
    async fn listed(
        &self,
        identity: Value,
        missing: Vec<&'static Asset>,
        request: &ListRequest,
        call: &Call,
    ) -> Option<Listed> {
        let mut named = self.named_by_identity(&identity);
        let private = Private::default();
        let object = self.object_of_state(&named, &private);
        let mut display_name = object.import_id;
        if !missing.is_empty() {
            let members = object.members.iter();
            let members =
                members.filter(|member| missing.iter().any(|row| row.key == member.row.key));
            let titles: Vec<_> = members
                .map(|member| member.name.as_deref().unwrap_or_default())
                .collect();
            display_name += &format!(" (missing: {})", titles.join(", "));
        }
        let mut listed = Listed {
            identity,
            display_name,
            ..Listed::default()
        };
        if request.include_object {
            self.complete(&mut named, call).await;
            let read = self.read(&named, private, call).await;
            if read.state.is_none() && !read.diagnostics.has_error() {
                return None;
            }
            listed.object = read.state.filter(|_| !read.diagnostics.has_error());
            // They are about attributes of the resource, which a `list` block has not.
            let said = read.diagnostics.into_iter();
            listed.diagnostics = said.map(|one| one.at(Path::root())).collect();
        }
        Some(listed)
    }
}

/// The names of the buckets that users name: what was found, else what was looked for.
///
/// # Errors
/// When several buckets match.
pub fn buckets(
    rows: &[&'static Asset],
    filter: &Filter,
    inventory: &Inventory,
) -> Result<Vec<(&'static str, String)>, Diagnostics> {
    let mut several = Diagnostics::new();
    let named = rows.iter().filter(|row| row.is_named_by_user());
    let named = named.map(|row| {
        let found = inventory.buckets.get(row.key).map(Vec::as_slice);
        let name = match found.unwrap_or_default() {
            [only] => only.clone(),
            [] => {
                let pattern = filter.bucket(row);
                pattern.literal().unwrap_or(row.name).to_owned()
            }
            names => {
                let detail = format!(
                    "These buckets have such a name: {}. Set the name of the one that wadm uses.",
                    names.join(", ")
                );
                let path = Path::attribute(identity::bucket_name(row));
                several.push(Diagnostic::error("Several buckets match", detail).at(path));
                String::new()
            }
        };
        (row.key, name)
    });
    let named = named.collect();
    match several.is_empty() {
        true => Ok(named),
        false => Err(several),
    }
}

/// What is said of objects of which only a part exists.
pub fn incomplete(rows: &[&'static Asset], objects: &[(String, Present)]) -> Option<Diagnostic> {
    let incomplete: Vec<_> = objects
        .iter()
        .filter(|(_, present)| present.missing(rows).next().is_some())
        .collect();
    if incomplete.is_empty() {
        return None;
    }
    let line = |(name, present): &&(String, Present)| {
        let missing = present
            .missing(rows)
            .map(|row| row.name.replace("{}", name));
        format!("\n  - {}", missing.collect::<Vec<_>>().join(", "))
    };
    let mut lines: Vec<_> = incomplete.iter().take(MOST_NAMED).map(line).collect();
    if incomplete.len() > MOST_NAMED {
        lines.push(format!(
            "\n  - and those of {} more",
            incomplete.len() - MOST_NAMED
        ));
    }
    let has_named =
        |(_, present): &&(String, Present)| present.missing(rows).any(|row| row.is_named_by_user());
    let advice = match incomplete.iter().any(has_named) {
        true => {
            "\nIf a bucket has another name, set it in `config`. If it does not exist, it cannot be imported: set `adopt_existing = true` in the resource instead, which adopts what exists and creates what does not."
        }
        false => "\nThe apply after an import creates what does not exist.",
    };
    let objects = count(incomplete.len() as u64, "object");
    let verb = if incomplete.len() == 1 { "is" } else { "are" };
    Some(Diagnostic::warning(
        format!("{objects} of the list {verb} incomplete"),
        format!(
            "These buckets or streams do not exist:{}{advice}",
            lines.concat()
        ),
    ))
}

//! Deleting one asset.

use crate::resources::apply::Operation;
use crate::resources::apply::asset::read_again;
use crate::resources::apply::outcome::{Live, Outcome};
use crate::resources::messages::failure::failure;
use crate::resources::object::common::Crud;
use crate::resources::object::member::Member;

/// Deletes an asset that exists.
pub async fn delete_one(operation: &Operation<'_>, member: &Member) -> Outcome {
    let Operation {
        client,
        scope,
        session,
        state: prior,
        ..
    } = *operation;
    session.cache.forget(&member.stream());
    match client.delete(&member.stream(), scope).await {
        Ok(_) => {
            session.cache.forget_account();
            Outcome::quiet(Live::Absent)
        }
        Err(error) => {
            let live = if error.is_unknown_outcome() {
                read_again(operation, member, Live::Unchanged).await
            } else {
                Live::Unchanged
            };
            Outcome::failed(live, failure(member, Crud::Delete, &error, prior))
        }
    }
}

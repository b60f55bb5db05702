//! What is done to one asset.

pub mod create;
pub mod change;
pub mod replace;
pub mod delete;
pub mod wait;
pub mod receives;
pub mod first_sequence;

use crate::resources::apply::Operation;
use crate::resources::apply::outcome::Live;
use crate::resources::object::common::ROLLBACK;
use crate::resources::object::member::Member;

/// What a stream is after something went wrong with it.
pub async fn read_again(operation: &Operation<'_>, member: &Member, otherwise: Live) -> Live {
    let scope = operation.scope.aftermath(ROLLBACK);
    let (cache, stream) = (&operation.session.cache, member.stream());
    match cache.stream(operation.client, &stream, &scope).await {
        Ok(Some(info)) => Live::Stream(Box::new(info)),
        Ok(None) => Live::Absent,
        Err(_) => otherwise,
    }
}

//! What the rules of the preflight know about a plan besides its values: plain data. [`requests`] asks the server for it.

pub mod requests;

use std::collections::HashMap;

use crate::jetstream::{
    Account, DataLoss, Error, OperationKind, ServerInfo, SettingChange, StreamInfo,
};
use crate::resources::object::member::Member;
use crate::resources::object::storage::StorageChange;
use crate::resources::session::cache::{InState, Snapshot};

/// What is known about a plan besides its values: plain data.
#[derive(Debug, Default)]
pub struct Survey<'p> {
    /// The streams for which other objects of the configuration have plans that exclude this one.
    pub conflicts: Vec<Conflict>,
    /// The existing streams that a resource of another provider block has.
    pub taken: Vec<String>,
    /// The streams of the assets that Terraform's state has, in this object or another, and what it says of them.
    pub in_state: HashMap<String, InState>,
    /// The addresses of the servers, for the reader.
    pub server: String,
    /// The connected server, where it stores the streams itself.
    pub server_info: Option<ServerInfo>,
    /// Whether streams there can have replicas, if the plan depends on it and it is known.
    pub clustered: Option<bool>,
    /// Each asset that is created or changed, as it is.
    pub assets: Vec<Answer<'p, Snapshot>>,
    /// Each asset of the prior object, if it is destroyed or another takes its place.
    pub deleted: Vec<Answer<'p, Snapshot>>,
    /// How many messages a smaller limit per subject deletes, by asset and setting, where counting took a request.
    pub counted: HashMap<(&'static str, String), u64>,
    /// Whether the user may do what is planned.
    pub permissions: Vec<Answer<'p, ()>>,
    /// Whether the user may delete what is replaced or destroyed.
    pub delete_permissions: Vec<Answer<'p, ()>>,
    /// The account.
    pub account: Option<Result<Account, Error>>,
    /// What all plans of this process together do to the account's storage, by stream.
    pub storage: HashMap<String, StorageChange>,
    /// The streams that have subjects of the assets.
    pub subject_owners: Vec<Answer<'p, Vec<String>>>,
    /// The longest message that the connected server takes, in bytes.
    pub max_payload: Option<usize>,
    /// What keeps the replicas of an asset from being all current, as a clause, where that was not reported yet.
    pub unsettled: Vec<(&'p Member, String)>,
    /// The streams that break the object's users and exist.
    pub harmful: Vec<Present>,
}

/// An answer about an asset.
#[derive(Debug)]
pub struct Answer<'p, T> {
    /// The asset.
    pub member: &'p Member,
    /// What the plan does to it.
    pub kind: OperationKind,
    /// What the server answered.
    pub result: Result<T, Error>,
}

impl Answer<'_, Snapshot> {
    /// The asset as it is; absent if there is none, or it could not be read.
    pub fn info(&self) -> Option<&StreamInfo> {
        self.result.as_ref().ok()?.info.as_ref()
    }
}

impl<'p> Survey<'p> {
    /// The assets that are created or changed and exist, as they are.
    pub fn existing(&self) -> impl Iterator<Item = (&'p Member, &StreamInfo)> {
        let assets = self.assets.iter();
        assets.filter_map(|asset| Some((asset.member, asset.info()?)))
    }

    /// What a change deletes, if its messages were counted.
    pub fn loss(
        &self,
        member: &Member,
        change: &SettingChange,
        live: &StreamInfo,
    ) -> Option<DataLoss> {
        let counted = self.counted.get(&(member.row.key, change.key.clone()))?;
        Some(DataLoss::messages(*counted, live))
    }
}

/// A stream for which another object has a plan that excludes this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Its name.
    pub stream: String,
    /// Whether Terraform's state has it in one of the two objects; otherwise both would create it.
    pub is_in_state: bool,
}

/// A stream that breaks the users of an object when it exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HarmfulStream {
    /// Its name.
    pub name: &'static str,
    /// What happens, and what to do: sentences; `{}` stands for the name.
    pub effect: &'static str,
}

/// One that exists.
#[derive(Clone, Debug)]
pub struct Present {
    /// Which.
    pub stream: HarmfulStream,
    /// What it contains; absent if it could not be read.
    pub info: Option<StreamInfo>,
}

//! What this process has seen of one JetStream, and what it plans there.
//!
//! Terraform runs one process for all objects of a configuration, so what is the same for all of them is requested
//! once.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;

use crate::jetstream::{Account, Client, Error, Scope, StreamConfig, StreamInfo};
use crate::resources::object::storage::StorageChange;
use crate::resources::session::stream_uses::{StreamUse, StreamUses};

/// How long an answer about a stream counts as current: Terraform plans a second time right before it applies, and the
/// server need not be asked twice within that moment.
const CURRENT: Duration = Duration::from_secs(1);

/// So many are kept before those that are not current are dropped.
const MOST_SNAPSHOTS: usize = 100;

/// A stream as it was at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// When the request was sent.
    pub requested: Instant,
    /// The stream; `None` if there was none.
    pub info: Option<StreamInfo>,
}

/// A snapshot as it is kept: the configuration as text, which takes a quarter of the memory of its JSON value. A plan of
/// many objects sees all of their streams within the time that they count as current.
struct Kept {
    snapshot: Snapshot,
    config: String,
}

impl Kept {
    fn of(mut snapshot: Snapshot) -> Self {
        let info = snapshot.info.as_mut();
        let config = info.map(|info| std::mem::take(&mut info.config).to_string());
        Self {
            config: config.unwrap_or_default(),
            snapshot,
        }
    }

    fn is_current(&self) -> bool {
        self.snapshot.requested.elapsed() < CURRENT
    }

    /// The snapshot as it was; `None` if its configuration cannot be read.
    fn snapshot(&self) -> Option<Snapshot> {
        let mut snapshot = self.snapshot.clone();
        if let Some(info) = &mut snapshot.info {
            info.config = StreamConfig::from_value(serde_json::from_str(&self.config).ok()?)?;
        }
        Some(snapshot)
    }
}

/// What Terraform's state says of a stream that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InState {
    /// Whether a destroy may delete what it contains.
    pub force_destroy: bool,
}

/// What was seen and planned.
///
/// What is read once per process is boxed: of all calls that wait for it, one runs it.
#[derive(Default)]
pub struct Cache(Mutex<Entries>);

#[derive(Default)]
struct Entries {
    snapshots: HashMap<String, Kept>,
    in_state: HashMap<String, InState>,
    uses: StreamUses,
    reported: HashSet<String>,
    stream_names: Arc<OnceCell<Vec<String>>>,
    foreign_bucket_subjects: Arc<OnceCell<Vec<String>>>,
    account: Arc<OnceCell<Account>>,
    clustered: Arc<OnceCell<Option<bool>>>,
    /// What is planned since the account was read, by stream: an object that is planned twice counts once.
    storage: HashMap<String, StorageChange>,
}

impl Cache {
    /// A stream as it is now.
    ///
    /// # Errors
    /// As [`Client::stream`].
    pub async fn stream(
        &self,
        client: &Client,
        name: &str,
        scope: &Scope,
    ) -> Result<Option<StreamInfo>, Error> {
        let requested = Instant::now();
        let info = client.stream(name, scope).await?;
        let kept = Kept::of(Snapshot {
            requested,
            info: info.clone(),
        });
        let mut entries = self.lock();
        if entries.snapshots.len() >= MOST_SNAPSHOTS {
            entries.snapshots.retain(|_, kept| kept.is_current());
        }
        entries.snapshots.insert(name.to_owned(), kept);
        Ok(info)
    }

    /// A stream as it was a moment ago, if it was read then, else as it is now.
    ///
    /// # Errors
    /// As [`Client::stream`].
    pub async fn snapshot(
        &self,
        client: &Client,
        name: &str,
        scope: &Scope,
    ) -> Result<Snapshot, Error> {
        if let Some(current) = self.current(name) {
            return Ok(current);
        }
        let requested = Instant::now();
        Ok(Snapshot {
            requested,
            info: self.stream(client, name, scope).await?,
        })
    }

    fn current(&self, name: &str) -> Option<Snapshot> {
        let entries = self.lock();
        let kept = entries.snapshots.get(name);
        kept.filter(|kept| kept.is_current())?.snapshot()
    }

    /// Forgets what was seen of a stream, because it was or is about to be changed.
    pub fn forget(&self, name: &str) {
        self.lock().snapshots.remove(name);
    }

    /// Limits and use of the account, read once per process.
    ///
    /// # Errors
    /// As [`Client::account`].
    pub async fn account(&self, client: &Client, scope: &Scope) -> Result<Account, Error> {
        let account = self.lock().account.clone();
        let read = || Box::pin(client.account(scope));
        client
            .within(scope, account.get_or_try_init(read))
            .await
            .cloned()
    }

    /// Whether JetStream is clustered, found out once per process.
    pub async fn is_clustered(&self, client: &Client, scope: &Scope) -> Option<bool> {
        let clustered = self.lock().clustered.clone();
        let read = || Box::pin(client.is_clustered(scope));
        *clustered.get_or_init(read).await
    }

    /// Storage was freed, so that the account must be read again. What is planned and not done yet is forgotten with
    /// it: it is better to leave a diagnostic out than to refuse what would fit.
    pub fn forget_account(&self) {
        let mut contents = self.lock();
        contents.account = Arc::default();
        contents.storage.clear();
    }

    /// Records what a plan does to the account's storage, and answers everything that is planned since the account was
    /// read, by stream. In one step: of two plans that are too much together, only the second is refused.
    pub fn plan_storage(
        &self,
        changes: impl IntoIterator<Item = (String, StorageChange)>,
    ) -> HashMap<String, StorageChange> {
        let mut contents = self.lock();
        contents.storage.extend(changes);
        contents.storage.clone()
    }

    /// The names of all streams, read once per process.
    ///
    /// # Errors
    /// As [`Client::stream_names`].
    pub async fn stream_names(&self, client: &Client, scope: &Scope) -> Result<Vec<String>, Error> {
        let names = self.lock().stream_names.clone();
        let read = || Box::pin(client.stream_names(None, scope));
        client
            .within(scope, names.get_or_try_init(read))
            .await
            .cloned()
    }

    /// Streams with subjects of buckets that are not buckets, read once per process.
    ///
    /// # Errors
    /// As [`Client::stream_names`].
    pub async fn foreign_bucket_subjects(
        &self,
        client: &Client,
        scope: &Scope,
    ) -> Result<Vec<String>, Error> {
        let foreign = self.lock().foreign_bucket_subjects.clone();
        let read = || async {
            let mut names = Box::pin(client.stream_names(Some("$KV.>"), scope)).await?;
            names.retain(|name| !name.starts_with("KV_"));
            Ok(names)
        };
        client
            .within(scope, foreign.get_or_try_init(read))
            .await
            .cloned()
    }

    /// Records that Terraform's state has this stream, so that a later plan does not report it as existing.
    pub fn record_in_state(&self, stream: &str, in_state: InState) {
        self.lock().in_state.insert(stream.to_owned(), in_state);
    }

    /// What Terraform's state says of this stream, if it has it.
    pub fn in_state(&self, stream: &str) -> Option<InState> {
        self.lock().in_state.get(stream).copied()
    }

    /// As [`StreamUses::record`] for each stream of an object: the conflicting use of each.
    ///
    /// All at once: between two objects that are planned at the same time, each would otherwise conflict with the
    /// other, and not only the second with the first.
    pub fn record_uses<'a>(
        &self,
        uses: impl IntoIterator<Item = (&'a str, StreamUse, Option<&'a str>)>,
    ) -> Vec<Option<StreamUse>> {
        let mut contents = self.lock();
        let uses = uses.into_iter();
        uses.map(|(stream, stream_use, object)| contents.uses.record(stream, stream_use, object))
            .collect()
    }

    /// Whether something is reported for the first time: a refresh and the plan after it would else report it twice.
    pub fn report_once(&self, what: &str) -> bool {
        self.lock().reported.insert(what.to_owned())
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_snapshot_comes_back_as_it_was() {
        let answer = json!({
            "config": {
                "name": "KV_A", "retention": "limits", "max_age": 70_000_000_000_u64, "max_bytes": -1,
                "newer": { "z": [1.5, null], "a": u64::MAX }, "metadata": { "b": "\u{1f600}\n", "a": "" },
            },
            "state": { "messages": 3, "last_seq": 7 },
            "created": "2026-01-01T00:00:00.123456789Z",
            "ts": "2026-01-02T00:00:00Z",
            "domain": "hub",
        });
        let found = StreamInfo::read(&answer).expect("a configuration");
        for info in [Some(found), None] {
            let snapshot = Snapshot {
                requested: Instant::now(),
                info,
            };

            let kept = Kept::of(snapshot.clone());

            let again = kept.snapshot().expect("a configuration that can be read");
            assert_eq!(again.info, snapshot.info);
            assert_eq!(again.requested, snapshot.requested);
            let text = |snapshot: Snapshot| snapshot.info.map(|info| info.config.to_string());
            assert_eq!(text(again), text(snapshot), "the order of the keys");
        }
    }
}

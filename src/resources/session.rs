//! What all resources of one configured provider share: the client, and what this process has seen of the server.
//!
//! Terraform may configure the same process again (`-debug`), so everything here is replaceable.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;

use crate::jetstream::{Account, ApiPrefix, Client, Error, Scope, StreamInfo, WithOrigin};
use crate::resources::preflight::object_conflicts::{Claim, Claims};
use crate::terraform::language::Diagnostic;

/// How long an answer about a stream counts as read just now: Terraform plans a second time right before it applies,
/// and the server need not be asked twice within that moment.
const JUST_NOW: Duration = Duration::from_secs(1);

/// The connection, and the places it leads to.
#[derive(Default)]
pub struct Session {
    shared: Mutex<Shared>,
}

#[derive(Default)]
struct Shared {
    connection: Connection,
    places: HashMap<String, Arc<Place>>,
}

/// One JetStream that the connection leads to, and what was seen there.
#[derive(Default)]
pub struct Place {
    connection: Connection,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    seen: HashMap<String, (Instant, Option<StreamInfo>)>,
    owned: HashSet<String>,
    claims: Claims,
    said: HashSet<String>,
    names: Arc<OnceCell<Vec<String>>>,
    intruders: Arc<OnceCell<Vec<String>>>,
    account: Arc<OnceCell<Account>>,
    /// What is planned since the account was asked for, by stream: an object that is planned twice counts once.
    moves: HashMap<String, Move>,
}

/// What a plan does to the room in an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Move {
    /// The stream as it is; `None` if there is none.
    pub from: Option<Room>,
    /// The stream as it will be; `None` if it goes.
    pub to: Option<Room>,
}

/// The room of one stream in an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// The number of servers that keep it.
    pub replicas: u64,
    /// Whether it is kept in memory.
    pub in_memory: bool,
    /// What it reserves by `max_bytes`; 0 without a limit.
    pub bytes: u64,
}

/// Whether there is something to connect to.
#[derive(Clone, Default)]
pub enum Connection {
    /// The provider was not configured; only schemas and validation are served.
    #[default]
    Unconfigured,
    /// The configuration has values that are known only at apply; these are their names.
    Unknown(Vec<String>),
    /// Configured. Nothing is dialled before the first question.
    Ready(Client),
}

/// A stream as somebody saw it.
#[derive(Clone, Debug)]
pub struct Sight {
    /// When the server was asked.
    pub asked: Instant,
    /// The stream; `None` if there was none.
    pub info: Option<StreamInfo>,
}

impl Session {
    /// Takes a new connection and forgets everything about the one before.
    pub fn configure(&self, connection: Connection) {
        *self.lock() = Shared {
            connection,
            ..Shared::default()
        };
    }

    /// The domain of objects that name none; `None` while the provider's configuration is not known.
    pub fn default_domain(&self) -> Option<Option<String>> {
        match &self.lock().connection {
            Connection::Ready(client) => Some(client.api_prefix().domain().map(str::to_owned)),
            Connection::Unknown(_) | Connection::Unconfigured => None,
        }
    }

    /// The subject in front of the API, if the provider block gives one.
    pub fn api_prefix(&self) -> Option<String> {
        match &self.lock().connection {
            Connection::Ready(client) => match client.api_prefix() {
                ApiPrefix::Custom(prefix) => Some(prefix.clone()),
                ApiPrefix::Default | ApiPrefix::Domain(_) => None,
            },
            Connection::Unknown(_) | Connection::Unconfigured => None,
        }
    }

    /// The JetStream of a domain; `None` is no domain, whatever the provider block says of one.
    pub fn place(&self, domain: Option<&str>) -> Arc<Place> {
        let mut shared = self.lock();
        let connection = match &shared.connection {
            Connection::Ready(client) => Connection::Ready(elsewhere(client, domain)),
            unready => unready.clone(),
        };
        let key = match &connection {
            Connection::Ready(client) => client.api_prefix().prefix(),
            _ => domain.unwrap_or_default().to_owned(),
        };
        let place = || Arc::new(Place::at(connection));
        shared.places.entry(key).or_insert_with(place).clone()
    }

    /// A place that is not known yet, because this argument is not.
    pub fn nowhere(&self, argument: &str) -> Arc<Place> {
        Arc::new(Place::at(Connection::Unknown(vec![format!(
            "`{argument}`"
        )])))
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The client for a domain.
fn elsewhere(client: &Client, domain: Option<&str>) -> Client {
    let space = match (domain, client.api_prefix()) {
        (Some(domain), _) => ApiPrefix::Domain(domain.to_owned()),
        (None, ApiPrefix::Custom(prefix)) => ApiPrefix::Custom(prefix.clone()),
        (None, ApiPrefix::Default | ApiPrefix::Domain(_)) => ApiPrefix::Default,
    };
    match space == *client.api_prefix() {
        true => client.clone(),
        false => client.with_api_prefix(WithOrigin::new(
            space,
            "the argument `jetstream_domain` of the resource",
        )),
    }
}

impl Place {
    fn at(connection: Connection) -> Self {
        Self {
            connection,
            ..Self::default()
        }
    }

    /// The client.
    ///
    /// # Errors
    /// When the provider is not configured yet, or its configuration is not known yet.
    pub fn client(&self) -> Result<Client, Diagnostic> {
        match &self.connection {
            Connection::Ready(client) => Ok(client.clone()),
            Connection::Unknown(names) => Err(Diagnostic::error(
                "Provider configuration is not known yet",
                format!(
                    "The provider needs {} to ask the NATS server, and the value is known only after apply. Apply what it comes from first (`terraform apply -target=...`), or plan with `-refresh=false`.",
                    names.join(", ")
                ),
            )),
            Connection::Unconfigured => Err(Diagnostic::error(
                "Provider is not configured",
                "Terraform asked for an operation on the NATS server before it configured the provider. Please report this with the Terraform version.",
            )),
        }
    }

    /// The client, if there is one already: what is asked of it only adds words to a plan.
    pub fn client_if_known(&self) -> Option<Client> {
        match &self.connection {
            Connection::Ready(client) => Some(client.clone()),
            _ => None,
        }
    }

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
        let asked = Instant::now();
        let info = client.stream(name, scope).await?;
        self.lock()
            .seen
            .insert(name.to_owned(), (asked, info.clone()));
        Ok(info)
    }

    /// A stream as it was a moment ago, if it was asked for then, else as it is now; and when it was asked for.
    ///
    /// # Errors
    /// As [`Client::stream`].
    pub async fn stream_just_now(
        &self,
        client: &Client,
        name: &str,
        scope: &Scope,
    ) -> Result<Sight, Error> {
        let seen = self
            .lock()
            .seen
            .get(name)
            .filter(|(when, _)| when.elapsed() < JUST_NOW)
            .cloned();
        if let Some((asked, info)) = seen {
            return Ok(Sight { asked, info });
        }
        let asked = Instant::now();
        Ok(Sight {
            asked,
            info: self.stream(client, name, scope).await?,
        })
    }

    /// Forgets what was seen of a stream, because it was or is about to be changed.
    pub fn forget(&self, name: &str) {
        self.lock().seen.remove(name);
    }

    /// Limits and use of the account, asked for once per process.
    ///
    /// # Errors
    /// As [`Client::account`].
    pub async fn account(&self, client: &Client, scope: &Scope) -> Result<Account, Error> {
        let account = self.lock().account.clone();
        account
            .get_or_try_init(|| client.account(scope))
            .await
            .cloned()
    }

    /// Takes note of what a plan does to the room in the account.
    pub fn plan_room(&self, stream: &str, planned: Move) {
        self.lock().moves.insert(stream.to_owned(), planned);
    }

    /// Everything that is planned since the account was asked for, by stream.
    pub fn moves(&self) -> HashMap<String, Move> {
        self.lock().moves.clone()
    }

    /// Room was freed, so that the account must be asked again. What is planned and not done yet is forgotten with it:
    /// it is better to leave a word out than to refuse what would fit.
    pub fn recount(&self) {
        let mut inner = self.lock();
        inner.account = Arc::default();
        inner.moves.clear();
    }

    /// The names of all streams, asked for once per process.
    ///
    /// # Errors
    /// As [`Client::stream_names`].
    pub async fn names(&self, client: &Client, scope: &Scope) -> Result<Vec<String>, Error> {
        let names = self.lock().names.clone();
        let ask = || client.stream_names(None, scope);
        names.get_or_try_init(ask).await.cloned()
    }

    /// Whether something is said for the first time: a refresh and the plan after it would else say it twice.
    pub fn first_said(&self, what: &str) -> bool {
        self.lock().said.insert(what.to_owned())
    }

    /// Streams that take subjects of buckets without being buckets, asked for once per process.
    ///
    /// # Errors
    /// As [`Client::stream_names`].
    pub async fn bucket_intruders(
        &self,
        client: &Client,
        scope: &Scope,
    ) -> Result<Vec<String>, Error> {
        let intruders = self.lock().intruders.clone();
        let ask = || async {
            let mut names = client.stream_names(Some("$KV.>"), scope).await?;
            names.retain(|name| !name.starts_with("KV_"));
            Ok(names)
        };
        intruders.get_or_try_init(ask).await.cloned()
    }

    /// Streams that listen to any of some subjects.
    ///
    /// # Errors
    /// As [`Client::stream_names`].
    pub async fn subject_owners(
        &self,
        client: &Client,
        subjects: &[String],
        scope: &Scope,
    ) -> Result<Vec<String>, Error> {
        let names = futures::future::try_join_all(
            subjects
                .iter()
                .map(|subject| client.stream_names(Some(subject), scope)),
        )
        .await?;
        Ok(names.concat())
    }

    /// Notes that Terraform's state has this stream, so that finding it is no surprise when it is planned anew.
    pub fn own(&self, stream: &str) {
        self.lock().owned.insert(stream.to_owned());
    }

    /// As [`Claims::claim`].
    pub fn claim(&self, stream: &str, claim: Claim, object: Option<&str>) -> Option<Claim> {
        self.lock().claims.claim(stream, claim, object)
    }

    /// Whether Terraform's state has this stream.
    pub fn owns(&self, stream: &str) -> bool {
        self.lock().owned.contains(stream)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

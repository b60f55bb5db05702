//! What all resources of one configured provider share: the client, and what this process has seen of the server.
//!
//! Terraform may configure the same process again (`-debug`), so everything here is replaceable.

pub mod cache;
pub mod claims;
pub mod run;
pub mod shown;
pub mod stream_uses;
pub mod walks;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::jetstream::{ApiPrefix, Client, WithOrigin};
use crate::resources::object::domain::{self, ProviderDomain};
use crate::resources::session::cache::Cache;
use crate::resources::session::run::{Run, hash_of};
use crate::resources::session::shown::{Phase, ShownFor};
use crate::resources::session::walks::{Several, Walks};
use crate::terraform::framework::Action;
use crate::terraform::language::{Diagnostic, Diagnostics, Value};

/// How soon to look again whether what was validated is planned by now.
const ASK_AGAIN: Duration = Duration::from_millis(20);

/// The connection, and the JetStream domains that it leads to.
#[derive(Default)]
pub struct Session {
    shared: Mutex<Connected>,
}

#[derive(Default)]
struct Connected {
    /// A hash of the provider block.
    configuration: u64,
    connection: Connection,
    domains: HashMap<String, Arc<DomainSession>>,
    walks: Walks,
}

/// Whether there is something to connect to.
#[derive(Clone, Default)]
pub enum Connection {
    /// The provider was not configured; only schemas and validation are served.
    #[default]
    Unconfigured,
    /// The configuration has values that are known only at apply; these are their names.
    Unknown(Vec<String>),
    /// Configured. Nothing is dialled before the first request.
    Ready(Client),
}

/// One JetStream that the connection leads to, and what was seen there.
#[derive(Default)]
pub struct DomainSession {
    connection: Connection,
    /// What this process has seen and planned there.
    pub cache: Cache,
}

impl Session {
    /// Takes a new connection, that of a provider block, and forgets everything about the one before.
    pub fn configure(&self, connection: Connection, block: &Value) {
        // From now on the processes of other provider blocks know of this one.
        Run::this();
        *self.lock() = Connected {
            configuration: hash_of(block),
            connection,
            domains: HashMap::new(),
            walks: Walks::default(),
        };
    }

    /// Records that a resource's configuration was found valid.
    pub fn validated(&self, config: &Value) {
        self.lock().walks.validated(config);
    }

    /// Records that a resource's configuration is planned.
    pub fn planned(&self, config: &Value, action: Action) {
        self.lock().walks.planned(config, action);
    }

    /// Whether this process serves one walk of Terraform after the other, so that what it has recorded of a stream may
    /// be of an earlier one: see [`walks`].
    pub async fn serves_several_walks(&self) -> bool {
        loop {
            let several = self.lock().walks.several();
            match several {
                Several::Yes => return true,
                Several::No => return false,
                Several::NotKnownYet => tokio::time::sleep(ASK_AGAIN).await,
            }
        }
    }

    /// The diagnostics without the warnings about an object that the plan of this run has shown already. `object`: its
    /// type and id; nothing for the provider block.
    pub fn not_shown_before(
        &self,
        diagnostics: Diagnostics,
        phase: Phase,
        shown_for: ShownFor,
        object: &[&str],
    ) -> Diagnostics {
        let configuration = self.lock().configuration;
        shown::not_shown_before(diagnostics, phase, &(configuration, shown_for, object))
    }

    /// What the provider block says of where JetStream is.
    pub fn provider_domain(&self) -> ProviderDomain {
        let Connection::Ready(client) = &self.lock().connection else {
            return ProviderDomain::default();
        };
        ProviderDomain {
            domain: Some(client.api_prefix().domain().map(str::to_owned)),
            api_prefix: match client.api_prefix() {
                ApiPrefix::Custom(prefix) => Some(prefix.clone()),
                ApiPrefix::Default | ApiPrefix::Domain(_) => None,
            },
        }
    }

    /// The JetStream of an object of the state or of a plan.
    pub fn of_object(&self, object: &Value) -> Arc<DomainSession> {
        match object.attribute(domain::NAME) {
            // Not known yet, because the argument is not.
            Value::Unknown => {
                let argument = format!("`{}`", domain::NAME);
                Arc::new(DomainSession::new(Connection::Unknown(vec![argument])))
            }
            domain => self.of_domain(domain.as_str()),
        }
    }

    /// The JetStream of a domain; `None` is no domain, whatever the provider block says of one.
    fn of_domain(&self, domain: Option<&str>) -> Arc<DomainSession> {
        let mut shared = self.lock();
        let connection = match &shared.connection {
            Connection::Ready(client) => Connection::Ready(client_for(client, domain)),
            unready => unready.clone(),
        };
        let key = match &connection {
            Connection::Ready(client) => client.api_prefix().prefix(),
            _ => domain.unwrap_or_default().to_owned(),
        };
        let session = || Arc::new(DomainSession::new(connection));
        shared.domains.entry(key).or_insert_with(session).clone()
    }

    fn lock(&self) -> MutexGuard<'_, Connected> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The client for a domain.
fn client_for(client: &Client, domain: Option<&str>) -> Client {
    let api_prefix = match (domain, client.api_prefix()) {
        (Some(domain), _) => ApiPrefix::Domain(domain.to_owned()),
        (None, ApiPrefix::Custom(prefix)) => ApiPrefix::Custom(prefix.clone()),
        (None, ApiPrefix::Default | ApiPrefix::Domain(_)) => ApiPrefix::Default,
    };
    match api_prefix == *client.api_prefix() {
        true => client.clone(),
        false => client.with_api_prefix(WithOrigin::new(
            api_prefix,
            "the argument `jetstream_domain` of the resource",
        )),
    }
}

impl DomainSession {
    fn new(connection: Connection) -> Self {
        Self {
            connection,
            cache: Cache::default(),
        }
    }

    /// The client, for a resource.
    ///
    /// # Errors
    /// When the provider is not configured yet, or its configuration is not known yet.
    pub fn client(&self) -> Result<Client, Diagnostic> {
        self.client_or("or plan with `-refresh=false`")
    }

    /// The client, for a data source: Terraform reads it in the apply if it depends on what the apply changes.
    ///
    /// # Errors
    /// When the provider is not configured yet, or its configuration is not known yet.
    pub fn client_for_data_source(&self) -> Result<Client, Diagnostic> {
        self.client_or(
            "or add them to `depends_on` of the data source, so that it is read in the apply",
        )
    }

    fn client_or(&self, alternative: &str) -> Result<Client, Diagnostic> {
        match &self.connection {
            Connection::Ready(client) => Ok(client.clone()),
            Connection::Unknown(names) => Err(Diagnostic::error(
                "Provider configuration is not known yet",
                format!(
                    "The provider needs {} to connect to the NATS server, and this is known only after apply. First apply the resources that it comes from (`terraform apply -target=...`), {alternative}.",
                    names.join(", ")
                ),
            )),
            Connection::Unconfigured => Err(Diagnostic::error(
                "Provider is not configured",
                "Terraform requested an operation on the NATS server before it configured the provider. Please report this with the Terraform version.",
            )),
        }
    }

    /// The client, if there is one already: what is requested through it only adds words to a plan.
    pub fn client_if_known(&self) -> Option<Client> {
        match &self.connection {
            Connection::Ready(client) => Some(client.clone()),
            _ => None,
        }
    }
}

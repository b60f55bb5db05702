//! The walk over the assets of one object: refresh all, compare all, create or change all, destroy all, and keep what
//! was achieved when one fails. It exists once; a resource says only which assets it has and how its attributes fill them.
//!
//! A newcomer would get this wrong: an error from a create makes Terraform taint the object and destroy it at the next
//! apply. So a create that fails takes back what it made itself, and only what it cannot take back stays in the state.

pub mod lattice_buckets;
pub mod wadm;
pub mod object;
pub mod plan;
pub mod preflight;
pub mod apply;
pub mod messages;
pub mod session;

use std::sync::Arc;

use futures::future::join_all;

use crate::jetstream::{Client, Error, Scope, StreamInfo};
use crate::resources::messages::failure::{Attempt, failure};
use crate::resources::object::common;
use crate::resources::object::member::Member;
use crate::resources::session::{Place, Sight};
use crate::terraform::framework::private::Private;
use crate::terraform::framework::{Applied, Call};
use crate::terraform::language::{Diagnostic, Diagnostics, Path, Value};

/// The assets of one object, and the way to the server.
#[derive(Clone)]
pub struct Walk {
    /// Where the assets are, and what the provider has seen there.
    pub session: Arc<Place>,
    /// Where the assets of the prior state are.
    pub former_session: Arc<Place>,
    /// The assets, in the order of the docs.
    pub members: Vec<Member>,
    /// The same as the prior state has them; the names or the mode may be others.
    pub former: Vec<Member>,
    /// The id to import the object by.
    pub import_id: String,
    /// The attribute that says which object it is; the root if none does.
    pub identity: Path,
    /// The keys of the assets whose replacement the plan has shown.
    pub replacing: Vec<&'static str>,
    /// What is said of assets that exist already where there can be only one such object.
    pub singleton: &'static str,
    /// Streams that harm the object's users, and what happens: checked whenever the object is read or planned.
    pub harmful: &'static [(&'static str, &'static str)],
}

/// What is known of one asset after something was tried with it.
enum Found {
    /// It exists like this.
    Stream(Box<StreamInfo>),
    /// It does not exist.
    Gone,
    /// Nobody knows, or nothing was done; the state stays as it was.
    AsBefore,
}

/// One asset after an attempt.
struct Outcome {
    found: Found,
    /// Whether it was made in this call, by us and nobody else.
    ours: bool,
    diagnostics: Diagnostics,
}

impl Outcome {
    fn stream(info: StreamInfo) -> Self {
        Self::quiet(Found::Stream(Box::new(info)))
    }

    fn quiet(found: Found) -> Self {
        Self {
            found,
            ours: false,
            diagnostics: Diagnostics::new(),
        }
    }

    fn failed(found: Found, diagnostic: Diagnostic) -> Self {
        Self {
            diagnostics: diagnostic.into(),
            ..Self::quiet(found)
        }
    }

    fn has_failed(&self) -> bool {
        self.diagnostics.has_error()
    }
}

impl Walk {
    /// What exists now. An asset that is gone has a null object; when all are gone, so is the state.
    pub async fn read(&self, state: &Value, mut private: Private, call: &Call) -> Applied {
        let client = match self.session.client() {
            Ok(client) => client,
            Err(error) => return Applied::unchanged(state, private, error),
        };
        let scope = common::scope(state, "read", call);
        let infos =
            join_all(self.members.iter().map(|member| async {
                self.session.stream(&client, &member.stream(), &scope).await
            }));
        let (infos, harm) = futures::join!(infos, self.harm(&client, &scope));
        let mut read = state.clone();
        let mut diagnostics = Diagnostics::new();
        let mut gone = true;
        let complete = infos.iter().all(|info| matches!(info, Ok(Some(_))));
        for (member, info) in self.members.iter().zip(infos) {
            let key = member.row.key;
            private.set_fact(
                &named(key),
                member
                    .name
                    .clone()
                    .filter(|_| member.row.is_named_by_user()),
            );
            match info {
                Ok(Some(info)) => {
                    gone = false;
                    private.set_fact(&plan::level(key), Some(info.api_level().to_string()));
                    // Right after an import nothing is known of it but perhaps its name.
                    let known = state.attribute(key);
                    let known = if known.attribute("created").is_null() {
                        &Value::Null
                    } else {
                        known
                    };
                    read.set_attribute(key, member.object(&info, known));
                    // Without a source nothing is heard from it, which the next plan says better.
                    if complete {
                        diagnostics.extend(self.stalled(&client, member, &info, &scope).await);
                    }
                }
                Ok(None) => read.set_attribute(key, Value::Null),
                Err(error) => diagnostics.push(failure(member, Attempt::Read, &error, state)),
            }
        }
        common::fill_from_members(&mut read, &self.members);
        let gone = gone && !diagnostics.has_error();
        if !gone {
            diagnostics.extend(harm);
        }
        Applied {
            state: (!gone).then_some(read),
            private,
            diagnostics,
        }
    }

    /// The state that exists now, with everything that was said on the way.
    fn answer(
        &self,
        prior: &Value,
        planned: &Value,
        mut private: Private,
        outcomes: Vec<Outcome>,
    ) -> Applied {
        let failed = outcomes.iter().any(Outcome::has_failed);
        // What was not achieved for every asset stays as it was, so that the next plan shows it again.
        let mut state = if failed && !prior.is_null() {
            prior.clone()
        } else {
            planned.clone()
        };
        let mut diagnostics = Diagnostics::new();
        for (member, outcome) in self.members.iter().zip(outcomes) {
            let key = member.row.key;
            private.set_fact(
                &named(key),
                member
                    .name
                    .clone()
                    .filter(|_| member.row.is_named_by_user()),
            );
            private.set_fact(&plan::replacing(key), None);
            let (before, after) = (prior.attribute(key), planned.attribute(key));
            let like = if failed && !before.is_null() {
                before
            } else {
                after
            };
            let object = match outcome.found {
                Found::Stream(info) => {
                    private.set_fact(&plan::made(key), Some(info.created.clone()));
                    private.set_fact(&plan::level(key), Some(info.api_level().to_string()));
                    let found = member.object(&info, like);
                    // What else is there, the next refresh shows: Terraform demands what was planned.
                    if failed { found } else { filled(after, &found) }
                }
                Found::Gone => Value::Null,
                Found::AsBefore => before.clone(),
            };
            state.set_attribute(key, object);
            diagnostics.extend(outcome.diagnostics);
        }
        let gone = self
            .members
            .iter()
            .all(|member| state.attribute(member.row.key).is_null());
        Applied {
            state: (!gone).then_some(state),
            private,
            diagnostics,
        }
    }

    /// Somebody else made it before us: it is not the object's.
    fn in_the_way(&self, member: &Member) -> Outcome {
        Outcome {
            diagnostics: Diagnostics(self.exists(&[member]).into_iter().collect()),
            ..Outcome::quiet(Found::Gone)
        }
    }

    /// Assets as they are, or were a moment ago, all asked for at once.
    async fn sights<'m>(
        &self,
        client: &Client,
        members: impl IntoIterator<Item = &'m Member>,
        scope: &Scope,
    ) -> Vec<Result<Sight, Error>> {
        let asked = members.into_iter().map(|member| async {
            self.session
                .stream_just_now(client, &member.stream(), scope)
                .await
        });
        join_all(asked).await
    }

    /// The assets of the prior state, where they are.
    fn formerly(&self) -> Walk {
        Walk {
            session: self.former_session.clone(),
            members: self.former.clone(),
            ..self.clone()
        }
    }

    /// Notes what Terraform's state has, and what is gone before an object can take its place: not what is only forgotten.
    pub fn remember(&self, state: &Value) {
        if state.attribute("skip_destroy").as_bool() == Some(true) {
            return;
        }
        for member in self
            .members
            .iter()
            .filter(|member| !state.attribute(member.row.key).is_null())
        {
            self.session.own(&member.stream());
        }
    }

    /// The assets by position, those that nothing else must precede first, then those that source from them.
    fn stages(&self) -> [Vec<usize>; 2] {
        let (first, then) = (0..self.members.len())
            .partition(|place| self.members[*place].row.sources().is_empty());
        [first, then]
    }
}

/// What was planned, with what was found in place of what was not known.
fn filled(planned: &Value, found: &Value) -> Value {
    match planned {
        Value::Unknown => found.clone(),
        Value::Map(parts) => Value::object(
            parts
                .iter()
                .map(|(name, part)| (name.clone(), filled(part, found.attribute(name)))),
        ),
        _ => planned.clone(),
    }
}

/// The private fact that keeps a name which the user gave: the state forgets it with an asset that is gone.
pub fn named(key: &str) -> String {
    format!("name.{key}")
}

/// Whether an error says that nobody could be asked, which a plan survives.
fn is_away(error: &Error) -> bool {
    error.is_unreachable() || error.is_timeout() || error.is_transient()
}

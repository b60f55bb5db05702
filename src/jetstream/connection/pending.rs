//! Requests that wait for their answers, and what else than an answer can end the wait.
//!
//! NATS does not answer a request whose subject is denied: it reports the denial beside it, and the request would time
//! out. So every request is registered here under its subject, and the report is matched to it. Where a JetStream
//! domain is used, the report may name `$JS.API.` for a request to `$JS.<domain>.API.`, so only what follows `API.`
//! counts. All answers arrive at one inbox, subscribed once: its denial ends every request, later ones included.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// What ended a wait, other than the answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The server denies the subject of the request.
    PublishDenied(String),
    /// The server denies the inbox.
    InboxDenied(String),
    /// The connection was lost after the request was sent.
    Disconnected,
}

/// All requests of one connection that wait.
#[derive(Default)]
pub struct Pending(Mutex<Waiters>);

#[derive(Default)]
struct Waiters {
    next: u64,
    waiting: HashMap<u64, (String, oneshot::Sender<Verdict>)>,
    inbox_denied: Option<String>,
}

/// One registered request; dropping it takes it off the list.
pub struct Waiter {
    id: u64,
    pending: Arc<Pending>,
    verdict: oneshot::Receiver<Verdict>,
}

impl Waiter {
    /// Waits for a verdict; for ever if there is none.
    pub async fn verdict(&mut self) -> Verdict {
        match (&mut self.verdict).await {
            Ok(verdict) => verdict,
            Err(_) => std::future::pending().await,
        }
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        self.pending.lock().waiting.remove(&self.id);
    }
}

impl Pending {
    /// Registers a request, before it is sent.
    pub fn register(self: &Arc<Self>, subject: &str) -> Waiter {
        let (sender, verdict) = oneshot::channel();
        let mut waiters = self.lock();
        waiters.next += 1;
        let id = waiters.next;
        match waiters.inbox_denied.clone() {
            Some(inbox) => drop(sender.send(Verdict::InboxDenied(inbox))),
            None => drop(
                waiters
                    .waiting
                    .insert(id, (after_api(subject).to_owned(), sender)),
            ),
        }
        Waiter {
            id,
            pending: self.clone(),
            verdict,
        }
    }

    /// Takes what the server reported beside the answers; `false` if it is no denial.
    pub fn reported(&self, text: &str) -> bool {
        if let Some(subject) = quoted_after(text, "permissions violation for publish to ") {
            self.end(Verdict::PublishDenied(subject.to_owned()), |waiting| {
                waiting == after_api(subject)
            });
            true
        } else if let Some(inbox) = quoted_after(text, "permissions violation for subscription to ")
        {
            self.lock().inbox_denied = Some(inbox.to_owned());
            self.end(Verdict::InboxDenied(inbox.to_owned()), |_| true);
            true
        } else {
            false
        }
    }

    /// The connection was lost: no answer will come, and the next connection may be allowed more.
    pub fn disconnected(&self) {
        self.lock().inbox_denied = None;
        self.end(Verdict::Disconnected, |_| true);
    }

    fn end(&self, verdict: Verdict, matches: impl Fn(&str) -> bool) {
        let mut waiters = self.lock();
        for (_, (_, sender)) in waiters
            .waiting
            .extract_if(|_, (subject, _)| matches(subject))
        {
            drop(sender.send(verdict.clone()));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiters> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What follows `API.` in a subject, whatever the prefix.
fn after_api(subject: &str) -> &str {
    subject.split_once("API.").map_or(subject, |(_, rest)| rest)
}

/// The first quoted word after a phrase that the text begins with, in any case.
fn quoted_after<'a>(text: &'a str, phrase: &str) -> Option<&'a str> {
    let head = text.get(..phrase.len())?;
    let rest = text.get(phrase.len()..)?.trim_start().strip_prefix('"')?;
    head.eq_ignore_ascii_case(phrase)
        .then(|| rest.split('"').next().unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(waiter: &mut Waiter) -> Option<Verdict> {
        waiter.verdict.try_recv().ok()
    }

    #[test]
    fn a_denied_subject_ends_its_requests_only() {
        let pending = Arc::new(Pending::default());
        let mut denied = pending.register("$JS.hub.API.STREAM.CREATE.A");
        let mut other = pending.register("$JS.hub.API.STREAM.CREATE.B");

        assert!(
            pending.reported("Permissions Violation for Publish to \"$JS.API.STREAM.CREATE.A\"")
        );

        assert_eq!(
            ended(&mut denied),
            Some(Verdict::PublishDenied("$JS.API.STREAM.CREATE.A".into()))
        );
        assert_eq!(ended(&mut other), None);
    }

    #[test]
    fn a_denial_under_a_prefix_or_of_another_inbox_is_matched() {
        let pending = Arc::new(Pending::default());
        let mut denied = pending.register("team.js.STREAM.INFO.A");
        let mut other = pending.register("team.js.STREAM.INFO.B");

        assert!(pending.reported("Permissions Violation for Publish to \"team.js.STREAM.INFO.A\""));
        assert!(pending.reported("Permissions Violation for Subscription to \"_mine.too.x.*\""));

        assert_eq!(
            ended(&mut denied),
            Some(Verdict::PublishDenied("team.js.STREAM.INFO.A".into()))
        );
        assert_eq!(
            ended(&mut other),
            Some(Verdict::InboxDenied("_mine.too.x.*".into()))
        );
    }

    #[test]
    fn a_denied_inbox_ends_every_request_until_the_next_connection() {
        let pending = Arc::new(Pending::default());
        let mut before = pending.register("$JS.API.INFO");

        assert!(pending.reported("Permissions Violation for Subscription to \"_INBOX.x.*\""));
        let mut after = pending.register("$JS.API.INFO");
        pending.disconnected();
        let mut reconnected = pending.register("$JS.API.INFO");

        let denied = Some(Verdict::InboxDenied("_INBOX.x.*".into()));
        assert_eq!(
            (ended(&mut before), ended(&mut after)),
            (denied.clone(), denied)
        );
        assert_eq!(ended(&mut reconnected), None);
    }

    #[test]
    fn other_reports_end_nothing() {
        let pending = Arc::new(Pending::default());
        let mut waiter = pending.register("$JS.API.INFO");

        assert!(!pending.reported("Maximum Payload Violation"));

        assert_eq!(ended(&mut waiter), None);
    }
}

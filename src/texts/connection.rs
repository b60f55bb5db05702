//! Samples about the connection, TLS and the login, and about a JetStream that is not there.

use crate::jetstream::texts;
use crate::resources::messages::connection::connection_failure;
use crate::texts::sample::{Samples, Topic};

pub fn add(samples: &mut Samples) {
    for error in texts::unreachable() {
        let is_of_tls = error.unreachable().is_some_and(|kind| kind.is_of_tls());
        let topic = if is_of_tls {
            Topic::Tls
        } else {
            Topic::Connection
        };
        samples.add(topic, [connection_failure(&error)]);
    }
    for error in texts::logins() {
        samples.add(Topic::Login, [connection_failure(&error)]);
    }
    for error in texts::wrong_jetstream() {
        let topic = match error.denied_inbox() {
            Some(_) => Topic::Permissions,
            None => Topic::Connection,
        };
        samples.add(topic, [connection_failure(&error)]);
    }
}

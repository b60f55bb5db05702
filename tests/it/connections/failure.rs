//! What the tests ask of a connection, and how they look at its failure.

// The lint that forbids these outside tests knows only functions marked #[test].
#![allow(clippy::expect_used, clippy::panic)]

use std::time::{Duration, Instant};

use serde_json::json;
use terraform_provider_wasmcloud::testing::jetstream::{Client, Options};
use terraform_provider_wasmcloud::testing::resources::connection_failure;

use crate::jetstream::setup::{config, scope, within};

/// Creates, reads and deletes a stream.
pub async fn works(options: Options) -> Client {
    let client = Client::new(options);
    let stream = config(json!({ "name": "REACHED" }));
    client.create(&stream, &scope()).await.expect("a stream");
    let read = client.stream("REACHED", &scope()).await.expect("an answer");
    assert!(read.is_some());
    client.delete("REACHED", &scope()).await.expect("an end");
    client
}

/// What a reader is told of a connection that fails.
pub struct Reported {
    pub summary: String,
    pub detail: String,
}

impl Reported {
    pub fn says(&self, words: &str) -> &Self {
        assert!(
            self.detail.contains(words),
            "{words:?} is not in: {}: {}",
            self.summary,
            self.detail
        );
        self
    }

    pub fn never_says(&self, words: &str) -> &Self {
        assert!(!self.detail.contains(words), "{}", self.detail);
        self
    }
}

/// Asks, and gives what is told when it fails, which must be of the connection and within the time to connect.
pub async fn fails(options: Options) -> Reported {
    let limit = options.connect_timeout;
    let client = Client::new(options);
    let started = Instant::now();
    let error = client
        .stream("REACHED", &within(limit))
        .await
        .expect_err("a failure");
    let took = started.elapsed();

    // Some seconds for a busy machine.
    assert!(took < limit + Duration::from_secs(5), "{took:?}: {error}");
    assert!(error.is_of_the_connection(), "{error}");
    let diagnostic = connection_failure(&error);
    for name in [
        "InvalidCertificate",
        "Alert",
        "Incompatible",
        "Misbehaved",
        "Other",
    ] {
        assert!(!diagnostic.detail.contains(name), "{}", diagnostic.detail);
    }
    Reported {
        summary: diagnostic.summary,
        detail: diagnostic.detail,
    }
}

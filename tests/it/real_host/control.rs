//! The control interface of the lattice `default`, as wadm and `wash` use it.

use std::time::Duration;

use async_nats::{Client, ConnectOptions, Request};
use serde_json::Value;

use crate::support::block_on;

const LIMIT: Duration = Duration::from_secs(60);

/// A connection to the hosts of the lattice.
pub struct ControlInterface {
    client: Client,
}

impl ControlInterface {
    pub fn connect(url: &str, login: ConnectOptions) -> Self {
        let url = url.to_owned();
        let login = login.connection_timeout(Duration::from_secs(30));
        let client = block_on(async move { login.connect(url).await }).expect("a connection");
        Self { client }
    }

    /// Asks a host, such as `("config.put.greeting", {...})`, demands success, and gives what it answers.
    pub fn ask(&self, what: &str, payload: &Value) -> Value {
        let subject = format!("wasmbus.ctl.v1.default.{what}");
        let request = Request::new()
            .payload(payload.to_string().into())
            .timeout(Some(LIMIT));
        let client = self.client.clone();
        let message = block_on(async move { client.send_request(subject, request).await })
            .unwrap_or_else(|error| panic!("{what}: {error}"));
        let mut answer: Value = serde_json::from_slice(&message.payload).expect("JSON");
        assert_eq!(answer["success"], true, "{what}: {answer}");
        answer["response"].take()
    }
}

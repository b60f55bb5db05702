//! An administrator on the server: looks at streams and changes them without Terraform.
//!
//! Speaks the JetStream API as raw JSON, and nothing of the provider's own code, so that a mistake there cannot hide
//! here too. An error of the server is a panic, except in [`Admin::try_api`].

use std::collections::BTreeMap;
use std::time::Duration;

use async_nats::{Client, ConnectOptions, HeaderMap, Request};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::support::{block_on, wait_for};

/// Longer than any answer takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection of the test's own.
pub struct Admin {
    client: Client,
    prefix: String,
}

impl Admin {
    /// Connects without a login.
    pub fn connect(url: &str) -> Self {
        Self::connect_with(url, ConnectOptions::new())
    }

    /// Connects with a user and a password.
    pub fn connect_as(url: &str, user: &str, password: &str) -> Self {
        Self::connect_with(
            url,
            ConnectOptions::with_user_and_password(user.into(), password.into()),
        )
    }

    /// Connects with any login that the client knows.
    pub fn connect_with(url: &str, options: ConnectOptions) -> Self {
        let options = options
            .name("test")
            .connection_timeout(Duration::from_secs(30));
        let servers: Vec<String> = url.split(',').map(str::to_owned).collect();
        let client = block_on(async move { options.connect(servers).await })
            .expect("the test's own connection");
        Self {
            client,
            prefix: "$JS.API".to_owned(),
        }
    }

    /// The same connection, speaking to a JetStream domain.
    pub fn in_domain(&self, domain: &str) -> Self {
        Self {
            client: self.client.clone(),
            prefix: format!("$JS.{domain}.API"),
        }
    }

    /// The names of all streams, sorted.
    pub fn stream_names(&self) -> Vec<String> {
        let answer = self.api("STREAM.NAMES", &json!({}));
        let names = answer["streams"].as_array().cloned().unwrap_or_default();
        let mut names: Vec<String> = names
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        names.sort();
        names
    }

    /// Everything that INFO says of a stream; nothing when it does not exist.
    pub fn stream(&self, name: &str) -> Option<Value> {
        match self.try_api(&format!("STREAM.INFO.{name}"), &json!({})) {
            Ok(answer) => Some(answer),
            Err(error) if error["err_code"] == 10059 => None,
            Err(error) => panic!("STREAM.INFO.{name}: {error}"),
        }
    }

    /// The configuration and the time of creation of every stream.
    pub fn assets(&self) -> BTreeMap<String, Value> {
        let names = self.stream_names().into_iter();
        names
            .map(|name| {
                let stream = self.stream(&name).expect("a stream that was listed");
                let asset = json!({ "config": stream["config"], "created": stream["created"] });
                (name, asset)
            })
            .collect()
    }

    /// The configuration of a stream that must exist.
    pub fn config(&self, name: &str) -> Value {
        self.stream(name)
            .unwrap_or_else(|| panic!("there is no stream {name}"))["config"]
            .clone()
    }

    /// How many messages a stream holds.
    pub fn messages(&self, name: &str) -> u64 {
        let stream = self
            .stream(name)
            .unwrap_or_else(|| panic!("there is no stream {name}"));
        stream["state"]["messages"]
            .as_u64()
            .expect("a number of messages")
    }

    /// Creates a stream from its whole configuration.
    pub fn create_stream(&self, config: &Value) -> Value {
        let name = config["name"]
            .as_str()
            .expect("a name in the configuration");
        self.api(&format!("STREAM.CREATE.{name}"), config)
    }

    /// Replaces the whole configuration of a stream.
    pub fn update_stream(&self, config: &Value) -> Value {
        let name = config["name"]
            .as_str()
            .expect("a name in the configuration");
        self.api(&format!("STREAM.UPDATE.{name}"), config)
    }

    /// Reads a stream's configuration, lets `edit` change it, and writes it back.
    pub fn edit_stream(&self, name: &str, edit: impl FnOnce(&mut Value)) -> Value {
        let mut config = self.config(name);
        edit(&mut config);
        self.update_stream(&config)
    }

    pub fn delete_stream(&self, name: &str) {
        self.api(&format!("STREAM.DELETE.{name}"), &json!({}));
    }

    /// Creates a KV bucket as a wasmCloud host does (every setting the server's default) and gives its stream's name.
    pub fn create_bucket(&self, bucket: &str) -> String {
        let name = format!("KV_{bucket}");
        self.create_stream(&json!({
            "name": name, "subjects": [format!("$KV.{bucket}.>")], "retention": "limits", "storage": "file",
            "discard": "new", "num_replicas": 1, "max_msgs_per_subject": 1, "max_msgs": -1, "max_bytes": -1,
            "max_msg_size": -1, "max_consumers": -1, "max_age": 0, "duplicate_window": 120_000_000_000_u64,
            "allow_rollup_hdrs": true, "deny_delete": true, "allow_direct": true,
        }));
        name
    }

    /// Puts a key into a KV bucket and waits until it is stored.
    pub fn put(&self, bucket: &str, key: &str, value: &str) {
        self.publish(&format!("$KV.{bucket}.{key}"), value);
    }

    /// Deletes a key of a KV bucket as its clients do, by a message that marks it as deleted.
    pub fn delete_key(&self, bucket: &str, key: &str) {
        let (client, to) = (self.client.clone(), format!("$KV.{bucket}.{key}"));
        let mut headers = HeaderMap::new();
        headers.insert("KV-Operation", "DEL");
        let request = Request::new().headers(headers).timeout(Some(PATIENCE));
        block_on(async move { client.send_request(to, request).await }).expect("a delete marker");
    }

    /// The last message that a stream has stored for a subject; nothing when there is none, or nobody can say now.
    pub fn last(&self, stream: &str, subject: &str) -> Option<String> {
        let last = json!({ "last_by_subj": subject });
        let answer = self
            .try_api(&format!("STREAM.MSG.GET.{stream}"), &last)
            .ok()?;
        let data = answer["message"]["data"].as_str().unwrap_or_default();
        let data = STANDARD.decode(data).expect("base64");
        Some(String::from_utf8(data).expect("text"))
    }

    /// Publishes a message and waits until a stream has stored it.
    pub fn publish(&self, subject: &str, payload: &str) {
        // In a cluster, a stream that was just created may not listen yet.
        wait_for(subject, PATIENCE, || {
            match self.try_publish(subject, payload) {
                Ok(()) => Some(()),
                Err(why) if why.starts_with("no responders") => None,
                Err(why) => panic!("{subject} was not stored: {why}"),
            }
        });
    }

    /// As [`Admin::publish`].
    ///
    /// # Errors
    ///
    /// Why it was not stored, or may not have been: a new leader keeps an answer away.
    pub fn try_publish(&self, subject: &str, payload: &str) -> Result<(), String> {
        let limit = Duration::from_secs(10);
        let answer = self.request(limit, subject, payload.as_bytes().to_vec())?;
        (answer["error"].is_null() && answer["seq"].is_u64())
            .then_some(())
            .ok_or_else(|| answer.to_string())
    }

    /// Publishes a message and waits for nothing but its way to the server.
    pub fn send(&self, subject: &str, payload: &str) {
        let (client, to) = (self.client.clone(), subject.to_owned());
        let payload = payload.as_bytes().to_vec();
        block_on(async move {
            client
                .publish(to, payload.into())
                .await
                .expect("a connection");
            client.flush().await.expect("a connection");
        });
    }

    /// Asks the JetStream API, such as `("STREAM.PURGE.x", {})`.
    pub fn api(&self, what: &str, body: &Value) -> Value {
        self.try_api(what, body)
            .unwrap_or_else(|error| panic!("{what}: {error}"))
    }

    /// As [`Admin::api`].
    ///
    /// # Errors
    ///
    /// The `error` object of the answer: `code`, `err_code`, `description`. Without an answer only a `description`.
    pub fn try_api(&self, what: &str, body: &Value) -> Result<Value, Value> {
        self.try_api_within(PATIENCE, what, body)
    }

    /// As [`Admin::try_api`], with less patience: while it elects a leader, a cluster leaves questions without an answer.
    ///
    /// # Errors
    ///
    /// As [`Admin::try_api`].
    pub fn try_api_within(
        &self,
        limit: Duration,
        what: &str,
        body: &Value,
    ) -> Result<Value, Value> {
        let subject = format!("{}.{what}", self.prefix);
        let answer = self
            .request(limit, &subject, body.to_string().into_bytes())
            .map_err(|description| json!({ "description": description }))?;
        match answer.get("error") {
            Some(error) => Err(error.clone()),
            None => Ok(answer),
        }
    }

    /// The answer, or why there is none: no responders, a timeout.
    fn request(&self, limit: Duration, subject: &str, payload: Vec<u8>) -> Result<Value, String> {
        let (client, to) = (self.client.clone(), subject.to_owned());
        let request = Request::new().payload(payload.into()).timeout(Some(limit));
        let message = block_on(async move { client.send_request(to, request).await })
            .map_err(|error| error.to_string())?;
        Ok(serde_json::from_slice(&message.payload)
            .unwrap_or_else(|error| panic!("{subject}: {error}")))
    }
}

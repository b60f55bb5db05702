//! A lattice with hosts that only pretend: they send heartbeats, and say yes to whatever wadm tells them.
//!
//! So what a test sees of wadm is what a host would see of it, and nothing needs to be run by anybody.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use async_nats::{Client, ConnectOptions};
use futures::StreamExt;
use serde_json::{Value, json};

use crate::support::{block_on, runtime};

/// The lattice `default`.
#[derive(Clone)]
pub struct Lattice {
    client: Client,
    /// What precedes every subject: nothing, or the account's name in a multi-tenant installation.
    account: &'static str,
    /// What wadm has told hosts: the subject, and the message.
    told: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Lattice {
    /// Connects, and answers wadm from now on.
    pub fn connect(urls: &str, multitenant: bool) -> Self {
        let urls: Vec<String> = urls.split(',').map(str::to_owned).collect();
        let options = ConnectOptions::with_user_and_password("admin".into(), "secret".into())
            .connection_timeout(Duration::from_secs(30))
            .request_timeout(Some(Duration::from_secs(30)));
        let lattice = Self {
            client: block_on(async move { options.connect(urls).await }).expect("a connection"),
            account: if multitenant { "ACCOUNT." } else { "" },
            told: Arc::default(),
        };
        lattice.serve();
        lattice
    }

    /// One heartbeat of a host on which nothing runs.
    pub fn beat(&self, host: &str) {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let data = json!({
            "host_id": host, "friendly_name": host, "issuer": "", "version": "1.9.2", "labels": {},
            "components": [], "providers": [], "uptime_human": "a while", "uptime_seconds": 60,
        });
        let event = json!({
            "specversion": "1.0", "id": format!("event-{}", NUMBER.fetch_add(1, Ordering::Relaxed)), "source": host,
            "type": "com.wasmcloud.lattice.host_heartbeat", "datacontenttype": "application/json", "data": data,
        });
        let subject = format!("{}wasmbus.evt.default.host_heartbeat", self.account);
        let client = self.client.clone();
        block_on(async move {
            client
                .publish(subject, event.to_string().into())
                .await
                .expect("a heartbeat is published");
            client.flush().await.expect("it is sent");
        });
    }

    /// Heartbeats of a host, five in a second, until the value is dropped.
    pub fn keep_beating(&self, host: &'static str) -> Beating {
        let stop = Arc::new(AtomicBool::new(false));
        let (lattice, stopped) = (self.clone(), stop.clone());
        let thread = thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                lattice.beat(host);
                thread::sleep(Duration::from_millis(200));
            }
        });
        Beating {
            stop,
            thread: Some(thread),
        }
    }

    /// Asks wadm, such as `("model.put", manifest)`.
    pub fn ask(&self, what: &str, payload: &str) -> Value {
        self.try_ask(what, payload)
            .unwrap_or_else(|| panic!("wadm does not answer {what}"))
    }

    /// As [`Lattice::ask`]; nothing when there is no answer, because wadm is not there yet or takes too long.
    pub fn try_ask(&self, what: &str, payload: &str) -> Option<Value> {
        let subject = format!("{}wadm.api.default.{what}", self.account);
        let (client, payload) = (self.client.clone(), payload.to_owned());
        let message =
            block_on(async move { client.request(subject, payload.into()).await }).ok()?;
        Some(serde_json::from_slice(&message.payload).expect("an answer in JSON"))
    }

    /// The messages that wadm has sent to a host, by a part of their subject, such as `component.scale`.
    pub fn told(&self, what: &str) -> Vec<Value> {
        let told = self.told.lock().unwrap();
        let fitting = told.iter().filter(|(subject, _)| subject.contains(what));
        fitting.map(|(_, message)| message.clone()).collect()
    }

    /// Says yes to all that wadm asks or tells.
    fn serve(&self) {
        let (client, told) = (self.client.clone(), self.told.clone());
        let subject = format!("{}wasmbus.ctl.v1.default.>", self.account);
        let mut requests = block_on(async move {
            let requests = client.subscribe(subject).await.expect("a subscription");
            client.flush().await.expect("it is known to the server");
            requests
        });
        let client = self.client.clone();
        runtime().spawn(async move {
            while let Some(request) = requests.next().await {
                let message = serde_json::from_slice(&request.payload).unwrap_or_default();
                told.lock()
                    .unwrap()
                    .push((request.subject.to_string(), message));
                if let Some(reply) = request.reply {
                    let mut yes = json!({ "success": true, "message": "" });
                    // The claims and links of a lattice in which there are none.
                    if request.subject.ends_with(".get") {
                        yes["response"] = json!([]);
                    }
                    // The test may have ended, and its server with it.
                    let _ = client.publish(reply, yes.to_string().into()).await;
                }
            }
        });
    }
}

/// Ends the heartbeats when dropped.
pub struct Beating {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Beating {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

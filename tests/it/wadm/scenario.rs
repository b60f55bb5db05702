//! One object of `wadm_jetstream` and everything around it.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use serde_json::{Value, json};

pub use crate::support::warning;
use crate::support::{
    Admin, NatsServer, Plan, Workspace, denied_publish, nats_server_versions, terraform_default,
    wait_for,
};

/// The object's address.
pub const MAIN: &str = "wadm_jetstream.main";

/// Attributes of the object, and the stream behind each, in the order of the docs.
pub const ASSETS: [(&str, &str); 8] = [
    ("state", "KV_wadm_state"),
    ("manifests", "KV_wadm_manifests"),
    ("events", "wadm_events"),
    ("commands", "wadm_commands"),
    ("status", "wadm_status"),
    ("notify", "wadm_notify"),
    ("wasmbus_events", "wasmbus_events"),
    ("event_consumer", "wadm_event_consumer"),
];

/// Servers look for a source that was recreated after ten seconds, then after twenty, then thirty.
pub const READ_ON: Duration = Duration::from_secs(120);

/// One object in a workspace.
pub struct Scenario<S = NatsServer>(Workspace<S>);

impl<S> Deref for Scenario<S> {
    type Target = Workspace<S>;

    fn deref(&self) -> &Workspace<S> {
        &self.0
    }
}

impl<S> DerefMut for Scenario<S> {
    fn deref_mut(&mut self) -> &mut Workspace<S> {
        &mut self.0
    }
}

impl Scenario {
    /// On a server of the default version, whose address the provider has from NATS_URL.
    pub fn start() -> Self {
        Self::with_server(NatsServer::start())
    }

    /// On a server of a version.
    pub fn on(version: &str) -> Self {
        Self::with_server(NatsServer::start_with(version, ""))
    }

    /// On a server that was started otherwise and asks for no login.
    pub fn with_server(server: NatsServer) -> Self {
        Self(Workspace::on(server))
    }

    /// On a server whose own limit, which no plan can know, has no room for [`too_much`].
    pub fn cramped() -> Self {
        let limits = "max_file_store: 1GB\nmax_memory_store: 100MB";
        Self::with_server(NatsServer::launch(nats_server_versions()[0], limits, ""))
    }

    /// On a server with the users `admin` and `limited`, who may not publish to `denied`. The provider is `admin`.
    pub fn with_denied(denied: &[&str]) -> Self {
        let server = NatsServer::configured(&denied_publish(denied));
        Self(Workspace::logged_in(server, "admin"))
    }
}

impl<S> Scenario<S> {
    /// Everything chosen.
    pub fn of(server: S, admin: Admin, environment: &[(&str, &str)]) -> Self {
        Self(Workspace::of(
            server,
            admin,
            terraform_default(),
            environment,
        ))
    }

    /// Writes the object with these arguments.
    pub fn write(&self, arguments: &str) {
        self.terraform.write(&wadm(arguments));
    }

    /// Writes and applies the object with these arguments, and demands an empty plan.
    pub fn converge(&self, arguments: &str) {
        self.terraform.converge(&wadm(arguments));
    }

    /// Writes the object with these arguments, plans, applies that plan, and demands two empty plans. Gives the plan.
    pub fn step(&self, arguments: &str) -> Plan {
        self.terraform.step(&wadm(arguments))
    }

    /// Plans what is written, applies that plan, and demands two empty plans. Gives the plan.
    pub fn repair(&self) -> Plan {
        let plan = self.terraform.plan();
        self.terraform.apply_plan(&plan);
        self.terraform.expect_empty();
        plan
    }

    /// Applies what is written, and demands two empty plans.
    pub fn finish(&self) {
        self.terraform.apply();
        self.terraform.expect_empty();
    }

    /// What the state says of the object.
    pub fn state(&self) -> Value {
        self.terraform.state().values(MAIN).clone()
    }

    /// Whether Terraform has the object in its state.
    pub fn is_managed(&self) -> bool {
        self.terraform.state().addresses().contains(&MAIN)
    }

    /// When the server made each of the eight streams that exists, by its name.
    pub fn created(&self) -> BTreeMap<&'static str, String> {
        let streams = ASSETS.iter().filter_map(|(_, stream)| {
            let created = self.admin.stream(stream)?["created"].as_str()?.to_owned();
            Some((*stream, created))
        });
        streams.collect()
    }

    /// The configurations of the eight streams, by their names.
    pub fn configs(&self) -> BTreeMap<&'static str, Value> {
        let streams = ASSETS.iter();
        streams
            .map(|(_, stream)| (*stream, self.admin.config(stream)))
            .collect()
    }

    /// Publishes an event of hosts and one of wadm, and demands that both arrive in `wadm_event_consumer`.
    pub fn expect_events_flow(&self, name: &str) {
        self.expect_flow(&format!("wasmbus.evt.default.{name}_host"), name);
        self.expect_flow(&format!("wadm.evt.default.{name}_wadm"), name);
    }

    fn expect_flow(&self, subject: &str, name: &str) {
        wait_for(subject, READ_ON, || {
            self.admin.try_publish(subject, name).ok()
        });
        let last = subject.rsplit('.').next().unwrap();
        let arrives = format!("wadm_event_consumer.evt.default.{last}");
        wait_for(&arrives, READ_ON, || self.stored(&arrives));
    }

    /// The last message of a subject in `wadm_event_consumer`, encoded.
    pub fn stored(&self, subject: &str) -> Option<String> {
        let answer = self.admin.try_api(
            "STREAM.MSG.GET.wadm_event_consumer",
            &json!({ "last_by_subj": subject }),
        );
        answer.ok()?["message"]["data"].as_str().map(str::to_owned)
    }
}

/// What [`Admin::noted`] says of a stream that was recreated where another reads from it, or none does.
pub fn made_again(stream: &str) -> Vec<String> {
    // A stream that is read is made with a beginning of its own, which is taken out of its configuration again.
    let verbs: &[&str] = match stream {
        "wadm_events" | "wasmbus_events" => &["CREATED", "UPDATED"],
        _ => &["CREATED"],
    };
    verbs
        .iter()
        .map(|verb| format!("{verb} {stream}"))
        .collect()
}

/// The newest and the oldest supported server, for what has no rule of its own in between.
pub fn newest_and_oldest() -> [&'static str; 2] {
    let versions = nats_server_versions();
    [versions[0], versions[versions.len() - 1]]
}

/// Does it on every supported server, on all at once: for scenarios that wait for a server to notice something.
pub fn on_every_server(story: impl Fn(&'static str) + Sync) {
    std::thread::scope(|scope| {
        for version in nats_server_versions() {
            let story = &story;
            scope.spawn(move || story(version));
        }
    });
}

/// The object with these arguments.
pub fn wadm(arguments: &str) -> String {
    format!("resource \"wadm_jetstream\" \"main\" {{\nprovider = wasmcloud\n{arguments}\n}}\n")
}

/// The names of the assets of which a plan changes anything.
pub fn changed_assets(plan: &Plan) -> Vec<&str> {
    let changed = plan.change(MAIN).changed();
    changed
        .into_iter()
        .filter(|name| ASSETS.iter().any(|(key, _)| key == name))
        .collect()
}

/// Arguments that make the apply fail for one asset on a cramped server (JetStream 10047 or 10028).
pub fn too_much(key: &str, others: &str) -> String {
    format!("{key} = {{\nmax_bytes = 2000000000000\n{others}\n}}")
}

//! One object of `wasmcloud_lattice_buckets` and everything around it.

use std::ops::{Deref, DerefMut};

use serde_json::Value;

pub use crate::support::warning;
use crate::support::{
    Admin, Cli, NatsServer, Plan, Workspace, denied_publish, nats_server_versions,
};

/// The object's address.
pub const MAIN: &str = "wasmcloud_lattice_buckets.main";
/// The buckets of the default lattice.
pub const LATTICE_DATA: &str = "LATTICEDATA_default";
pub const CONFIG_DATA: &str = "CONFIGDATA_default";
/// The streams behind them.
pub const LATTICE_STREAM: &str = "KV_LATTICEDATA_default";
pub const CONFIG_STREAM: &str = "KV_CONFIGDATA_default";
/// Attributes of the object, and the stream behind each.
pub const BUCKETS: [(&str, &str); 2] = [
    ("lattice_data", LATTICE_STREAM),
    ("config_data", CONFIG_STREAM),
];

/// What a cramped server has no room for (JetStream 10047).
pub const TOO_MUCH: &str = "max_bytes = 2000000000000";
const LITTLE_ROOM: &str = "max_file_store: 1GB";

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

    /// As [`Scenario::start`], on a server that was started otherwise.
    pub fn with_server(server: NatsServer) -> Self {
        Self(Workspace::on(server))
    }

    /// On a server with the users `admin` and `limited`, who may not publish to `denied`; the provider is `limited`.
    pub fn denied(denied: &[&str]) -> Self {
        let version = nats_server_versions()[0];
        let server = NatsServer::launch(version, LITTLE_ROOM, &denied_publish(denied));
        Self(Workspace::logged_in(server, "limited"))
    }

    /// On a server whose own limit, which no plan can know, has no room for [`TOO_MUCH`].
    pub fn cramped() -> Self {
        Self::with_server(NatsServer::launch(
            nats_server_versions()[0],
            LITTLE_ROOM,
            "",
        ))
    }

    /// The provider is `admin` from now on.
    pub fn allowed(&mut self) {
        self.log_in("admin");
    }
}

impl<S> Scenario<S> {
    /// Everything chosen.
    pub fn of(server: S, admin: Admin, cli: Cli, environment: &[(&str, &str)]) -> Self {
        Self(Workspace::of(server, admin, cli, environment))
    }

    /// Serves the provider again, with another environment.
    pub fn provide(&mut self, environment: &[(&str, &str)]) {
        self.provided.provide(environment);
    }

    /// Writes the object with these arguments.
    pub fn write(&self, arguments: &str) {
        self.terraform.write(&buckets(arguments));
    }

    /// Writes and applies the object with these arguments, and demands an empty plan.
    pub fn converge(&self, arguments: &str) {
        self.terraform.converge(&buckets(arguments));
    }

    /// Writes the object with these arguments, plans, applies that plan, and demands two empty plans. Gives the plan.
    pub fn step(&self, arguments: &str) -> Plan {
        self.terraform.step(&buckets(arguments))
    }

    /// Plans what is written, applies that plan, and demands two empty plans. Gives the plan.
    pub fn repair(&self) -> Plan {
        let plan = self.terraform.plan();
        self.terraform.apply_plan(&plan);
        self.terraform.expect_empty();
        plan
    }

    /// What the state says of the object.
    pub fn state(&self) -> Value {
        self.terraform.state().values(MAIN).clone()
    }

    /// Whether Terraform has the object in its state.
    pub fn is_managed(&self) -> bool {
        self.terraform.state().addresses().contains(&MAIN)
    }

    /// When the server made both streams.
    pub fn created(&self) -> [Value; 2] {
        BUCKETS.map(|(_, stream)| self.admin.stream(stream).expect(stream)["created"].clone())
    }
}

/// The argument that makes the apply fail for one bucket on a cramped server.
pub fn too_much(bucket: &str) -> String {
    format!("{bucket} = {{\n{TOO_MUCH}\n}}")
}

/// The object with these arguments.
pub fn buckets(arguments: &str) -> String {
    format!("resource \"wasmcloud_lattice_buckets\" \"main\" {{\n{arguments}\n}}\n")
}

//! One object of `wasmcloud_lattice_buckets` and everything around it.

use serde_json::Value;
use terraform_provider_wasmcloud::plugin::InProcess;

pub use crate::support::warning;
use crate::support::{
    Admin, Cli, NatsServer, Plan, Terraform, denied_publish, nats_server_versions, serve,
    terraform_default,
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

/// A server, the provider in this process, a Terraform that uses it, and a second pair of hands on the server.
pub struct Scenario<S = NatsServer> {
    pub terraform: Terraform,
    pub admin: Admin,
    // Terraform's next command fails without it.
    _provider: InProcess,
    pub server: S,
}

impl Scenario {
    /// On a server of the default version, whose address the provider has from NATS_URL.
    pub fn start() -> Self {
        Self::with_server(NatsServer::start())
    }

    /// As [`Scenario::start`], on a server that was started otherwise.
    pub fn with_server(server: NatsServer) -> Self {
        let (url, admin) = (server.url(), Admin::connect(&server.url()));
        let version = server.version().to_owned();
        let mut scenario = Self::of(server, admin, terraform_default(), &[("NATS_URL", &url)]);
        scenario.terraform = scenario.terraform.on(&version);
        scenario
    }

    /// On a server with the users `admin` and `limited`, who may not publish to `denied`; the provider is `limited`.
    pub fn denied(denied: &[&str]) -> Self {
        let server = NatsServer::launch(
            nats_server_versions()[0],
            LITTLE_ROOM,
            &denied_publish(denied),
        );
        let (url, admin) = (
            server.url(),
            Admin::connect_as(&server.url(), "admin", "secret"),
        );
        Self::of(server, admin, terraform_default(), &login(&url, "limited"))
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

    /// The provider is `admin` or `limited` from now on.
    pub fn log_in(&mut self, user: &str) {
        let url = self.server.url();
        self.provide(&login(&url, user));
    }
}

impl<S> Scenario<S> {
    /// Everything chosen.
    pub fn of(server: S, admin: Admin, cli: Cli, environment: &[(&str, &str)]) -> Self {
        let provider = serve(environment);
        let terraform = Terraform::reattached_to(cli, &provider.reattach());
        Self {
            terraform,
            admin,
            _provider: provider,
            server,
        }
    }

    /// Serves the provider anew, with another environment.
    pub fn provide(&mut self, environment: &[(&str, &str)]) {
        let provider = serve(environment);
        self.terraform
            .set_env("TF_REATTACH_PROVIDERS", &provider.reattach());
        self._provider = provider;
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

fn login<'a>(url: &'a str, user: &'a str) -> [(&'static str, &'a str); 3] {
    [
        ("NATS_URL", url),
        ("NATS_USER", user),
        ("NATS_PASSWORD", "secret"),
    ]
}

/// The argument that makes the apply fail for one bucket on a cramped server.
pub fn too_much(bucket: &str) -> String {
    format!("{bucket} = {{\n{TOO_MUCH}\n}}")
}

/// The object with these arguments.
pub fn buckets(arguments: &str) -> String {
    format!("resource \"wasmcloud_lattice_buckets\" \"main\" {{\n{arguments}\n}}\n")
}

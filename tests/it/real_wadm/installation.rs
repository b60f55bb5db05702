//! What one wadm needs, made by a real Terraform with the provider's permissions of `fixtures/permissions.conf`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use terraform_provider_wasmcloud::plugin::InProcess;

use crate::real_wadm::lattice::Lattice;
use crate::real_wadm::wadm::Wadm;
use crate::support::{Admin, Cluster, NatsServer, Terraform, wait_for};

/// The object's address.
pub const MAIN: &str = "wadm_jetstream.main";
/// How long wadm may take to act on something. It takes milliseconds, but after a change of replicas its request for the
/// next message may lie with a server that leads no more: its client asks again after 30 seconds, and finds all there.
const ACT_LIMIT: Duration = Duration::from_secs(120);

const PERMISSIONS: &str = include_str!("../../fixtures/permissions.conf");

const APPLICATION: &str = "
apiVersion: core.oam.dev/v1beta1
kind: Application
metadata:
  name: greeter
  annotations: { description: 'a component that nobody runs' }
spec:
  components:
    - name: hello
      type: component
      properties: { image: 'registry.invalid/hello:1' }
      traits:
        - type: spreadscaler
          properties: { instances: 1 }
";

/// Servers, a Terraform that uses them, a lattice, and an administrator.
pub struct Installation<S = NatsServer> {
    pub terraform: Terraform,
    pub admin: Admin,
    pub lattice: Lattice,
    // Terraform's next command fails without it.
    _provider: InProcess,
    pub servers: S,
}

impl Installation {
    /// On one server, on which nobody has made anything.
    pub fn on_a_server(multitenant: bool) -> Self {
        Self::with_permissions(PERMISSIONS, multitenant)
    }

    /// As [`Installation::on_a_server`], for buckets of other names.
    pub fn with_buckets(state: &str, manifests: &str) -> Self {
        let permissions = PERMISSIONS
            .replace("wadm_state", state)
            .replace("wadm_manifests", manifests);
        Self::with_permissions(&permissions, false)
    }

    fn with_permissions(permissions: &str, multitenant: bool) -> Self {
        let server = NatsServer::configured(permissions);
        let url = server.url();
        Self::of(server, &url, multitenant)
    }

    /// Demands that the server has refused nobody anything.
    pub fn expect_no_violation(&self) {
        expect_no_violation(&self.servers);
    }
}

impl Installation<Cluster> {
    /// On three servers.
    pub fn on_a_cluster() -> Self {
        let cluster =
            Cluster::start_with(crate::support::nats_server_versions()[0], 3, PERMISSIONS);
        let url = cluster.url();
        Self::of(cluster, &url, false)
    }

    /// Demands that no server has refused anybody anything.
    pub fn expect_no_violation(&self) {
        self.servers.servers().iter().for_each(expect_no_violation);
    }
}

impl<S> Installation<S> {
    fn of(servers: S, url: &str, multitenant: bool) -> Self {
        let provider = serve(url);
        Self {
            terraform: Terraform::reattached(&provider.reattach()),
            admin: Admin::connect_as(url, "admin", "secret"),
            lattice: Lattice::connect(url, multitenant),
            _provider: provider,
            servers,
        }
    }

    /// Configures the object with these arguments, plans, applies, and demands two empty plans.
    pub fn step(&self, arguments: &str) {
        self.terraform.step(&installation(arguments));
    }

    /// The configuration and the time of creation of every stream.
    pub fn assets(&self) -> BTreeMap<String, Value> {
        self.admin.assets()
    }

    /// Lets a host be heard, and waits until wadm knows it: its event went through `wadm_event_consumer` to wadm, and
    /// from there into the bucket of the state.
    pub fn expect_known(&self, host: &'static str) {
        let _beating = self.lattice.keep_beating(host);
        let bucket = self.terraform.state().values(MAIN)["state"]["bucket"]
            .as_str()
            .map_or("wadm_state".to_owned(), str::to_owned);
        wait_for(&format!("host {host} in wadm's state"), ACT_LIMIT, || {
            self.hosts(&bucket).get(host).map(|_| ())
        });
    }

    /// Deploys an application, and waits until wadm tells a host to run it: by way of `wadm_events`, the event
    /// consumer, `wadm_notify` and `wadm_commands`; and until its status is read from `wadm_status`.
    pub fn expect_deployed(&self) {
        let answer = self.lattice.ask("model.put", APPLICATION);
        assert_eq!(answer["result"], "created", "{answer}");

        let answer = self.lattice.ask("model.deploy.greeter", "");

        assert_eq!(answer["result"], "acknowledged", "{answer}");
        let scale = wait_for("wadm's command to a host", ACT_LIMIT, || {
            self.lattice.told("component.scale").into_iter().next()
        });
        assert_eq!(scale["component_ref"], "registry.invalid/hello:1");
        wait_for("a status of the application", ACT_LIMIT, || {
            let answer = self.lattice.try_ask("model.status.greeter", "")?;
            let status = answer["status"]["status"]["type"].as_str()?.to_owned();
            (status != "undeployed").then_some(())
        });
    }

    /// How many events wadm's consumer has been given so far.
    pub fn delivered(&self) -> u64 {
        // While it elects a leader, the server may not say.
        let what = "CONSUMER.INFO.wadm_event_consumer.wadm_event_consumer-default";
        let consumer = wait_for("wadm's consumer", ACT_LIMIT, || {
            self.admin
                .try_api_within(Duration::from_secs(5), what, &json!({}))
                .ok()
        });
        consumer["delivered"]["consumer_seq"]
            .as_u64()
            .expect("a number of deliveries")
    }

    /// wadm's hosts by their id.
    fn hosts(&self, bucket: &str) -> Value {
        let subject = format!("$KV.{bucket}.host_default");
        let last = self.admin.last(&format!("KV_{bucket}"), &subject);
        last.map_or(Value::Null, |hosts| {
            serde_json::from_str(&hosts).expect("hosts in JSON")
        })
    }
}

impl Installation<NatsServer> {
    /// Starts wadm, who may not create, update or delete a stream.
    pub fn start_wadm(&self, options: &[&str]) -> Wadm {
        Wadm::start(&self.servers.url(), "wadm", options)
    }
}

impl Installation<Cluster> {
    /// As on one server.
    pub fn start_wadm_on(&self, index: usize) -> Wadm {
        Wadm::start(&self.servers.servers()[index].url(), "wadm", &[])
    }
}

/// The object with these arguments.
pub fn installation(arguments: &str) -> String {
    format!("resource \"wadm_jetstream\" \"main\" {{\n  provider = wasmcloud\n{arguments}\n}}\n")
}

fn expect_no_violation(server: &NatsServer) {
    let log = server.log();
    let violations: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("Violation"))
        // Traced messages, which are optional.
        .filter(|line| !line.contains("Publish Violation - Subject \"_INBOX."))
        .collect();
    assert_eq!(violations, Vec::<&str>::new());
}

fn serve(url: &str) -> InProcess {
    crate::support::serve(&[
        ("NATS_URL", url),
        ("NATS_USER", "terraform"),
        ("NATS_PASSWORD", "secret"),
    ])
}

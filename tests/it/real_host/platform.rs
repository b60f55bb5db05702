//! A server with the users of the guide on least privilege, and what its Terraform has made there.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use async_nats::ConnectOptions;
use serde_json::{Value, json};

use crate::guides::conf::{self, SECRET, private_file};
use crate::guides::page;
use crate::guides::permissions::Permissions;
use crate::real_host::control::ControlInterface;
use crate::real_host::host::Host;
use crate::support::{
    Admin, NatsServer, Operator, User, Workspace, domain, free_port, login, nats_server_versions,
    terraform_default, wait_for, wait_for_domain,
};

/// What the guide says that these users make.
pub const CONFIG: &str = r#"
resource "wasmcloud_lattice_buckets" "default" {
}

resource "wadm_jetstream" "this" {
  provider = wasmcloud
}
"#;

/// How a host logs in.
#[derive(Clone, Copy, Debug)]
pub enum Login {
    NoAuthUser,
    CredentialsFile,
    JwtAndSeed,
}

/// A server, a Terraform that uses it, and hosts' control interface as wadm uses it, each with the guide's permissions.
pub struct Platform {
    pub workspace: Workspace,
    pub control: ControlInterface,
    /// How a host reaches the server and logs in.
    variables: Vec<(&'static str, String)>,
    /// The leaf node that hosts connect to, if it is not the server.
    leaf: Option<NatsServer>,
}

impl Platform {
    /// On a server of this version, on which nobody has made anything.
    pub fn new(version: &str, login: Login) -> Self {
        match login {
            Login::NoAuthUser => Self::with_configuration(version, &users()),
            Login::CredentialsFile | Login::JwtAndSeed => Self::with_operator(version, login),
        }
    }

    /// On a server with these users, a host without a login, and everybody else with user and password.
    pub fn with_configuration(version: &str, users: &str) -> Self {
        Self::on(NatsServer::start_with(
            version,
            &conf::with_variables(users, &[]),
        ))
    }

    /// On a server with a domain, which hosts name.
    pub fn with_domain() -> Self {
        let users = conf::with_variables(&users(), &[]);
        let server = NatsServer::launch(nats_server_versions()[0], &domain("hub"), &users);
        let mut platform = Self::on(server);
        platform.name_the_domain();
        platform
    }

    /// The same with hosts at a leaf node without JetStream, whose users have the domain in their subjects.
    pub fn behind_a_leaf_node() -> Self {
        let port = free_port();
        let users = conf::with_variables(&users(), &[]);
        let listen = format!(
            "leafnodes {{ listen: \"127.0.0.1:{port}\", authorization {{ user: leaf, password: {SECRET} }} }}"
        );
        let hub = format!("{listen}\n{users}");
        let hub = NatsServer::launch(nats_server_versions()[0], &domain("hub"), &hub);
        let remote = format!(
            "leafnodes {{ remotes: [{{ url: \"nats://leaf:{SECRET}@127.0.0.1:{port}\" }}] }}"
        );
        let users = users
            .replace("\"$JS.API.", "\"$JS.hub.API.")
            .replace("\"$KV.", "\"$JS.hub.API.$KV.");
        let leaf = NatsServer::with_file(&format!("{remote}\n{users}"));
        wait_for_domain(&Admin::connect_as(&leaf.url(), "admin", SECRET), "hub");

        let mut platform = Self::on(hub);
        platform.variables = address(&leaf);
        platform.name_the_domain();
        platform.leaf = Some(leaf);
        platform
    }

    fn name_the_domain(&mut self) {
        self.variables
            .push(("WASMCLOUD_JS_DOMAIN", "hub".to_owned()));
    }

    fn on(server: NatsServer) -> Self {
        let url = server.url();
        let wadm = ConnectOptions::with_user_and_password("wadm".into(), SECRET.into());
        Self {
            control: ControlInterface::connect(&url, wadm),
            variables: address(&server),
            workspace: Workspace::of(
                server,
                Admin::connect_as(&url, "admin", SECRET),
                terraform_default(),
                &login(&url, "terraform"),
            ),
            leaf: None,
        }
    }

    fn with_operator(version: &str, login: Login) -> Self {
        let operator = Operator::new();
        let server = NatsServer::start_with(version, &operator.config());
        let url = server.url();
        let user = |name: &str| {
            let permissions = Permissions::of(&page_users(), name);
            operator.user_allowed(&permissions.claims())
        };
        let file = |name: &str, user: &User| {
            let path: PathBuf = private_file(server.folder(), name, &user.credentials());
            path.display().to_string()
        };

        let host = user("host");
        let mut variables = address(&server);
        match login {
            Login::JwtAndSeed => variables.extend([
                ("WASMCLOUD_NATS_JWT", host.jwt),
                ("WASMCLOUD_NATS_SEED", host.seed),
            ]),
            _ => variables.push(("WASMCLOUD_NATS_CREDS", file("host.creds", &host))),
        }
        let wadm = ConnectOptions::with_credentials(&user("wadm").credentials());
        let terraform = file("terraform.creds", &user("terraform"));
        Self {
            control: ControlInterface::connect(&url, wadm.expect("credentials made here")),
            variables,
            workspace: Workspace::of(
                server,
                Admin::connect_with(&url, operator.login()),
                terraform_default(),
                &[("NATS_URL", &url), ("NATS_CREDS", &terraform)],
            ),
            leaf: None,
        }
    }

    /// Starts a host with its login, and waits until it has started.
    pub fn start_host(&self) -> Host {
        let mut host = self.launch_host(&[]);
        host.wait_for_start();
        host
    }

    /// Starts a host with its login, and with these variables besides, or instead.
    pub fn launch_host(&self, variables: &[(&str, &str)]) -> Host {
        let own = self.variables.iter();
        let own = own.map(|(name, value)| (*name, value.as_str()));
        Host::start(&own.chain(variables.iter().copied()).collect::<Vec<_>>())
    }

    /// Ends a host as an operator does, and waits for its end.
    pub fn stop(&self, mut host: Host) {
        let stop = json!({ "host_id": host.id, "timeout": 1000 });
        self.control.ask(&format!("host.stop.{}", host.id), &stop);
        let status = host.wait_for_end();
        assert!(status.success(), "{status}:\n{}", host.log());
    }

    /// What is stored under a key of a bucket of the lattice; nothing for a key that was deleted.
    pub fn stored(&self, bucket: &str, key: &str) -> Option<Value> {
        let (stream, subject) = (format!("KV_{bucket}"), format!("$KV.{bucket}.{key}"));
        let text = self.workspace.admin.last(&stream, &subject)?;
        serde_json::from_str(&text).ok()
    }

    /// Waits for an event of a host, such as `host_started`, in the stream that keeps them for wadm. Gives its data.
    pub fn event(&self, what: &str) -> Value {
        let subject = format!("wasmbus.evt.default.{what}");
        let event = wait_for(&subject, Duration::from_secs(60), || {
            self.workspace.admin.last("wasmbus_events", &subject)
        });
        let event: Value = serde_json::from_str(&event).expect("an event in JSON");
        event["data"].clone()
    }

    /// What hosts have subscribed to.
    pub fn subjects_of_hosts(&self) -> Vec<String> {
        let server = self.leaf.as_ref().unwrap_or(&self.workspace.server);
        let connections = server.monitor("/connz?subs=true");
        let connections = connections["connections"].as_array().expect("a list");
        let of_hosts = connections.iter().filter(|one| one["name"] == "wasmbus");
        let lists = of_hosts.filter_map(|one| one["subscriptions_list"].as_array());
        let subjects = lists.flatten().filter_map(Value::as_str);
        subjects.map(str::to_owned).collect()
    }

    /// The configuration and the time of creation of every stream.
    pub fn assets(&self) -> BTreeMap<String, Value> {
        self.workspace.admin.assets()
    }

    /// What a server has refused somebody.
    pub fn violations(&self) -> Vec<String> {
        let servers = self.leaf.iter().chain([&self.workspace.server]);
        let log: String = servers.map(NatsServer::log).collect();
        let lines = log.lines().filter(|line| line.contains("Violation"));
        lines.map(str::to_owned).collect()
    }
}

/// The users of the guide, and an administrator.
pub fn users() -> String {
    let admin = format!("users: [\n  {{ user: admin, password: {SECRET} }}\n");
    page_users().replacen("users: [", &admin, 1)
}

fn page_users() -> String {
    page::under("least-privilege", "The users")[0].text.clone()
}

fn address(server: &NatsServer) -> Vec<(&'static str, String)> {
    vec![("WASMCLOUD_NATS_PORT", server.port().to_string())]
}

//! The environment: one server with many accounts, one Terraform root module over all of them.
//!
//! There is one wadm installation in an account, so each object of `wadm_jetstream` has an account of its own, and a
//! provider of its own that logs in there. Aliases of one provider would meet in one process when reattached; other
//! source addresses do not. So one plan and one apply cover every setting of every asset at once.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::{Value, json};
use terraform_provider_wasmcloud::plugin::InProcess;
use terraform_provider_wasmcloud::testing::catalogue::{Asset, AssetKind, CATALOGUE};

use crate::support::{Admin, NatsServer, Terraform, serve};

/// The resource types.
pub const LATTICE: &str = "wasmcloud_lattice_buckets";
pub const WADM: &str = "wadm_jetstream";

/// Specimens with this end of their names get no messages.
pub const EMPTY: &str = "_empty";
/// Specimens with this end of their names have `force_destroy`.
pub const FORCED: &str = "_forced";
/// Specimens with this end of their names have the argument set which is left alone when it is not.
pub const OURS: &str = "_ours";

/// Nanoseconds within which messages age out while a step runs.
const SHORT: u64 = 30_000_000_000;

/// The account of all lattices.
const LATTICES: &str = "lattices";

/// A resource that goes through the matrix: all assets of its type, for one row of the table.
#[derive(Clone, Debug)]
pub struct TestObject {
    /// Its name in the configuration; also its lattice, or its account.
    pub name: String,
    pub r#type: &'static str,
}

impl TestObject {
    pub fn address(&self) -> String {
        format!("{}.{}", self.r#type, self.name)
    }

    /// Its assets.
    pub fn assets(&self) -> Vec<&'static Asset> {
        let of_a_lattice = self.r#type == LATTICE;
        let rows = CATALOGUE.iter();
        rows.filter(|row| row.name.contains("{}") == of_a_lattice)
            .collect()
    }

    /// The name of an asset.
    pub fn asset_name(&self, asset: &Asset) -> String {
        asset.name.replace("{}", &self.name)
    }

    /// The name of the stream of an asset.
    pub fn stream(&self, asset: &Asset) -> String {
        asset.stream_name(&self.asset_name(asset))
    }

    /// As diagnostics call an asset.
    pub fn title(&self, asset: &Asset) -> String {
        match asset.kind {
            AssetKind::Bucket => format!("ucket {}", self.asset_name(asset)),
            AssetKind::Stream(_) => format!("tream {}", self.asset_name(asset)),
        }
    }

    fn account(&self) -> &str {
        match self.r#type {
            LATTICE => LATTICES,
            _ => &self.name,
        }
    }
}

/// The server, the providers and Terraform.
pub struct Environment {
    _server: NatsServer,
    pub terraform: Terraform,
    pub level: u64,
    admins: BTreeMap<String, Admin>,
    // Terraform's next command fails without them.
    _providers: Vec<InProcess>,
}

impl Environment {
    /// A server of a version with an account for every object that needs one.
    pub fn start(version: &str, objects: &[TestObject]) -> Self {
        let mut accounts: Vec<&str> = objects.iter().map(TestObject::account).collect();
        accounts.sort_unstable();
        accounts.dedup();
        allow_many_files();
        let server = NatsServer::start_with(version, &config(&accounts));
        let url = server.url();
        let providers: Vec<InProcess> = accounts
            .iter()
            .map(|user| {
                serve(&[
                    ("NATS_URL", &url),
                    ("NATS_USER", user),
                    ("NATS_PASSWORD", "secret"),
                ])
            })
            .collect();
        let mut reattach = json!({});
        for (account, provider) in accounts.iter().zip(&providers) {
            let own: Value = serde_json::from_str(&provider.reattach()).expect("JSON");
            let place = own.as_object().and_then(|own| own.values().next());
            reattach[source(account)] = place.expect("one provider").clone();
        }
        let admins: BTreeMap<String, Admin> = accounts
            .iter()
            .map(|user| ((*user).to_owned(), Admin::connect_as(&url, user, "secret")))
            .collect();
        for admin in admins.values() {
            admin.create_stream(&json!({ "name": "ORIGIN", "subjects": ["origin.>"] }));
        }
        Self {
            level: level(&admins[accounts[0]]),
            _server: server,
            terraform: Terraform::reattached(&reattach.to_string()),
            admins,
            _providers: providers,
        }
    }

    /// An administrator in the account of an object.
    pub fn admin(&self, object: &TestObject) -> &Admin {
        &self.admins[object.account()]
    }

    /// For each of these arguments of an installation the first power of two by which an example must be larger for wadm
    /// to live with it, as the validation says.
    pub fn scales(&self, wanted: &[Example<'_>]) -> Vec<i64> {
        let objects: Vec<(usize, i64, TestObject, Arguments)> = wanted
            .iter()
            .enumerate()
            .flat_map(|(place, (asset, argument, value))| {
                (0..12).map(move |power| {
                    let scale = 1 << power;
                    let mut arguments = Arguments::default();
                    arguments.set(asset, argument, value(scale));
                    let name = format!("try_{place}_{power}");
                    (place, scale, TestObject { name, r#type: WADM }, arguments)
                })
            })
            .collect();
        let account = self.admins.keys().next().expect("an account").clone();
        let all: Vec<_> = objects
            .iter()
            .map(|(_, _, object, arguments)| (object, arguments))
            .collect();
        self.write_in(Some(&account), &all);
        let output = self.terraform.output(&["validate", "-json"]);
        let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let refused: Vec<&str> = answer["diagnostics"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|said| said["severity"] == "error")
            .filter_map(|said| said["snippet"]["context"].as_str())
            .collect();
        let fits = |object: &TestObject| {
            !refused
                .iter()
                .any(|context| context.ends_with(&format!("\"{}\"", object.name)))
        };
        (0..wanted.len())
            .map(|place| {
                let mut own = objects.iter().filter(|(of, ..)| *of == place);
                own.find(|(_, _, object, _)| fits(object))
                    .expect("a value that wadm can live with")
                    .1
            })
            .collect()
    }

    /// Writes a root module with these objects, each with the arguments of its root and of its assets.
    pub fn write(&self, objects: &[(&TestObject, &Arguments)]) {
        self.write_in(None, objects);
    }

    /// The same, all in one account.
    fn write_in(&self, account: Option<&str>, objects: &[(&TestObject, &Arguments)]) {
        let mut accounts: Vec<&str> = objects
            .iter()
            .map(|(object, _)| account.unwrap_or(object.account()))
            .collect();
        accounts.sort_unstable();
        accounts.dedup();
        let mut text = "terraform {\n  required_providers {\n".to_owned();
        for account in accounts {
            let source = source(account);
            text += &format!("    {} = {{ source = \"{source}\" }}\n", provider(account));
        }
        text += "  }\n}\n";
        for (object, arguments) in objects {
            text += &format!(
                "resource \"{}\" \"{}\" {{\n  provider = {}\n",
                object.r#type,
                object.name,
                provider(account.unwrap_or(object.account()))
            );
            if object.r#type == LATTICE {
                text += &format!("  lattice = \"{}\"\n", object.name);
            }
            text += &arguments.hcl();
            text += "}\n";
        }
        self.terraform.write(&text);
    }

    /// Whether the server would take a change of one key of a configuration, tried on a stream beside it.
    ///
    /// # Errors
    /// The server's error.
    pub fn probe(
        &self,
        object: &TestObject,
        live: &Value,
        key: &str,
        value: &Value,
    ) -> Result<(), Value> {
        let admin = self.admin(object);
        let mut config = live.clone();
        config["name"] = json!("PROBE");
        let imports = config["sources"].is_array();
        config["subjects"] = if imports {
            json!(null)
        } else {
            json!(["probe.>"])
        };
        admin.create_stream(&config);
        config[key] = value.clone();
        if key == "max_age" {
            config["duplicate_window"] = json!(0);
        }
        let answer = admin.try_api("STREAM.UPDATE.PROBE", &config);
        admin.delete_stream("PROBE");
        match answer? {
            // Servers before 2.14 take more than one replica without a cluster, and keep one.
            info if key == "num_replicas"
                && info["cluster"]["replicas"].is_null()
                && *value != 1 =>
            {
                Err(json!("there is but one"))
            }
            _ => Ok(()),
        }
    }

    /// Messages in each stream of the objects, once nothing moves any more.
    pub fn counts(&self, objects: &[TestObject]) -> Counts {
        let start = Instant::now();
        let (mut last, _) = self.counts_now(objects);
        loop {
            std::thread::sleep(Duration::from_millis(60));
            let (now, behind) = self.counts_now(objects);
            if now == last && behind.is_empty() {
                return now;
            }
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "messages still move, or have not come yet: {behind:#?}"
            );
            last = now;
        }
    }

    /// And the sources from which a stream has not received an answer, or messages.
    fn counts_now(&self, objects: &[TestObject]) -> (Counts, Vec<String>) {
        let (mut counts, mut behind) = (Counts::new(), Vec::new());
        for object in objects {
            for asset in object.assets() {
                let stream = object.stream(asset);
                if let Some(info) = self.admin(object).stream(&stream) {
                    let count = info["state"]["messages"].as_u64().unwrap_or_default();
                    counts.insert((object.address(), asset.key), count);
                    // What it refuses to store waits at its source for good.
                    let config = &info["config"];
                    let refuses = config["discard"] == "new"
                        || config["max_msg_size"].as_i64().is_some_and(|size| size > 0);
                    let sources = info["sources"].as_array().into_iter().flatten();
                    let sources = sources
                        .filter(|source| (source["lag"] != 0 && !refuses) || source["active"] == -1)
                        .map(|source| format!("{}.{}: {source}", object.name, asset.key));
                    behind.extend(sources);
                }
            }
        }
        (counts, behind)
    }

    /// Puts messages into every asset: some subjects, several messages of each. What a setting keeps out stays out.
    pub fn fill(&self, objects: &[TestObject]) {
        for object in objects {
            let admin = self.admin(object);
            // What others import keeps its age, so it must be fresh.
            admin.api("STREAM.PURGE.ORIGIN", &json!({}));
            for number in 0..3 {
                admin.send(&format!("origin.{number}"), "x");
            }
            // So much that limits of bytes are exceeded.
            let size = if object.name == "max_bytes" && object.r#type == WADM {
                30_000
            } else {
                5
            };
            let payload = "x".repeat(size);
            for asset in object.assets() {
                let Some(info) = admin.stream(&object.stream(asset)) else {
                    continue;
                };
                // What ages out while we look cannot be counted.
                let age = info["config"]["max_age"].as_u64().unwrap_or_default();
                if (1..SHORT).contains(&age) || object.name.ends_with(EMPTY) {
                    continue;
                }
                if info["config"]["retention"] == "interest" {
                    wait_for_messages(admin, &object.stream(asset));
                }
                let patterns = info["config"]["subjects"].as_array().cloned();
                let patterns = patterns.unwrap_or_default();
                let Some(pattern) = patterns.first().and_then(Value::as_str) else {
                    continue;
                };
                for subject in ["one", "two"] {
                    let subject = pattern.replace(['*', '>'], subject);
                    for _ in 0..3 {
                        admin.send(&subject, &payload);
                    }
                }
            }
        }
    }
}

/// Makes a consumer, without which such a stream keeps nothing.
fn wait_for_messages(admin: &Admin, stream: &str) {
    let consumer =
        json!({ "durable_name": "reader", "ack_policy": "explicit", "max_ack_pending": 5 });
    // Some limits of a stream refuse it; it then stays empty.
    let _ = admin.try_api(
        &format!("CONSUMER.DURABLE.CREATE.{stream}.reader"),
        &json!({ "stream_name": stream, "config": consumer }),
    );
}

/// An asset, an argument of it, and its value in each size.
pub type Example<'a> = (&'static str, &'static str, &'a dyn Fn(i64) -> Value);

/// Messages by address of the resource and key of the asset.
pub type Counts = BTreeMap<(String, &'static str), u64>;

/// What the configuration says of one object: values in JSON by asset (`""` is the root) and argument.
#[derive(Clone, Debug, Default)]
pub struct Arguments(pub BTreeMap<&'static str, BTreeMap<&'static str, Value>>);

impl Arguments {
    pub fn set(&mut self, asset: &'static str, argument: &'static str, value: Value) {
        let own = self.0.entry(asset).or_default();
        match value {
            Value::Null => own.remove(argument),
            value => own.insert(argument, value),
        };
    }

    fn hcl(&self) -> String {
        let mut text = String::new();
        for (asset, arguments) in &self.0 {
            let lines = arguments
                .iter()
                .map(|(name, value)| format!("    {name} = {}\n", hcl(value)));
            let lines: String = lines.collect();
            match *asset {
                "" => text += &lines,
                _ if lines.is_empty() => {}
                asset => text += &format!("  {asset} = {{\n{lines}  }}\n"),
            }
        }
        text
    }
}

/// JSON in Terraform's language. No text here has what would need more escapes.
fn hcl(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members: Vec<_> = members
                .iter()
                .map(|(key, value)| format!("{key} = {}", hcl(value)))
                .collect();
            format!("{{ {} }}", members.join(", "))
        }
        Value::Array(elements) => {
            let elements: Vec<_> = elements.iter().map(hcl).collect();
            format!("[{}]", elements.join(", "))
        }
        other => other.to_string(),
    }
}

/// A hundred providers in this process may need more files than it may have by itself.
fn allow_many_files() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let current = maximum;
    // Not every system gives all of it; then what there is must do.
    let _ = setrlimit(Resource::Nofile, Rlimit { current, maximum });
}

/// Names of providers have dashes.
fn provider(account: &str) -> String {
    account.replace('_', "-")
}

/// The source address of the provider of an account.
fn source(account: &str) -> String {
    format!("accounts/{}", provider(account))
}

fn config(accounts: &[&str]) -> String {
    let accounts: Vec<_> = accounts
        .iter()
        .map(|name| {
            format!(
                "{name} {{ jetstream: enabled, users: [{{ user: {name}, password: secret }}] }}\n"
            )
        })
        .collect();
    format!(
        "accounts {{\n{}SYS {{ users: [{{ user: sys, password: secret }}] }}\n}}\nsystem_account: SYS",
        accounts.concat()
    )
}

/// The API level of a server.
pub fn level(admin: &Admin) -> u64 {
    let answer = admin.api("INFO", &json!({}));
    answer["api"]["level"].as_u64().unwrap_or_default()
}

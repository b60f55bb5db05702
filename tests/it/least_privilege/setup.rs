//! Both resources, a server that knows only users with lists, and the provider as one of them.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Deref;
use std::time::Duration;

use serde_json::Value;

use crate::least_privilege::list::{self, List, streams};
use crate::support::{
    Admin, Failure, NatsServer, Workspace, login, nats_server_versions, terraform_default, wait_for,
};

pub const BUCKETS: &str = "wasmcloud_lattice_buckets.main";
pub const WADM: &str = "wadm_jetstream.main";

/// A server, the provider in this process as one of its users, and a Terraform that uses it.
pub struct Setup<S = NatsServer> {
    workspace: Workspace<S>,
    url: String,
}

impl<S> Deref for Setup<S> {
    type Target = Workspace<S>;

    fn deref(&self) -> &Workspace<S> {
        &self.workspace
    }
}

impl Setup {
    /// A server of the default version whose users are `whole` with the whole list, and one for each of `lines`,
    /// which is what that user's list lacks: the first is `lacking0`.
    pub fn lacking(lines: &[String]) -> Self {
        Self::on(nats_server_versions()[0], lines)
    }

    /// As [`Setup::lacking`], on a server of a version.
    pub fn on(version: &str, lines: &[String]) -> Self {
        let server = NatsServer::start_with(
            version,
            &format!("authorization {{ timeout: 30, {} }}", users(lines)),
        );
        let url = server.url();
        Self::of(server, url)
    }

    /// Lines of the server's log in which it denies something to a user.
    pub fn violations(&self, user: &str) -> Vec<String> {
        violations(&self.server, user)
    }
}

/// Lines of a server's log in which it denies something to a user.
pub fn violations(server: &NatsServer, user: &str) -> Vec<String> {
    // As nats-server 2.15 writes it, and before.
    let (log, user) = (
        server.log(),
        [format!("user:{user}\""), format!("User \"{user}\"")],
    );
    let lines = log.lines().filter(|line| line.contains("Violation"));
    lines
        .filter(|line| user.iter().any(|user| line.contains(user)))
        .map(str::to_owned)
        .collect()
}

/// Violations that must be there: the server tells the user of one before it logs it.
pub fn noted(violations: impl Fn() -> Vec<String>) -> Vec<String> {
    wait_for("a violation in the log", Duration::from_secs(60), || {
        Some(violations()).filter(|violations| !violations.is_empty())
    })
}

/// The users of [`Setup::lacking`], beside `admin`, who may do anything.
pub fn users(lines: &[String]) -> String {
    users_with(&List::whole(), lines)
}

/// As [`users`], with another whole list.
pub fn users_with(whole: &List, lines: &[String]) -> String {
    let mut users = vec![
        "{ user: admin, password: secret }".to_owned(),
        whole.user("whole"),
        // Who has what one resource requires, and nothing of the other.
        List::of(&list::BUCKET_STREAMS.map(str::to_owned)).user("buckets"),
        List::of(&wadm_streams()).user("wadm"),
    ];
    let lacking = lines.iter().enumerate();
    users.extend(lacking.map(|(place, line)| whole.without(line).user(&format!("lacking{place}"))));
    format!("users: [\n{}\n]", users.join("\n"))
}

/// The streams of `wadm_jetstream`.
pub fn wadm_streams() -> Vec<String> {
    let mut streams = streams();
    streams.retain(|stream| !list::BUCKET_STREAMS.contains(&stream.as_str()));
    streams
}

impl<S> Setup<S> {
    /// With servers that were started otherwise, for the users of [`users`].
    pub fn of(server: S, url: String) -> Self {
        let admin = Admin::connect_as(&url, "admin", "secret");
        let environment = login(&url, "whole");
        let workspace = Workspace::of(server, admin, terraform_default(), &environment);
        Self { workspace, url }
    }

    /// The provider is another user from now on.
    pub fn log_in(&mut self, user: &str) {
        self.log_in_at(&self.url.clone(), user);
    }

    /// As [`Setup::log_in`], on another way to the server.
    pub fn log_in_at(&mut self, url: &str, user: &str) {
        self.workspace.provided.log_in_at(url, user);
    }

    /// Writes both objects with these arguments.
    pub fn write(&self, buckets: &str, wadm: &str) {
        self.terraform.write(&both(buckets, wadm));
    }

    /// Writes and applies both objects, and demands an empty plan.
    pub fn converge(&self, buckets: &str, wadm: &str) {
        self.terraform.converge(&both(buckets, wadm));
    }

    /// Everything that both the server and the state have: what a refusal must leave as it is.
    pub fn everything(&self) -> (BTreeMap<String, Value>, Value) {
        let on_server = streams().into_iter().filter_map(|name| {
            let stream = self.admin.stream(&name)?;
            Some((
                name,
                serde_json::json!([stream["config"], stream["created"]]),
            ))
        });
        (on_server.collect(), self.resources())
    }

    fn resources(&self) -> Value {
        match fs::read(self.terraform.folder().join("terraform.tfstate")) {
            Ok(state) => {
                serde_json::from_slice::<Value>(&state).expect("a state")["resources"].clone()
            }
            Err(_) => Value::Array(Vec::new()),
        }
    }
}

/// Both objects with these arguments.
pub fn both(buckets: &str, wadm: &str) -> String {
    format!(
        "resource \"wasmcloud_lattice_buckets\" \"main\" {{\n{buckets}\n}}\n\
         resource \"wadm_jetstream\" \"main\" {{\nprovider = wasmcloud\n{wadm}\n}}\n"
    )
}

/// Every error names this line of a list, and no other.
pub fn names_exactly(list: &List, failure: &Failure, line: &str) {
    let errors = failure.diagnostics.iter();
    let errors: Vec<_> = errors.filter(|said| said.severity == "error").collect();
    assert!(!errors.is_empty(), "{failure}");
    for error in errors {
        let text = format!("{}\n{}", error.summary, error.detail);
        assert_eq!(list.named_in(&text), [line], "{failure}");
        assert!(error.says("has no permission to"), "{error}");
    }
}

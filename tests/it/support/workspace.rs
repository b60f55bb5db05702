//! A server, the provider in this process, a Terraform that uses it, and an administrator on the server.

use std::ops::Deref;

use terraform_provider_wasmcloud::plugin::InProcess;

use super::served::serve;
use super::{Admin, Cli, Leaf, NatsServer, Terraform, terraform_default};

/// A Terraform with the provider in this process.
pub struct Provided {
    pub terraform: Terraform,
    // Terraform's next command fails without it.
    provider: InProcess,
}

impl Provided {
    /// The provider has this environment.
    pub fn with(cli: Cli, environment: &[(&str, &str)]) -> Self {
        let provider = serve(environment);
        Self {
            terraform: Terraform::reattached_to(cli, &provider.reattach()),
            provider,
        }
    }

    /// Serves the provider again, with another environment, to the same Terraform.
    pub fn provide(&mut self, environment: &[(&str, &str)]) {
        self.provider = serve(environment);
        self.terraform
            .set_env("TF_REATTACH_PROVIDERS", &self.provider.reattach());
    }

    /// The provider logs in at this server as this user, whose password is `secret`, from now on.
    pub fn log_in_at(&mut self, url: &str, user: &str) {
        self.provide(&login(url, user));
    }

    /// The same provider for another Terraform or OpenTofu.
    pub fn use_cli(&mut self, cli: Cli) {
        self.terraform = Terraform::reattached_to(cli, &self.provider.reattach());
    }

    /// A second Terraform, with a state of its own, and the same provider.
    pub fn another_terraform(&self) -> Terraform {
        Terraform::reattached(&self.provider.reattach())
    }
}

/// The environment of a provider that logs in at this server as this user, whose password is `secret`.
pub fn login<'a>(url: &'a str, user: &'a str) -> [(&'static str, &'a str); 3] {
    [
        ("NATS_URL", url),
        ("NATS_USER", user),
        ("NATS_PASSWORD", "secret"),
    ]
}

/// The same before a server.
pub struct Workspace<S = NatsServer> {
    pub provided: Provided,
    pub admin: Admin,
    pub server: S,
}

impl Workspace {
    /// On a server that asks for no login, whose address the provider has from NATS_URL.
    pub fn on(server: NatsServer) -> Self {
        let (url, admin) = (server.url(), Admin::connect(&server.url()));
        let version = server.version().to_owned();
        let mut workspace = Self::of(server, admin, terraform_default(), &[("NATS_URL", &url)]);
        workspace.provided.terraform = workspace.provided.terraform.on(&version);
        workspace
    }

    /// On a server with users, as one of whom the provider logs in. The administrator is `admin`.
    pub fn logged_in(server: NatsServer, user: &str) -> Self {
        let url = server.url();
        let admin = Admin::connect_as(&url, "admin", "secret");
        Self::of(server, admin, terraform_default(), &login(&url, user))
    }

    /// The provider logs in as this user from now on.
    pub fn log_in(&mut self, user: &str) {
        let url = self.server.url();
        self.provided.log_in_at(&url, user);
    }
}

impl Workspace<Leaf> {
    /// On a hub with a leaf node; the provider is connected to the hub.
    pub fn on_hub(cli: Cli) -> Self {
        let leaf = Leaf::start();
        let url = leaf.hub.url();
        let admin = Admin::connect_as(&url, "app", "secret");
        Self::of(leaf, admin, cli, &login(&url, "app"))
    }
}

impl<S> Workspace<S> {
    /// Everything chosen.
    pub fn of(server: S, admin: Admin, cli: Cli, environment: &[(&str, &str)]) -> Self {
        Self {
            provided: Provided::with(cli, environment),
            admin,
            server,
        }
    }
}

impl<S> Deref for Workspace<S> {
    type Target = Provided;

    fn deref(&self) -> &Provided {
        &self.provided
    }
}

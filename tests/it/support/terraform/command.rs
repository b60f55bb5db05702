//! A real Terraform in a folder of its own, as a person at a terminal would use it.
//!
//! The provider comes in one of three ways: served by the test process ([`Terraform::reattached`]), as the built binary
//! ([`Terraform::with_binary`]), or not at all. Nothing is inherited that could change what Terraform does: no TF_*,
//! TG_* and NATS_* variable, no configuration file and no NATS context of the user.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use serde_json::Value;
use tempfile::TempDir;

use super::failure::{Diagnostic, Failure, diagnostics};
use super::plan::{Plan, State, planned_actions};
use super::running::Running;
use crate::support::tools::{Cli, terraform_default};

/// The provider's address in `required_providers`.
pub const SOURCE: &str = "wasmcloud/wasmcloud";

/// Enough to keep two processors busy while some of them wait for a server; more only make each other slower.
const AT_ONCE: u64 = 6;

/// Terraform and one root module. A clone works in the same folder.
#[derive(Clone, Debug)]
pub struct Terraform {
    cli: Cli,
    folder: Arc<TempDir>,
    environment: Vec<(String, String)>,
    /// What kind of server the provider is connected to, if the test says so.
    server: String,
    plans: Arc<AtomicUsize>,
}

impl Terraform {
    /// Without a provider of ours: for built-in resources.
    pub fn bare(cli: Cli) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("terraform-")
            .tempdir()
            .expect("a folder");
        let terraform = Self {
            cli,
            folder: Arc::new(folder),
            environment: Vec::new(),
            server: String::new(),
            plans: Arc::default(),
        };
        terraform.write_cli_config("");
        terraform
    }

    /// With a provider that already runs; `reattach` is the value of TF_REATTACH_PROVIDERS.
    pub fn reattached(reattach: &str) -> Self {
        Self::reattached_to(terraform_default(), reattach)
    }

    /// As [`Terraform::reattached`], with a certain Terraform.
    pub fn reattached_to(cli: Cli, reattach: &str) -> Self {
        Self::bare(cli).env("TF_REATTACH_PROVIDERS", reattach)
    }

    /// With a provider binary that Terraform starts, such as `env!("CARGO_BIN_EXE_terraform-provider-wasmcloud")`.
    pub fn with_binary(binary: impl AsRef<Path>) -> Self {
        Self::with_binary_and(terraform_default(), binary)
    }

    /// As [`Terraform::with_binary`], with a certain Terraform.
    pub fn with_binary_and(cli: Cli, binary: impl AsRef<Path>) -> Self {
        let terraform = Self::bare(cli);
        // Terraform takes the first file with a fitting name, and beside the binary lie others.
        let overrides = terraform.folder().join(".overrides");
        fs::create_dir(&overrides).expect("a folder");
        std::os::unix::fs::symlink(binary, overrides.join("terraform-provider-wasmcloud"))
            .expect("a link");
        terraform.write_cli_config(&format!(
            "provider_installation {{\n  dev_overrides {{ \"{SOURCE}\" = \"{}\" }}\n  direct {{}}\n}}\n",
            overrides.display()
        ));
        terraform
    }

    /// Says what kind of server the provider is connected to: see [`Terraform::converge`].
    pub fn on(mut self, server: &str) -> Self {
        self.server = server.to_owned();
        self
    }

    /// Sets a variable of the environment for all later commands.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.set_env(name, value);
        self
    }

    pub fn set_env(&mut self, name: &str, value: &str) {
        self.environment.retain(|(other, _)| other != name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Replaces Terraform's own configuration file (`provider_installation` and the like).
    pub fn write_cli_config(&self, text: &str) {
        let text = format!("disable_checkpoint = true\n{text}");
        fs::write(self.folder().join(".terraformrc"), text).expect(".terraformrc");
    }

    /// The root module's folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn version(&self) -> &str {
        &self.cli.version
    }

    /// Which program this is.
    pub fn cli(&self) -> &Cli {
        &self.cli
    }

    /// Replaces `main.tf`. The provider's source address is added unless the text has one.
    pub fn write(&self, config: &str) {
        let source = if config.contains("required_providers") || !config.contains("wasm") {
            String::new()
        } else {
            format!(
                "terraform {{\n  required_providers {{\n    wasmcloud = {{ source = \"{SOURCE}\" }}\n  }}\n}}\n"
            )
        };
        self.write_file("versions.tf", &source);
        self.write_file("main.tf", config);
    }

    pub fn write_file(&self, name: &str, text: &str) {
        fs::write(self.folder().join(name), text).unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    /// Writes and applies the configuration, and demands that nothing is left to do, for a test that does not look at the
    /// plan. Many tests begin with the same configuration of a new object: that it leaves nothing to do on a server of
    /// the same version is demanded once.
    pub fn converge(&self, config: &str) {
        static EMPTY: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

        let is_new = !self.server.is_empty() && !self.folder().join("terraform.tfstate").exists();
        let key = format!("{} {config}", self.server);
        self.write(config);
        self.apply();
        if !(is_new && EMPTY.lock().unwrap().contains(&key)) {
            self.expect_empty();
            if is_new {
                EMPTY.lock().unwrap().insert(key);
            }
        }
    }

    /// Writes the configuration, plans, applies that plan, and demands that nothing is left to do. Gives the plan.
    pub fn step(&self, config: &str) -> Plan {
        self.write(config);
        let plan = self.plan();
        self.apply_plan(&plan);
        self.expect_empty();
        plan
    }

    /// Refreshes and plans.
    pub fn plan(&self) -> Plan {
        self.plan_with(&[])
    }

    /// As [`Terraform::plan`], with more options, such as `-destroy` or `-refresh-only`.
    pub fn plan_with(&self, options: &[&str]) -> Plan {
        self.try_plan(options)
            .unwrap_or_else(|failure| panic!("the plan failed: {failure}"))
    }

    /// Plans, and demands that this fails.
    pub fn plan_error(&self) -> Failure {
        match self.try_plan(&[]) {
            Err(failure) => failure,
            Ok(plan) => panic!("the plan succeeded:\n{}", plan.text()),
        }
    }

    /// # Errors
    ///
    /// What Terraform said when the plan failed.
    pub fn try_plan(&self, options: &[&str]) -> Result<Plan, Failure> {
        let name = format!(".plan-{}", self.plans.fetch_add(1, Ordering::Relaxed));
        let out = format!("-out={name}");
        let output = self.run_json(
            &[
                &["plan", "-input=false", "-lock=false", "-json", &out],
                options,
            ]
            .concat(),
        )?;
        let (actions, diagnostics) = (planned_actions(&output), diagnostics(&output));
        Ok(Plan::new(self.clone(), name, actions, diagnostics))
    }

    /// Applies a plan as it was shown. Gives the warnings.
    pub fn apply_plan(&self, plan: &Plan) -> Vec<Diagnostic> {
        let file = plan.file().to_str().expect("a path in UTF-8").to_owned();
        self.try_apply(&[&file])
            .unwrap_or_else(|failure| panic!("the apply failed: {failure}"))
    }

    /// Plans and applies at once. Gives the warnings.
    pub fn apply(&self) -> Vec<Diagnostic> {
        self.try_apply(&[])
            .unwrap_or_else(|failure| panic!("the apply failed: {failure}"))
    }

    /// Plans and applies at once, and demands that this fails.
    pub fn apply_error(&self) -> Failure {
        match self.try_apply(&[]) {
            Err(failure) => failure,
            Ok(_) => panic!("the apply succeeded: {:?}", self.state()),
        }
    }

    /// # Errors
    ///
    /// What Terraform said when the apply failed; the state holds what was achieved.
    pub fn try_apply(&self, options: &[&str]) -> Result<Vec<Diagnostic>, Failure> {
        let command = [
            "apply",
            "-input=false",
            "-lock=false",
            "-auto-approve",
            "-json",
        ];
        self.run_json(&[&command, options].concat())
            .map(|output| diagnostics(&output))
    }

    /// Destroys everything. Gives the warnings.
    pub fn destroy(&self) -> Vec<Diagnostic> {
        self.try_apply(&["-destroy"])
            .unwrap_or_else(|failure| panic!("the destroy failed: {failure}"))
    }

    /// Destroys everything, and demands that this fails.
    pub fn destroy_error(&self) -> Failure {
        match self.try_apply(&["-destroy"]) {
            Err(failure) => failure,
            Ok(_) => panic!("the destroy succeeded"),
        }
    }

    /// Demands that there is nothing to do, neither by the state nor by the server.
    pub fn expect_empty(&self) {
        self.expect_empty_with("-refresh=true");
    }

    /// As [`Terraform::expect_empty`], and first by the state alone.
    pub fn expect_empty_without_refresh_too(&self) {
        self.expect_empty_with("-refresh=false");
        self.expect_empty();
    }

    fn expect_empty_with(&self, refresh: &str) {
        let command = [
            "plan",
            "-input=false",
            "-lock=false",
            "-no-color",
            "-detailed-exitcode",
            refresh,
        ];
        let output = self.output(&command);
        let text = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            output.status.code(),
            Some(0),
            "the plan with {refresh} is not empty:\n{text}{errors}"
        );
    }

    /// Imports an object that exists into the state.
    ///
    /// # Errors
    ///
    /// What Terraform said when it could not; without diagnostics, since the command has no JSON form.
    pub fn import(&self, address: &str, id: &str) -> Result<String, Failure> {
        self.run(&[
            "import",
            "-input=false",
            "-lock=false",
            "-no-color",
            address,
            id,
        ])
    }

    /// What the state file says of the resources of the root module.
    pub fn state(&self) -> State {
        match fs::metadata(self.folder().join("terraform.tfstate")) {
            // A Terraform that was killed may leave an empty one.
            Ok(file) if file.len() > 0 => State::new(&self.state_file()),
            _ => State::default(),
        }
    }

    /// What `terraform show -json` says of the state: outputs, modules and all.
    pub fn shown_state(&self) -> Value {
        self.json(&["show", "-json"])
    }

    /// The state file itself, with what `show` leaves out: `private`, `status`, `schema_version`.
    pub fn state_file(&self) -> Value {
        let text =
            fs::read_to_string(self.folder().join("terraform.tfstate")).expect("terraform.tfstate");
        serde_json::from_str(&text).expect("a state in JSON")
    }

    /// Runs any command and gives what it printed on stdout.
    ///
    /// # Errors
    ///
    /// What it printed, when its exit code is not 0.
    pub fn run(&self, arguments: &[&str]) -> Result<String, Failure> {
        let output = self.output(arguments);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            Ok(text)
        } else {
            Err(Failure::new(arguments, &output))
        }
    }

    /// Runs any command to its end.
    pub fn output(&self, arguments: &[&str]) -> Output {
        let _slot = Slot::take();
        self.command(arguments)
            .output()
            .unwrap_or_else(|error| panic!("{}: {error}", self.cli.path.display()))
    }

    /// Starts a command and goes on, for tests that interrupt it.
    pub fn start(&self, arguments: &[&str]) -> Running {
        Running::start(self.command(arguments), arguments)
    }

    /// As [`Terraform::start`], in a process group of its own, for [`Running::interrupt_group`].
    pub fn start_group(&self, arguments: &[&str]) -> Running {
        let mut command = self.command(arguments);
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        Running::start(command, arguments)
    }

    /// A command in the root module's folder with a clean environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.in_folder(Command::new(&self.cli.path));
        command.args(arguments);
        command
    }

    /// Terraform's own path.
    pub fn program(&self) -> PathBuf {
        self.cli.path.clone()
    }

    /// Any program in the root module's folder, with the environment of Terraform.
    pub fn in_folder(&self, mut command: Command) -> Command {
        for (name, _) in std::env::vars_os().filter(|(name, _)| is_foreign(name)) {
            command.env_remove(name);
        }
        command
            .current_dir(self.folder())
            .stdin(Stdio::null())
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_IN_AUTOMATION", "1")
            // A command of a fraction of a second is over before collecting is worth anything.
            .env("GOGC", "off")
            .env("GOMEMLIMIT", "512MiB")
            .env("TF_CLI_CONFIG_FILE", self.folder().join(".terraformrc"))
            .env("XDG_CONFIG_HOME", self.folder().join(".config"))
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    fn run_json(&self, arguments: &[&str]) -> Result<Output, Failure> {
        let output = self.output(arguments);
        if output.status.success() {
            Ok(output)
        } else {
            Err(Failure::new(arguments, &output))
        }
    }

    pub fn json(&self, arguments: &[&str]) -> Value {
        let text = self
            .run(arguments)
            .unwrap_or_else(|failure| panic!("{failure}"));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {text}"))
    }
}

fn is_foreign(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    ["TF_", "TG_", "NATS_"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}

/// The right to run one of [`AT_ONCE`] commands, given in the order in which it was asked for: a test that runs one
/// command after the other does not keep the others waiting.
struct Slot;

/// Numbers that were drawn, and those that may run.
struct Queue {
    drawn: u64,
    called: u64,
}

static QUEUE: Mutex<Queue> = Mutex::new(Queue {
    drawn: 0,
    called: AT_ONCE,
});
static CALLED: Condvar = Condvar::new();

impl Slot {
    fn take() -> Self {
        let mut queue = QUEUE.lock().unwrap();
        let number = queue.drawn;
        queue.drawn += 1;
        drop(
            CALLED
                .wait_while(queue, |queue| queue.called <= number)
                .unwrap(),
        );
        Self
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        QUEUE.lock().unwrap().called += 1;
        CALLED.notify_all();
    }
}

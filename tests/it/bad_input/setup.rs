//! A Terraform with the provider in this process, and what must hold whenever something is refused.

use std::fs;
use std::ops::{Deref, DerefMut};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Cluster, Failure, Provided, Terraform, terraform_default};

/// The secret of every login here, right ones and wrong ones: part of each, and never to be seen.
pub const SECRET: &str = "hunter2";

/// The object whose fate is watched.
pub const BUCKETS: &str = "wasmcloud_lattice_buckets.main";

/// The streams of the default lattice.
pub const STREAMS: [&str; 2] = ["KV_CONFIGDATA_default", "KV_LATTICEDATA_default"];

/// Less than the minute that the shortest operation has, which is what not giving up would take. Far more than a refusal
/// takes, since the wait for another Terraform's end is part of it.
const PATIENCE: Duration = Duration::from_secs(50);

/// On a busy machine an answer may take longer than the provider waits for one by itself.
const TIMEOUT: (&str, &str) = ("NATS_TIMEOUT", "30s");

/// Nobody listens there.
pub const NOBODY: &str = "nats://127.0.0.1:1";

/// A cluster leaves questions without an answer while it elects a leader: they must be asked again.
pub const SOON_AGAIN: (&str, &str) = ("NATS_TIMEOUT", "5s");

pub struct Setup(Provided);

impl Deref for Setup {
    type Target = Provided;

    fn deref(&self) -> &Provided {
        &self.0
    }
}

impl DerefMut for Setup {
    fn deref_mut(&mut self) -> &mut Provided {
        &mut self.0
    }
}

impl Setup {
    /// A provider with these variables in its environment, and [`TIMEOUT`] unless they say otherwise. The Terraform
    /// variable `secret` holds [`SECRET`].
    pub fn environment(variables: &[(&str, &str)]) -> Self {
        let mut provided = Provided::with(terraform_default(), &patient(variables));
        provided.terraform.set_env("TF_VAR_secret", SECRET);
        provided.terraform.write_file(
            "variables.tf",
            "variable \"secret\" {\n  sensitive = true\n}\n",
        );
        Self(provided)
    }

    /// A provider whose environment names no server and no login.
    pub fn nothing() -> Self {
        Self::environment(&[])
    }

    /// A provider that finds its server in NATS_URL.
    pub fn server(url: &str) -> Self {
        Self::environment(&[("NATS_URL", url)])
    }

    /// A provider before a cluster.
    pub fn cluster(cluster: &Cluster) -> Self {
        Self::environment(&[("NATS_URL", &cluster.url()), SOON_AGAIN])
    }

    /// Serves the provider again with another environment, to the same Terraform.
    pub fn environment_is_now(&mut self, variables: &[(&str, &str)]) {
        self.provide(&patient(variables));
    }

    /// Writes a provider block with these arguments, and the buckets of the default lattice with those.
    pub fn write(&self, provider: &str, buckets: &str) {
        self.terraform.write(&format!(
            "provider \"wasmcloud\" {{\n{provider}\n}}\nresource \"wasmcloud_lattice_buckets\" \"main\" {{\n{buckets}\n}}\n"
        ));
    }

    /// As [`Setup::write`], and applies it.
    pub fn applied(&self, provider: &str, buckets: &str) {
        self.write(provider, buckets);
        self.terraform.apply();
    }

    /// Applies what is written, and demands what must hold of every refusal: soon, without loss, a leak, or a crash.
    pub fn refused(&self) -> Failure {
        self.refused_to(|terraform| terraform.apply_error())
    }

    /// As [`Setup::refused`], for another command.
    pub fn refused_to(&self, command: impl FnOnce(&Terraform) -> Failure) -> Failure {
        let (before, started) = (self.resources(), Instant::now());

        let failure = command(&self.terraform);

        let took = started.elapsed();
        assert!(took < PATIENCE, "it took {took:?}: {failure}");
        assert_eq!(self.resources(), before, "the state has changed: {failure}");
        sound(&failure);
        self.leaks_nothing();
        failure
    }

    /// What the state file has of our resources.
    pub fn resources(&self) -> Value {
        match fs::read(self.terraform.folder().join("terraform.tfstate")) {
            Ok(state) => {
                let state: Value = serde_json::from_slice(&state).expect("a state");
                let all = state["resources"].as_array().cloned().unwrap_or_default();
                all.into_iter()
                    .filter(|resource| resource["type"] != "terraform_data")
                    .filter(|resource| resource["instances"] != serde_json::json!([]))
                    .collect()
            }
            Err(_) => Value::Array(Vec::new()),
        }
    }

    /// No file that Terraform wrote has a secret in it.
    pub fn leaks_nothing(&self) {
        for file in files(&self.terraform) {
            let text = fs::read(&file).unwrap_or_default();
            assert!(
                !String::from_utf8_lossy(&text).contains(SECRET),
                "{} shows the secret",
                file.display()
            );
        }
    }
}

/// An environment with these variables, of which the last of a name counts.
fn patient<'a>(variables: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [&[TIMEOUT], variables].concat()
}

/// Writes a file that only its owner may read.
pub fn private_file(path: &Path, text: &str) {
    fs::write(path, text).expect("a file");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("its mode");
}

/// What must hold of every failure's text.
pub fn sound(failure: &Failure) {
    let text = failure.text.to_lowercase();
    for word in [
        SECRET,
        "rpc error",
        "panic",
        "provider bug",
        "bug in the provider",
    ] {
        assert!(!text.contains(word), "{word:?} is in {}", failure.text);
    }
    for diagnostic in &failure.diagnostics {
        let way_out = diagnostic.detail.trim_end().ends_with(['.', '`']);
        assert!(
            way_out || diagnostic.severity == "warning" || diagnostic.detail.ends_with('\n'),
            "no whole sentence: {diagnostic}"
        );
    }
}

/// State files, of now and before.
fn files(terraform: &Terraform) -> Vec<PathBuf> {
    ["terraform.tfstate", "terraform.tfstate.backup"]
        .map(|name| terraform.folder().join(name))
        .to_vec()
}

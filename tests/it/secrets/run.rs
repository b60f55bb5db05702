//! A Terraform that starts the real binary, logs everything, and whose every trace is kept.

use std::path::Path;
use std::process::Output;

use crate::secrets::places::{self, Place, leaks};
use crate::secrets::search::Search;
use crate::secrets::servers::{Kind, Servers};
use crate::support::Terraform;

pub const BINARY: &str = env!("CARGO_BIN_EXE_terraform-provider-wasmcloud");

/// Part of the environment of every run, and no business of the provider's.
const FOREIGN: (&str, &str) = (
    "DEPLOY_SECRET_OF_ANOTHER_JOB",
    "f0reign-s3cret-of-another-job",
);

/// How a secret comes into the provider block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Way {
    /// By a variable that Terraform stores nowhere.
    Ephemeral,
    /// By a variable that Terraform shows nowhere; it is in a saved plan.
    Sensitive,
    /// Written into the configuration, which is in a saved plan.
    Literal,
}

/// A configuration under way.
pub struct Run {
    pub terraform: Terraform,
    search: Search,
    printed: Vec<Place>,
}

impl Run {
    /// The real binary, with one provider block and one object for each kind.
    pub fn of(servers: &Servers, kinds: &[&Kind], way: Way) -> Self {
        let mut run = Self::with(Terraform::with_binary(BINARY), servers, kinds);
        run.write(kinds, way);
        run
    }

    /// Writes one provider block and one object for each kind.
    pub fn write(&mut self, kinds: &[&Kind], way: Way) {
        let mut config = String::new();
        for kind in kinds {
            let mut arguments = kind.arguments.clone();
            for (name, secret) in &kind.secrets {
                let value = match way {
                    Way::Literal => literal(secret),
                    Way::Ephemeral | Way::Sensitive => format!("var.{name}"),
                };
                arguments = arguments.replace(&format!("<{name}>"), &value);
                if way != Way::Literal {
                    config += &declaration(name, way);
                    self.terraform.set_env(&format!("TF_VAR_{name}"), secret);
                }
            }
            config += &block(kind.name, &arguments);
        }
        self.terraform.write(&config);
    }

    /// One provider that finds everything in its environment.
    pub fn in_environment(servers: &Servers, kind: &Kind) -> Self {
        let mut run = Self::with(Terraform::with_binary(BINARY), servers, &[kind]);
        for (name, value) in &kind.environment {
            run.terraform.set_env(name, value);
        }
        run.terraform
            .write("resource \"wasmcloud_lattice_buckets\" \"main\" {}\n");
        run
    }

    /// Any Terraform.
    pub fn with(mut terraform: Terraform, servers: &Servers, kinds: &[&Kind]) -> Self {
        let temporary = terraform.folder().join("temporary");
        std::fs::create_dir(&temporary).expect("a folder");
        for (name, value) in [
            ("TMPDIR", temporary.as_path()),
            ("XDG_CONFIG_HOME", &servers.files.path().join(".config")),
        ] {
            terraform.set_env(name, value.to_str().expect("a path in UTF-8"));
        }
        terraform.set_env(FOREIGN.0, FOREIGN.1);
        let secrets = kinds.iter().flat_map(|kind| kind.everything());
        Self {
            terraform,
            search: Search::of(secrets.chain([FOREIGN])),
            printed: Vec::new(),
        }
    }

    /// Runs a command with everything logged, into a file or to stderr, and keeps what it prints.
    pub fn command(&mut self, log: Log, arguments: &[&str]) -> Output {
        let what = arguments.join(" ");
        for (name, value) in log.environment(self.terraform.folder()) {
            self.terraform.set_env(name, &value);
        }
        let output = self.terraform.output(arguments);
        for (stream, content) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
            self.printed
                .push((format!("{stream} of {what}"), content.clone()));
        }
        output
    }

    /// As [`Run::command`], and demands that it succeeds.
    pub fn succeeds(&mut self, log: Log, arguments: &[&str]) {
        let output = self.command(log, arguments);
        let [stdout, stderr] =
            [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
        let errors: Vec<&str> = stderr.lines().filter(|line| !line.contains(" [")).collect();
        assert!(
            output.status.success(),
            "{arguments:?}: {stdout}\n{errors:#?}"
        );
    }

    /// Keeps the files as they are now.
    pub fn keep_files(&mut self, when: &str) {
        let files = places::under(self.terraform.folder()).into_iter();
        self.printed
            .extend(files.map(|(place, content)| (format!("{place} {when}"), content)));
    }

    /// Everything that was printed and kept so far.
    pub fn places(&self) -> &[Place] {
        &self.printed
    }

    /// Which forms of which secrets are where.
    pub fn leaks(&self) -> Vec<String> {
        leaks(&self.search, &self.printed)
    }

    /// Demands that no secret is anywhere, but for places that `allowed` knows.
    pub fn leaks_nothing_but(&self, allowed: impl Fn(&str) -> bool) {
        let places = self.printed.iter().filter(|(place, _)| !allowed(place));
        let leaks = leaks(&self.search, places);
        assert!(leaks.is_empty(), "{leaks:#?}");
    }

    /// Demands that no secret is anywhere.
    pub fn leaks_nothing(&self) {
        self.leaks_nothing_but(|_| false);
    }

    /// All places whose name contains this, as one text.
    pub fn text_of(&self, place: &str) -> String {
        let places = self.printed.iter().filter(|(name, _)| name.contains(place));
        places
            .map(|(_, content)| String::from_utf8_lossy(content).into_owned())
            .collect()
    }
}

/// Where the log goes.
#[derive(Clone, Copy)]
pub enum Log {
    /// A file of the folder.
    File,
    /// What is printed on stderr.
    Stderr,
    /// The same as JSON.
    Json,
}

impl Log {
    fn environment(self, folder: &Path) -> [(&'static str, String); 3] {
        let file = folder.join("terraform.log").display().to_string();
        let (level, path) = match self {
            Self::File => ("TRACE", file),
            Self::Stderr => ("TRACE", String::new()),
            Self::Json => ("JSON", String::new()),
        };
        [
            ("TF_LOG", level.to_owned()),
            ("TF_LOG_PROVIDER", "TRACE".to_owned()),
            ("TF_LOG_PATH", path),
        ]
    }
}

/// A provider block, and an object of it. On a busy machine an answer may take longer than the provider waits by itself.
fn block(name: &str, arguments: &str) -> String {
    format!(
        "provider \"wasmcloud\" {{\nalias = \"{name}\"\ntimeout = \"30s\"\n{arguments}\n}}\n\
         resource \"wasmcloud_lattice_buckets\" \"{name}\" {{\n\
         provider = wasmcloud.{name}\nlattice = \"{name}\"\n}}\n"
    )
}

fn declaration(name: &str, way: Way) -> String {
    let how = match way {
        Way::Ephemeral => "ephemeral",
        Way::Sensitive | Way::Literal => "sensitive",
    };
    format!("variable \"{name}\" {{\ntype = string\n{how} = true\n}}\n")
}

/// A text as a configuration has it.
fn literal(text: &str) -> String {
    let quoted = serde_json::to_string(text).expect("a text");
    quoted.replace("${", "$${").replace("%{", "%%{")
}

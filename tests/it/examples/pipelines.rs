//! The pipelines of `examples/pipelines/`: the lines of their jobs run as they are written, one job after another.
//!
//! What a CI system does around them is done here: each job has a fresh checkout, the variables of the file, and the files that
//! an earlier job has handed over. The state is a file instead of one behind HTTP.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::examples::{examples, read};
use crate::support::{
    Admin, NatsServer, Program, Terraform, WADM_STREAMS, mirror, terraform_default, yaml,
};

const CONFIG: &str = "KV_CONFIGDATA_production";
const LATTICE: &str = "KV_LATTICEDATA_production";

#[test]
fn the_pipeline_for_github_plans_applies_what_it_saved_and_finds_drift() {
    let file = yaml(&examples().join("pipelines/github.yml"));
    assert_eq!(file["jobs"]["apply"]["needs"], "plan");

    expect_life(&file["env"], |ci, job| {
        let steps = file["jobs"][job]["steps"].as_array().unwrap();
        let checkout = ci.checkout();
        for step in steps {
            let action = step["uses"].as_str().unwrap_or_default();
            match action.split('@').next().unwrap() {
                "" => {
                    let shell: &[&str] = match step["shell"].as_str() {
                        None => &["-e"],
                        Some("bash") => &["-eo", "pipefail"],
                        Some(other) => panic!("{other}"),
                    };
                    let code = ci.run(&checkout, "bash", shell, step["run"].as_str().unwrap());
                    if code != 0 {
                        return code;
                    }
                }
                "actions/checkout" | "hashicorp/setup-terraform" => {}
                "actions/upload-artifact" => {
                    let paths = step["with"]["path"].as_str().unwrap();
                    ci.hand_over(&checkout, paths.lines());
                }
                "actions/download-artifact" => ci.take_over(&checkout),
                other => panic!("{other}"),
            }
        }
        0
    });
}

#[test]
fn the_pipeline_for_gitlab_plans_applies_what_it_saved_and_finds_drift() {
    let file = yaml(&examples().join("pipelines/gitlab.yml"));

    expect_life(&file["variables"], |ci, job| {
        let job = &file[job];
        let checkout = ci.checkout();
        for needed in job["needs"].as_array().into_iter().flatten() {
            assert!(file[needed.as_str().unwrap()]["artifacts"].is_object());
            ci.take_over(&checkout);
        }
        let lines = job["script"].as_array().unwrap().iter();
        let script: Vec<&str> = lines.map(|line| line.as_str().unwrap()).collect();
        let code = ci.run(&checkout, "sh", &["-e"], &script.join("\n"));
        let artifacts = job["artifacts"]["paths"].as_array().into_iter().flatten();
        if code == 0 {
            ci.hand_over(&checkout, artifacts.map(|path| path.as_str().unwrap()));
        }
        code
    });
}

/// What both pipelines do: `run` runs a job by its name and gives the exit code.
fn expect_life(variables: &Value, run: impl Fn(&Ci, &str) -> i32) {
    let server = NatsServer::start();
    let ci = &Ci::new(variables, &server);
    let admin = Admin::connect(&server.url());

    assert_eq!(run(ci, "plan"), 0);
    assert!(admin.stream_names().is_empty());
    let shown = ci.artifact("plan.txt");
    assert!(
        shown.contains("Plan: 2 to add, 0 to change, 0 to destroy."),
        "{shown}"
    );
    let plan: Value = serde_json::from_str(&ci.artifact("plan.json")).unwrap();
    assert_eq!(plan["resource_changes"].as_array().unwrap().len(), 2);
    assert!(!ci.artifact("plan.json").contains(&server.url()));

    assert_eq!(run(ci, "apply"), 0);
    let streams = [&[CONFIG, LATTICE][..], &WADM_STREAMS].concat();
    assert_eq!(admin.stream_names(), streams);
    assert_eq!(run(ci, "drift"), 0);

    // A plan is applied once.
    assert_eq!(run(ci, "apply"), 1);
    admin.edit_stream(CONFIG, |config| config["max_bytes"] = 1000.into());
    assert_eq!(run(ci, "drift"), 2);
    assert_eq!(run(ci, "plan"), 0);
    assert_eq!(run(ci, "apply"), 0);
    assert_eq!(admin.config(CONFIG)["max_bytes"], -1);
    assert_eq!(run(ci, "drift"), 0);

    server.stop();
    assert_eq!(run(ci, "drift"), 1);
}

struct Ci {
    terraform: Terraform,
    /// The state, what jobs hand over, and a folder for PATH.
    shared: TempDir,
}

impl Ci {
    /// With the variables of a pipeline that are texts, not taken from the CI system.
    fn new(variables: &Value, server: &NatsServer) -> Self {
        let mut terraform = Terraform::bare(terraform_default()).env("NATS_URL", &server.url());
        let folder = terraform.folder().join(".mirror");
        terraform.write_cli_config(&mirror::unpacked(&folder, Program::Terraform.registry()));
        for (name, value) in variables.as_object().unwrap() {
            let value = value.as_str().unwrap();
            if !value.contains("${") {
                terraform.set_env(name, value);
            }
        }
        let shared = tempfile::tempdir().unwrap();
        for name in ["artifacts", "bin"] {
            fs::create_dir(shared.path().join(name)).unwrap();
        }
        let link = shared.path().join("bin/terraform");
        std::os::unix::fs::symlink(terraform.program(), link).unwrap();
        Self { terraform, shared }
    }

    /// A folder with the configuration, whose state is that of all jobs.
    fn checkout(&self) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("main.tf"), read("pipelines/main.tf")).unwrap();
        let state = self.shared.path().join("terraform.tfstate");
        let backend = format!("terraform {{\n  backend \"local\" {{ path = {state:?} }}\n}}\n");
        fs::write(folder.path().join("backend_override.tf"), backend).unwrap();
        folder
    }

    /// Runs lines with a shell, and gives the exit code.
    fn run(&self, checkout: &TempDir, shell: &str, options: &[&str], script: &str) -> i32 {
        let mut command = self.terraform.in_folder(Command::new(shell));
        let own = self.shared.path().join("bin");
        let path = std::env::var("PATH").unwrap();
        command.args(options).args(["-c", script]);
        command.current_dir(checkout.path());
        command.env("PATH", format!("{}:{path}", own.display()));
        let output = command.output().unwrap();
        // Shown when the test fails.
        println!("$ {script}\n{}", String::from_utf8_lossy(&output.stdout));
        println!("{}", String::from_utf8_lossy(&output.stderr));
        output.status.code().unwrap()
    }

    fn hand_over<'a>(&self, checkout: &TempDir, paths: impl Iterator<Item = &'a str>) {
        for path in paths {
            copy(path, checkout.path(), &self.shared.path().join("artifacts"));
        }
    }

    fn take_over(&self, checkout: &TempDir) {
        let artifacts = self.shared.path().join("artifacts");
        for entry in fs::read_dir(&artifacts).unwrap() {
            let name = entry.unwrap().file_name();
            copy(name.to_str().unwrap(), &artifacts, checkout.path());
        }
    }

    fn artifact(&self, name: &str) -> String {
        fs::read_to_string(self.shared.path().join("artifacts").join(name)).unwrap()
    }
}

fn copy(name: &str, from: &Path, to: &Path) {
    fs::copy(from.join(name), to.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
}

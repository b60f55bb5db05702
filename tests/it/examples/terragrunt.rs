//! `examples/terragrunt`, by Terragrunt with Terraform and with OpenTofu. `make test-terragrunt` runs it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::thread;

use serde_json::{Value, json};

use crate::examples::examples;
use crate::support::{
    Admin, NatsServer, Program, Terraform, WADM_STREAMS, mirror, newest_of, program,
};

const PRODUCTION: &str = "nats://nats.production.example.com:4222";
const STAGING: &str = "nats://nats.staging.example.com:4222";

/// A copy of the example whose environments have a server of a test each.
struct Live {
    terraform: Terraform,
    production: NatsServer,
    staging: NatsServer,
}

impl Live {
    fn new(program: Program) -> Self {
        let terraform = Terraform::bare(newest_of(program));
        let folder = terraform.folder().join(".mirror");
        terraform.write_cli_config(&mirror::unpacked(&folder, program.registry()));
        let [production, staging] = [(); 2].map(|()| NatsServer::start());
        let places = [(PRODUCTION, production.url()), (STAGING, staging.url())];
        copy(
            &examples().join("terragrunt"),
            &terraform.folder().join("terragrunt"),
            &places,
        );
        Self {
            terraform,
            production,
            staging,
        }
    }

    /// Runs Terragrunt in a folder of the example.
    fn output(&self, folder: &str, arguments: &[&str]) -> Output {
        let root = self.terraform.folder();
        let mut command = self
            .terraform
            .in_folder(Command::new(program("terragrunt")));
        command
            .args(arguments)
            .current_dir(root.join("terragrunt").join(folder))
            .env("HOME", root)
            .env("TG_TF_PATH", self.terraform.program())
            .env("TG_NON_INTERACTIVE", "true")
            .env("TG_NO_COLOR", "true");
        command.output().expect("Terragrunt runs")
    }

    /// The same, and demands that it succeeds. Gives all that it has printed.
    fn run(&self, folder: &str, arguments: &[&str]) -> String {
        let output = self.output(folder, arguments);
        let text = printed(&output);
        assert!(output.status.success(), "{arguments:?}:\n{text}");
        text
    }
}

fn printed(output: &Output) -> String {
    let streams = [&output.stdout, &output.stderr];
    streams
        .map(|stream| String::from_utf8_lossy(stream).into_owned())
        .concat()
}

fn copy(from: &Path, to: &Path, places: &[(&str, String)]) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target, places);
            continue;
        }
        let mut text = fs::read_to_string(entry.path()).unwrap();
        for (name, place) in places {
            text = text.replace(name, place);
        }
        fs::write(target, text).unwrap();
    }
}

/// The streams of both lattices and of wadm, sorted.
fn streams() -> Vec<String> {
    let lattices = ["CONFIGDATA", "LATTICEDATA"]
        .into_iter()
        .flat_map(|kind| ["orders", "payments"].map(|lattice| format!("KV_{kind}_{lattice}")));
    let mut streams: Vec<String> = lattices.chain(WADM_STREAMS.map(str::to_owned)).collect();
    streams.sort();
    streams
}

/// With every program at the same time.
fn with_both(story: impl Fn(&Live) + Sync) {
    thread::scope(|scope| {
        for program in Program::ALL {
            let story = &story;
            scope.spawn(move || story(&Live::new(program)));
        }
    });
}

#[test]
#[ignore = "needs Terragrunt and OpenTofu: make test-terragrunt"]
fn its_files_are_formatted() {
    Live::new(Program::OpenTofu).run("", &["hcl", "fmt", "--check"]);
}

#[test]
#[ignore = "needs Terragrunt and OpenTofu: make test-terragrunt"]
fn all_units_of_an_environment_are_planned_applied_and_destroyed_in_order() {
    with_both(|live| {
        let folder = "live/production";
        let admin = Admin::connect(&live.production.url());
        let plan = ["run", "--all", "plan", "--", "-detailed-exitcode"];

        let planned = live.output(folder, &plan);
        assert_eq!(planned.status.code(), Some(2), "{}", printed(&planned));
        assert_eq!(admin.stream_names(), [""; 0]);

        live.run(folder, &["run", "--all", "apply"]);
        assert_eq!(admin.stream_names(), streams());
        let config = admin.config("KV_wadm_manifests");
        assert_eq!(config["metadata"]["lattices"], "orders payments");
        let history = &admin.config("KV_LATTICEDATA_orders")["max_msgs_per_subject"];
        assert_eq!(history, 20);
        let planned = live.output(folder, &plan);
        assert_eq!(planned.status.code(), Some(0), "{}", printed(&planned));

        admin.edit_stream("KV_CONFIGDATA_payments", |config| {
            config["allow_direct"] = json!(false)
        });
        let planned = live.output(folder, &plan);
        assert_eq!(planned.status.code(), Some(2), "{}", printed(&planned));
        live.run(folder, &["run", "--all", "apply"]);
        let planned = live.output(folder, &plan);
        assert_eq!(planned.status.code(), Some(0), "{}", printed(&planned));

        live.run(folder, &["run", "--all", "destroy"]);
        assert_eq!(admin.stream_names(), [""; 0]);
    });
}

#[test]
#[ignore = "needs Terragrunt and OpenTofu: make test-terragrunt"]
fn a_stack_file_generates_the_same_units() {
    with_both(|live| {
        let folder = "live/staging";
        let admin = Admin::connect(&live.staging.url());

        live.run(folder, &["stack", "run", "plan"]);
        assert_eq!(admin.stream_names(), [""; 0]);
        live.run(folder, &["stack", "run", "apply"]);

        assert_eq!(admin.stream_names(), streams());
        let output = live.output(folder, &["stack", "output", "--format", "json"]);
        let outputs: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(outputs["payments"]["lattice"], "payments", "{outputs}");
        live.run(folder, &["stack", "run", "destroy"]);
        assert_eq!(admin.stream_names(), [""; 0]);
    });
}

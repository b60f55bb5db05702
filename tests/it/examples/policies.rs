//! The policy for Open Policy Agent, `examples/policies/`, on real plans. `make test-policies` runs it.
//!
//! It must say what the script of the guide says.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::{Value, json};

use crate::examples::examples;
use crate::guides::page;
use crate::support::{Admin, NatsServer, Provided, Terraform, conftest, terraform_default};

const BUCKETS: &str = "resource \"wasmcloud_lattice_buckets\" \"default\"";
const NOTHING: [&str; 0] = [];
const WADM: &str = "resource \"wadm_jetstream\" \"this\"";

#[test]
#[ignore = "conftest is built with Go: make test-policies"]
fn the_policy_refuses_what_the_script_of_the_guide_refuses_until_it_is_approved() {
    let server = NatsServer::start();
    let admin = Admin::connect(&server.url());
    let provided = Provided::with(terraform_default(), &[("NATS_URL", &server.url())]);
    let terraform = &provided.terraform;
    let script = &page::under("policies", "The script")[0];
    terraform.write_file("no_data_loss.py", &script.text);
    let wadm = |more: &str| format!("{WADM} {{\n  provider = wasmcloud\n  {more}\n}}\n");
    let buckets = |more: &str| format!("{BUCKETS} {{\n  {more}\n}}\n");
    let created = buckets("history = 5") + &wadm("");
    terraform.write(&created);
    assert_eq!(refused(terraform), NOTHING);
    terraform.step(&created);

    for (config, reasons) in [
        (created.clone(), vec![]),
        (
            buckets("history = 9") + &wadm("events = { max_age = \"5m\" }"),
            vec![],
        ),
        (
            buckets("history = 2\n  max_bytes = 1000000\n  force_destroy = true") + &wadm(""),
            vec![
                "wasmcloud_lattice_buckets.default force_destroy is set",
                "wasmcloud_lattice_buckets.default history of config_data is lowered from 5 to 2",
                "wasmcloud_lattice_buckets.default history of lattice_data is lowered from 5 to 2",
                "wasmcloud_lattice_buckets.default max_bytes of config_data is lowered from -1 to 1000000",
                "wasmcloud_lattice_buckets.default max_bytes of lattice_data is lowered from -1 to 1000000",
            ],
        ),
        (
            buckets("history = 5")
                + &wadm("events = { storage = \"memory\" }\n  notify = { max_age = \"40s\" }"),
            vec![
                "wadm_jetstream.this events (wadm_events) is recreated",
                "wadm_jetstream.this max_age of notify is lowered from 70s to 40s",
            ],
        ),
        (
            buckets("history = 5\n  lattice = \"production\""),
            vec![
                "wadm_jetstream.this is destroyed",
                "wasmcloud_lattice_buckets.default is replaced",
            ],
        ),
    ] {
        terraform.write(&config);
        assert_eq!(refused(terraform), reasons, "{config}");
    }

    admin.edit_stream("wadm_notify", |config| {
        config["retention"] = json!("limits")
    });
    terraform.write(&created);
    let changed = "wadm_jetstream.this retention of notify is changed from limits to interest";
    assert_eq!(refused(terraform), [changed]);

    terraform.step(&created);
    for value in ["first", "second", "third"] {
        admin.put("LATTICEDATA_default", "key", value);
    }
    terraform.write(&(buckets("history = 2") + &wadm("")));
    assert_eq!(
        refused(terraform),
        [
            "wasmcloud_lattice_buckets.default deletes revisions of KV_LATTICEDATA_default (history): 1",
            "wasmcloud_lattice_buckets.default history of config_data is lowered from 5 to 2",
            "wasmcloud_lattice_buckets.default history of lattice_data is lowered from 5 to 2",
        ]
    );
    let forced = buckets("history = 5\n  force_destroy = true") + &wadm("");
    terraform.step(&forced);
    terraform.write(&wadm(""));
    assert_eq!(
        refused(terraform),
        [
            "wasmcloud_lattice_buckets.default deletes revisions of KV_LATTICEDATA_default (destroy): 3",
            "wasmcloud_lattice_buckets.default is destroyed",
        ]
    );

    let skipped = buckets("history = 5\n  skip_destroy = true") + &wadm("");
    terraform.step(&skipped);
    terraform.write("");
    assert_eq!(refused(terraform), ["wadm_jetstream.this is destroyed"]);
    let approved = "approved:\n  - wadm_jetstream.this\n";
    terraform.write_file("approved.yaml", approved);
    let (failures, warnings) = judged(terraform, &["--data", "approved.yaml"]);
    assert_eq!(failures, NOTHING);
    assert_eq!(warnings, ["approved: wadm_jetstream.this is destroyed"]);
}

/// Plans, and gives what the policy refuses, which must be what the script refuses.
fn refused(terraform: &Terraform) -> Vec<String> {
    let plan = [
        "plan",
        "-input=false",
        "-lock=false",
        "-json",
        "-out=plan.tfplan",
    ];
    let lines = terraform.run(&plan).unwrap();
    terraform.write_file("plan.jsonl", &lines);
    let json = terraform.run(&["show", "-json", "plan.tfplan"]).unwrap();
    terraform.write_file("plan.json", &json);

    let (failures, warnings) = judged(terraform, &[]);

    assert_eq!(warnings, NOTHING);
    let mut script = terraform.in_folder(Command::new("python3"));
    let output = script
        .args(["no_data_loss.py", "plan.json", "plan.jsonl"])
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let same: BTreeSet<_> = printed
        .lines()
        .filter_map(|line| line.strip_prefix("refused: "))
        .collect();
    assert_eq!(failures, same.into_iter().collect::<Vec<_>>());
    assert_eq!(output.status.success(), failures.is_empty());
    failures
}

/// The failures and the warnings of conftest, sorted.
fn judged(terraform: &Terraform, options: &[&str]) -> (Vec<String>, Vec<String>) {
    let mut command = terraform.in_folder(Command::new(conftest()));
    command.args(["test", "plan.json", "--output", "json", "--policy"]);
    let output = command
        .arg(examples().join("policies"))
        .args(options)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    let text = String::from_utf8_lossy(&output.stdout);
    let answer: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}{errors}"));
    let messages = |key: &str| {
        let results = answer[0][key].as_array().into_iter().flatten();
        let messages = results.map(|result| result["msg"].as_str().unwrap().to_owned());
        messages
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect::<Vec<_>>()
    };
    let failures = messages("failures");
    assert_eq!(
        output.status.success(),
        failures.is_empty(),
        "{text}{errors}"
    );
    (failures, messages("warnings"))
}

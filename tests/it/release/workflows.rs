//! What runs in the pipelines of this repository: as far as it can be checked without them. `make lint` has zizmor look at the
//! same files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::release::setup::{succeeded, tool};
use crate::support::yaml;

#[test]
fn every_command_of_a_workflow_exists_and_every_action_is_pinned() {
    for (name, workflow) in workflows() {
        assert_eq!(workflow["permissions"]["contents"], "read", "{name}");
        for job in jobs(&workflow) {
            if let Some(other) = job["uses"].as_str() {
                let path = other.strip_prefix("./").unwrap();
                assert!(root().join(path).exists(), "{name}: {other}");
                continue;
            }
            assert!(job["timeout-minutes"].is_number(), "{name}: {job}");
            for step in job["steps"].as_array().unwrap() {
                match step["uses"].as_str() {
                    Some(action) => expect_pinned(&name, action),
                    None => expect_commands(&name, step["run"].as_str().unwrap()),
                }
            }
        }
    }
}

/// The hash of a commit: a tag may be moved.
fn expect_pinned(workflow: &str, action: &str) {
    let (_, commit) = action.split_once('@').unwrap();
    let is_commit = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(is_commit, "{workflow}: {action}");
}

/// What a step calls in this repository is there, and takes these arguments.
fn expect_commands(workflow: &str, run: &str) {
    let makefile = fs::read_to_string(root().join("GNUmakefile")).unwrap();
    let versions = fs::read_to_string(root().join("tools/versions")).unwrap();
    for line in run.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let words = words.strip_prefix(&["python"]).unwrap_or(&words);
        match words {
            ["make", target, ..] => {
                let rule = format!("\n{target}:");
                assert!(makefile.contains(&rule), "{workflow}: make {target}");
            }
            ["tools/install", programs @ ..] => {
                for program in programs {
                    let name = program.split('@').next().unwrap();
                    let is_row = |row: &str| row.split_whitespace().next() == Some(name);
                    assert!(versions.lines().any(is_row), "{workflow}: {program}");
                }
            }
            [program, ..] if program.starts_with("tools/") || program.starts_with(".ci/") => {
                assert!(root().join(program).exists(), "{workflow}: {program}");
            }
            ["gh" | "gpg" | "test", ..] => {}
            _ => panic!("{workflow}: {line}"),
        }
    }
}

#[test]
fn a_release_has_the_targets_of_the_archives_and_of_the_judged_dependencies() {
    let workflow = yaml(&root().join(".github/workflows/release.yml"));
    let matrix = &workflow["jobs"]["build"]["strategy"]["matrix"]["include"];
    let built: BTreeSet<&str> = matrix
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["target"].as_str().unwrap())
        .collect();

    let dist = fs::read_to_string(root().join("tools/dist")).unwrap();
    let rows = dist
        .lines()
        .filter(|line| line.ends_with("\"),") && line.contains("\": (\""));
    let names: BTreeSet<&str> = rows.map(|row| row.split('"').nth(1).unwrap()).collect();
    let without_glibc: BTreeSet<&str> = built
        .iter()
        .map(|target| target.split(".2.").next().unwrap())
        .collect();
    assert_eq!(without_glibc, names);
    assert_eq!(names.len(), 6);
    let judged = fs::read_to_string(root().join("deny.toml")).unwrap();
    for name in &names {
        assert!(judged.contains(&format!("\"{name}\"")), "{name}");
    }
    // This machine's own is built by `make dist`, with the same version of glibc.
    let here = succeeded({
        let mut dist = tool("dist");
        dist.arg("targets");
        dist
    });
    assert!(here.lines().count() > 0);
    for target in here.lines() {
        assert!(built.contains(target), "{target}");
    }
}

#[test]
fn what_is_updated_by_dependabot_exists() {
    let updates = yaml(&root().join(".github/dependabot.yml"));
    assert_eq!(updates["version"], 2);
    for update in updates["updates"].as_array().unwrap() {
        let file = match update["package-ecosystem"].as_str().unwrap() {
            "cargo" => "Cargo.lock",
            "gomod" => "go.mod",
            "github-actions" => ".github/workflows",
            other => panic!("{other}"),
        };
        let one = update.get("directory").cloned();
        let several = update.get("directories").and_then(Value::as_array).cloned();
        for folder in several.unwrap_or_else(|| vec![one.unwrap()]) {
            let folder = folder.as_str().unwrap().trim_start_matches('/').to_owned();
            assert!(root().join(&folder).join(file).exists(), "{folder}: {file}");
        }
    }
}

#[test]
fn issue_forms_have_what_github_wants() {
    let folder = root().join(".github/ISSUE_TEMPLATE");
    let config = yaml(&folder.join("config.yml"));
    assert_eq!(config["blank_issues_enabled"], false);
    for name in ["bug.yml", "feature.yml"] {
        let form = yaml(&folder.join(name));
        assert!(
            form["name"].is_string() && form["description"].is_string(),
            "{name}"
        );
        let mut ids = BTreeSet::new();
        for element in form["body"].as_array().unwrap() {
            let attributes = &element["attributes"];
            match element["type"].as_str().unwrap() {
                "markdown" => assert!(attributes["value"].is_string(), "{name}"),
                "input" | "textarea" => {
                    assert!(attributes["label"].is_string(), "{name}: {element}");
                    assert!(ids.insert(element["id"].to_string()), "{name}: {element}");
                }
                other => panic!("{name}: {other}"),
            }
        }
        assert!(!ids.is_empty(), "{name}");
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn workflows() -> Vec<(String, Value)> {
    let entries = fs::read_dir(root().join(".github/workflows")).unwrap();
    let paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    assert!(paths.len() >= 3, "{paths:?}");
    let names = paths.iter();
    names
        .map(|path| (path.display().to_string(), yaml(path)))
        .collect()
}

fn jobs(workflow: &Value) -> impl Iterator<Item = &Value> {
    workflow["jobs"].as_object().unwrap().values()
}

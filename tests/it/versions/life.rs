//! Create, change, drift and destroy.

use std::time::Duration;

use super::objects::{
    ADDRESSES, LATTICE, LATTICE_BUCKET, STREAMS, WADM, WADM_BUCKET, assert_actions, both, created,
    drift, plain, put_keys, streams_in_state,
};
use super::step::Step;
use crate::support::{CREATES, Failure, Gate, Side, Terraform, Workspace, wait_for};

pub const STEPS: &[Step] = &[
    Step {
        title: "Create",
        perform: create,
        refusals: &[],
    },
    Step {
        title: "Empty plan after an apply, with and without refresh",
        perform: empty_plan,
        refusals: &[],
    },
    Step {
        title: "Update in place",
        perform: update,
        refusals: &[],
    },
    Step {
        title: "Saved plan: applied once, refused the second time",
        perform: saved_plan,
        refusals: &[],
    },
    Step {
        title: "Drift in the plan, repaired by the apply",
        perform: repaired_drift,
        refusals: &[],
    },
    Step {
        title: "Deleted streams created again, and nothing else",
        perform: recreated,
        refusals: &[],
    },
    Step {
        title: "`-refresh-only`",
        perform: refresh_only,
        refusals: &[],
    },
    Step {
        title: "One stream of a resource replaced",
        perform: replaced,
        refusals: &[],
    },
    Step {
        title: "Destroy refused while buckets contain keys, then forced",
        perform: destroyed,
        refusals: &[],
    },
    Step {
        title: "Apply interrupted with Ctrl-C: the state is complete",
        perform: interrupted,
        refusals: &[],
    },
];

fn create(workspace: Workspace) -> Result<(), Failure> {
    workspace.terraform.write(&plain());

    let plan = workspace.terraform.plan();
    workspace.terraform.apply_plan(&plan);

    assert_actions(&plan, &["create"]);
    for address in ADDRESSES {
        let unknown = plan.change(address).after_unknown();
        let assets = unknown.as_object().into_iter().flatten();
        let created = assets.filter(|(_, asset)| asset["created"] == true);
        assert!(created.count() >= 2, "{unknown}");
    }
    assert_eq!(workspace.admin.stream_names(), STREAMS);
    assert_eq!(streams_in_state(&workspace), STREAMS);
    Ok(())
}

fn empty_plan(workspace: Workspace) -> Result<(), Failure> {
    workspace.terraform.write(&both(
        "history = 5\ndescription = \"ours\"\nmetadata = { team = \"platform\" }",
        "max_bytes = 1048576\nevents = { max_age = \"1h\" }",
    ));
    workspace.terraform.apply();
    let before = workspace.terraform.state_file();

    workspace.terraform.expect_empty_without_refresh_too();
    workspace.terraform.try_apply(&[])?;

    let after = workspace.terraform.state_file();
    assert_eq!(before["resources"], after["resources"]);
    Ok(())
}

fn update(workspace: Workspace) -> Result<(), Failure> {
    workspace.terraform.converge(&plain());
    let before = created(&workspace);

    let plan = workspace
        .terraform
        .step(&both("history = 5", "manifests = { history = 10 }"));

    assert_actions(&plan, &["update"]);
    let histories = [LATTICE_BUCKET, WADM_BUCKET]
        .map(|(_, stream)| workspace.admin.config(stream)["max_msgs_per_subject"].clone());
    assert_eq!(histories, [5, 10]);
    assert_eq!(created(&workspace), before);
    Ok(())
}

fn saved_plan(workspace: Workspace) -> Result<(), Failure> {
    workspace.terraform.write(&plain());
    let plan = workspace.terraform.plan();
    workspace.terraform.apply_plan(&plan);

    let file = plan.file();
    let failure = workspace
        .terraform
        .try_apply(&[file.to_str().expect("a path")])
        .expect_err("the plan is of an earlier state");

    assert!(failure.says("Saved plan is stale"), "{failure}");
    workspace.terraform.expect_empty();
    Ok(())
}

fn repaired_drift(workspace: Workspace) -> Result<(), Failure> {
    workspace.terraform.converge(&plain());
    let before = workspace.admin.assets();
    drift(&workspace);

    let plan = workspace.terraform.plan();
    workspace.terraform.apply_plan(&plan);

    assert_actions(&plan, &["update"]);
    for address in ADDRESSES {
        let drift = plan.drift(address).expect("what the refresh has found");
        assert_eq!(drift.actions(), ["update"]);
    }
    assert_eq!(workspace.admin.assets(), before);
    workspace.terraform.expect_empty();
    Ok(())
}

fn recreated(workspace: Workspace) -> Result<(), Failure> {
    workspace.terraform.converge(&plain());
    let before = created(&workspace);
    let deleted = ["KV_CONFIGDATA_default", "wadm_notify"];
    for stream in deleted {
        workspace.admin.delete_stream(stream);
    }

    let plan = workspace.terraform.plan();
    workspace.terraform.apply_plan(&plan);

    assert_actions(&plan, &["update"]);
    workspace.terraform.expect_empty();
    for (one, other) in before.iter().zip(created(&workspace)) {
        let is_deleted = deleted.contains(&one.0.as_str());
        assert_eq!(*one != other, is_deleted, "{}", one.0);
    }
    Ok(())
}

fn refresh_only(workspace: Workspace) -> Result<(), Failure> {
    workspace.terraform.converge(&plain());
    drift(&workspace);
    let drifted = workspace.admin.assets();

    workspace.terraform.try_apply(&["-refresh-only"])?;

    assert_eq!(workspace.admin.assets(), drifted);
    let state = workspace.terraform.state();
    let of_state = [
        &state.values(LATTICE)["lattice_data"],
        &state.values(WADM)["events"],
    ];
    assert_eq!(
        of_state.map(|asset| asset["drift"]["allow_direct"].clone()),
        ["false", "true"]
    );
    let plan = workspace.terraform.plan_with(&["-refresh=false"]);
    assert_actions(&plan, &["update"]);
    workspace.terraform.apply_plan(&plan);
    workspace.terraform.expect_empty();
    Ok(())
}

fn replaced(workspace: Workspace) -> Result<(), Failure> {
    workspace.terraform.converge(&plain());
    let before = created(&workspace);

    let plan = workspace.terraform.step(&both(
        "config_data = { storage = \"memory\" }",
        "events = { storage = \"memory\" }",
    ));

    assert_actions(&plan, &["update"]);
    for (address, asset) in [(LATTICE, "config_data"), (WADM, "events")] {
        let unknown = plan.change(address).after_unknown();
        assert_eq!(unknown[asset]["created"], true, "{unknown}");
    }
    let replaced = ["KV_CONFIGDATA_default", "wadm_events"];
    for (one, other) in before.iter().zip(created(&workspace)) {
        let is_replaced = replaced.contains(&one.0.as_str());
        assert_eq!(*one != other, is_replaced, "{}", one.0);
    }
    Ok(())
}

fn destroyed(workspace: Workspace) -> Result<(), Failure> {
    workspace.terraform.converge(&plain());
    put_keys(&workspace);
    let before = workspace.admin.assets();

    let failure = workspace.terraform.destroy_error();

    for (bucket, _) in [LATTICE_BUCKET, WADM_BUCKET] {
        let text = format!("Bucket {bucket} contains 1 key");
        assert!(failure.says(&text), "{failure}");
    }
    assert_eq!(workspace.admin.assets(), before);
    workspace.terraform.expect_empty();

    let forced = "force_destroy = true";
    workspace.terraform.converge(&both(forced, forced));
    workspace.terraform.destroy();
    assert_eq!(workspace.admin.stream_names(), [""; 0]);
    assert_eq!(workspace.terraform.state().addresses(), [""; 0]);
    Ok(())
}

/// With the provider as a process that gets the signal too.
fn interrupted(workspace: Workspace) -> Result<(), Failure> {
    let gate = Gate::before(workspace.server.port(), Side::Requests, CREATES);
    let binary = env!("CARGO_BIN_EXE_terraform-provider-wasmcloud");
    let cli = workspace.terraform.cli().clone();
    let terraform = Terraform::with_binary_and(cli, binary).env("NATS_URL", &gate.url());
    terraform.write(&plain());
    let mut running = terraform.start_group(&[
        "apply",
        "-input=false",
        "-no-color",
        "-auto-approve",
        "-lock=false",
    ]);
    gate.wait_until_reached(1);

    running.interrupt_group();
    // Not until it says so has it heard the signal.
    wait_for("the interrupt", Duration::from_secs(60), || {
        let text = running.text();
        (text.contains("Interrupt received") || !running.is_running()).then_some(())
    });
    assert!(running.is_running(), "it did not wait for the provider");
    gate.open();
    let failure = running.wait().expect_err("an interrupted apply has failed");

    assert!(failure.says("Interrupt received"), "{failure}");
    let mut left = workspace;
    left.provided.terraform = terraform;
    assert_eq!(streams_in_state(&left), left.admin.stream_names());
    left.terraform.apply();
    left.terraform.expect_empty();
    assert_eq!(left.admin.stream_names(), STREAMS);
    left.terraform.destroy();
    assert_eq!(left.admin.stream_names(), [""; 0]);
    Ok(())
}

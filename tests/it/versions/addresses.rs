//! How an object gets into a state, gets another address, and leaves the state.

use std::fs;

use super::objects::{
    ADDRESSES, LATTICE, STREAMS, WADM, assert_actions, both, created, existing, plain,
    streams_in_state,
};
use super::step::{Step, no_opentofu, no_terraform, opentofu_before, terraform_before};
use crate::discovery::moved::also_at;
use crate::support::{Failure, Program, Terraform, Workspace, newest_of, serve};

pub const STEPS: &[Step] = &[
    Step {
        title: "`import` command",
        perform: import_command,
        refusals: &[],
    },
    Step {
        title: "`import` block",
        perform: import_block,
        refusals: &[],
    },
    Step {
        title: "`import` block of `wadm_jetstream` without `provider`",
        perform: import_block_without_provider,
        refusals: &[no_opentofu(
            "provider registry.opentofu.org/hashicorp/wadm: required by this configuration but no version is selected",
        )],
    },
    Step {
        title: "`import` block with `for_each`",
        perform: import_for_each,
        refusals: &[],
    },
    Step {
        title: "`import` block with `identity`",
        perform: import_by_identity,
        refusals: &[
            terraform_before(
                "1.12",
                "An argument named \"identity\" is not expected here",
            ),
            opentofu_before(
                "1.12",
                "An argument named \"identity\" is not expected here",
            ),
        ],
    },
    Step {
        title: "Generated configuration (`-generate-config-out`)",
        perform: generated,
        refusals: &[terraform_before(
            "1.9",
            "attributes \"bucket\", \"created\", \"drift\", and \"stream\" are required",
        )],
    },
    Step {
        title: "`query` with generated configuration",
        perform: query,
        refusals: &[
            no_opentofu("OpenTofu has no command named \"query\""),
            terraform_before("1.14", "Terraform has no command named \"query\""),
        ],
    },
    Step {
        title: "`moved` block",
        perform: moved,
        refusals: &[],
    },
    Step {
        title: "`moved` block from another address of the provider",
        perform: moved_from_another_address,
        refusals: &[],
    },
    Step {
        title: "`removed` block with `destroy = false`",
        perform: removed,
        refusals: &[],
    },
    Step {
        title: "State written by the other program",
        perform: state_of_the_other,
        refusals: &[
            terraform_before(
                "1.9",
                "unavailable provider \"registry.opentofu.org/wasmcloud/wasmcloud\"",
            ),
            no_terraform("Missing required provider"),
        ],
    },
    Step {
        title: "State with identities, written by the newest Terraform",
        perform: state_with_identities,
        refusals: &[],
    },
    Step {
        title: "State written by the other program, after `state replace-provider`",
        perform: state_with_another_provider,
        refusals: &[],
    },
];

const IDS: [(&str, &str); 2] = [(LATTICE, "default"), (WADM, "wadm_state/wadm_manifests")];

const PROVIDER: &str = "provider = wasmcloud\n";

/// With `provider` in that of wadm, whose type name does not begin with the name of the provider.
fn import_blocks() -> String {
    let blocks = IDS.map(|(to, id)| {
        let provider = if to == WADM { PROVIDER } else { "" };
        format!("import {{\nto = {to}\nid = \"{id}\"\n{provider}}}\n")
    });
    blocks.concat()
}

fn import_command(workspace: Workspace) -> Result<(), Failure> {
    let before = existing(&workspace);
    workspace.terraform.write(&plain());

    for (address, id) in IDS {
        workspace.terraform.import(address, id)?;
    }

    workspace.terraform.expect_empty();
    assert_eq!(created(&workspace), before);
    assert_eq!(streams_in_state(&workspace), STREAMS);
    Ok(())
}

fn import_block(workspace: Workspace) -> Result<(), Failure> {
    import_by(workspace, &import_blocks())
}

fn import_by_identity(workspace: Workspace) -> Result<(), Failure> {
    let before = existing(&workspace);
    let blocks = format!(
        "import {{\nto = {LATTICE}\nidentity = {{ lattice = \"default\" }}\n}}\n\
         import {{\nto = {WADM}\nidentity = {{ state_bucket = \"wadm_state\", manifests_bucket = \"wadm_manifests\" }}\n{PROVIDER}}}\n"
    );
    workspace.terraform.write(&format!("{}{blocks}", plain()));

    let plan = workspace.terraform.try_plan(&[])?;
    workspace.terraform.apply_plan(&plan);

    assert_actions(&plan, &["no-op"]);
    workspace.terraform.expect_empty();
    assert_eq!(created(&workspace), before);
    let state = workspace.terraform.state_file();
    let resources = state["resources"].as_array().expect("resources");
    let identities = resources.iter().map(|one| &one["instances"][0]["identity"]);
    assert!(identities.clone().all(|one| one.is_object()), "{state}");
    Ok(())
}

fn import_block_without_provider(workspace: Workspace) -> Result<(), Failure> {
    import_by(workspace, &import_blocks().replace(PROVIDER, ""))
}

fn import_by(workspace: Workspace, blocks: &str) -> Result<(), Failure> {
    let before = existing(&workspace);
    workspace.terraform.write(&format!("{}{blocks}", plain()));

    let plan = workspace.terraform.try_plan(&[])?;
    workspace.terraform.apply_plan(&plan);

    assert_actions(&plan, &["no-op"]);
    for (address, id) in IDS {
        assert_eq!(plan.change(address).importing()["id"], id);
    }
    workspace.terraform.expect_empty();
    assert_eq!(created(&workspace), before);
    Ok(())
}

fn import_for_each(workspace: Workspace) -> Result<(), Failure> {
    for lattice in ["default", "prod"] {
        for kind in ["LATTICEDATA", "CONFIGDATA"] {
            workspace.admin.create_bucket(&format!("{kind}_{lattice}"));
        }
    }
    workspace.terraform.write(
        r#"
locals {
  lattices = toset(["default", "prod"])
}

import {
  for_each = local.lattices
  to       = wasmcloud_lattice_buckets.each[each.key]
  id       = each.key
}

resource "wasmcloud_lattice_buckets" "each" {
  for_each = local.lattices
  lattice  = each.key
}
"#,
    );

    let plan = workspace.terraform.try_plan(&[])?;
    workspace.terraform.apply_plan(&plan);

    for lattice in ["default", "prod"] {
        let change = plan.change(&format!("wasmcloud_lattice_buckets.each[\"{lattice}\"]"));
        assert_eq!(change.actions(), ["no-op"]);
        assert_eq!(change.importing()["id"], lattice);
    }
    workspace.terraform.expect_empty();
    Ok(())
}

fn generated(workspace: Workspace) -> Result<(), Failure> {
    let before = existing(&workspace);
    let terraform = &workspace.terraform;
    terraform.write(&import_blocks());

    let plan = terraform.try_plan(&["-generate-config-out=generated.tf"])?;
    terraform.apply_plan(&plan);

    let text = fs::read_to_string(terraform.folder().join("generated.tf")).expect("a file");
    assert_actions(&plan, &["no-op"]);
    for address in ADDRESSES {
        let block = format!("resource \"{}\" {{", address.replace('.', "\" \""));
        assert!(text.contains(&block), "{text}");
    }
    terraform.expect_empty();
    assert_eq!(created(&workspace), before);
    Ok(())
}

fn query(workspace: Workspace) -> Result<(), Failure> {
    let before = existing(&workspace);
    let terraform = &workspace.terraform;
    terraform.write("provider \"wasmcloud\" {}\n");
    let lists = ADDRESSES.map(|address| {
        let (r#type, name) = address.split_once('.').expect("an address");
        format!("list \"{type}\" \"{name}\" {{\n{PROVIDER}}}\n")
    });
    terraform.write_file("main.tfquery.hcl", &lists.concat());

    terraform.run(&["query", "-generate-config-out=generated.tf"])?;

    let plan = terraform.try_plan(&[])?;
    assert!(plan.is_empty(), "{}", plan.text());
    terraform.apply_plan(&plan);
    terraform.expect_empty();
    assert_eq!(terraform.state().addresses().len(), 2);
    assert_eq!(created(&workspace), before);
    Ok(())
}

fn moved(workspace: Workspace) -> Result<(), Failure> {
    workspace.terraform.converge(&plain());
    let before = created(&workspace);
    let blocks = ADDRESSES.map(|address| {
        let to = address.replace(".main", ".other[\"a\"]");
        format!("moved {{\nfrom = {address}\nto = {to}\n}}\n")
    });
    let others = both("for_each = toset([\"a\"])", "for_each = toset([\"a\"])")
        .replace("\"main\"", "\"other\"");

    workspace.terraform.write(&(blocks.concat() + &others));
    let plan = workspace.terraform.try_plan(&[])?;
    workspace.terraform.apply_plan(&plan);

    for address in ADDRESSES {
        let to = address.replace(".main", ".other[\"a\"]");
        assert_eq!(plan.actions(&to), ["no-op"]);
    }
    workspace.terraform.expect_empty();
    assert_eq!(created(&workspace), before);
    Ok(())
}

fn moved_from_another_address(workspace: Workspace) -> Result<(), Failure> {
    const OTHER: &str = "registry.example.com/platform/wasmcloud";
    let cli = workspace.terraform.cli().clone();
    let own = format!("{}/wasmcloud/wasmcloud", cli.program.registry());
    let provider = serve(&[("NATS_URL", &workspace.server.url())]);
    let terraform = Terraform::reattached_to(cli, &also_at(&provider.reattach(), OTHER));
    terraform.converge(&plain());
    let state = terraform.state_file().to_string().replace(&own, OTHER);
    terraform.write_file("terraform.tfstate", &state);
    let moved = ADDRESSES.map(|from| {
        let to = from.replace(".main", ".other");
        format!("moved {{\nfrom = {from}\nto = {to}\n}}\n")
    });
    terraform.write(&(moved.concat() + &plain().replace("\"main\"", "\"other\"")));

    let plan = terraform.try_plan(&[])?;
    terraform.apply_plan(&plan);

    for address in ADDRESSES {
        assert_eq!(plan.actions(&address.replace(".main", ".other")), ["no-op"]);
    }
    terraform.expect_empty();
    Ok(())
}

fn removed(workspace: Workspace) -> Result<(), Failure> {
    workspace.terraform.converge(&plain());
    let before = created(&workspace);
    let blocks = ADDRESSES.map(|address| {
        format!("removed {{\nfrom = {address}\nlifecycle {{\ndestroy = false\n}}\n}}\n")
    });

    workspace.terraform.write(&blocks.concat());
    let plan = workspace.terraform.try_plan(&[])?;
    workspace.terraform.apply_plan(&plan);

    assert_actions(&plan, &["forget"]);
    assert_eq!(created(&workspace), before);
    assert_eq!(workspace.terraform.state().addresses(), [""; 0]);
    Ok(())
}

fn state_of_the_other(workspace: Workspace) -> Result<(), Failure> {
    take_state_of_the_other(&workspace);

    let plan = workspace.terraform.try_plan(&[])?;

    assert_actions(&plan, &["no-op"]);
    workspace.terraform.apply_plan(&plan);
    workspace.terraform.expect_empty();
    Ok(())
}

fn state_with_identities(workspace: Workspace) -> Result<(), Failure> {
    let provider = serve(&[("NATS_URL", &workspace.server.url())]);
    let writer = Terraform::reattached_to(newest_of(Program::Terraform), &provider.reattach());
    writer.write(&plain());
    writer.apply();
    let registry = |program: Program| format!("{}/wasmcloud/wasmcloud", program.registry());
    let state = writer.state_file().to_string();
    assert!(state.contains("\"identity\":{"), "{state}");
    let own = registry(workspace.terraform.cli().program);
    let state = state.replace(&registry(Program::Terraform), &own);
    workspace.terraform.write(&plain());
    workspace.terraform.write_file("terraform.tfstate", &state);

    let plan = workspace.terraform.try_plan(&[])?;

    assert_actions(&plan, &["no-op"]);
    workspace.terraform.apply_plan(&plan);
    workspace.terraform.expect_empty();
    Ok(())
}

fn state_with_another_provider(workspace: Workspace) -> Result<(), Failure> {
    let other = take_state_of_the_other(&workspace);
    let terraform = &workspace.terraform;
    let [from, to] = [other, terraform.cli().program]
        .map(|program| format!("{}/wasmcloud/wasmcloud", program.registry()));

    terraform.run(&[
        "state",
        "replace-provider",
        "-auto-approve",
        "-lock=false",
        &from,
        &to,
    ])?;

    terraform.expect_empty();
    terraform.apply();
    let state = terraform.state_file();
    let resources = state["resources"].as_array().expect("resources");
    let provider = format!("provider[\"{to}\"]");
    assert_eq!(resources.len(), 2);
    assert!(
        resources.iter().all(|one| one["provider"] == provider),
        "{state}"
    );
    Ok(())
}

/// Gives the program that has created both objects and written the state.
fn take_state_of_the_other(workspace: &Workspace) -> Program {
    let other = match workspace.terraform.cli().program {
        Program::Terraform => Program::OpenTofu,
        Program::OpenTofu => Program::Terraform,
    };
    let provider = serve(&[("NATS_URL", &workspace.server.url())]);
    let writer = Terraform::reattached_to(newest_of(other), &provider.reattach());
    writer.write(&plain());
    writer.apply();
    let state = serde_json::to_string(&writer.state_file()).expect("JSON");
    workspace.terraform.write(&plain());
    workspace.terraform.write_file("terraform.tfstate", &state);
    other
}

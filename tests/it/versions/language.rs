//! What the configuration language and the commands of some versions have, as far as it concerns a provider.

use std::fs;

use serde_json::json;

use super::objects::{ADDRESSES, LATTICE, STREAMS, both, created, plain};
use super::step::{Step, no_opentofu, no_terraform, opentofu_before, terraform_before};
use crate::support::{Admin, Failure, NatsServer, Program, Terraform, Workspace, mirror};

pub const STEPS: &[Step] = &[
    Step {
        title: "Provider configuration unknown until the apply",
        perform: unknown_configuration,
        refusals: &[],
    },
    Step {
        title: "Installed from a mirror by `init`",
        perform: installed,
        refusals: &[],
    },
    Step {
        title: "`test` with mocks",
        perform: mocks,
        refusals: &[],
    },
    Step {
        title: "`mock_resource` with some attributes of a bucket",
        perform: partial_mocks,
        refusals: &[no_opentofu(
            "Values provided for override / mock must match resource fields types",
        )],
    },
    Step {
        title: "`mock_resource` with values that are known in a plan",
        perform: known_mocks,
        refusals: &[terraform_before(
            "1.11",
            "An argument named \"override_during\" is not expected here",
        )],
    },
    Step {
        title: "`test` against a server",
        perform: test_against_server,
        refusals: &[],
    },
    Step {
        title: "Password from an ephemeral variable, in no file",
        perform: ephemeral_password,
        refusals: &[
            terraform_before(
                "1.10",
                "An argument named \"ephemeral\" is not expected here",
            ),
            opentofu_before(
                "1.11",
                "An argument named \"ephemeral\" is not expected here",
            ),
        ],
    },
    Step {
        title: "Plan without some of the resources (`-exclude`)",
        perform: excluded,
        refusals: &[no_terraform("flag provided but not defined: -exclude")],
    },
    Step {
        title: "Provider block with `for_each`",
        perform: provider_for_each,
        refusals: &[no_terraform(
            "The provider argument name \"for_each\" is reserved for use by Terraform in a future version",
        )],
    },
    Step {
        title: "`enabled` in `lifecycle`",
        perform: enabled,
        refusals: &[
            no_terraform("An argument named \"enabled\" is not expected here"),
            opentofu_before("1.11", "An argument named \"enabled\" is not expected here"),
        ],
    },
    Step {
        title: "`destroy = false` in `lifecycle` of a resource",
        perform: never_destroyed,
        refusals: &[
            no_terraform("An argument named \"destroy\" is not expected here"),
            opentofu_before("1.12", "An argument named \"destroy\" is not expected here"),
        ],
    },
    Step {
        title: "Data sources, also in `check` blocks",
        perform: data_sources,
        refusals: &[],
    },
    Step {
        title: "Functions of the provider",
        perform: functions,
        refusals: &[],
    },
    Step {
        title: "`.tofu` files",
        perform: tofu_files,
        refusals: &[no_terraform("No configuration files")],
    },
    Step {
        title: "Variable in a `backend` block",
        perform: variable_in_backend,
        refusals: &[no_terraform("Variables may not be used here")],
    },
    Step {
        title: "Variable in the source of a module",
        perform: variable_in_source,
        refusals: &[
            terraform_before("1.15", "Variables may not be used here"),
            no_terraform("Only literal values and const variables can be evaluated during init"),
        ],
    },
    Step {
        title: "Variable with `const = true` in the source of a module",
        perform: constant_in_source,
        refusals: &[
            terraform_before("1.15", "An argument named \"const\" is not expected here"),
            opentofu_before("1.12", "An argument named \"const\" is not expected here"),
        ],
    },
    Step {
        title: "State and plan encrypted",
        perform: encryption,
        refusals: &[no_terraform(
            "Blocks of type \"encryption\" are not expected here",
        )],
    },
];

const BINARY: &str = env!("CARGO_BIN_EXE_terraform-provider-wasmcloud");

/// The same program with the provider as a process of its own, one for each provider configuration.
fn with_binary(workspace: &Workspace) -> Terraform {
    let cli = workspace.terraform.cli().clone();
    Terraform::with_binary_and(cli, BINARY).env("NATS_URL", &workspace.server.url())
}

fn unknown_configuration(mut workspace: Workspace) -> Result<(), Failure> {
    workspace.provided.provide(&[]);
    let url = workspace.server.url();
    workspace.terraform.write(&format!(
        "provider \"wasmcloud\" {{\n  servers = [terraform_data.url.output]\n}}\n\
         resource \"terraform_data\" \"url\" {{\n  input = \"{url}\"\n}}\n{}",
        plain()
    ));

    let plan = workspace.terraform.try_plan(&[])?;
    workspace.terraform.apply_plan(&plan);

    workspace.terraform.expect_empty();
    assert_eq!(workspace.admin.stream_names(), STREAMS);
    Ok(())
}

fn installed(workspace: Workspace) -> Result<(), Failure> {
    let cli = workspace.terraform.cli().clone();
    let terraform = Terraform::bare(cli.clone()).env("NATS_URL", &workspace.server.url());
    let mirror = terraform.folder().join(".mirror");
    terraform.write_cli_config(&mirror::unpacked(&mirror, cli.program.registry()));
    terraform.write(&plain());

    terraform.run(&["init", "-input=false", "-no-color"])?;
    terraform.apply();
    terraform.expect_empty();

    let lock = fs::read_to_string(terraform.folder().join(".terraform.lock.hcl"));
    let locked = format!(
        "provider \"{}/wasmcloud/wasmcloud\"",
        cli.program.registry()
    );
    assert!(lock.is_ok_and(|text| text.contains(&locked)));
    assert_eq!(workspace.admin.stream_names(), STREAMS);
    terraform.destroy();
    assert_eq!(workspace.admin.stream_names(), [""; 0]);
    Ok(())
}

const MODULE: &str = r#"
terraform {
  required_providers {
    wasmcloud = { source = "wasmcloud/wasmcloud" }
  }
}

variable "max_bytes" {
  type    = number
  default = 1048576
}

resource "wasmcloud_lattice_buckets" "main" {
  max_bytes = var.max_bytes
}

resource "wadm_jetstream" "main" {
  provider  = wasmcloud
  max_bytes = var.max_bytes
}

output "streams" {
  value = [
    for bucket in [
      wasmcloud_lattice_buckets.main.lattice_data,
      wadm_jetstream.main.manifests,
    ] : bucket.stream if bucket != null
  ]
}
"#;

fn mocks(mut workspace: Workspace) -> Result<(), Failure> {
    // Nothing is contacted.
    workspace
        .provided
        .provide(&[("NATS_URL", "nats://127.0.0.1:1")]);
    let tests = r#"
mock_provider "wasmcloud" {}

run "configured" {
  command = plan

  variables {
    max_bytes = 2097152
  }

  assert {
    condition     = wasmcloud_lattice_buckets.main.max_bytes == 2097152
    error_message = "The buckets of the lattice have another limit."
  }

  assert {
    condition     = wadm_jetstream.main.max_bytes == 2097152
    error_message = "The buckets and streams of wadm have another limit."
  }
}

run "created" {
  assert {
    condition     = wadm_jetstream.main.max_bytes == 1048576
    error_message = "The default of the variable is not used."
  }
}
"#;

    both_runs_pass(&workspace, tests)
}

/// Runs a test file of the module, and gives what is printed.
fn run_tests(workspace: &Workspace, tests: &str) -> Result<String, Failure> {
    workspace.terraform.write(MODULE);
    workspace.terraform.write_file("main.tftest.hcl", tests);
    workspace.terraform.run(&["test", "-no-color"])
}

/// Runs a test file with two runs, which leaves nothing on the server.
fn both_runs_pass(workspace: &Workspace, tests: &str) -> Result<(), Failure> {
    let printed = run_tests(workspace, tests)?;

    assert!(printed.contains("2 passed, 0 failed"), "{printed}");
    assert_eq!(workspace.admin.stream_names(), [""; 0]);
    Ok(())
}

fn partial_mocks(workspace: Workspace) -> Result<(), Failure> {
    let tests = r#"
mock_provider "wasmcloud" {
  mock_resource "wasmcloud_lattice_buckets" {
    defaults = { lattice_data = { stream = "KV_mocked" } }
  }
}

run "created" {
  assert {
    condition     = output.streams[0] == "KV_mocked"
    error_message = "The value of the mock is not used."
  }
}
"#;

    run_tests(&workspace, tests).map(drop)
}

const OTHERS: &str = r#"
        bucket         = "mocked"
        compression    = "none"
        created        = "2026-01-01T00:00:00Z"
        description    = null
        drift          = {}
        history        = 1
        max_bytes      = 1048576
        max_value_size = -1
        metadata       = null
        placement      = null
        replicas       = 1
        storage        = "file"
"#;

/// OpenTofu knows them without an argument, but wants every attribute, and Terraform takes no null for an object.
fn known_mocks(workspace: Workspace) -> Result<(), Failure> {
    let (argument, others) = match workspace.terraform.cli().program {
        Program::Terraform => ("override_during = plan", ""),
        Program::OpenTofu => ("", OTHERS),
    };
    let tests = r#"
mock_provider "wasmcloud" {
  ARGUMENT

  mock_resource "wasmcloud_lattice_buckets" {
    defaults = {
      lattice_data = {
        stream = "KV_mocked"
        OTHERS
      }
    }
  }
}

run "planned" {
  command = plan

  assert {
    condition     = wasmcloud_lattice_buckets.main.lattice_data.stream == "KV_mocked"
    error_message = "The values of the mock are not used."
  }
}
"#;
    let tests = tests.replace("ARGUMENT", argument);
    let tests = tests.replace("OTHERS", others);

    run_tests(&workspace, &tests).map(drop)
}

fn test_against_server(workspace: Workspace) -> Result<(), Failure> {
    let tests = r#"
run "create" {
  assert {
    condition     = join(" ", output.streams) == "KV_LATTICEDATA_default KV_wadm_manifests"
    error_message = "The streams have other names."
  }
}

run "raise_the_limit" {
  variables {
    max_bytes = 2097152
  }

  assert {
    condition     = wadm_jetstream.main.manifests.max_bytes == 2097152
    error_message = "The limit was not changed."
  }
}
"#;

    both_runs_pass(&workspace, tests)
}

fn ephemeral_password(workspace: Workspace) -> Result<(), Failure> {
    const PASSWORD: &str = "correct-horse-battery";
    let server = NatsServer::configured(&crate::support::password("terraform", PASSWORD));
    let terraform = &workspace.terraform;
    terraform.write(&format!(
        r#"
variable "password" {{
  type      = string
  sensitive = true
  ephemeral = true
}}

provider "wasmcloud" {{
  servers  = ["{}"]
  user     = "terraform"
  password = var.password
}}

{}"#,
        server.url(),
        plain()
    ));
    let variable = format!("password={PASSWORD}");

    let plan = terraform.try_plan(&["-var", &variable])?;
    // Some versions want it again, and none minds it.
    let file = plan.file();
    let file = file.to_str().expect("a path");
    terraform.try_apply(&["-var", &variable, file])?;

    let admin = Admin::connect_as(&server.url(), "terraform", PASSWORD);
    assert_eq!(admin.stream_names(), STREAMS);
    for name in fs::read_dir(terraform.folder()).expect("a folder") {
        let path = name.expect("a file").path();
        let bytes = fs::read(&path).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(PASSWORD), "{}", path.display());
    }
    Ok(())
}

fn excluded(workspace: Workspace) -> Result<(), Failure> {
    workspace.terraform.write(&plain());

    let option = format!("-exclude={LATTICE}");
    let plan = workspace.terraform.try_plan(&[&option])?;
    workspace.terraform.apply_plan(&plan);

    assert_eq!(workspace.admin.stream_names().len(), 8);
    workspace.terraform.apply();
    workspace.terraform.expect_empty();
    assert_eq!(workspace.admin.stream_names(), STREAMS);
    Ok(())
}

fn provider_for_each(workspace: Workspace) -> Result<(), Failure> {
    let other = NatsServer::start();
    let terraform = with_binary(&workspace);
    terraform.write(&format!(
        r#"
locals {{
  servers = {{
    one   = "{}"
    other = "{}"
  }}
}}

provider "wasmcloud" {{
  alias    = "each"
  for_each = local.servers
  servers  = [each.value]
}}

resource "wasmcloud_lattice_buckets" "each" {{
  for_each = local.servers
  provider = wasmcloud.each[each.key]
  lattice  = each.key
}}
"#,
        workspace.server.url(),
        other.url()
    ));

    let plan = terraform.try_plan(&[])?;
    terraform.apply_plan(&plan);

    terraform.expect_empty();
    let admins = [workspace.admin, Admin::connect(&other.url())];
    assert_eq!(
        admins.map(|admin| admin.stream_names()),
        [
            ["KV_CONFIGDATA_one", "KV_LATTICEDATA_one"],
            ["KV_CONFIGDATA_other", "KV_LATTICEDATA_other"]
        ]
    );
    terraform.destroy();
    Ok(())
}

fn enabled(workspace: Workspace) -> Result<(), Failure> {
    let argument = "lifecycle {\nenabled = var.enabled\n}";
    let variable = "variable \"enabled\" {\ntype = bool\ndefault = true\n}\n";
    let config = both(argument, argument);
    workspace.terraform.write(&format!("{variable}{config}"));

    let plan = workspace.terraform.try_plan(&[])?;
    workspace.terraform.apply_plan(&plan);
    workspace.terraform.expect_empty();
    assert_eq!(workspace.admin.stream_names(), STREAMS);

    let plan = workspace.terraform.plan_with(&["-var", "enabled=false"]);
    for address in ADDRESSES {
        assert_eq!(plan.actions(address), ["delete"]);
    }
    workspace.terraform.apply_plan(&plan);
    assert_eq!(workspace.admin.stream_names(), [""; 0]);
    Ok(())
}

fn never_destroyed(workspace: Workspace) -> Result<(), Failure> {
    let argument = "lifecycle {\ndestroy = false\n}";
    workspace.terraform.write(&both(argument, argument));
    workspace.terraform.try_apply(&[])?;
    let before = created(&workspace);

    // Without the option, the command fails in the end.
    workspace
        .terraform
        .try_apply(&["-destroy", "-suppress-forget-errors"])?;

    assert_eq!(created(&workspace), before);
    assert_eq!(workspace.terraform.state().addresses(), [""; 0]);
    Ok(())
}

fn data_sources(workspace: Workspace) -> Result<(), Failure> {
    let data = "
data \"wasmcloud_lattice_buckets\" \"main\" {
  depends_on = [wasmcloud_lattice_buckets.main]
}

data \"wadm_jetstream\" \"main\" {
  provider   = wasmcloud
  depends_on = [wadm_jetstream.main]
}

data \"wasmcloud_jetstream_account\" \"main\" {
}

check \"empty\" {
  data \"wasmcloud_lattices\" \"all\" {
  }

  assert {
    condition     = length(data.wasmcloud_lattices.all.lattices) == 0
    error_message = \"There is a lattice.\"
  }
}
";
    workspace.terraform.write(&(plain() + data));
    workspace.terraform.try_apply(&[])?;
    let diagnostics = workspace.terraform.try_plan(&[])?.diagnostics().to_vec();

    let state = workspace.terraform.state();
    let keys = |address: &str, bucket: &str| state.values(address)[bucket]["keys"].clone();
    let (buckets, wadm) = (
        "data.wasmcloud_lattice_buckets.main",
        "data.wadm_jetstream.main",
    );
    assert_eq!(
        [keys(buckets, "config_data"), keys(wadm, "manifests")],
        [0, 0]
    );
    assert_eq!(state.values(wadm)["hazards"], json!([]));
    assert!(
        state
            .addresses()
            .contains(&"data.wasmcloud_jetstream_account.main")
    );
    let failed = diagnostics
        .iter()
        .find(|one| one.says("There is a lattice."));
    assert!(
        failed.is_some_and(|one| one.severity == "warning"),
        "{diagnostics:?}"
    );
    Ok(())
}

fn functions(mut workspace: Workspace) -> Result<(), Failure> {
    // Nothing is contacted.
    workspace
        .provided
        .provide(&[("NATS_URL", "nats://127.0.0.1:1")]);
    let output = |call: &str| {
        let value = format!("output \"it\" {{\n  value = provider::wasmcloud::{call}\n}}\n");
        crate::functions::HEADER.to_owned() + &value
    };
    for (call, value) in [
        (
            "lattice_buckets(\"prod\").config_data",
            json!("CONFIGDATA_prod"),
        ),
        (
            "build_lattice_import_id(\"prod\", { jetstream_domain = \"hub\" })",
            json!("hub:prod"),
        ),
        (
            "host_permissions(\"prod\").subscribe.allow[0]",
            json!("wasmbus.ctl.v1.prod.>"),
        ),
    ] {
        workspace.terraform.write(&output(call));
        let plan = workspace.terraform.try_plan(&[])?;
        assert_eq!(
            plan.json()["planned_values"]["outputs"]["it"]["value"],
            value
        );
    }

    workspace
        .terraform
        .write(&output("lattice_buckets(\"my lattice\")"));
    let failure = workspace.terraform.plan_error();

    assert!(failure.says("\"lattice\" parameter"), "{failure}");
    Ok(())
}

fn tofu_files(workspace: Workspace) -> Result<(), Failure> {
    let terraform = &workspace.terraform;
    let source = "terraform {\nrequired_providers {\nwasmcloud = { source = \"wasmcloud/wasmcloud\" }\n}\n}\n";
    terraform.write_file("main.tofu", &format!("{source}{}", plain()));

    terraform.try_apply(&[])?;

    terraform.expect_empty();
    assert_eq!(workspace.admin.stream_names(), STREAMS);
    Ok(())
}

fn variable_in_backend(workspace: Workspace) -> Result<(), Failure> {
    let terraform = &workspace.terraform;
    terraform.write(&format!(
        r#"
terraform {{
  required_providers {{
    wasmcloud = {{ source = "wasmcloud/wasmcloud" }}
  }}

  backend "local" {{
    path = "${{var.environment}}.tfstate"
  }}
}}

variable "environment" {{
  type    = string
  default = "blue"
}}

{}"#,
        plain()
    ));

    terraform.run(&["init", "-input=false", "-no-color"])?;
    terraform.apply();

    terraform.expect_empty();
    assert!(terraform.folder().join("blue.tfstate").exists());
    assert_eq!(workspace.admin.stream_names(), STREAMS);
    Ok(())
}

fn variable_in_source(workspace: Workspace) -> Result<(), Failure> {
    in_source(&workspace, "")
}

fn constant_in_source(workspace: Workspace) -> Result<(), Failure> {
    in_source(&workspace, "const = true")
}

fn in_source(workspace: &Workspace, argument: &str) -> Result<(), Failure> {
    let terraform = &workspace.terraform;
    fs::create_dir(terraform.folder().join("blue")).expect("a folder");
    terraform.write_file("blue/main.tf", MODULE);
    terraform.write(&format!(
        r#"
variable "module" {{
  type    = string
  default = "blue"
  {argument}
}}

module "wasmcloud" {{
  source = "./${{var.module}}"
}}
"#
    ));

    terraform.run(&["init", "-input=false", "-no-color"])?;
    terraform.apply();

    terraform.expect_empty();
    assert_eq!(workspace.admin.stream_names(), STREAMS);
    Ok(())
}

fn encryption(workspace: Workspace) -> Result<(), Failure> {
    let terraform = &workspace.terraform;
    terraform.write(&format!(
        r#"
terraform {{
  required_providers {{
    wasmcloud = {{ source = "wasmcloud/wasmcloud" }}
  }}

  encryption {{
    key_provider "pbkdf2" "passphrase" {{
      passphrase = "correct horse battery staple"
    }}

    method "aes_gcm" "this" {{
      keys = key_provider.pbkdf2.passphrase
    }}

    state {{
      method   = method.aes_gcm.this
      enforced = true
    }}

    plan {{
      method   = method.aes_gcm.this
      enforced = true
    }}
  }}
}}

{}"#,
        plain()
    ));

    let plan = terraform.try_plan(&[])?;
    terraform.apply_plan(&plan);

    terraform.expect_empty();
    let state = fs::read_to_string(terraform.folder().join("terraform.tfstate"));
    let state = state.expect("a state");
    assert!(state.contains("encrypted_data"), "{state}");
    assert!(!state.contains("LATTICEDATA"), "{state}");
    assert_eq!(workspace.admin.stream_names(), STREAMS);
    terraform.destroy();
    assert_eq!(workspace.admin.stream_names(), [""; 0]);
    Ok(())
}

# What all units have in common: where the state is, and the provider block.

locals {
  environment = read_terragrunt_config(find_in_parent_folders("environment.hcl")).locals
}

# For a team, a backend that others can reach: one state for each unit.
remote_state {
  backend = "local"

  generate = {
    path      = "backend.tf"
    if_exists = "overwrite_terragrunt"
  }

  config = {
    path = "${get_parent_terragrunt_dir("root")}/.states/${path_relative_to_include("root")}/terraform.tfstate"
  }
}

# The modules name the provider, but have no provider block. The login is in the environment (NATS_CREDS and others).
generate "provider" {
  path      = "provider.tf"
  if_exists = "overwrite_terragrunt"

  contents = <<-EOF
    provider "wasmcloud" {
      servers = ${jsonencode(local.environment.servers)}
    }
  EOF
}

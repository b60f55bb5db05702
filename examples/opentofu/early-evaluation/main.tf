# Variables in the place of the state and in the source of a module. Use this to have one configuration for several
# environments, each with a state and a version of the module of its own. OpenTofu 1.8 or newer.
#
#     tofu init -var=environment=staging
#     tofu apply -var=environment=staging
#
# `init` needs the same variables as `apply`: write them into a file `*.auto.tfvars`, or set TF_VAR_environment.

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }

  backend "local" {
    path = "${var.environment}.tfstate"
  }
}

variable "environment" {
  description = "Such as `staging` or `production`. Also the name of the lattice."
  type        = string
}

variable "modules" {
  description = "Where the module is: a folder, a git repository with a tag, or an address in a registry."
  type        = string
  default     = "."
}

provider "wasmcloud" {
}

module "lattice" {
  source = "${var.modules}/lattice"

  name = var.environment
}

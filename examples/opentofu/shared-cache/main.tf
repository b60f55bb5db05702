# One copy of the provider for many configurations. Use this on a build machine, where jobs run `tofu init` at the same time:
# OpenTofu 1.10 or newer locks the cache, Terraform does not.
#
#     export TF_PLUGIN_CACHE_DIR=/var/cache/opentofu/plugins # a folder that exists
#     tofu init
#
# Each configuration then has a link to the copy in the cache.

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

variable "lattice" {
  description = "Name of the lattice."
  type        = string
}

provider "wasmcloud" {
}

resource "wasmcloud_lattice_buckets" "this" {
  lattice = var.lattice
}

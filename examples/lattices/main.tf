# The buckets of several lattices, each with its own settings and defaults for the others. Use this for a platform with many
# teams: to add a lattice, add a line to a variable.

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

variable "lattices" {
  description = "Settings of each lattice, by the name that hosts are configured with (WASMCLOUD_LATTICE)."
  type = map(object({
    history       = optional(number, 5)
    max_bytes     = optional(number, 104857600)
    force_destroy = optional(bool, false)
  }))
  default = {
    production = { history = 20, max_bytes = 268435456 }
    staging    = {}
    test       = { force_destroy = true }
  }
}

provider "wasmcloud" {
}

resource "wasmcloud_lattice_buckets" "each" {
  for_each = var.lattices

  lattice       = each.key
  history       = each.value.history
  max_bytes     = each.value.max_bytes
  force_destroy = each.value.force_destroy
}

# The buckets of several lattices, each with settings of its own and defaults for the rest. Use this for a platform with many
# teams: a new lattice is a line in a variable.

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

variable "lattices" {
  description = "Lattices by name, as hosts are configured (WASMCLOUD_LATTICE)."
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

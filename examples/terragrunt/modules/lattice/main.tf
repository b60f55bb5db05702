# The buckets of one lattice. Terragrunt generates the provider block.

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

variable "history" {
  description = "Revisions that are kept of each key."
  type        = number
}

resource "wasmcloud_lattice_buckets" "this" {
  lattice = var.lattice
  history = var.history
}

output "lattice" {
  description = "Name of the lattice whose buckets exist."
  value       = wasmcloud_lattice_buckets.this.lattice
}

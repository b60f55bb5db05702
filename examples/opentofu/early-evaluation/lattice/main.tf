# The buckets of one lattice.

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

variable "name" {
  description = "Name of the lattice."
  type        = string
}

resource "wasmcloud_lattice_buckets" "this" {
  lattice = var.name
  history = 5
}

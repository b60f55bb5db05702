# What one wadm needs. Terragrunt generates the provider block.

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

variable "lattices" {
  description = "The lattices that this wadm manages."
  type        = list(string)
}

resource "wadm_jetstream" "this" {
  provider = wasmcloud

  manifests = {
    metadata = {
      lattices = join(" ", var.lattices)
    }
  }
}

# A wadm that not every environment has. Use `enabled` instead of `count = var.wadm ? 1 : 0`: the address stays
# `wadm_jetstream.this`, without an index. OpenTofu 1.11 or newer.
#
# A resource with `count` becomes one with `enabled` without being recreated. A resource that is disabled is destroyed, so
# the plan is refused while its buckets contain keys.

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

variable "wadm" {
  description = "Whether this environment has a wadm."
  type        = bool
  default     = true
}

provider "wasmcloud" {
}

resource "wasmcloud_lattice_buckets" "default" {
}

resource "wadm_jetstream" "this" {
  provider = wasmcloud

  lifecycle {
    enabled = var.wadm
  }
}

output "manifests" {
  description = "The bucket of the manifests; null without wadm."
  value       = var.wadm ? wadm_jetstream.this.manifests.bucket : null
}

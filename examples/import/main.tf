# Buckets and streams that hosts and wadm have created, imported into the state with their contents. Use this to manage a
# running installation: the plan shows what differs from the configuration, and the blocks can be removed after the apply.

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

variable "lattices" {
  type    = set(string)
  default = ["default", "staging"]
}

provider "wasmcloud" {
}

import {
  for_each = var.lattices

  to = wasmcloud_lattice_buckets.each[each.key]
  id = each.key # with a JetStream domain: "<domain>:<lattice>"
}

import {
  to       = wadm_jetstream.this
  id       = "wadm_state/wadm_manifests" # with wadm in multi-tenant mode: "wadm_state/wadm_manifests/multitenant"
  provider = wasmcloud
}

resource "wasmcloud_lattice_buckets" "each" {
  for_each = var.lattices

  lattice = each.key
}

resource "wadm_jetstream" "this" {
  provider = wasmcloud
}

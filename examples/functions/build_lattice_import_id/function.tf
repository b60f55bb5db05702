terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

locals {
  lattices = toset(["production", "staging"])
}

# Imports the buckets of lattices whose JetStream domain is not that of the provider block.
import {
  for_each = local.lattices

  to = wasmcloud_lattice_buckets.this[each.key]
  id = provider::wasmcloud::build_lattice_import_id(each.key, { jetstream_domain = "hub" })
}

resource "wasmcloud_lattice_buckets" "this" {
  for_each = local.lattices

  lattice          = each.key
  jetstream_domain = "hub"
}

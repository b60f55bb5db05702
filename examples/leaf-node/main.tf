# The buckets of a leaf node, managed through the hub. Use this when hosts are connected to a leaf node that has its own
# JetStream domain. For many leaf nodes, see docs/guides/offline-sites.md.

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

variable "nats_password" {
  type      = string
  ephemeral = true
}

provider "wasmcloud" {
  servers  = ["nats://hub.example.com:4222"]
  user     = "terraform"
  password = var.nats_password
}

# In the JetStream of the hub itself.
resource "wasmcloud_lattice_buckets" "hub" {
  lattice          = "central"
  jetstream_domain = "hub"
}

# In the JetStream of the leaf node. Hosts that are connected to another server need the domain too (WASMCLOUD_JS_DOMAIN).
resource "wasmcloud_lattice_buckets" "berlin" {
  lattice          = "berlin"
  jetstream_domain = "berlin"
}

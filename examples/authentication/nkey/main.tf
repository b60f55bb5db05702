# Login with an nkey: the server has the public key, and the seed is never sent over the network.

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

variable "nats_nkey" {
  description = "Seed of the user's nkey: SU..."
  type        = string
  ephemeral   = true
}

provider "wasmcloud" {
  servers = ["nats://nats.example.com:4222"]
  nkey    = var.nats_nkey
}

resource "wasmcloud_lattice_buckets" "default" {
}

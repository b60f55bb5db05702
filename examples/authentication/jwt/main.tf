# Login with the JWT of a user and the seed of its nkey, when they are stored separately. A credentials file contains
# both.

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

variable "nats_jwt" {
  type      = string
  ephemeral = true
}

variable "nats_seed" {
  description = "Seed of the user's nkey: SU..."
  type        = string
  ephemeral   = true
}

provider "wasmcloud" {
  servers = ["nats://nats.example.com:4222"]
  jwt     = var.nats_jwt
  seed    = var.nats_seed
}

resource "wasmcloud_lattice_buckets" "default" {
}

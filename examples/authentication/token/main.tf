# Login with a token, where the server is configured with one instead of users.

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

variable "nats_token" {
  type      = string
  ephemeral = true
}

provider "wasmcloud" {
  servers = ["nats://nats.example.com:4222"]
  token   = var.nats_token
}

resource "wasmcloud_lattice_buckets" "default" {
}

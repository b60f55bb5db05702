# Login with a token. Use this when the server is configured with a token instead of users.

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

# Login with user and password. Use `tls://` addresses outside of tests: with `nats://`, anyone who can read the network traffic
# can read the password.

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
  servers  = ["nats://nats.example.com:4222"]
  user     = "terraform"
  password = var.nats_password
}

resource "wasmcloud_lattice_buckets" "default" {
}

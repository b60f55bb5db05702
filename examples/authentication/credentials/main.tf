# Login with the content of a credentials file, as hosted services and `nsc` create it. Use this when the content comes from a
# secret store; for the path of a file, set `credentials_file` instead.

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

variable "nats_credentials" {
  description = "Content of a .creds file."
  type        = string
  ephemeral   = true
}

provider "wasmcloud" {
  servers     = ["nats://nats.example.com:4222"]
  credentials = var.nats_credentials
}

resource "wasmcloud_lattice_buckets" "default" {
}

# The two buckets of the lattice that wasmCloud hosts join by default. Use this to try the provider with your own server, with
# `make demo` or with these commands:
#
#     nats-server -js &
#     terraform init && terraform apply

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

# NATS_URL has the address of the server; without it, nats://127.0.0.1:4222 is used.
provider "wasmcloud" {
}

resource "wasmcloud_lattice_buckets" "default" {
  lattice = "default"
  history = 5
}

# After `terraform apply -refresh-only`, a bucket that no longer exists on the server is null. So `try` is needed.
output "buckets" {
  description = "The buckets that the hosts of this lattice use."
  value = compact([
    try(wasmcloud_lattice_buckets.default.lattice_data.bucket, ""),
    try(wasmcloud_lattice_buckets.default.config_data.bucket, ""),
  ])
}

# The two buckets of the lattice that wasmCloud hosts join by default. Use this to see the provider work with a server of your
# own: `make demo` does, and so does
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

# After `terraform apply -refresh-only`, a bucket that no longer exists on the server is null: hence `try`.
output "buckets" {
  description = "The buckets that hosts of this lattice find and do not create."
  value = compact([
    try(wasmcloud_lattice_buckets.default.lattice_data.bucket, ""),
    try(wasmcloud_lattice_buckets.default.config_data.bucket, ""),
  ])
}

# The two buckets of the lattice that wasmCloud hosts join when they are told nothing else. One wants this to see the
# provider work, against a server of one's own: `make demo` does, and so does
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

# NATS_URL says where the server is; without it, nats://127.0.0.1:4222.
provider "wasmcloud" {
}

resource "wasmcloud_lattice_buckets" "default" {
  lattice = "default"
  history = 5
}

output "buckets" {
  description = "What hosts of this lattice find instead of making it."
  # A bucket that was deleted outside Terraform is null until the next apply creates it again.
  value = [
    for bucket in [
      wasmcloud_lattice_buckets.default.lattice_data,
      wasmcloud_lattice_buckets.default.config_data,
    ] : bucket.bucket if bucket != null
  ]
}

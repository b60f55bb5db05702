terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

# For a script that backs up the buckets of a lattice.
output "buckets" {
  value = values(provider::wasmcloud::lattice_buckets("production"))
}

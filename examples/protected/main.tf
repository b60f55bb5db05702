# Buckets that nobody deletes by mistake. Use this in production. `prevent_destroy` refuses every plan that would delete or
# replace them, as long as the block is in the configuration; `skip_destroy` leaves them on the server when the block is
# removed.

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

provider "wasmcloud" {
}

resource "wasmcloud_lattice_buckets" "production" {
  lattice      = "production"
  skip_destroy = true

  lifecycle {
    prevent_destroy = true
  }
}

# Buckets that cannot be deleted by mistake. Use this in production. With `prevent_destroy`, Terraform refuses every plan that
# would delete or replace them, while the block is in the configuration. With `skip_destroy`, they stay on the server when the
# block is removed.

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

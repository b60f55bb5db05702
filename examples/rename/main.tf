# A resource that was renamed: from `default` to `production`, and from one resource to an instance of `for_each`. Use this
# so that Terraform keeps the buckets. Without the `moved` blocks, the plan is refused as long as they contain keys.

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

provider "wasmcloud" {
}

moved {
  from = wasmcloud_lattice_buckets.default
  to   = wasmcloud_lattice_buckets.each["default"]
}

moved {
  from = wadm_jetstream.this
  to   = wadm_jetstream.production
}

resource "wasmcloud_lattice_buckets" "each" {
  for_each = toset(["default"])

  lattice = each.key
}

resource "wadm_jetstream" "production" {
  provider = wasmcloud
}

# Two resources that were renamed: one gets another name, and one becomes an instance of a resource with `for_each`. Use `moved`
# blocks so that Terraform keeps the buckets. Without these blocks, the plan is refused while the buckets contain keys.

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

# Buckets that may exist already. Use this when it is not known whether a host was started before Terraform, for example on
# many test clusters: what exists is adopted with its contents and changed to this configuration, and what does not exist is
# created. If you know that the buckets exist, use `import` instead: it shows the differences before it changes them.

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

provider "wasmcloud" {
}

resource "wasmcloud_lattice_buckets" "default" {
  adopt_existing = true
  history        = 5
}

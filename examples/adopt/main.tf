# Buckets that may exist already. Use this when it is not known whether a host was started before Terraform, for example on
# many test clusters: what exists is adopted with its contents and changed to this configuration, the rest is created.
# Prefer `import` where you know that they exist: it shows the differences before they are changed.

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

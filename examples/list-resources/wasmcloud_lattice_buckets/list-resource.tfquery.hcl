# All lattices of the account. Use this to see what exists before Terraform manages it, and to write the configuration for it:
# `terraform query -generate-config-out=generated.tf`.
list "wasmcloud_lattice_buckets" "all" {
  provider = wasmcloud
  limit    = 1000
}

# Only some of them, with the settings of their buckets.
list "wasmcloud_lattice_buckets" "production" {
  provider         = wasmcloud
  include_resource = true

  config {
    lattice = "prod-*"
  }
}

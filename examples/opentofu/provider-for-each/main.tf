# The buckets of lattices on several NATS systems, from one provider block. Use this when each site or each account has a
# server or a login of its own, and their number changes. OpenTofu 1.9 or newer.
#
# To remove a site, first remove its resources: set `decommissioned`, apply, and then delete the site from the map. The
# provider of a site is needed until its resources are destroyed.

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

variable "sites" {
  description = "NATS servers and lattice of each site."
  type = map(object({
    servers        = list(string)
    lattice        = string
    decommissioned = optional(bool, false)
  }))
  default = {
    berlin = { servers = ["nats://nats.berlin.example.com:4222"], lattice = "berlin" }
    lyon   = { servers = ["nats://nats.lyon.example.com:4222"], lattice = "lyon" }
  }
}

provider "wasmcloud" {
  alias    = "site"
  for_each = var.sites

  servers = each.value.servers
}

resource "wasmcloud_lattice_buckets" "site" {
  for_each = { for name, site in var.sites : name => site if !site.decommissioned }
  provider = wasmcloud.site[each.key]

  lattice = each.value.lattice
}

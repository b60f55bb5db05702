# Descriptions and metadata, which `nats stream info` shows to people and tools. Use this to store the owner. The provider does
# not change keys of metadata that other clients have set.

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
  # For both buckets.
  metadata = {
    team        = "platform"
    cost-centre = "4711"
  }

  lattice_data = {
    description = "Links and components of the default lattice"
  }

  # Metadata in a block replaces the metadata above.
  config_data = {
    description = "Configurations of the default lattice"
    metadata = {
      team     = "platform"
      contains = "configurations"
    }
  }
}

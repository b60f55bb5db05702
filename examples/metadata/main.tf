# Descriptions and metadata, for people and tools that look at the buckets with `nats stream info`. Use this to note the
# owner. Keys of metadata that others set are left alone.

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

  # Metadata in a block is used instead of that above.
  config_data = {
    description = "Configurations of the default lattice"
    metadata = {
      team     = "platform"
      contains = "configurations"
    }
  }
}

# The buckets of a lattice on a NATS cluster, with three replicas. Use this in production: the lattice keeps its
# links and configurations when a server is lost.

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

provider "wasmcloud" {
  # The provider connects to one of them; if it is offline, to another one.
  servers = [
    "nats://nats-1.example.com:4222",
    "nats://nats-2.example.com:4222",
    "nats://nats-3.example.com:4222",
  ]
}

resource "wasmcloud_lattice_buckets" "production" {
  lattice   = "production"
  replicas  = 3
  max_bytes = 268435456 # 256 MiB, reserved on each of the three servers

  # Store replicas only on servers of this cluster that have all of these tags (`server_tags` in their configuration).
  placement = {
    cluster = "east"
    tags    = ["disk:ssd"]
  }

  # Values in a block take precedence over the common arguments above.
  lattice_data = {
    history = 20
  }

  config_data = {
    history        = 5
    max_bytes      = 67108864 # 64 MiB
    max_value_size = 1048576  # 1 MiB for each value

    placement = {
      cluster = "east" # any server of this cluster
    }
  }

  timeouts = {
    create = "5m"
    update = "15m" # A change of replicas or placement waits until all replicas are current.
  }
}

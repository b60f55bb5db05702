# What wadm needs, with an argument in the block of each bucket and stream. Use this as a list of what can be set; without
# any of it, each bucket and stream is as wadm creates it.

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

provider "wasmcloud" {
}

resource "wadm_jetstream" "this" {
  provider = wasmcloud

  # For all buckets and streams that do not set the same argument in their own block.
  replicas    = 3
  max_bytes   = 104857600 # 100 MiB
  compression = "s2"

  placement = {
    cluster = "east"
  }

  # Bucket wadm_state: what wadm has observed. Nobody needs older values.
  state = {
    bucket  = "wadm_state" # The name that wadm is started with.
    history = 1
  }

  # Bucket wadm_manifests: all applications. Keep older versions, and allow more space.
  manifests = {
    bucket         = "wadm_manifests"
    history        = 10
    max_bytes      = 268435456 # 256 MiB
    max_value_size = 1048576   # 1 MiB for each application
    description    = "Applications of the platform"
  }

  # Events of wadm and of hosts: how long they wait for a wadm that is stopped.
  events         = { max_age = "5m" }
  wasmbus_events = { max_age = "5m" }
  event_consumer = { max_age = "5m" }

  commands = {
    max_bytes = 52428800 # 50 MiB
  }

  status = {
    max_msgs_per_subject = 5
  }

  # Read by wadm at once: no need to write it to disk.
  notify = {
    storage = "memory"

    placement = {
      cluster = "east"
      tags    = ["disk:ssd"]
    }

    metadata = {
      team = "platform"
    }
  }

  timeouts = {
    create = "5m"
    read   = "1m"
    update = "15m"
    delete = "5m"
  }
}

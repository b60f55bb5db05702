# The buckets and streams of wadm, with an argument in the block of each one. Use this to see what can be set. Without these
# arguments, each bucket and stream is as wadm creates it.

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

  # Bucket wadm_state: what wadm has observed. Older revisions are not needed.
  state = {
    bucket  = "wadm_state" # The name that wadm is configured with.
    history = 1
  }

  # Bucket wadm_manifests: all applications. Keep older revisions, and allow more storage.
  manifests = {
    bucket         = "wadm_manifests"
    history        = 10
    max_bytes      = 268435456 # 256 MiB
    max_value_size = 1048576   # 1 MiB for each application
    description    = "Applications of the platform"
  }

  # Events of wadm and of hosts: keep them for 5 minutes, so that wadm can read them after it was stopped for a short time.
  events         = { max_age = "5m" }
  wasmbus_events = { max_age = "5m" }
  event_consumer = { max_age = "5m" }

  commands = {
    max_bytes = 52428800 # 50 MiB
  }

  status = {
    max_msgs_per_subject = 5
  }

  # wadm reads these messages immediately, so they can be stored in memory.
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

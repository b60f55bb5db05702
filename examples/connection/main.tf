# How the provider connects: name of the connection, time limits, and no settings from the machine on which it runs. Use
# this in CI, or where many clients use the same NATS servers.

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

provider "wasmcloud" {
  servers         = ["nats://nats.example.com:4222"]
  connection_name = "terraform-platform" # as `nats server report connections` shows it
  context         = ""                   # No NATS context that somebody has selected on this machine.

  connect_timeout = "20s" # for the connection, over all servers
  timeout         = "10s" # for one answer; requests are repeated until the time below is over
}

resource "wasmcloud_lattice_buckets" "default" {
  # The longest time of each operation, repeated requests included.
  timeouts = {
    create = "2m"
    read   = "30s"
    update = "10m"
    delete = "2m"
  }
}

# How the provider connects: name of the connection, timeouts, and no NATS context of the machine on which it runs. Use this in
# CI, or when many clients use the same NATS servers.

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
  context         = ""                   # Do not use a NATS context that is selected on this machine.

  connect_timeout = "20s" # for the connection, over all servers
  timeout         = "10s" # for one answer; the provider retries requests until the timeouts below
}

resource "wasmcloud_lattice_buckets" "default" {
  # The longest time of each operation, with all retries.
  timeouts = {
    create = "2m"
    read   = "30s"
    update = "10m"
    delete = "2m"
  }
}

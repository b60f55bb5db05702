# All that wasmCloud keeps in NATS: the buckets of every lattice, and what wadm needs once for all of them. One wants this
# for a platform whose lattices share a NATS account, and so one wadm.
#
#     NATS_URL=nats://nats.example.com:4222 terraform apply

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

variable "lattices" {
  description = "The lattices of the platform, by the name that hosts are given (WASMCLOUD_LATTICE)."
  type        = set(string)
  default     = ["production", "staging"]
}

variable "replicas" {
  description = "Servers that hold a copy of everything: 3 on a NATS cluster, 1 on a single server."
  type        = number
  default     = 1
}

# NATS_URL says where the servers are, NATS_CREDS with which credentials.
provider "wasmcloud" {
}

resource "wasmcloud_lattice_buckets" "each" {
  for_each = var.lattices

  lattice   = each.key
  replicas  = var.replicas
  max_bytes = 104857600 # 100 MiB
}

# One, whatever the number of lattices: the names of wadm's streams cannot be chosen.
resource "wadm_jetstream" "this" {
  provider = wasmcloud

  replicas  = var.replicas
  max_bytes = 104857600
}

output "streams" {
  description = "Every stream that this configuration keeps."
  # What was deleted outside Terraform is null until the next apply creates it again.
  value = sort([
    for asset in concat(
      flatten([
        for buckets in wasmcloud_lattice_buckets.each : [buckets.lattice_data, buckets.config_data]
      ]),
      [
        wadm_jetstream.this.state,
        wadm_jetstream.this.manifests,
        wadm_jetstream.this.events,
        wadm_jetstream.this.commands,
        wadm_jetstream.this.status,
        wadm_jetstream.this.notify,
        wadm_jetstream.this.wasmbus_events,
        wadm_jetstream.this.event_consumer,
      ],
    ) : asset.stream if asset != null
  ])
}

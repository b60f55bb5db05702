# All JetStream buckets and streams of wasmCloud: the buckets of every lattice, and those of one wadm for all lattices. Use this
# for a platform whose lattices share a NATS account.
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
  description = "The lattices of the platform, by the name that hosts are configured with (WASMCLOUD_LATTICE)."
  type        = set(string)
  default     = ["production", "staging"]
}

variable "replicas" {
  description = "Number of servers that store each bucket and stream: 3 on a NATS cluster, 1 on a single server."
  type        = number
  default     = 1
}

# NATS_URL has the addresses of the servers, NATS_CREDS the path of the credentials.
provider "wasmcloud" {
}

resource "wasmcloud_lattice_buckets" "each" {
  for_each = var.lattices

  lattice   = each.key
  replicas  = var.replicas
  max_bytes = 104857600 # 100 MiB
}

# One for all lattices, because the names of wadm's streams cannot be changed.
resource "wadm_jetstream" "this" {
  provider = wasmcloud

  replicas  = var.replicas
  max_bytes = 104857600
}

# After `terraform apply -refresh-only`, a resource of which nothing exists on the server is null. So `try` is needed.
output "streams" {
  description = "Every stream that this configuration manages."
  value = sort(concat(
    flatten([for buckets in wasmcloud_lattice_buckets.each : [for stream in try(buckets.streams, {}) : stream.name]]),
    [for stream in try(wadm_jetstream.this.streams, {}) : stream.name],
  ))
}

# Warnings for what a plan of the resources does not show: a bucket that is almost full, replicas that are behind, a wadm that
# cannot work, lattices that are incomplete. Use this in a job that runs every night, with a user that can only read. A failed
# check is a warning, and so is a data source in a `check` block that cannot be read. The job also finds lattices and a wadm that
# another configuration manages.

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

variable "lattice" {
  type    = string
  default = "default"
}

provider "wasmcloud" {
}

check "buckets" {
  data "wasmcloud_lattice_buckets" "this" {
    lattice = var.lattice
  }

  assert {
    condition = alltrue([
      for bucket in [
        data.wasmcloud_lattice_buckets.this.lattice_data,
        data.wasmcloud_lattice_buckets.this.config_data,
      ] : bucket.max_bytes == -1 || bucket.bytes < 0.8 * bucket.max_bytes
    ])
    error_message = "A bucket of lattice ${var.lattice} is 80 % full. A full bucket refuses new writes: raise max_bytes."
  }

  assert {
    condition = alltrue([
      for follower in concat(
        data.wasmcloud_lattice_buckets.this.lattice_data.followers,
        data.wasmcloud_lattice_buckets.this.config_data.followers,
      ) : follower.current
    ])
    error_message = "A replica of lattice ${var.lattice} is behind."
  }
}

check "wadm" {
  data "wadm_jetstream" "this" {
    provider = wasmcloud
  }

  assert {
    condition = length(data.wadm_jetstream.this.hazards) == 0
    error_message = join("\n", [
      for hazard in data.wadm_jetstream.this.hazards : "${hazard.stream}: ${hazard.detail}"
    ])
  }
}

check "lattices" {
  data "wasmcloud_lattices" "all" {
  }

  assert {
    condition     = alltrue([for lattice in data.wasmcloud_lattices.all.lattices : lattice.complete])
    error_message = "A lattice has only one of its two buckets: ${jsonencode(data.wasmcloud_lattices.all.lattices)}."
  }
}

check "account" {
  data "wasmcloud_jetstream_account" "this" {
  }

  # Without a limit, or with one for each number of replicas, there is nothing to compare.
  assert {
    condition = (
      try(data.wasmcloud_jetstream_account.this.limits.max_storage, -1) < 0 ||
      data.wasmcloud_jetstream_account.this.reserved.storage < 0.8 * try(data.wasmcloud_jetstream_account.this.limits.max_storage, 0)
    )
    error_message = "80 % of the storage of the account are reserved."
  }
}

# Conditions and outputs. Use this to pass the names to other configurations, to reject values that do not fit your platform,
# and to be warned of changes on the server that Terraform cannot repair.

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

variable "replicas" {
  type    = number
  default = 1

  validation {
    condition     = contains([1, 3], var.replicas)
    error_message = "Use 1 replica for tests and 3 in production."
  }
}

provider "wasmcloud" {
}

# A bucket that no longer exists is null after a refresh, until the next apply: hence `try`, here and below.
resource "wasmcloud_lattice_buckets" "default" {
  replicas  = var.replicas
  max_bytes = 104857600

  lifecycle {
    postcondition {
      condition     = try(self.lattice_data.max_bytes, 0) != -1 && try(self.config_data.max_bytes, 0) != -1
      error_message = "Each bucket needs a limit."
    }
  }
}

# A failed check is a warning. `drift` has what differs on the server and has no argument here.
check "no_drift" {
  assert {
    condition = alltrue([
      for drift in [
        try(wasmcloud_lattice_buckets.default.lattice_data.drift, {}),
        try(wasmcloud_lattice_buckets.default.config_data.drift, {}),
      ] : length(drift) == 0
    ])
    error_message = "A bucket has settings that hosts do not expect: see drift."
  }
}

output "streams" {
  description = "Streams of the lattice, for permissions and monitoring."
  value = compact([
    try(wasmcloud_lattice_buckets.default.lattice_data.stream, ""),
    try(wasmcloud_lattice_buckets.default.config_data.stream, ""),
  ])
}

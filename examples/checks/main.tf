# Conditions and outputs. Use this to pass the names to other configurations, to reject values that your platform does not allow,
# and to get a warning for changes on the server that Terraform cannot change back.

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

# After a refresh, a bucket that no longer exists is null until the next apply. So `try` is needed, here and below.
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

# A failed check is a warning. `drift` lists settings that differ on the server and have no argument.
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
  value       = [for stream in try(wasmcloud_lattice_buckets.default.streams, {}) : stream.name]
}

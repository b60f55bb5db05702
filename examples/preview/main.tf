# The buckets of a lattice for one test run. Use this in a pipeline that creates everything for a pull request and deletes it
# afterwards, with all contents:
#
#     terraform apply -auto-approve -var=lattice=pr-123
#     terraform destroy -auto-approve -var=lattice=pr-123

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

variable "lattice" {
  description = "Name of the lattice: letters, digits, `_` and `-`."
  type        = string
  default     = "preview"
}

provider "wasmcloud" {
}

resource "wasmcloud_lattice_buckets" "preview" {
  lattice       = var.lattice
  storage       = "memory" # Empty after a restart of the server.
  max_bytes     = 10485760 # 10 MiB
  force_destroy = true     # Without it, a bucket that contains keys is not deleted.
}

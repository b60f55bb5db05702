# One module for Terraform and OpenTofu. What only one of them understands is in a file of its own: OpenTofu reads
# `protection.tofu` and ignores `protection.tf`, because the names are the same but for the ending; Terraform reads only
# `.tf` files. Use this for modules that several teams share. OpenTofu 1.8 or newer.

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

variable "lattice" {
  description = "Name of the lattice."
  type        = string
  default     = "default"
}

provider "wasmcloud" {
}

output "protected_by" {
  description = "How the buckets are protected from a destroy."
  value       = local.protected_by
}

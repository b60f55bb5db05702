# In this module, the provider has only the name `wadm`, the first word of the resource type. Never give a second name to the
# same source in one module: Terraform then uses the provider configuration of either name, by chance.
terraform {
  required_providers {
    wadm = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

variable "max_bytes" {
  description = "Largest size of each bucket and stream in bytes."
  type        = number
}

resource "wadm_jetstream" "this" {
  max_bytes = var.max_bytes
}

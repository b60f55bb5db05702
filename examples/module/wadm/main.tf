# The one name here for the provider is `wadm`, the first word of the resource type. Never give a second name to the same
# source in one module: Terraform then takes the provider configuration of either, by chance.
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

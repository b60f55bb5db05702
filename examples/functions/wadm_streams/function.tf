terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

output "streams" {
  value = values(provider::wasmcloud::wadm_streams())
}

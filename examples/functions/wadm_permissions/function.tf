terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

# A part of the configuration of nats-server: it reads JSON too.
output "wadm" {
  value = jsonencode({
    user        = "wadm"
    permissions = provider::wasmcloud::wadm_permissions()
  })
}

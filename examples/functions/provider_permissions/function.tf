terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

# A part of the configuration of nats-server: it reads JSON too.
output "terraform" {
  value = jsonencode({
    user = "terraform"
    permissions = provider::wasmcloud::provider_permissions({
      lattices = ["production", "staging"]
      wadm     = true
    })
  })
}

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

# A part of the configuration of nats-server: it reads JSON too.
output "host" {
  value = jsonencode({
    user        = "host"
    permissions = provider::wasmcloud::host_permissions("production")
  })
}

# For a tool that takes lists of subjects. The host connects to a leaf node, and its buckets are in the domain of the hub.
output "subjects" {
  value = provider::wasmcloud::host_permissions("production", { jetstream_domain = "hub" }).publish.allow
}

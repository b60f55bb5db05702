terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

# { jetstream_domain = "hub", lattice = "production" }
output "parts" {
  value = provider::wasmcloud::parse_lattice_import_id("hub:production")
}

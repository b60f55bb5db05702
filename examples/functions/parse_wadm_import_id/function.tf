terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

# The id of the same wadm in multi-tenant mode.
output "multitenant" {
  value = provider::wasmcloud::build_wadm_import_id(merge(
    provider::wasmcloud::parse_wadm_import_id("wadm_state/wadm_manifests"),
    { multitenant = true },
  ))
}

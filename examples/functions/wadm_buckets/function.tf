terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

output "buckets" {
  value = provider::wasmcloud::wadm_buckets()
}

# If wadm is configured with another bucket for its manifests.
output "manifests" {
  value = provider::wasmcloud::wadm_buckets({ manifests_bucket = "team_a_manifests" }).manifests
}

# A module of one's own for wadm, and a root that uses it. One wants this to keep the company's settings in one place.
# The root knows the provider as `wasmcloud`, the module as `wadm`: both are the same provider, with the same
# configuration, and the resource in the module needs no `provider = wasmcloud`.

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

# NATS_URL says where the server is; without it, nats://127.0.0.1:4222.
provider "wasmcloud" {
}

module "wadm" {
  source = "./wadm"

  max_bytes = 104857600 # 100 MiB
}

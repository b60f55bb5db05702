# Your own module for wadm, and a root module that calls it. Use this to keep the settings of your company in one place. The
# root module calls the provider `wasmcloud`, and the module calls it `wadm`. It is the same provider with the same
# configuration, and the resource in the module does not need `provider = wasmcloud`.

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

# NATS_URL has the address of the server; without it, nats://127.0.0.1:4222 is used.
provider "wasmcloud" {
}

module "wadm" {
  source = "./wadm"

  max_bytes = 104857600 # 100 MiB
}

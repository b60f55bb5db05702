terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

# Imports the buckets and streams of a wadm with the default names.
import {
  to = wadm_jetstream.this
  id = provider::wasmcloud::build_wadm_import_id()
}

resource "wadm_jetstream" "this" {
  provider = wasmcloud
}

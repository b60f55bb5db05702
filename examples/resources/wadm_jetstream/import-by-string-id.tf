# What wadm has created. The id is <state bucket>/<manifest bucket>, followed by /multitenant for wadm in that mode.
import {
  to       = wadm_jetstream.this
  id       = "wadm_state/wadm_manifests"
  provider = wasmcloud
}

resource "wadm_jetstream" "this" {
  provider = wasmcloud
}

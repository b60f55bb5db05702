# What wadm made itself. The id is <state bucket>/<manifest bucket>, and /multitenant after it for wadm in that mode.
import {
  to = wadm_jetstream.this
  id = "wadm_state/wadm_manifests"
}

resource "wadm_jetstream" "this" {
  provider = wasmcloud
}

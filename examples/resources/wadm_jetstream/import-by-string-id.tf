# The buckets and streams that wadm has created. The id is <state bucket>/<manifest bucket>. For wadm in multi-tenant mode, add
# /multitenant to the id.
import {
  to       = wadm_jetstream.this
  id       = "wadm_state/wadm_manifests"
  provider = wasmcloud
}

resource "wadm_jetstream" "this" {
  provider = wasmcloud
}

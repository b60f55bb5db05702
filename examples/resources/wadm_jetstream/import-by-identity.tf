# The same by identity, with Terraform 1.12, OpenTofu 1.12 or newer. The import finds out whether wadm runs in
# multi-tenant mode. `jetstream_domain` is only needed if it is not that of the provider block.
import {
  to       = wadm_jetstream.this
  provider = wasmcloud
  identity = {
    state_bucket     = "wadm_state"
    manifests_bucket = "wadm_manifests"
  }
}

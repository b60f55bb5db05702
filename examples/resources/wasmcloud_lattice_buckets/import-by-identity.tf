# The same by identity, with Terraform 1.12, OpenTofu 1.12 or newer. Use this when the names come from other data: no import id
# has to be put together. `jetstream_domain` is only needed if it is not that of the provider block.
import {
  to = wasmcloud_lattice_buckets.default
  identity = {
    lattice = "default"
  }
}

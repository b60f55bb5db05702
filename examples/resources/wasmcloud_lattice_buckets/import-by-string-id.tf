# The same in a configuration, so that it can be reviewed in a plan. The block can be removed after the apply.
import {
  to = wasmcloud_lattice_buckets.default
  id = "default"
}

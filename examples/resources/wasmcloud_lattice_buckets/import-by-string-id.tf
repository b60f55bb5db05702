# The same in a configuration, where it can be reviewed. The block can be removed after the apply.
import {
  to = wasmcloud_lattice_buckets.default
  id = "default"
}
